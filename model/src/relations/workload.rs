//! One view of everything that makes pods.

use crate::evidence::Origin;
use crate::object::{Condition, DaemonSet, Deployment, Kind, Metadata, Object, PodTemplate, ReplicaSet, StatefulSet};
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
    let mut all: Vec<Workload<'_>> = snapshot.deployments.iter().map(of_deployment).collect();
    all.extend(snapshot.stateful_sets.iter().map(of_stateful_set));
    all.extend(snapshot.daemon_sets.iter().map(of_daemon_set));
    all.extend(snapshot.replica_sets.iter().filter_map(of_replica_set));
    all
}

/// The workload that an object is.
pub fn workload<'a>(snapshot: &'a Snapshot, wanted: &ObjectRef) -> Option<Workload<'a>> {
    let (namespace, name) = (wanted.namespace.as_str(), wanted.name.as_str());
    match wanted.kind.as_str() {
        "Deployment" => Snapshot::find(&snapshot.deployments, namespace, name).map(of_deployment),
        "StatefulSet" => Snapshot::find(&snapshot.stateful_sets, namespace, name).map(of_stateful_set),
        "DaemonSet" => Snapshot::find(&snapshot.daemon_sets, namespace, name).map(of_daemon_set),
        "ReplicaSet" => Snapshot::find(&snapshot.replica_sets, namespace, name).and_then(of_replica_set),
        _ => None,
    }
}

fn of_deployment(o: &Object<Deployment>) -> Workload<'_> {
    let (desired, ready, conditions) = (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &*o.status.conditions);
    Workload { desired, ready, conditions, ..view(o, &o.spec.selector, &o.spec.template) }
}

fn of_stateful_set(o: &Object<StatefulSet>) -> Workload<'_> {
    let (desired, ready, conditions) = (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &*o.status.conditions);
    Workload { desired, ready, conditions, ..view(o, &o.spec.selector, &o.spec.template) }
}

fn of_daemon_set(o: &Object<DaemonSet>) -> Workload<'_> {
    let (desired, ready) = (o.status.desired_number_scheduled, o.status.number_ready);
    Workload { desired, ready, ..view(o, &o.spec.selector, &o.spec.template) }
}

/// One that stands alone.
fn of_replica_set(o: &Object<ReplicaSet>) -> Option<Workload<'_>> {
    let (desired, ready, conditions) = (o.spec.replicas.unwrap_or(1), o.status.ready_replicas, &*o.status.conditions);
    let alone = o.metadata.owner_references.is_empty();
    alone.then(|| Workload { desired, ready, conditions, ..view(o, &o.spec.selector, &o.spec.template) })
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
