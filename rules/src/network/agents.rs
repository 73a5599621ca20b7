//! Agents that a network has on every node: which pods they are, and how they do.

use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::{Context, Evidence, ObjectRef};

use crate::pods::trouble;

/// Seconds that an agent may take to start.
const YOUNG: i64 = 60;

/// Agents of pod networks, by the beginning of their pods' names.
const PLUGINS: [&str; 13] = [
    "calico-node",
    "canal",
    "kube-flannel",
    "weave-net",
    "aws-node",
    "kube-router",
    "antrea-agent",
    "ovnkube-node",
    "azure-cni",
    "azure-npm",
    "kindnet",
    "netd",
    "anetd",
];

/// Whether a pod is the agent of a pod network.
pub(super) fn is_network_plugin(pod: &Pod) -> bool {
    let name = &pod.metadata.name;
    let cilium = name.strip_prefix("cilium-").is_some_and(|rest| rest.len() == 5);
    cilium || PLUGINS.iter().any(|a| name.starts_with(a)) && pod.spec.host_network
}

/// An agent that is not ready.
#[derive(Debug, Clone)]
pub(super) struct Sick<'a> {
    /// Its pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its DaemonSet, if it is known.
    pub(super) owner: Option<ObjectRef>,
    /// Why, in words; empty when it is not told.
    pub(super) words: String,
    /// Where that stands.
    pub(super) evidence: Evidence,
}

/// Whether a node reports that it is ready, or nothing is known of it: only there an agent's trouble is its own.
pub(super) fn is_node_well(context: &Context<'_>, node: &str) -> bool {
    context.snapshot.node(node).is_none_or(|n| n.is_ready())
}

/// The chosen agents on nodes that are not ready.
pub(super) fn sick<'a>(context: &Context<'a>, chosen: impl Fn(&Object<Pod>) -> bool) -> Vec<Sick<'a>> {
    let pods = context.relations.pods_with_workloads(context.snapshot);
    let mine = pods.filter(|(p, _)| p.is_active() && !p.spec.node_name.is_empty() && chosen(p));
    mine.filter_map(|(pod, owner)| {
        let young = context.snapshot.is_starting(pod, YOUNG);
        let (i, ready) = condition(&pod.status.conditions, "Ready").filter(|(_, c)| c.status != "True" && !young)?;
        let status = || (pod.evidence(format!("/status/conditions/{i}/status"), ready.status.as_str()), "it does not say why".to_owned());
        let (evidence, words) = trouble(pod).unwrap_or_else(status);
        Some(Sick { pod, owner: owner.cloned(), words, evidence })
    })
    .collect()
}
