//! What stands behind each Service: the pods that its selector matches, its endpoints, the workloads that would make such
//! pods.

use std::collections::HashMap;

use tarbox_model::object::{EndpointSlice, Object, Pod, Service};
use tarbox_model::relations::workloads;
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot};

/// A Service with what is behind it.
#[derive(Debug, Clone)]
pub(crate) struct Backing<'a> {
    /// The Service.
    pub(crate) service: &'a Object<Service>,
    /// Its name.
    pub(crate) reference: ObjectRef,
    /// Pods that its selector matches and that should be serving.
    pub(crate) pods: Vec<&'a Object<Pod>>,
    /// Whether its selector matches pods that have ended.
    pub(crate) ended: bool,
    /// Addresses that take traffic and that do not, by EndpointSlices or Endpoints; `None` when neither tells of it.
    pub(crate) endpoints: Option<(usize, usize)>,
    /// Where the endpoints were read.
    pub(crate) evidence: Option<Evidence>,
    /// Workloads whose pods it selects, or would if they had any.
    pub(crate) workloads: Vec<ObjectRef>,
}

impl Backing<'_> {
    /// Whether anybody answers behind it, as far as is known.
    pub(crate) fn serves(&self) -> bool {
        self.endpoints.is_some_and(|(ready, _)| ready > 0) || self.pods.iter().any(|p| p.is_ready())
    }

    /// Whether it is known what is behind it: its pods, or its endpoints.
    pub(crate) fn is_known(&self, snapshot: &Snapshot) -> bool {
        self.endpoints.is_some() || snapshot.coverage.is_complete("pods")
    }
}

/// Every Service that selects pods.
pub(crate) fn backings<'a>(context: &Context<'a>) -> Vec<Backing<'a>> {
    let snapshot = context.snapshot;
    let mut makers: HashMap<(&str, &str), Vec<ObjectRef>> = HashMap::new();
    for workload in workloads(snapshot) {
        for service in context.relations.services_of(snapshot, &workload.reference) {
            makers.entry(name(service)).or_default().push(workload.reference.clone());
        }
    }
    let slices = slices(snapshot);
    let all = context.relations.services_with_pods(snapshot);
    all.filter(|(service, _)| !service.spec.selector.is_empty() && service.spec.r#type != "ExternalName")
        .map(|(service, matched)| {
            let (pods, ended): (Vec<_>, Vec<_>) = matched.partition(|p| p.is_active());
            let (endpoints, evidence) = endpoints(snapshot, &slices, service).unzip();
            let workloads = makers.remove(&name(service)).unwrap_or_default();
            Backing { service, reference: service.reference(), pods, ended: !ended.is_empty(), endpoints, evidence, workloads }
        })
        .collect()
}

/// Namespace and name.
fn name(service: &Service) -> (&str, &str) {
    (&service.metadata.namespace, &service.metadata.name)
}

type Slices<'a> = HashMap<(&'a str, &'a str), Vec<&'a Object<EndpointSlice>>>;

/// EndpointSlices by namespace and Service.
fn slices(snapshot: &Snapshot) -> Slices<'_> {
    let mut by_service: Slices<'_> = HashMap::new();
    for slice in &snapshot.endpoint_slices {
        if let Some(service) = slice.metadata.labels.get("kubernetes.io/service-name") {
            by_service.entry((slice.metadata.namespace.as_str(), service.as_str())).or_default().push(slice);
        }
    }
    by_service
}

/// Addresses of a Service that take traffic and that do not, and where that stands.
fn endpoints(snapshot: &Snapshot, slices: &Slices<'_>, service: &Service) -> Option<((usize, usize), Evidence)> {
    let key = name(service);
    if let Some(slices) = slices.get(&key) {
        let all = || slices.iter().flat_map(|s| &s.endpoints);
        let ready = all().filter(|e| e.conditions.ready != Some(false)).count();
        return Some(((ready, all().count() - ready), slices.first()?.named()));
    }
    let old = Snapshot::find(&snapshot.endpoints, key.0, key.1)?;
    let ready = old.subsets.iter().map(|s| s.addresses.len()).sum();
    let not_ready = old.subsets.iter().map(|s| s.not_ready_addresses.len()).sum();
    Some(((ready, not_ready), old.named()))
}
