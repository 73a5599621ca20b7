//! The state of an object in a few words, close to what `kubectl get` shows.

use tarbox_model::object::{Node, Object, Pod};
use tarbox_model::overview::{Health, Site};
use tarbox_model::relations::Workload;
use tarbox_model::snapshot::Snapshot;

/// Seconds for which a pod may well be on its way.
const STARTING: i64 = 60;

/// A pod.
pub(super) fn pod(snapshot: &Snapshot, pod: &Object<Pod>) -> Site {
    let (health, state) = pod_state(snapshot, pod);
    let restarts: i32 = pod.containers().filter_map(|v| Some(v.status?.2.restart_count)).sum();
    let state = match restarts {
        0 => state,
        1 => format!("{state}, 1 restart"),
        _ => format!("{state}, {restarts} restarts"),
    };
    Site { health, object: pod.reference(), state }
}

fn pod_state(snapshot: &Snapshot, pod: &Object<Pod>) -> (Health, String) {
    if pod.metadata.deletion_timestamp.is_some() {
        return (Health::Partial, "terminating".to_owned());
    }
    match pod.status.phase.as_str() {
        "Succeeded" => return (Health::Unknown, "completed".to_owned()),
        "Failed" if pod.status.reason.is_empty() => return (Health::Unknown, "failed".to_owned()),
        "Failed" => return (Health::Unknown, pod.status.reason.clone()),
        _ => {}
    }
    if pod.is_ready() {
        return (Health::Good, "ready".to_owned());
    }
    let trouble = |view: tarbox_model::object::ContainerView<'_>| {
        let (_, _, status) = view.status?;
        let waiting = status.state.waiting.as_ref().map(|w| w.reason.clone());
        let ended = status.state.terminated.as_ref().filter(|t| t.exit_code != 0).map(|t| t.reason.clone());
        waiting.or(ended).filter(|reason| !reason.is_empty())
    };
    let on_the_way = |reason: &str| matches!(reason, "ContainerCreating" | "PodInitializing");
    let reasons: Vec<String> = pod.containers().filter_map(trouble).collect();
    if let Some(reason) = reasons.iter().find(|reason| !on_the_way(reason)) {
        return (Health::Bad, reason.clone());
    }
    let health = if snapshot.is_starting(pod, STARTING) { Health::Partial } else { Health::Bad };
    let state = match reasons.into_iter().next() {
        Some(reason) => reason,
        None if pod.spec.node_name.is_empty() => "not scheduled".to_owned(),
        None => "not ready".to_owned(),
    };
    (health, state)
}

/// A workload, by its own count of pods.
pub(super) fn workload(it: &Workload<'_>) -> Site {
    let health = match (it.ready, it.desired) {
        (_, ..=0) => Health::Unknown,
        (..=0, _) => Health::Bad,
        (ready, desired) if ready < desired => Health::Partial,
        _ => Health::Good,
    };
    let state = match (it.desired, it.reference.kind.as_str()) {
        (..=0, "DaemonSet") => "no node is to run it".to_owned(),
        (..=0, _) => "scaled to 0".to_owned(),
        (desired, _) => format!("{} of {desired} ready", it.ready),
    };
    Site { health, object: it.reference.clone(), state }
}

/// A node.
pub(super) fn node(node: &Object<Node>) -> Site {
    let pressure = node.status.conditions.iter().find(|c| c.r#type.ends_with("Pressure") && c.status == "True");
    let (health, state) = match pressure {
        _ if !node.is_ready() => (Health::Bad, "not ready".to_owned()),
        Some(condition) => (Health::Partial, condition.r#type.clone()),
        None if node.spec.unschedulable => (Health::Partial, "cordoned".to_owned()),
        None => (Health::Good, "ready".to_owned()),
    };
    Site { health, object: node.reference(), state }
}
