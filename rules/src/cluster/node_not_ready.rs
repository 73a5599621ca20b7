//! # node-not-ready
//!
//! A node is not ready, and says so itself.
//!
//! ## What it detects
//! Nodes whose condition *Ready* is *False*, with the kubelet's reason, and with the pods that are on the node: one node
//! under many failing pods is their common cause. Also a node that is only seen through its pods: the node controller has
//! marked them, because *Node is not ready*.
//!
//! ## Why it happens
//! The container runtime or its network is not ready, a certificate has expired, a disk or the process table is full, or the
//! node has only just begun.
//!
//! ## How to confirm
//! `kubectl describe node NAME`: the message of the condition *Ready*, and the events below.
//!
//! ## How to fix
//! By the message. Until then, `kubectl cordon` and `kubectl drain` move its pods elsewhere.
//!
//! ## When it stays silent
//! When the node does not report at all (that is kubelet-unavailable), when it is younger than a minute, and when it is
//! being deleted. Conditions of unknown types mean nothing by themselves.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use super::node::{inhabitants, newest_renewal, silence, told, weight};
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-not-ready",
    title: "A node is not ready",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["nodes", "pods"])],
    produces: &[Effect::NodeDown],
    explained_by: &[Effect::NodeDown, Effect::NetworkBroken],
    check,
};

/// Seconds that a new node may take.
const YOUNG: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let nodes = context.snapshot.nodes.iter();
    let newest = newest_renewal(context.snapshot);
    nodes.filter_map(|node| by_condition(context, node, newest)).chain(by_pods(context)).collect()
}

fn by_condition(context: &Context<'_>, node: &Object<Node>, newest: Option<Timestamp>) -> Option<Finding> {
    let name = node.metadata.name.as_str();
    let (index, ready) = node.condition("Ready").filter(|(_, c)| c.status == "False")?;
    let young = context.snapshot.age_seconds(node.metadata.creation_timestamp).is_some_and(|age| age < YOUNG);
    if young || node.metadata.deletion_timestamp.is_some() || silence(context.snapshot, node, newest).is_some() {
        return None;
    }
    let said =
        if ready.message.is_empty() { String::new() } else { format!(" The kubelet says: {}.", ready.message.trim_end_matches('.')) };
    let finding = Finding::new(node.reference(), format!("Node `{name}` is not ready"), told(node, index, ready))
        .summary(format!("Node `{name}` reports, and reports that it is not ready.{said}{}", inhabitants(context, name)))
        .severity(weight(context.snapshot, name))
        .confidence(0.95)
        .seen(ready.last_transition_time, context.snapshot.taken_at);
    Some(remedies(finding, name))
}

/// Nodes that were not collected, or only as a name, by the node controller's word on their pods.
fn by_pods(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut findings = Vec::new();
    for pod in snapshot.pods.iter().filter(|p| p.is_active() && !p.is_ready()) {
        let node = pod.spec.node_name.as_str();
        let known = snapshot.node(node).is_some_and(|n| n.condition("Ready").is_some());
        let reference = pod.reference();
        let event = context.relations.events_about(snapshot, &reference).rfind(|e| e.reason == "NodeNotReady");
        // Its containers are ready and the pod is not: nobody but the node controller takes a pod out like that.
        let healthy = condition(&pod.status.conditions, "ContainersReady").is_none_or(|(_, c)| c.status == "True");
        let Some(event) = event.filter(|_| !node.is_empty() && !known && healthy && !named.contains(node)) else { continue };
        named.insert(node);
        let marked: Vec<&str> = context
            .relations
            .pods_on(snapshot, node)
            .filter(|p| p.is_active() && !p.is_ready())
            .map(|p| p.metadata.name.as_str())
            .collect();
        let finding = Finding::new(
            ObjectRef::cluster_wide("Node", node),
            format!("Node `{node}` is not ready"),
            event.evidence("/message", event.message.as_str()),
        )
        .summary(format!(
            "The node controller has marked {} on node `{node}` as not ready ({}), because the node is not. Their containers are well.",
            counted(marked.len(), "pod"),
            listed(marked)
        ))
        .confidence(0.85)
        .seen(event.first_seen(), event.last_seen());
        findings.push(remedies(finding, node));
    }
    findings
}

fn remedies(finding: Finding, name: &str) -> Finding {
    finding
        .remedy("See what the node says of itself.", format!("kubectl describe node {name}"))
        .remedy(
            "On the machine, see what the kubelet and the container runtime say.",
            format!("ssh {name} 'systemctl status kubelet containerd; journalctl -u kubelet -n 50 --no-pager'"),
        )
        .remedy(
            "If it will take long, move its pods to other nodes.",
            format!("kubectl drain {name} --ignore-daemonsets --delete-emptydir-data"),
        )
}
