//! # network-degraded
//!
//! The network loses or delays packets.
//!
//! ## What it detects
//! Alerts about retransmissions, lost packets and errors of a node's interfaces; lines and events of kernels that drop packets
//! (connection table full, device stuck); clients of at least three workloads whose connections run into timeouts or break,
//! although those whom they call are ready, with the node that they have in common; and a service that answers late without
//! any sign of too little CPU or memory, whose callers are late with it.
//!
//! ## Why it happens
//! A bad cable, card or driver, a full connection table, an overloaded link, a wrong MTU of the overlay, or a fault that
//! somebody injects.
//!
//! ## How to confirm
//! Between pods on two nodes, `ping -c 100` and `mtr`; on the node, `nstat -az | grep -i retrans`, `ip -s link`,
//! `conntrack -C`.
//!
//! ## How to fix
//! Take the node out (`kubectl cordon`, `kubectl drain`) until its network is mended; raise `nf_conntrack_max` where the table
//! is full.
//!
//! ## When it stays silent
//! When a node is down, when single clients fail, when those whom they call are not ready, and when a monitoring system tells
//! of a resource that is used up.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::delay::{Late, late};
use super::loss::{Told, by_alert, by_clients, by_kernel};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-degraded",
    title: "The network loses or delays packets",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Network and Connectivity Issues",
    needs: &[Need::AnyOf(&["alerts", "logs", "events", "pods"])],
    produces: &[Effect::NetworkBroken],
    explained_by: &[Effect::NodeDown, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut nodes = by_alert(context);
    for (node, told) in by_kernel(context) {
        nodes.entry(node).or_insert(told);
    }
    if !nodes.is_empty() {
        return nodes.into_iter().filter_map(|(node, told)| at_node(context, &node, told)).collect();
    }
    match by_clients(context) {
        Some((Some(node), told)) => return at_node(context, &node, told).into_iter().collect(),
        Some((None, told)) => return anywhere(context, told).into_iter().collect(),
        None => {}
    }
    late(context).map(|late| by_delay(context, late)).unwrap_or_default()
}

fn at_node(context: &Context<'_>, node: &str, told: Told) -> Option<Finding> {
    let reference = ObjectRef::cluster_wide("Node", node);
    let workloads: BTreeSet<String> = context
        .relations
        .pods_on(context.snapshot, node)
        .filter(|p| p.is_active())
        .filter_map(|p| context.relations.workload_of_pod(context.snapshot, p))
        .map(|w| w.name)
        .collect();
    let whom = if workloads.is_empty() { String::new() } else { format!("On it: {}.", listed(workloads.iter().map(String::as_str))) };
    let mut evidence = told.evidence.into_iter();
    let finding = Finding::new(reference, format!("The network of node `{node}` loses packets"), evidence.next()?)
        .summary(format!("{}{whom}", told.words))
        .confidence(told.confidence)
        .evidence(evidence.take(4))
        .seen(told.first, context.snapshot.taken_at);
    let finding = finding
        .remedy(
            "See what the node's interfaces and connection table say.",
            format!("ssh {node} 'ip -s link; nstat -az | grep -i retrans; conntrack -C; sysctl net.netfilter.nf_conntrack_max'"),
        )
        .remedy("Take new pods elsewhere until it is mended.", format!("kubectl cordon {node}"))
        .remedy(
            "Move those that are there. This starts them anew on other nodes.",
            format!("kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"),
        );
    Some(finding)
}

/// No node stands out.
fn anywhere(context: &Context<'_>, told: Told) -> Option<Finding> {
    let mut evidence = told.evidence.into_iter();
    let finding = Finding::new(ObjectRef::cluster(), "The pod network loses packets between many workloads", evidence.next()?)
        .summary(format!("{}They have no node in common.", told.words))
        .confidence(told.confidence)
        .evidence(evidence.take(4))
        .seen(told.first, context.snapshot.taken_at);
    Some(finding.remedy(
        "See how the agents of the pod network do.",
        "kubectl get pods -A -o wide | grep -E 'calico|cilium|flannel|canal|weave|aws-node|kube-proxy'",
    ))
}

/// Services that answer late for no reason of their own.
fn by_delay(context: &Context<'_>, late: Late<'_>) -> Vec<Finding> {
    if let Some((node, told)) = late.node(context) {
        let told = Told { words: told, evidence: late.evidence(), first: None, confidence: 0.6 };
        return at_node(context, &node, told).into_iter().collect();
    }
    late.findings(context)
}
