//! What a host is to a pod of a namespace.

use tarbox_model::object::{Object, Pod, PodSpec, PortName, Service};
use tarbox_model::{Context, Snapshot};

/// What stands behind a host.
#[derive(Debug, Clone)]
pub(crate) enum Place<'a> {
    /// A Service.
    Service(&'a Object<Service>),
    /// A pod, by address.
    Pod(&'a Object<Pod>),
    /// A name of this cluster that no Service bears, although all Services are known.
    NoService {
        /// Namespace in which the name is looked for.
        namespace: String,
        /// The Service's name.
        name: String,
    },
    /// Something outside, or something that cannot be told.
    Elsewhere,
}

/// What a host is to a pod of a namespace, with that pod's own `/etc/hosts`.
pub(crate) fn place<'a>(context: &Context<'a>, host: &str, from_namespace: &str, spec: Option<&PodSpec>) -> Place<'a> {
    let snapshot = context.snapshot;
    if let Some(found) = context.relations.resolve_host(snapshot, host, from_namespace) {
        let service = (found.kind == "Service").then(|| snapshot.service(&found.namespace, &found.name)).flatten();
        let pod = (found.kind == "Pod").then(|| snapshot.pod(&found.namespace, &found.name)).flatten();
        return service.map(Place::Service).or_else(|| pod.map(Place::Pod)).unwrap_or(Place::Elsewhere);
    }
    let aliased = spec.is_some_and(|s| s.host_aliases.iter().any(|a| a.hostnames.iter().any(|h| h == host)));
    match (service_name(snapshot, host, from_namespace), aliased) {
        (Some((namespace, name)), false) if snapshot.coverage.is_complete("services") => Place::NoService { namespace, name },
        _ => Place::Elsewhere,
    }
}

/// The namespace and name of the Service that a host would be, if it can only be one.
fn service_name(snapshot: &Snapshot, host: &str, from_namespace: &str) -> Option<(String, String)> {
    let host = host.trim_end_matches('.');
    if host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let known = |namespace: &str| namespace == from_namespace || Snapshot::find(&snapshot.namespaces, "", namespace).is_some();
    let parts: Vec<&str> = host.split('.').collect();
    let (namespace, name) = match parts.as_slice() {
        [name] => (from_namespace, *name),
        [name, namespace] if known(namespace) => (*namespace, *name),
        [name, namespace, "svc", ..] => (*namespace, *name),
        [_, name, namespace, "svc", ..] => (*namespace, *name),
        [_, name, namespace] if known(namespace) => (*namespace, *name),
        _ => return None,
    };
    // A Service's name is a DNS label; anything else is no name of the cluster's.
    let label = name.len() <= 63 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    // Only what was collected can be missing: a bundle of one namespace says nothing of the others.
    let asked = &snapshot.facts.namespaces;
    let looked = asked.is_empty() || asked.iter().any(|n| n == namespace);
    (label && looked).then(|| (namespace.to_owned(), name.to_owned()))
}

/// Whether a Service takes a port; `None` when that cannot be told.
pub(crate) fn offers(context: &Context<'_>, service: &Object<Service>, port: u16) -> Option<bool> {
    let port = i32::from(port);
    if service.spec.r#type == "ExternalName" || service.spec.ports.is_empty() && !service.is_headless() {
        return None;
    }
    if service.spec.ports.iter().any(|p| p.port == port) {
        return Some(true);
    }
    if !service.is_headless() {
        return Some(false);
    }
    // A headless Service leads to the pods themselves: every port that they listen on is open.
    let reference = service.reference();
    let pods = || context.relations.pods_behind(context.snapshot, &reference).flat_map(|pod| pod.containers());
    let declared = |number: i32| pods().any(|view| view.spec.ports.iter().any(|p| p.container_port == number));
    let targeted = service.spec.ports.iter().any(|p| Service::target(p) == PortName::Number(port));
    let silent = pods().all(|view| view.spec.ports.is_empty());
    (!silent || targeted).then(|| targeted || declared(port))
}
