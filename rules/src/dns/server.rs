//! The cluster's DNS: its workloads, its Service, its configuration.

use std::collections::BTreeSet;

use tarbox_model::object::{ConfigMap, Object, Pod, Service};
use tarbox_model::relations::workloads;
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot};

/// A workload that answers DNS for the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Server<'a> {
    /// Its name.
    pub(crate) reference: ObjectRef,
    /// Pods wanted, when the workload itself was collected.
    pub(crate) desired: Option<i32>,
    /// Pods ready, by the pods themselves where they are known.
    pub(crate) ready: i32,
    /// Its pods.
    pub(crate) pods: Vec<&'a Object<Pod>>,
    /// Where it stands.
    pub(crate) evidence: Evidence,
}

/// Whether a workload or pod answers DNS for the whole cluster, by its name and namespace.
pub(crate) fn is_server(namespace: &str, name: &str) -> bool {
    let system = Snapshot::is_system_namespace(namespace) || namespace == "openshift-dns";
    let named = name.contains("coredns") || name.starts_with("kube-dns") || name.starts_with("dns-default");
    system && named && !name.contains("autoscaler")
}

/// Every such workload.
pub(crate) fn servers<'a>(context: &Context<'a>) -> Vec<Server<'a>> {
    let snapshot = context.snapshot;
    let mut all = Vec::new();
    let mut known = BTreeSet::new();
    for w in workloads(snapshot).into_iter().filter(|w| is_server(&w.reference.namespace, &w.reference.name)) {
        let pods: Vec<_> = context.relations.pods_of(snapshot, &w.reference).filter(|p| p.is_active()).collect();
        let ready = if pods.is_empty() { w.ready } else { count_ready(&pods) };
        known.insert(w.reference.clone());
        let field = if w.reference.kind == "DaemonSet" { "/metadata/name" } else { "/spec/replicas" };
        let quote = if w.reference.kind == "DaemonSet" { w.reference.name.clone() } else { w.desired.to_string() };
        all.push(Server { desired: Some(w.desired), ready, pods, evidence: w.origin.at(field, quote), reference: w.reference });
    }
    for (pod, workload) in context.relations.pods_with_workloads(snapshot) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        if pod.is_active() && is_server(&owner.namespace, &owner.name) && known.insert(owner.clone()) {
            let mine: Vec<_> = context.relations.pods_of(snapshot, &owner).filter(|p| p.is_active()).collect();
            let pods = if workload.is_some() { mine } else { vec![pod] };
            all.push(Server { ready: count_ready(&pods), desired: None, pods, evidence: pod.named(), reference: owner });
        }
    }
    all
}

fn count_ready(pods: &[&Object<Pod>]) -> i32 {
    i32::try_from(pods.iter().filter(|p| p.is_ready()).count()).unwrap_or(i32::MAX)
}

/// The Service by which pods reach the DNS.
pub(crate) fn service(snapshot: &Snapshot) -> Option<&Object<Service>> {
    let usual = [
        ("kube-system", "kube-dns"),
        ("kube-system", "coredns"),
        ("kube-system", "rke2-coredns-rke2-coredns"),
        ("openshift-dns", "dns-default"),
    ];
    usual.into_iter().find_map(|(namespace, name)| snapshot.service(namespace, name))
}

/// CoreDNS's configuration.
pub(crate) fn corefile(snapshot: &Snapshot) -> Option<(&Object<ConfigMap>, &str)> {
    let maps = Snapshot::in_namespace(&snapshot.config_maps, "kube-system").iter();
    maps.filter(|m| m.metadata.name.contains("coredns")).find_map(|m| Some((m, m.data.get("Corefile")?.as_str())))
}

/// Whether a name can only be one of the cluster's own: a single label, or one with `.svc`.
pub(crate) fn is_of_cluster(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    !host.contains('.') || host.ends_with(".svc") || host.contains(".svc.") || host.ends_with(".cluster.local")
}
