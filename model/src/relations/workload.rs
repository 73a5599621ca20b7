//! One view of everything that makes pods.

use crate::evidence::Origin;
use crate::object::{Condition, Kind, Metadata, Object, PodTemplate};
use crate::reference::ObjectRef;
use crate::selector::LabelSelector;
use crate::snapshot::Snapshot;

/// A Deployment, StatefulSet or DaemonSet, or a ReplicaSet that stands alone.
#[derive(Debug, Clone)]
pub struct Workload<'a> {
    /// Kind, namespace and name.
    pub reference: ObjectRef,
    /// Metadata.
    pub metadata: &'a Metadata,
    /// Where it was read; the template stands at `/spec/template`.
    pub origin: &'a Origin,
    /// Which pods are its own.
    pub selector: &'a LabelSelector,
    /// What its pods look like.
    pub template: &'a PodTemplate,
    /// Pods wanted; nodes that should run it, for a DaemonSet.
    pub desired: i32,
    /// Pods ready.
    pub ready: i32,
    /// Conditions.
    pub conditions: &'a [Condition],
}

/// All workloads, by kind, namespace and name.
pub fn workloads(snapshot: &Snapshot) -> Vec<Workload<'_>> {
    let mut all = Vec::new();
    for o in &snapshot.deployments {
        let mut workload = view(o, &o.spec.selector, &o.spec.template);
        (workload.desired, workload.ready, workload.conditions) =
            (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &o.status.conditions);
        all.push(workload);
    }
    for o in &snapshot.stateful_sets {
        let mut workload = view(o, &o.spec.selector, &o.spec.template);
        (workload.desired, workload.ready, workload.conditions) =
            (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &o.status.conditions);
        all.push(workload);
    }
    for o in &snapshot.daemon_sets {
        let mut workload = view(o, &o.spec.selector, &o.spec.template);
        (workload.desired, workload.ready) = (o.status.desired_number_scheduled, o.status.number_ready);
        all.push(workload);
    }
    for o in snapshot.replica_sets.iter().filter(|o| o.metadata.owner_references.is_empty()) {
        let mut workload = view(o, &o.spec.selector, &o.spec.template);
        (workload.desired, workload.ready, workload.conditions) =
            (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &o.status.conditions);
        all.push(workload);
    }
    all
}

fn view<'a, T: Kind>(object: &'a Object<T>, selector: &'a LabelSelector, template: &'a PodTemplate) -> Workload<'a> {
    Workload {
        reference: object.reference(),
        metadata: object.metadata(),
        origin: &object.origin,
        selector,
        template,
        desired: 0,
        ready: 0,
        conditions: &[],
    }
}
