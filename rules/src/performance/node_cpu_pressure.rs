//! # node-cpu-pressure
//!
//! A node has no CPU left, and pods on it answer late.
//!
//! ## What it detects
//! Nodes that were measured at nine tenths of their allocatable CPU or more, with the pods that use most of it, when pods on
//! the node are seen to be slow. When nothing at all is left and nobody is seen to be slow, it is a hint.
//!
//! ## Why it happens
//! Pods without limits, or with limits far above their requests, share a node; then all want to run at once. Kubernetes
//! places by requests only, and there is no condition for it.
//!
//! ## How to confirm
//! `kubectl top nodes`, `kubectl top pods -A --sort-by=cpu`.
//!
//! ## How to fix
//! Let pods request what they use, so that they spread; give the greedy ones a limit; add a node.
//!
//! ## When it stays silent
//! When nobody on the node is slow and some CPU is left, and when the node's size is not known. A pod that uses less than half of
//! its request is slow for another reason: of its request it is sure, however full the node.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::NodeUsage;
use tarbox_model::object::{Node, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, quantity};

use super::cpu::samples;
use super::slowness::slowness;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-cpu-pressure",
    title: "A node has no CPU left, and pods on it answer late",
    level: Level::Cause,
    severity: Severity::High,
    guide: "CPU Throttling",
    needs: &[Need::Objects("nodes"), Need::AnyOf(&["metrics", "kubelet"])],
    produces: &[Effect::Slow],
    explained_by: &[],
    check,
};

/// Share of the allocatable CPU from which on pods wait for each other.
const BUSY: f64 = 0.9;
/// Share from which on nothing is left.
const FULL: f64 = 0.98;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.nodes.iter().filter_map(|node| finding(context, node)).collect()
}

fn finding(context: &Context<'_>, node: &Object<Node>) -> Option<Finding> {
    let (snapshot, name) = (context.snapshot, node.metadata.name.as_str());
    let allocatable = node.allocatable("cpu").filter(|c| *c > 0.0)?;
    let list = &snapshot.node_usage;
    let mine: Vec<(f64, &NodeUsage)> = list.iter().filter(|u| u.node == name).filter_map(|u| Some((u.cpu?, u))).collect();
    // Of several samples the least counts: a peak is no state.
    let (used, sample) = mine.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let share = used / allocatable;
    if share < BUSY {
        return None;
    }
    let mut slow = Vec::new();
    let mut takers: Vec<(f64, &str)> = Vec::new();
    for pod in context.relations.pods_on(snapshot, name).filter(|p| p.is_active()) {
        let workload = context.relations.workload_of_pod(snapshot, pod);
        let cores: f64 = pod
            .spec
            .containers
            .iter()
            .filter_map(|c| Some(samples(snapshot, &pod.metadata.namespace, &pod.metadata.name, &c.name).last()?.0))
            .sum();
        let seen = slowness(context, pod, workload.as_ref());
        if !seen.is_empty() && !idle(pod, cores) {
            slow.push((pod.metadata.name.as_str(), seen));
        }
        takers.push((cores, &pod.metadata.name));
    }
    if slow.is_empty() && share < FULL {
        return None;
    }
    takers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let most: Vec<String> = takers
        .iter()
        .filter(|(cores, _)| *cores > 0.0)
        .take(3)
        .map(|(cores, pod)| format!("`{pod}` {}", quantity::cores(*cores)))
        .collect();
    let most = if most.is_empty() { String::new() } else { format!(" Most of it: {}.", most.join(", ")) };
    let felt = if slow.is_empty() { String::new() } else { format!(" Slow meanwhile: {}.", listed(slow.iter().map(|(pod, _)| *pod))) };
    let text = node.status.allocatable.get("cpu").map_or("", String::as_str);
    Some(
        Finding::new(node.reference(), format!("Node `{name}` has no CPU left"), sample.origin.at(&sample.pointer, "cpu"))
            .summary(format!(
                "Node `{name}` used {} of {} CPU ({:.0} %).{most}{felt}",
                quantity::cores(*used),
                quantity::cores(allocatable),
                share * 100.0
            ))
            .severity(if slow.is_empty() { Severity::Low } else { Severity::High })
            .confidence(if slow.is_empty() { 0.7 } else { 0.85 })
            .evidence([node.evidence("/status/allocatable/cpu", text)])
            .evidence(slow.into_iter().flat_map(|(_, s)| s.evidence).take(3))
            .seen(sample.time, snapshot.taken_at)
            .remedy("See who takes it.", "kubectl top pods -A --sort-by=cpu | head -15")
            .remedy("Keep new pods away, and let some of the others be placed elsewhere.", format!("kubectl cordon {name}")),
    )
}

/// Whether a pod was measured far below what it requests, and so does not wait for CPU.
fn idle(pod: &Pod, cores: f64) -> bool {
    let requests = pod.spec.containers.iter().filter_map(|c| quantity::parse(c.resources.requests.get("cpu")?));
    cores > 0.0 && cores < requests.sum::<f64>() / 2.0
}
