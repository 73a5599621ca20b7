//! # cni-unavailable
//!
//! The pod network of a node does not work: new pods get no address.
//!
//! ## What it detects
//! Nodes whose kubelet says that the network plugin is not ready, nodes with the condition *NetworkUnavailable*, nodes on
//! which pods wait because the plugin cannot set up their network, and agents of the plugin (Calico, Cilium, Flannel, the
//! clouds' own) that are not ready.
//!
//! ## Why it happens
//! The plugin was never installed or its configuration in `/etc/cni/net.d` is gone, its agent crashes (no way to the API
//! server, no permission, an address range that does not fit), or its state on the node is left over from an older one.
//!
//! ## How to confirm
//! `kubectl describe node NAME`: the message of *Ready*; on the node, `ls /etc/cni/net.d /opt/cni/bin`.
//!
//! ## How to fix
//! Mend or restart the plugin's agent on the node; pods that wait go on by themselves.
//!
//! ## When it stays silent
//! When the node does not report at all (kubelet-unavailable), when only its addresses are used up
//! (sandbox-creation-failing), and in the first two minutes of a node.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Timestamp};

use super::agents::{is_network_plugin, sick};
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "cni-unavailable",
    title: "The pod network of a node does not work: new pods get no address",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Network and Connectivity Issues",
    needs: &[Need::AnyOf(&["nodes", "pods", "events"])],
    produces: &[Effect::NetworkBroken, Effect::NodeDown],
    explained_by: &[],
    check,
};

/// Words of a kubelet whose network plugin is not ready.
const NOT_READY: [&str; 5] = ["NetworkPluginNotReady", "NetworkReady=false", "cni plugin not initialized", "cni config uninitialized", "network plugin is not ready"];
/// Words of a runtime whose plugin fails, in an event about a sandbox.
const FAILING: [&str; 9] = ["plugin type=", "networkPlugin cni", "failed to setup network", "failed to find plugin", "no networks found in", "subnet.env", "calico/node is not running", "Cilium", "unable to allocate pod network"];
/// Words that mean addresses are used up: another problem.
const USED_UP: [&str; 5] = ["failed to assign an ip", "no ip addresses available", "no available ip", "failed to allocate for range", "insufficient free addresses"];
/// Seconds that a new node may take.
const YOUNG: i64 = 120;

/// What shows it at one node.
struct Sign {
    words: String,
    evidence: Vec<Evidence>,
    since: Option<Timestamp>,
    agent: Option<ObjectRef>,
    confidence: f64,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_node: BTreeMap<String, Sign> = BTreeMap::new();
    for node in &context.snapshot.nodes {
        by_node.extend(condition(context, node).map(|s| (node.metadata.name.clone(), s)));
    }
    for (node, sign) in sandboxes(context) {
        by_node.entry(node).or_insert(sign);
    }
    for agent in sick(context, |p| is_network_plugin(p)) {
        let (pod, node) = (agent.pod, agent.pod.spec.node_name.as_str());
        if silent(context, node) {
            continue;
        }
        let words = format!("Its agent `{}` is not ready: {}.", pod.metadata.name, agent.words.trim_end_matches('.'));
        let owner = agent.owner.clone().unwrap_or_else(|| pod.reference());
        match by_node.get_mut(node) {
            Some(sign) => {
                sign.words += &format!(" {words}");
                sign.evidence.push(agent.evidence);
                sign.agent.get_or_insert(owner);
            }
            None => {
                by_node.insert(node.to_owned(), Sign { words, evidence: vec![agent.evidence], since: None, agent: Some(owner), confidence: 0.75 });
            }
        }
    }
    by_node.into_iter().filter_map(|(node, sign)| finding(context, &node, sign)).collect()
}

/// Whether nobody hears from a node: what its agents do is not known then.
fn silent(context: &Context<'_>, node: &str) -> bool {
    context.snapshot.node(node).and_then(|n| n.condition("Ready")).is_some_and(|(_, c)| c.status == "Unknown")
}

/// By the node's own conditions.
fn condition(context: &Context<'_>, node: &Object<Node>) -> Option<Sign> {
    let young = context.snapshot.age_seconds(node.metadata.creation_timestamp).is_some_and(|age| age < YOUNG);
    let plugin = node.condition("Ready").filter(|(_, c)| c.status == "False" && NOT_READY.iter().any(|w| c.message.contains(w)));
    let unavailable = node.condition("NetworkUnavailable").filter(|(_, c)| c.status == "True" && !young);
    let (i, told) = plugin.or(unavailable)?;
    // A new node waits for its plugin as well; one that was ready before does not.
    let settled = told.last_transition_time.zip(node.metadata.creation_timestamp).is_some_and(|(at, made)| at.as_second() - made.as_second() > 5);
    if young && !settled && context.snapshot.nodes.iter().any(|n| n.is_ready()) || silent(context, &node.metadata.name) {
        return None;
    }
    let (field, said) = if told.message.is_empty() { ("reason", &told.reason) } else { ("message", &told.message) };
    let evidence = vec![node.evidence(format!("/status/conditions/{i}/{field}"), said.as_str())];
    let confidence = if plugin.is_some() { 0.97 } else { 0.93 };
    Some(Sign { words: format!("It says: {}.", said.trim_end_matches('.')), evidence, since: told.last_transition_time, agent: None, confidence })
}

/// By pods that wait for their network.
fn sandboxes(context: &Context<'_>) -> Vec<(String, Sign)> {
    let mut by_node: BTreeMap<String, Sign> = BTreeMap::new();
    let begun = |p: &Pod| p.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.state.terminated.is_some() || s.ready));
    for pod in context.snapshot.pods.iter().filter(|p| p.is_active() && !begun(p) && !p.spec.node_name.is_empty()) {
        let events = context.relations.events_about(context.snapshot, &pod.reference()).filter(|e| e.reason == "FailedCreatePodSandBox").last();
        let Some(event) = events else { continue };
        let lower = event.message.to_ascii_lowercase();
        if FAILING.iter().any(|w| event.message.contains(w)) && !USED_UP.iter().any(|w| lower.contains(w)) {
            let words = format!("Pod `{}` waits for its network: {}", pod.metadata.name, event.message.trim_end_matches('.'));
            let evidence = vec![event.evidence("/message", event.message.as_str())];
            by_node.entry(pod.spec.node_name.clone()).or_insert(Sign { words, evidence, since: event.first_seen(), agent: None, confidence: 0.9 });
        }
    }
    by_node.into_iter().collect()
}

fn finding(context: &Context<'_>, node: &str, sign: Sign) -> Option<Finding> {
    let waiting = context.relations.pods_on(context.snapshot, node).filter(|p| p.is_active() && p.status.phase == "Pending").count();
    let pods = if waiting == 0 { String::new() } else { format!(" {} on it wait.", counted(waiting, "pod")) };
    let reference = ObjectRef::cluster_wide("Node", node);
    let mut evidence = sign.evidence.into_iter();
    let mut finding = Finding::new(reference, format!("The pod network of node `{node}` does not work"), evidence.next()?)
        .summary(format!("{} New pods on the node get no address.{pods}", sign.words))
        .severity(if sign.confidence < 0.8 { Severity::Medium } else { Severity::High })
        .confidence(sign.confidence)
        .evidence(evidence)
        .seen(sign.since, context.snapshot.taken_at)
        .remedy("See whether the plugin's configuration and programs are there.", format!("ssh {node} 'ls -l /etc/cni/net.d /opt/cni/bin; journalctl -u kubelet -u containerd -n 50 --no-pager | grep -i cni'"))
        .remedy("See the plugin's agent on the node.", format!("kubectl get pods -A -o wide --field-selector spec.nodeName={node}"));
    if let Some(agent) = sign.agent {
        finding = finding.remedy("Start the plugin's agents anew. They write the configuration again; pods that run are not touched.", format!("kubectl rollout restart {}{}", target(&agent), agent.namespace_flag())).cause(agent);
    }
    Some(finding)
}
