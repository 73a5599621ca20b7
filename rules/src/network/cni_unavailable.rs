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
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::agents::{is_network_plugin, sick};
use super::plugin::{Sign, condition, sandboxes, silent};
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
                by_node.insert(
                    node.to_owned(),
                    Sign { words, evidence: vec![agent.evidence], since: None, agent: Some(owner), confidence: 0.75 },
                );
            }
        }
    }
    by_node.into_iter().filter_map(|(node, sign)| finding(context, &node, sign)).collect()
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
        .remedy(
            "See whether the plugin's configuration and programs are there.",
            format!("ssh {node} 'ls -l /etc/cni/net.d /opt/cni/bin; journalctl -u kubelet -u containerd -n 50 --no-pager | grep -i cni'"),
        )
        .remedy("See the plugin's agent on the node.", format!("kubectl get pods -A -o wide --field-selector spec.nodeName={node}"));
    if let Some(agent) = sign.agent {
        finding = finding
            .remedy(
                "Start the plugin's agents anew. They write the configuration again; pods that run are not touched.",
                format!("kubectl rollout restart {}{}", target(&agent), agent.namespace_flag()),
            )
            .cause(agent);
    }
    Some(finding)
}
