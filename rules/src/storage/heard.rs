//! Claims that a bundle does not hold and that events tell of: not every tool collects claims.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Event, Object};
use tarbox_model::{Context, ObjectRef, Snapshot};

/// A claim that waits, by the newest event about it.
#[derive(Debug, Clone)]
pub(super) struct Heard<'a> {
    /// The claim.
    pub(super) claim: ObjectRef,
    /// That event.
    pub(super) event: &'a Object<Event>,
    /// Workloads that mount it.
    consumers: Vec<ObjectRef>,
}

/// Every claim without an object whose newest event tells that no volume could be made or found, and that a pod waits for.
pub(super) fn heard<'a>(context: &Context<'a>) -> Vec<Heard<'a>> {
    let snapshot = context.snapshot;
    if snapshot.coverage.is_complete("persistentvolumeclaims") {
        return Vec::new();
    }
    let mut newest: BTreeMap<ObjectRef, &Object<Event>> = BTreeMap::new();
    for event in snapshot.events.iter().filter(|e| e.involved_object.kind == "PersistentVolumeClaim") {
        newest.insert(event.about(), event);
    }
    let unknown = newest.into_iter().filter(|(claim, event)| {
        let fails = matches!(event.reason.as_str(), "ProvisioningFailed" | "FailedBinding");
        fails && Snapshot::find(&snapshot.persistent_volume_claims, &claim.namespace, &claim.name).is_none()
    });
    let all = unknown.map(|(claim, event)| {
        let consumers = context.relations.workloads_mounting(&claim).cloned().collect();
        Heard { claim, event, consumers }
    });
    all.filter(|heard| heard.consumers.is_empty() || heard.consumers.iter().any(|c| waits(context, c))).collect()
}

/// Whether a pod of a workload has no node yet.
fn waits(context: &Context<'_>, workload: &ObjectRef) -> bool {
    let mut pods = context.relations.pods_of(context.snapshot, workload).chain(context.snapshot.pod(&workload.namespace, &workload.name));
    pods.any(|p| p.is_active() && p.spec.node_name.is_empty())
}

impl Heard<'_> {
    /// What all findings about such a claim share.
    pub(super) fn finding(&self, title: String) -> Finding {
        let single = self.consumers.first().filter(|_| self.consumers.len() == 1);
        Finding::new(self.claim.clone(), title, self.event.evidence("/message", self.event.message.as_str()))
            .workload(single.cloned())
            .seen(self.event.first_seen(), self.event.last_seen())
    }
}
