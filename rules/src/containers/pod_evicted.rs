//! # pod-evicted
//!
//! A node that has not enough of something has evicted pods, or turned them away.
//!
//! ## What it detects
//! Pods that the kubelet ended because the node was low on memory, disk, inodes or process ids: which resource, how much was
//! left, and how much the pod used beyond its request. And pods that the kubelet did not even take in (`OutOfcpu`, `NodeAffinity`,
//! `UnexpectedAdmissionError`), although somebody had placed them on its node.
//!
//! ## Why it happens
//! Pods use more than they request, so that the scheduler packs a node too full; those furthest above their request go first.
//! Pods are turned away where `nodeName` goes around the scheduler, or the node lost labels or devices since.
//!
//! ## How to confirm
//! `kubectl get pods -A --field-selector status.phase=Failed`, and `kubectl describe node NAME`, under *Conditions*.
//!
//! ## How to fix
//! Request what the pods really use, and limit what grows; free or enlarge the node's disk.
//!
//! ## When it stays silent
//! When the eviction is more than an hour old and the workload has all its pods (for pods that were turned away: at once); when the pod broke a limit of its own
//! (ephemeral-storage-exceeded); when somebody drained the node.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use crate::commands::{edit, set};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-evicted",
    title: "A node has evicted pods, or turned them away",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Memory Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::NodeDown],
    check,
};

/// Seconds after which an eviction of a workload that is whole no longer counts.
const RECENT: i64 = 3600;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if pod.status.phase == "Failed" && is_rejection(&pod.status.reason) && pod.containers().all(|v| v.status.is_none()) {
            let whole = workload.is_some_and(|w| context.relations.is_whole(context.snapshot, w));
            findings.extend((!whole).then(|| rejected(pod, workload)));
            continue;
        }
        let low = pod.status.message.split_once("The node was low on resource: ").map(|(_, rest)| rest);
        let Some(rest) = low.filter(|_| pod.status.phase == "Failed" && pod.status.reason == "Evicted") else { continue };
        let resource = rest.split(['.', ' ', '[', ']']).find(|w| !w.is_empty()).unwrap_or("something");
        let whole = workload.is_some_and(|w| context.relations.is_whole(context.snapshot, w));
        let at = evicted_at(context, pod);
        let old = context.snapshot.age_seconds(at).is_some_and(|age| age > RECENT);
        if !(whole && old) {
            findings.push(finding(context, pod, workload, resource, at).severity(if whole { Severity::Medium } else { Severity::High }));
        }
    }
    findings
}

/// Reasons for which a kubelet does not take a pod in, although it was placed on its node.
fn is_rejection(reason: &str) -> bool {
    reason.starts_with("OutOf") || matches!(reason, "NodeAffinity" | "UnexpectedAdmissionError" | "TopologyAffinityError")
}

fn rejected(pod: &Object<Pod>, workload: Option<&ObjectRef>) -> Finding {
    let node = ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str());
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let (field, said) = if pod.status.message.is_empty() { ("reason", &pod.status.reason) } else { ("message", &pod.status.message) };
    let at = pod.status.start_time.or(pod.metadata.creation_timestamp);
    Finding::new(
        pod.reference(),
        format!("Node `{}` turned `{}` away: {}", node.name, owner.name, pod.status.reason),
        pod.evidence(format!("/status/{field}"), said.as_str()),
    )
    .summary(format!("The pod was placed on the node, and its kubelet did not take it in. It says: {}", said.trim()))
    .workload(workload.cloned())
    .confidence(0.93)
    .seen(at, at)
    .remedy("Compare what the node has with what the pod wants.", format!("kubectl describe node {}", node.name))
    .remedy("If the pod's template names a node (`nodeName`), leave the choice to the scheduler. This starts new pods.", edit(&owner))
    .depends_on(node.clone())
    .cause(node)
}

/// When the pod was evicted, as far as it is told.
fn evicted_at(context: &Context<'_>, pod: &Object<Pod>) -> Option<Timestamp> {
    let reference = pod.reference();
    let event = context.relations.events_about(context.snapshot, &reference).rfind(|e| e.reason == "Evicted").and_then(|e| e.last_seen());
    let disrupted = || condition(&pod.status.conditions, "DisruptionTarget").and_then(|(_, c)| c.last_transition_time);
    let ended = || pod.containers().filter_map(|v| v.status?.2.state.terminated.as_ref()?.finished_at).max();
    event.or_else(disrupted).or_else(ended).or(pod.status.start_time).or(pod.metadata.creation_timestamp)
}

fn finding(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>, resource: &str, at: Option<Timestamp>) -> Finding {
    let node = ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str());
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let pressure = context.snapshot.node(&node.name).and_then(|n| {
        let kind = match resource {
            "memory" => "MemoryPressure",
            "pids" => "PIDPressure",
            _ => "DiskPressure",
        };
        let (i, _) = n.condition(kind).filter(|(_, c)| c.status == "True")?;
        Some(n.evidence(format!("/status/conditions/{i}/status"), "True"))
    });
    let lasting = if pressure.is_some() { " The node is still under pressure." } else { "" };
    let mut finding = Finding::new(
        pod.reference(),
        format!("Node `{}` evicted `{}`: it was low on {resource}", node.name, owner.name),
        pod.evidence("/status/message", pod.status.message.as_str()),
    )
    .summary(format!("The kubelet says: {}{lasting}", pod.status.message.trim()))
    .workload(workload.cloned())
    .confidence(0.93)
    .evidence(pressure)
    .seen(at, at);
    if let Some((container, used)) = above_request(&pod.status.message).filter(|_| resource == "memory") {
        finding = finding.remedy(
            format!("Request what container `{container}` really uses. This starts new pods."),
            set(&owner, "resources", &format!("-c {container} --requests=memory={used}")),
        );
    }
    finding
        .remedy(format!("See what uses the {resource} of the node."), format!("kubectl describe node {}", node.name))
        .remedy(
            "Clear the remains of evicted pods away.",
            format!("kubectl delete pods -n {} --field-selector status.phase=Failed", pod.metadata.namespace),
        )
        .depends_on(node.clone())
        .cause(node)
}

/// The container that used more than it requested, and how much.
fn above_request(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once("Container ")?;
    let (name, rest) = rest.split_once(" was using ")?;
    Some((name, rest.split([',', ' ']).next()?))
}
