//! What an ingress controller calls the Services that it sends requests to.

use std::collections::BTreeMap;

use tarbox_model::log::LogHit;
use tarbox_model::object::Object;
use tarbox_model::{Context, ObjectRef};

use crate::addresses::host_and_port;
use crate::complaints::{Complaint, complaints};

/// Requests that failed behind an Ingress, as the controller's log tells them, with the Service that they were sent to.
pub(crate) fn failed<'a>(context: &Context<'a>) -> Vec<(Complaint<'a>, ObjectRef)> {
    let lines =
        complaints(context, |hit| matches!(hit.signature, "ingress-request-failed" | "nginx-upstream-failed" | "ingress-service-empty"));
    if lines.is_empty() {
        return Vec::new();
    }
    let upstreams = upstreams(context);
    let service = |hit: &LogHit| match hit.signature {
        "ingress-request-failed" => hit.field("upstream").and_then(|u| upstreams.get(u).cloned()),
        "ingress-service-empty" => {
            hit.field("service").and_then(|s| s.split_once('/')).map(|(namespace, name)| ObjectRef::new("Service", namespace, name))
        }
        _ => hit.field("upstream").and_then(|u| behind(context, u)),
    };
    lines.into_iter().filter_map(|line| service(line.hit).map(|service| (line, service))).collect()
}

/// Services by the names that ingress-nginx gives their ports: `NAMESPACE-SERVICE-PORT`.
fn upstreams(context: &Context<'_>) -> BTreeMap<String, ObjectRef> {
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
fn behind(context: &Context<'_>, upstream: &str) -> Option<ObjectRef> {
    let (host, _) = host_and_port(upstream.split_once("://")?.1)?;
    let object = context.relations.resolve_host(context.snapshot, host, "")?;
    if object.kind == "Service" {
        return Some(object);
    }
    let pod = context.snapshot.pod(&object.namespace, &object.name)?;
    let mut services = context.relations.services_of_pod(context.snapshot, pod).map(Object::reference);
    services.find(|s| !context.relations.ingresses_of(context.snapshot, s).is_empty())
}
