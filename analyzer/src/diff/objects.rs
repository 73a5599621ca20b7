//! Objects before and after, by kind, namespace and name. What a controller names anew every time (pods, ReplicaSets, Jobs
//! of a CronJob, EndpointSlices) is told of whoever it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use tarbox_model::object::{Kind, Object, Pod};
use tarbox_model::{Context, ObjectRef, Snapshot};

use super::fields::{Fields, SameKey, fields, hidden_names, without_names};
use super::{Change, FieldChange};

/// Kinds that beat, or mirror another kind.
const NOISE: &[&str] = &["IPAddress", "PodMetrics", "NodeMetrics", "ComponentStatus", "CSINode"];

/// A ConfigMap that Kubernetes copies into every namespace: one copy is told.
const COPIED: &str = "kube-root-ca.crt";
const ORIGINAL: &str = "kube-system";

/// What differs, and what could not be compared.
pub(super) struct Comparison {
    pub(super) changes: BTreeMap<ObjectRef, Change>,
    pub(super) not_compared: Vec<String>,
}

/// An object's fields and the resource that it was listed as.
#[derive(Debug, Default)]
struct Known {
    resource: String,
    /// Whether the object itself was read; else only what belongs to it.
    listed: bool,
    fields: Fields,
}

type Objects = BTreeMap<ObjectRef, Known>;

pub(super) fn compare(old: &Context<'_>, new: &Context<'_>) -> Comparison {
    let (mut before, mut after) = (objects(old), objects(new));
    let (old, new) = (old.snapshot, new.snapshot);
    let names = |objects: &Objects| objects.values().flat_map(|known| hidden_names(&known.fields)).collect::<BTreeSet<_>>();
    let mut not_compared = BTreeSet::new();
    if SameKey::of(&names(&before), &names(&after)) == SameKey::No {
        before.values_mut().chain(after.values_mut()).for_each(|known| without_names(&mut known.fields));
        not_compared.insert("hidden values: each bundle names them by a key of its own; kinds and sizes are compared".to_owned());
    }
    // What belongs to an object is compared where both bundles have all of it.
    for (resource, prefix) in [("pods", "pods"), ("endpointslices", "endpoints"), ("jobs", "jobs")] {
        if let Some(why) = lacking(old, new, resource) {
            let belongs = |path: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
            before.values_mut().chain(after.values_mut()).for_each(|known| known.fields.retain(|path, _| !belongs(path)));
            not_compared.insert(why);
        }
    }
    let mut changes = BTreeMap::new();
    let everything: BTreeSet<&ObjectRef> = before.keys().chain(after.keys()).collect();
    for object in everything {
        let change = match (before.get(object), after.get(object)) {
            (Some(a), Some(b)) if a.listed == b.listed => Some(Change::Changed(changed(&a.fields, &b.fields))),
            (a, b) => match (a.filter(|k| k.listed), b.filter(|k| k.listed)) {
                (Some(known), None) => only(old, new, known, Change::Gone, &mut not_compared),
                (None, Some(known)) => only(old, new, known, Change::Appeared, &mut not_compared),
                _ => None,
            },
        };
        if let Some(change) = change.filter(|change| !matches!(change, Change::Changed(fields) if fields.is_empty())) {
            changes.insert(object.clone(), change);
        }
    }
    Comparison { changes, not_compared: not_compared.into_iter().collect() }
}

/// An object of one bundle: the other one must have been able to show it.
fn only(old: &Snapshot, new: &Snapshot, known: &Known, change: Change, not_compared: &mut BTreeSet<String>) -> Option<Change> {
    match lacking(old, new, &known.resource) {
        Some(why) => {
            not_compared.insert(why);
            None
        }
        None => Some(change),
    }
}

/// Why a resource cannot be compared, if it cannot.
fn lacking(old: &Snapshot, new: &Snapshot, resource: &str) -> Option<String> {
    let whole = |snapshot: &Snapshot| {
        let coverage = &snapshot.coverage;
        // A kind that no list of kinds has did not exist, where that list is whole.
        let unknown = coverage.outcome(resource) == tarbox_model::coverage::Outcome::NotCollected;
        coverage.is_complete(resource) || (unknown && coverage.is_complete("customresourcedefinitions"))
    };
    let (side, snapshot) = [("old", old), ("new", new)].into_iter().find(|(_, snapshot)| !whole(snapshot))?;
    Some(format!("{resource}: {} in the {side} bundle", snapshot.coverage.outcome(resource).words()))
}

/// Fields that differ.
fn changed(old: &Fields, new: &Fields) -> Vec<FieldChange> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |path: &String| FieldChange { field: path.clone(), old: old.get(path).cloned(), new: new.get(path).cloned() };
    paths.into_iter().map(change).filter(|it| it.old != it.new).collect()
}

/// Every object that is compared.
fn objects(context: &Context<'_>) -> Objects {
    let s = context.snapshot;
    let mut into = Objects::new();
    list(&s.nodes, &mut into);
    list(&s.namespaces, &mut into);
    list(&s.deployments, &mut into);
    list(&s.replica_sets, &mut into);
    list(&s.stateful_sets, &mut into);
    list(&s.daemon_sets, &mut into);
    list(&s.jobs, &mut into);
    list(&s.cron_jobs, &mut into);
    list(&s.services, &mut into);
    list(&s.ingresses, &mut into);
    list(&s.ingress_classes, &mut into);
    list(&s.config_maps, &mut into);
    list(&s.secrets, &mut into);
    list(&s.service_accounts, &mut into);
    list(&s.roles, &mut into);
    list(&s.role_bindings, &mut into);
    list(&s.persistent_volumes, &mut into);
    list(&s.persistent_volume_claims, &mut into);
    list(&s.storage_classes, &mut into);
    list(&s.resource_quotas, &mut into);
    list(&s.limit_ranges, &mut into);
    list(&s.network_policies, &mut into);
    list(&s.disruption_budgets, &mut into);
    list(&s.autoscalers, &mut into);
    list(&s.api_services, &mut into);
    for object in s.custom.iter().filter(|object| !NOISE.contains(&&*object.kind)) {
        // `objects/<group>/<version>/<resource>[.<part>].ndjson`
        let file = object.origin.path.rsplit('/').next().unwrap_or_default();
        let resource = file.split('.').next().unwrap_or_default();
        put(object.reference(), resource, &object.value, &mut into);
    }
    pods(context, &mut into);
    for slice in &s.endpoint_slices {
        if let Some(service) = slice.metadata.labels.get("kubernetes.io/service-name") {
            let (ready, not): (Vec<_>, Vec<_>) = slice.endpoints.iter().partition(|endpoint| endpoint.conditions.ready != Some(false));
            let service = ObjectRef::new("Service", slice.metadata.namespace.as_str(), service.as_str());
            let fields = &mut into.entry(service).or_default().fields;
            add(fields, "endpoints.ready", ready.len());
            add(fields, "endpoints.notReady", not.len());
        }
    }
    for job in s.jobs.iter() {
        if let Some(owner) = job.metadata.controller() {
            let owner = ObjectRef::new(owner.kind.as_str(), job.metadata.namespace.as_str(), owner.name.as_str());
            let ended = |kind: &str| job.status.conditions.iter().any(|c| c.r#type == kind && c.status == "True");
            let state = if ended("Failed") {
                "jobs.failed"
            } else if ended("Complete") {
                "jobs.complete"
            } else {
                "jobs.running"
            };
            add(&mut into.entry(owner).or_default().fields, state, 1);
        }
    }
    into
}

/// Objects of a kind; what a controller made is told of the controller.
fn list<T: Kind + Serialize>(objects: &[Object<T>], into: &mut Objects) {
    let made = |object: &&Object<T>| match T::KIND {
        "ReplicaSet" | "Job" => object.metadata().controller().is_some(),
        "ConfigMap" => object.metadata().name == COPIED && object.metadata().namespace != ORIGINAL,
        _ => false,
    };
    for object in objects.iter().filter(|object| !made(object)) {
        // A shape always becomes JSON: its maps have text for keys.
        let value = serde_json::to_value(&object.value).unwrap_or(Value::Null);
        put(object.reference(), T::RESOURCE, &value, into);
    }
}

fn put(object: ObjectRef, resource: &str, value: &Value, into: &mut Objects) {
    let known = into.entry(object).or_default();
    resource.clone_into(&mut known.resource);
    known.listed = true;
    known.fields.extend(fields(value));
}

/// Pods of a workload, counted; a pod without a workload by itself.
fn pods(context: &Context<'_>, into: &mut Objects) {
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        let known = into.entry(owner).or_default();
        if workload.is_none() {
            "pods".clone_into(&mut known.resource);
            known.listed = true;
            let spec = serde_json::json!({ "spec": serde_json::to_value(&pod.spec).unwrap_or(Value::Null) });
            known.fields.extend(fields(&spec));
        }
        tell(pod, &mut known.fields);
    }
}

fn tell(pod: &Object<Pod>, fields: &mut Fields) {
    add(fields, &format!("pods.{}", if pod.status.phase.is_empty() { "Unknown" } else { &pod.status.phase }), 1);
    if pod.is_active() {
        add(fields, if pod.is_ready() { "pods.ready" } else { "pods.notReady" }, 1);
    }
    for status in pod.status.init_container_statuses.iter().chain(&pod.status.container_statuses) {
        let path = format!("pods.containers[{}]", status.name);
        let restarts = usize::try_from(status.restart_count).unwrap_or_default();
        add(fields, &format!("{path}.restarts"), restarts);
        let state = match (&status.state.waiting, &status.state.terminated) {
            (Some(waiting), _) => format!("waiting[{}]", waiting.reason),
            (None, Some(ended)) => format!("ended[{}, {}]", ended.reason, ended.exit_code),
            (None, None) if status.state.running.is_some() => "running".to_owned(),
            (None, None) => continue,
        };
        add(fields, &format!("{path}.{state}"), 1);
    }
}

/// Adds to a count.
fn add(fields: &mut Fields, path: &str, count: usize) {
    let value = fields.entry(path.to_owned()).or_default();
    *value = (value.parse::<usize>().unwrap_or_default() + count).to_string();
}
