//! What happened when: warnings, restarts, rollouts, bursts of errors in logs, trouble of nodes, in one order.

use std::collections::BTreeMap;

use tarbox_model::analysis::Moment;
use tarbox_model::log::{ContainerLog, Template};
use tarbox_model::snapshot::Snapshot;
use tarbox_model::{Context, ObjectRef, Timestamp};

/// Most moments kept; the latest win.
const MOMENTS: usize = 400;
/// Copies of one error line that make a burst.
const BURST: u64 = 10;
/// Most bursts told; the largest win.
const BURSTS: usize = 40;

/// The moments, oldest first.
pub(crate) fn moments(context: &Context<'_>) -> Vec<Moment> {
    let mut all = Vec::new();
    events(context.snapshot, &mut all);
    ends_of_containers(context.snapshot, &mut all);
    rollouts(context.snapshot, &mut all);
    nodes(context.snapshot, &mut all);
    bursts(context.snapshot, &mut all);
    all.sort();
    all.dedup();
    let surplus = all.len().saturating_sub(MOMENTS);
    all.drain(..surplus);
    all
}

/// Warnings, told once for each object, reason and message.
fn events(snapshot: &Snapshot, all: &mut Vec<Moment>) {
    let mut told: BTreeMap<(ObjectRef, &str, &str), (Timestamp, i64)> = BTreeMap::new();
    for event in snapshot.events.iter().filter(|e| e.r#type == "Warning") {
        let Some(time) = event.first_seen() else { continue };
        let known = told.entry((event.about(), &event.reason, &event.message)).or_insert((time, 0));
        known.0 = known.0.min(time);
        known.1 += event.times();
    }
    let moments = told.into_iter().map(|((object, reason, message), (time, count))| Moment {
        time,
        kind: "event",
        object,
        text: format!("{reason}: {message}"),
        count,
    });
    all.extend(moments);
}

/// Ends of containers, the present and the last.
fn ends_of_containers(snapshot: &Snapshot, all: &mut Vec<Moment>) {
    for pod in &snapshot.pods {
        for view in pod.containers() {
            let Some((_, _, status)) = view.status else { continue };
            for end in [&status.last_state.terminated, &status.state.terminated].into_iter().flatten() {
                let (Some(time), false) = (end.finished_at, end.exit_code == 0) else { continue };
                let text = format!("container {} ended: {}, exit code {}", status.name, end.reason, end.exit_code);
                all.push(Moment { time, kind: "restart", object: pod.reference(), text, count: i64::from(status.restart_count.max(1)) });
            }
        }
    }
}

/// New revisions of Deployments: each ReplicaSet is one.
fn rollouts(snapshot: &Snapshot, all: &mut Vec<Moment>) {
    for set in &snapshot.replica_sets {
        let (Some(time), Some(owner)) = (set.metadata.creation_timestamp, set.metadata.controller()) else { continue };
        let revision = set.metadata.annotations.get("deployment.kubernetes.io/revision").map_or("?", String::as_str);
        let images: Vec<_> = set.spec.template.spec.containers.iter().map(|c| c.image.as_str()).collect();
        let object = ObjectRef::new(owner.kind.as_str(), set.metadata.namespace.as_str(), owner.name.as_str());
        all.push(Moment { time, kind: "rollout", object, text: format!("revision {revision}: {}", images.join(", ")), count: 1 });
    }
}

/// Nodes that became unready or came under pressure.
fn nodes(snapshot: &Snapshot, all: &mut Vec<Moment>) {
    for node in &snapshot.nodes {
        for condition in &node.status.conditions {
            let bad = match condition.r#type.as_str() {
                "Ready" => condition.status != "True",
                "MemoryPressure" | "DiskPressure" | "PIDPressure" | "NetworkUnavailable" => condition.status == "True",
                _ => false,
            };
            if let Some(time) = condition.last_transition_time.filter(|_| bad) {
                all.push(Moment {
                    time,
                    kind: "node",
                    object: node.reference(),
                    text: format!("{} is {}: {}", condition.r#type, condition.status, condition.message),
                    count: 1,
                });
            }
        }
    }
}

/// Error lines that a log repeats: told where they begin, with how many there are.
fn bursts(snapshot: &Snapshot, all: &mut Vec<Moment>) {
    let templates = snapshot.logs.iter().flat_map(|log| log.templates.iter().map(move |template| (log, template)));
    let burst = |(log, template): (&ContainerLog, &Template)| {
        let time = template.first.time.filter(|_| template.count >= BURST)?;
        let text = format!("container {} logs: {}", log.container, template.first.text.trim());
        Some(Moment { time, kind: "log", object: log.pod_reference(), text, count: i64::try_from(template.count).unwrap_or(i64::MAX) })
    };
    let mut bursts: Vec<Moment> = templates.filter_map(burst).collect();
    bursts.sort_by(|a, b| (b.count, a).cmp(&(a.count, b)));
    bursts.truncate(BURSTS);
    all.extend(bursts);
}
