//! Joins between objects, made once: owner, selector, route, placement, mount, address.

mod labelled;
mod workload;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use labelled::Labelled;
pub use workload::{Workload, workload, workloads};

use crate::object::{Event, Object, OwnerReference, Pod, Service};
use crate::reference::ObjectRef;
use crate::selector;
use crate::snapshot::Snapshot;

/// The joins. Positions are indices into the snapshot's lists.
#[derive(Debug, Clone, Default)]
pub struct Relations {
    /// By pod: the workload at the top of its owners (Deployment rather than ReplicaSet, CronJob rather than Job).
    workload_of_pod: Vec<Option<ObjectRef>>,
    pods_of_workload: BTreeMap<ObjectRef, Vec<usize>>,
    pods_on_node: BTreeMap<String, Vec<usize>>,
    pods_of_service: Vec<Vec<usize>>,
    services_of_workload: BTreeMap<ObjectRef, BTreeSet<usize>>,
    ingresses_of_service: BTreeMap<ObjectRef, BTreeSet<usize>>,
    workloads_of_claim: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
    service_by_address: BTreeMap<String, usize>,
    pod_by_address: BTreeMap<String, usize>,
    events_about: HashMap<ObjectRef, Vec<usize>>,
}

impl Relations {
    /// Makes the joins. Time grows with the number of objects and of matching pairs, never with their product.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut relations = Self { events_about: events_about(snapshot), ..Self::default() };
        relations.join_owners(snapshot);
        relations.join_services(snapshot);
        for (i, pod) in snapshot.pods.iter().enumerate() {
            if !pod.spec.node_name.is_empty() {
                relations.pods_on_node.entry(pod.spec.node_name.clone()).or_default().push(i);
            }
            if !pod.status.pod_ip.is_empty() && pod.is_active() && !pod.spec.host_network {
                relations.pod_by_address.insert(pod.status.pod_ip.clone(), i);
            }
            let workload = relations.workload_of(i).cloned().unwrap_or_else(|| pod.reference());
            for volume in &pod.spec.volumes {
                if let Some(claim) = &volume.persistent_volume_claim {
                    let claim = ObjectRef::new("PersistentVolumeClaim", pod.metadata.namespace.as_str(), claim.claim_name.as_str());
                    relations.workloads_of_claim.entry(claim).or_default().insert(workload.clone());
                }
            }
        }
        for (i, ingress) in snapshot.ingresses.iter().enumerate() {
            for (_, backend) in ingress.backends() {
                let service = ObjectRef::new("Service", ingress.metadata.namespace.as_str(), backend.name.as_str());
                relations.ingresses_of_service.entry(service).or_default().insert(i);
            }
        }
        relations
    }

    fn join_owners(&mut self, snapshot: &Snapshot) {
        for (i, pod) in snapshot.pods.iter().enumerate() {
            let top = pod.metadata.controller().map(|owner| {
                let namespace = pod.metadata.namespace.as_str();
                let of = |o: &OwnerReference| ObjectRef::new(o.kind.as_str(), namespace, o.name.as_str());
                match owner.kind.as_str() {
                    "ReplicaSet" => match Snapshot::find(&snapshot.replica_sets, namespace, &owner.name) {
                        Some(set) => of(set.metadata.controller().unwrap_or(owner)),
                        // Without the ReplicaSet its name still tells the Deployment: `NAME-HASH`, with the hash on the pod.
                        None => deployment_by_name(&owner.name, pod)
                            .map_or_else(|| of(owner), |name| ObjectRef::new("Deployment", namespace, name)),
                    },
                    "Job" => {
                        of(Snapshot::find(&snapshot.jobs, namespace, &owner.name).and_then(|o| o.metadata.controller()).unwrap_or(owner))
                    }
                    _ => of(owner),
                }
            });
            if let Some(top) = &top {
                self.pods_of_workload.entry(top.clone()).or_default().push(i);
            }
            self.workload_of_pod.push(top);
        }
    }

    /// Services to pods by their selectors.
    fn join_services(&mut self, snapshot: &Snapshot) {
        let pods = snapshot.pods.iter().enumerate();
        let labelled = Labelled::new(pods.map(|(i, pod)| (pod.metadata.namespace.as_str(), &pod.metadata.labels, i)));
        for (s, service) in snapshot.services.iter().enumerate() {
            let selector = &service.spec.selector;
            // Without a selector it is nobody's, not everybody's.
            let pods: Vec<usize> =
                if selector.is_empty() { Vec::new() } else { labelled.with(&service.metadata.namespace, selector).collect() };
            for &pod in &pods {
                if let Some(workload) = self.workload_of(pod).cloned() {
                    self.services_of_workload.entry(workload).or_default().insert(s);
                }
            }
            self.pods_of_service.push(pods);
            for address in service.spec.cluster_ips.iter().chain([&service.spec.cluster_ip]).chain(&service.spec.external_ips) {
                if !address.is_empty() && address != "None" {
                    self.service_by_address.insert(address.clone(), s);
                }
            }
        }
        // A workload scaled to nothing has no pods, yet its Services are its own: its template's labels tell. Services are
        // found by the first pair of their selector.
        let mut by_pair: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
        for (s, service) in snapshot.services.iter().enumerate() {
            if let Some((key, value)) = service.spec.selector.first() {
                by_pair.entry((&service.metadata.namespace, key, value)).or_default().push(s);
            }
        }
        for workload in workloads(snapshot) {
            let labels = &workload.template.metadata.labels;
            for (key, value) in labels {
                for &s in by_pair.get(&(workload.reference.namespace.as_str(), key.as_str(), value.as_str())).into_iter().flatten() {
                    if snapshot.services.get(s).is_some_and(|service| selector::subset(&service.spec.selector, labels)) {
                        self.services_of_workload.entry(workload.reference.clone()).or_default().insert(s);
                    }
                }
            }
        }
    }

    fn workload_of(&self, pod: usize) -> Option<&ObjectRef> {
        self.workload_of_pod.get(pod)?.as_ref()
    }

    /// The workload at the top of a pod's owners.
    pub fn workload_of_pod(&self, snapshot: &Snapshot, pod: &Object<Pod>) -> Option<ObjectRef> {
        self.top_of(snapshot, pod).cloned()
    }

    fn top_of(&self, snapshot: &Snapshot, pod: &Object<Pod>) -> Option<&ObjectRef> {
        let name = (pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
        let index = snapshot.pods.binary_search_by(|p| (p.metadata.namespace.as_str(), p.metadata.name.as_str()).cmp(&name)).ok()?;
        self.workload_of(index)
    }

    /// Pods of a workload.
    pub fn pods_of<'a>(&'a self, snapshot: &'a Snapshot, workload: &ObjectRef) -> impl Iterator<Item = &'a Object<Pod>> {
        self.pods_of_workload.get(workload).into_iter().flatten().filter_map(|&i| snapshot.pods.get(i))
    }

    /// Whether a workload has pods, and every one that is to run is ready.
    pub fn is_whole(&self, snapshot: &Snapshot, workload: &ObjectRef) -> bool {
        let mut active = self.pods_of(snapshot, workload).filter(|p| p.is_active()).peekable();
        active.peek().is_some() && active.all(|p| p.is_ready())
    }

    /// Every pod with its workload, in the snapshot's order.
    pub fn pods_with_workloads<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = (&'a Object<Pod>, Option<&'a ObjectRef>)> {
        snapshot.pods.iter().zip(self.workload_of_pod.iter().map(Option::as_ref))
    }

    /// Pods on a node.
    pub fn pods_on<'a>(&'a self, snapshot: &'a Snapshot, node: &str) -> impl Iterator<Item = &'a Object<Pod>> {
        self.pods_on_node.get(node).into_iter().flatten().filter_map(|&i| snapshot.pods.get(i))
    }

    /// Pods that a Service's selector matches, ended ones included.
    pub fn pods_behind<'a>(&'a self, snapshot: &'a Snapshot, service: &ObjectRef) -> impl Iterator<Item = &'a Object<Pod>> {
        let index = snapshot.services.binary_search_by(|s| {
            (s.metadata.namespace.as_str(), s.metadata.name.as_str()).cmp(&(service.namespace.as_str(), service.name.as_str()))
        });
        index.ok().and_then(|i| self.pods_of_service.get(i)).into_iter().flatten().filter_map(|&i| snapshot.pods.get(i))
    }

    /// Every Service with the pods that its selector matches, ended ones included; in the snapshot's order.
    pub fn services_with_pods<'a>(
        &'a self,
        snapshot: &'a Snapshot,
    ) -> impl Iterator<Item = (&'a Object<Service>, impl Iterator<Item = &'a Object<Pod>>)> {
        let pods = self.pods_of_service.iter().map(|pods| pods.iter().filter_map(|&i| snapshot.pods.get(i)));
        snapshot.services.iter().zip(pods)
    }

    /// Services that lead to a workload's pods, or would if it had any.
    pub fn services_of<'a>(&'a self, snapshot: &'a Snapshot, workload: &ObjectRef) -> impl Iterator<Item = &'a Object<Service>> {
        self.services_of_workload.get(workload).into_iter().flatten().filter_map(|&i| snapshot.services.get(i))
    }

    /// Services that lead to a pod, as to every pod of its workload.
    pub fn services_of_pod<'a>(&'a self, snapshot: &'a Snapshot, pod: &Object<Pod>) -> impl Iterator<Item = &'a Object<Service>> {
        self.top_of(snapshot, pod).into_iter().flat_map(|workload| self.services_of(snapshot, workload))
    }

    /// Ingresses that route to a Service (which need not exist).
    pub fn ingresses_of(&self, snapshot: &Snapshot, service: &ObjectRef) -> Vec<ObjectRef> {
        self.ingresses_of_service.get(service).into_iter().flatten().filter_map(|&i| Some(snapshot.ingresses.get(i)?.reference())).collect()
    }

    /// Workloads that mount a claim.
    pub fn workloads_mounting(&self, claim: &ObjectRef) -> impl Iterator<Item = &ObjectRef> {
        self.workloads_of_claim.get(claim).into_iter().flatten()
    }

    /// Events about an object, oldest first.
    pub fn events_about<'a>(&'a self, snapshot: &'a Snapshot, object: &ObjectRef) -> impl DoubleEndedIterator<Item = &'a Object<Event>> {
        self.events_about.get(object).into_iter().flatten().filter_map(|&i| snapshot.events.get(i))
    }

    /// What a host means to a pod of a namespace: a Service by address or by any form of its DNS name
    /// (`name`, `name.ns`, `name.ns.svc…`, `pod.name.ns.svc…`), or a pod by address.
    pub fn resolve_host(&self, snapshot: &Snapshot, host: &str, from_namespace: &str) -> Option<ObjectRef> {
        if let Some(&service) = self.service_by_address.get(host) {
            return snapshot.services.get(service).map(Object::reference);
        }
        if let Some(&pod) = self.pod_by_address.get(host) {
            return snapshot.pods.get(pod).map(Object::reference);
        }
        let host = host.trim_end_matches('.');
        let parts: Vec<&str> = host.split('.').collect();
        let service = |namespace: &str, name: &str| snapshot.service(namespace, name).map(Object::reference);
        match parts.as_slice() {
            [name] => service(from_namespace, name),
            [name, namespace] => service(namespace, name).or_else(|| service(from_namespace, namespace)),
            [name, namespace, "svc", ..] => service(namespace, name),
            // The Service that gives a pod its name may not be in the bundle.
            [pod, name, namespace, "svc", ..] => service(namespace, name).or_else(|| snapshot.pod(namespace, pod).map(Object::reference)),
            [_, name, namespace] => service(namespace, name),
            _ => None,
        }
    }
}

/// Events by what they are about.
fn events_about(snapshot: &Snapshot) -> HashMap<ObjectRef, Vec<usize>> {
    let mut about: HashMap<ObjectRef, Vec<usize>> = HashMap::new();
    for (i, event) in snapshot.events.iter().enumerate() {
        about.entry(event.about()).or_default().push(i);
    }
    about
}

/// The Deployment of a ReplicaSet that was not collected.
fn deployment_by_name<'a>(set: &'a str, pod: &Pod) -> Option<&'a str> {
    let hash = pod.metadata.labels.get("pod-template-hash")?;
    set.strip_suffix(hash.as_str())?.strip_suffix('-')
}
