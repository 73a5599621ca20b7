//! Who was not allowed to create something, and in which words the API server refused.

use std::collections::BTreeMap;

use tarbox_model::object::condition;
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot, Timestamp};

/// A controller that may not create its pods (or claims), at the bundle's time.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    /// Who was refused: ReplicaSet, StatefulSet, DaemonSet, Job.
    pub(super) by: ObjectRef,
    /// The workload above it.
    pub(super) workload: ObjectRef,
    /// The API server's words.
    pub(super) message: String,
    /// Where they stand.
    pub(super) evidence: Evidence,
    /// Times it happened.
    pub(super) times: i64,
    /// Pods that are missing, as far as it is told.
    pub(super) missing: i32,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

/// Every refusal that still holds: by the condition `ReplicaFailure`, else by the newest `FailedCreate` event of a
/// controller that exists and still lacks pods.
pub(super) fn refusals(context: &Context<'_>) -> Vec<Refusal> {
    let mut all = Vec::new();
    for (by, workload, missing, told) in controllers(context.snapshot) {
        let events = context.relations.events_about(context.snapshot, &by).filter(|e| e.reason == "FailedCreate");
        let (mut times, mut newest) = (0, None);
        let mut first: Option<Timestamp> = None;
        for event in events {
            times += event.times();
            first = [first, event.first_seen()].into_iter().flatten().min();
            newest = Some(event);
        }
        let last = newest.and_then(|e| e.last_seen());
        let event = newest.map(|e| (e.message.clone(), e.evidence("/message", e.message.as_str())));
        let Some((message, evidence)) = told.or_else(|| event.filter(|_| missing > 0)) else { continue };
        all.push(Refusal { by, workload, message, evidence, times, missing, first, last });
    }
    all
}

type Controller = (ObjectRef, ObjectRef, i32, Option<(String, Evidence)>);

/// Controllers that lack pods, with what their conditions say of it.
fn controllers(snapshot: &Snapshot) -> Vec<Controller> {
    let mut all: BTreeMap<ObjectRef, Controller> = BTreeMap::new();
    for set in &snapshot.replica_sets {
        let missing = set.spec.replicas.unwrap_or(1) - set.status.replicas;
        let owner = set.metadata.controller();
        let workload =
            owner.map_or_else(|| set.reference(), |o| ObjectRef::new(o.kind.as_str(), set.metadata.namespace.as_str(), o.name.as_str()));
        let told = condition(&set.status.conditions, "ReplicaFailure").filter(|(_, c)| c.status == "True" && missing > 0);
        let told = told.map(|(i, c)| (c.message.clone(), set.evidence(format!("/status/conditions/{i}/message"), c.message.as_str())));
        if missing > 0 {
            all.insert(set.reference(), (set.reference(), workload, missing, told));
        }
    }
    for deployment in &snapshot.deployments {
        let known = all.values().any(|(_, workload, _, told)| *workload == deployment.reference() && told.is_some());
        let told = condition(&deployment.status.conditions, "ReplicaFailure").filter(|(_, c)| c.status == "True" && !known);
        if let Some((i, c)) = told {
            let missing = deployment.spec.replicas.unwrap_or(1) - deployment.status.updated_replicas;
            let evidence = deployment.evidence(format!("/status/conditions/{i}/message"), c.message.as_str());
            let by = deployment.reference();
            all.insert(by.clone(), (by.clone(), by, missing.max(0), Some((c.message.clone(), evidence))));
        }
    }
    for set in &snapshot.stateful_sets {
        let missing = set.spec.replicas.unwrap_or(1) - set.status.replicas;
        if missing > 0 {
            all.insert(set.reference(), (set.reference(), set.reference(), missing, None));
        }
    }
    for set in &snapshot.daemon_sets {
        let missing = set.status.desired_number_scheduled - set.status.current_number_scheduled;
        if missing > 0 {
            all.insert(set.reference(), (set.reference(), set.reference(), missing, None));
        }
    }
    for job in &snapshot.jobs {
        if job.status.completion_time.is_none() && job.status.active + job.status.succeeded + job.status.failed == 0 && !job.spec.suspend {
            let owner = job.metadata.controller();
            let workload = owner
                .map_or_else(|| job.reference(), |o| ObjectRef::new(o.kind.as_str(), job.metadata.namespace.as_str(), o.name.as_str()));
            all.insert(job.reference(), (job.reference(), workload, 1, None));
        }
    }
    all.into_values().collect()
}

/// The text between two marks.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(inner, _)| inner))
}
