//! What shows that the pod network of a node does not work: the node's conditions, and pods that wait for their network.

use std::collections::BTreeMap;

use tarbox_model::object::{Node, Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

/// Words of a kubelet whose network plugin is not ready.
const NOT_READY: [&str; 5] = [
    "NetworkPluginNotReady",
    "NetworkReady=false",
    "cni plugin not initialized",
    "cni config uninitialized",
    "network plugin is not ready",
];
/// Words of a runtime whose plugin fails, in an event about a sandbox.
const FAILING: [&str; 9] = [
    "plugin type=",
    "networkPlugin cni",
    "failed to setup network",
    "failed to find plugin",
    "no networks found in",
    "subnet.env",
    "calico/node is not running",
    "Cilium",
    "unable to allocate pod network",
];
/// Words that mean addresses are used up: another problem.
const USED_UP: [&str; 5] = [
    "failed to assign an ip",
    "no ip addresses available",
    "no available ip",
    "failed to allocate for range",
    "insufficient free addresses",
];
/// Seconds that a new node may take.
const YOUNG: i64 = 120;

/// What shows it at one node.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    /// In words, one sentence or more.
    pub(super) words: String,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
    /// Since when.
    pub(super) since: Option<Timestamp>,
    /// The plugin's agents, when one of them is not ready.
    pub(super) agent: Option<ObjectRef>,
    /// 0 to 1.
    pub(super) confidence: f64,
}

/// Whether nobody hears from a node: what its agents do is not known then.
pub(super) fn silent(context: &Context<'_>, node: &str) -> bool {
    context.snapshot.node(node).and_then(|n| n.condition("Ready")).is_some_and(|(_, c)| c.status == "Unknown")
}

/// By the node's own conditions.
pub(super) fn condition(context: &Context<'_>, node: &Object<Node>) -> Option<Sign> {
    let young = context.snapshot.age_seconds(node.metadata.creation_timestamp).is_some_and(|age| age < YOUNG);
    let plugin = node.condition("Ready").filter(|(_, c)| c.status == "False" && NOT_READY.iter().any(|w| c.message.contains(w)));
    let unavailable = node.condition("NetworkUnavailable").filter(|(_, c)| c.status == "True" && !young);
    let (i, told) = plugin.or(unavailable)?;
    // A new node waits for its plugin as well; one that was ready before does not.
    let settled =
        told.last_transition_time.zip(node.metadata.creation_timestamp).is_some_and(|(at, made)| at.as_second() - made.as_second() > 5);
    if young && !settled && context.snapshot.nodes.iter().any(|n| n.is_ready()) || silent(context, &node.metadata.name) {
        return None;
    }
    let (field, said) = if told.message.is_empty() { ("reason", &told.reason) } else { ("message", &told.message) };
    let evidence = vec![node.evidence(format!("/status/conditions/{i}/{field}"), said.as_str())];
    let confidence = if plugin.is_some() { 0.97 } else { 0.93 };
    Some(Sign {
        words: format!("It says: {}.", said.trim_end_matches('.')),
        evidence,
        since: told.last_transition_time,
        agent: None,
        confidence,
    })
}

/// By pods that wait for their network.
pub(super) fn sandboxes(context: &Context<'_>) -> Vec<(String, Sign)> {
    let mut by_node: BTreeMap<String, Sign> = BTreeMap::new();
    let begun = |p: &Pod| {
        p.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.state.terminated.is_some() || s.ready))
    };
    for pod in context.snapshot.pods.iter().filter(|p| p.is_active() && !begun(p) && !p.spec.node_name.is_empty()) {
        let events = context
            .relations
            .events_about(context.snapshot, &pod.reference())
            .rfind(|e| matches!(e.reason.as_str(), "FailedCreatePodSandBox" | "NetworkNotReady"));
        let Some(event) = events else { continue };
        let lower = event.message.to_ascii_lowercase();
        if FAILING.iter().chain(&NOT_READY).any(|w| event.message.contains(w)) && !USED_UP.iter().any(|w| lower.contains(w)) {
            let words = format!("Pod `{}` waits for its network: {}", pod.metadata.name, event.message.trim_end_matches('.'));
            let evidence = vec![event.evidence("/message", event.message.as_str())];
            by_node.entry(pod.spec.node_name.clone()).or_insert(Sign {
                words,
                evidence,
                since: event.first_seen(),
                agent: None,
                confidence: 0.9,
            });
        }
    }
    by_node.into_iter().collect()
}
