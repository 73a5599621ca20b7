//! What an ingress controller calls the Services that it sends requests to.

use std::collections::BTreeMap;

use tarbox_model::{Context, ObjectRef};

use crate::addresses::host_and_port;

/// Services by the names that ingress-nginx gives their ports: `NAMESPACE-SERVICE-PORT`.
pub(super) fn upstreams(context: &Context<'_>) -> BTreeMap<String, ObjectRef> {
    let mut all = BTreeMap::new();
    let mut add = |namespace: &str, name: &str, port: &str| {
        all.insert(format!("{namespace}-{name}-{port}"), ObjectRef::new("Service", namespace, name));
    };
    for service in &context.snapshot.services {
        for port in &service.spec.ports {
            add(&service.metadata.namespace, &service.metadata.name, &port.port.to_string());
            add(&service.metadata.namespace, &service.metadata.name, &port.name);
        }
    }
    // A backend need not exist to be asked for.
    for ingress in &context.snapshot.ingresses {
        for (_, backend) in ingress.backends() {
            let number = backend.port.number.to_string();
            let port = if backend.port.name.is_empty() { number.as_str() } else { backend.port.name.as_str() };
            add(&ingress.metadata.namespace, &backend.name, port);
        }
    }
    all
}

/// The Service of an Ingress that an address belongs to.
pub(super) fn behind(context: &Context<'_>, upstream: &str) -> Option<ObjectRef> {
    let (host, _) = host_and_port(upstream.split_once("://")?.1)?;
    let object = context.relations.resolve_host(context.snapshot, host, "")?;
    if object.kind == "Service" {
        return Some(object);
    }
    let pod = context.snapshot.pod(&object.namespace, &object.name)?;
    let owner = context.relations.workload_of_pod(context.snapshot, pod)?;
    let mut services = context.relations.services_of(context.snapshot, &owner).map(|s| s.reference());
    services.find(|s| !context.relations.ingresses_of(context.snapshot, s).is_empty())
}
