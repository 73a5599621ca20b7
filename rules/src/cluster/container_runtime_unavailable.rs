//! # container-runtime-unavailable
//!
//! A node's container runtime does not answer.
//!
//! ## What it detects
//! Nodes whose kubelet says `container runtime is down`, whose runtime (containerd, CRI-O, Docker) is not running, or on
//! which sandboxes and clean-ups fail because nobody listens on the runtime's socket.
//!
//! ## Why it happens
//! The runtime was stopped, crashes, or hangs; its configuration is broken after an upgrade; its disk is full. Containers
//! that run go on, but none can be started, stopped or looked into.
//!
//! ## How to confirm
//! `kubectl describe node NAME`: condition *Ready*, and the event *ContainerGCFailed*; on the machine
//! `systemctl status containerd` and `crictl info`.
//!
//! ## How to fix
//! Start the runtime. The kubelet finds it again by itself, and pods that wait are then started.
//!
//! ## When it stays silent
//! When the runtime answers again: the pods that could not be started run, and the node has been ready since.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::node::{inhabitants, weight};
use super::runtime_signs::{Signs, by_condition, by_events};

/// The rule.
pub static RULE: Rule = Rule {
    id: "container-runtime-unavailable",
    title: "A node's container runtime does not answer",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["nodes", "pods", "events"])],
    produces: &[Effect::NodeDown],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut names: Vec<&str> = snapshot.nodes.iter().map(|n| n.metadata.name.as_str()).collect();
    names.extend(snapshot.pods.iter().map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()));
    names.extend(snapshot.node_units.iter().map(|u| u.node.as_str()));
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter_map(|name| finding(context, name)).collect()
}

fn finding(context: &Context<'_>, name: &str) -> Option<Finding> {
    let mut signs = Signs::default();
    let node = context.snapshot.node(name);
    if let Some(node) = node {
        by_condition(node, &mut signs);
    }
    let runtimes = ["containerd", "crio", "cri-o", "docker", "cri-docker", "cri-dockerd"];
    for unit in context.snapshot.node_units.iter().filter(|u| u.node == name && u.is_down() && runtimes.contains(&u.unit.as_str())) {
        signs.add(unit.evidence(), &format!("its service `{}` is {}", unit.unit, unit.state), 0.97, unit.since);
    }
    by_events(context, name, node.is_some_and(|n| n.is_ready()), &mut signs);
    let runtime = node
        .and_then(|n| n.status.node_info.container_runtime_version.split("://").next())
        .filter(|r| !r.is_empty())
        .unwrap_or("containerd");
    let unit = if runtime == "cri-o" { "crio" } else { runtime };
    let mut evidence = signs.evidence.into_iter();
    Some(
        Finding::new(
            ObjectRef::cluster_wide("Node", name),
            format!("The container runtime of node `{name}` does not answer"),
            evidence.next()?,
        )
        .summary(format!(
            "The kubelet of node `{name}` says: {}. Nothing can be started or stopped there.{}",
            signs.words,
            inhabitants(context, name)
        ))
        .severity(weight(context.snapshot, name))
        .confidence(signs.confidence)
        .evidence(evidence.take(4))
        .seen(signs.since, context.snapshot.taken_at)
        .remedy(
            "See whether the runtime runs, and what it said last.",
            format!("ssh {name} 'systemctl status {unit}; journalctl -u {unit} -n 50 --no-pager'"),
        )
        .remedy(
            "Start it. Containers that run are not touched; pods that wait are started by themselves.",
            format!("ssh {name} sudo systemctl restart {unit}"),
        ),
    )
}
