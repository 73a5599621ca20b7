//! # node-under-pressure
//!
//! A node runs out of memory, disk or process ids.
//!
//! ## What it detects
//! Nodes with one of the conditions *MemoryPressure*, *DiskPressure* or *PIDPressure*: with what is left as far as it was
//! measured, and with the pods that the kubelet has evicted for it.
//!
//! ## Why it happens
//! Pods use more than they request, logs or images fill the disk, or something outside Kubernetes uses the machine. The
//! kubelet then evicts pods, those first that exceed their requests, and no new pods are placed there.
//!
//! ## How to confirm
//! `kubectl describe node NAME`: conditions, and the event *EvictionThresholdMet*.
//!
//! ## How to fix
//! Find what uses the resource and limit it; let pods request what they use; or give the node more.
//!
//! ## When it stays silent
//! When the pressure is over, and for conditions of other types, whatever their status.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, NodeCondition, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, quantity};

use super::node::told;
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-under-pressure",
    title: "A node runs out of memory, disk or process ids",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("nodes")],
    produces: &[Effect::NodeDown],
    explained_by: &[],
    check,
};

/// Condition, what runs out, and how to see who takes it.
const PRESSURES: [(&str, &str, &str); 3] = [
    ("MemoryPressure", "memory", "ps aux --sort=-rss | head -15"),
    ("DiskPressure", "disk", "df -h; du -xsh /var/lib/containerd /var/lib/kubelet /var/log"),
    ("PIDPressure", "process ids", "ps -eLf | wc -l; cat /proc/sys/kernel/pid_max"),
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for node in &context.snapshot.nodes {
        for (kind, what, command) in PRESSURES {
            if let Some((i, condition)) = node.condition(kind).filter(|(_, c)| c.status == "True") {
                findings.push(finding(context, node, i, condition, what, command));
            }
        }
    }
    findings
}

fn finding(context: &Context<'_>, node: &Object<Node>, index: usize, condition: &NodeCondition, what: &str, command: &str) -> Finding {
    let name = node.metadata.name.as_str();
    let usage = context.snapshot.node_usage.iter().rfind(|u| u.node == name);
    let left = match what {
        "memory" => usage.and_then(|u| u.memory).map(|m| {
            format!(" {} are in use of {}.", quantity::bytes(m), node.allocatable("memory").map_or("all".to_owned(), quantity::bytes))
        }),
        "disk" => {
            usage.and_then(|u| Some(format!(" {} are left of {}.", quantity::bytes(u.disk_available?), quantity::bytes(u.disk_capacity?))))
        }
        _ => None,
    };
    let evicted: Vec<&str> = context
        .relations
        .pods_on(context.snapshot, name)
        .filter(|p| p.status.reason == "Evicted")
        .map(|p| p.metadata.name.as_str())
        .collect();
    let lost = if evicted.is_empty() {
        String::new()
    } else {
        format!(
            " {} evicted from it ({}).",
            if evicted.len() == 1 { "1 pod was".to_owned() } else { format!("{} were", counted(evicted.len(), "pod")) },
            listed(evicted)
        )
    };
    Finding::new(node.reference(), format!("Node `{name}` runs out of {what}"), told(node, index, condition))
        .summary(format!(
            "The kubelet says: {}.{}{lost} No new pods are placed there.",
            condition.message.trim_end_matches('.'),
            left.unwrap_or_default()
        ))
        .confidence(0.95)
        .seen(condition.last_transition_time, context.snapshot.taken_at)
        .remedy("See who takes it.", format!("ssh {name} '{command}'"))
        .remedy(
            "See what its pods request and what they use.",
            format!("kubectl describe node {name}; kubectl top pods -A --sort-by=memory"),
        )
        .remedy("Keep new pods away until it is mended.", format!("kubectl cordon {name}"))
}
