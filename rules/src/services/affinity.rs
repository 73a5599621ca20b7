//! What binds the clients of a Service to one of its pods.

use std::collections::BTreeMap;

use tarbox_model::object::{Object, Service};
use tarbox_model::{Context, Evidence, ObjectRef};

/// What binds clients to one pod: in words, where it stands, and the setting that ends it.
pub(super) fn binding(context: &Context<'_>, service: &Object<Service>, workload: &ObjectRef) -> Option<(String, Evidence, &'static str)> {
    if service.spec.session_affinity == "ClientIP" {
        let words = "Its `sessionAffinity` is `ClientIP`: every client stays with one pod, and all clients behind one proxy with the same.";
        return Some((words.to_owned(), service.evidence("/spec/sessionAffinity", "ClientIP"), "\"sessionAffinity\":\"None\""));
    }
    let mut per_node: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in context.relations.pods_of(context.snapshot, workload).filter(|p| p.is_ready()) {
        *per_node.entry(pod.spec.node_name.as_str()).or_default() += 1;
    }
    let uneven = per_node.values().min() != per_node.values().max();
    if service.spec.external_traffic_policy == "Local" && uneven {
        let words = "Its `externalTrafficPolicy` is `Local`: each node gets the same share, however many pods it has.";
        return Some((words.to_owned(), service.evidence("/spec/externalTrafficPolicy", "Local"), "\"externalTrafficPolicy\":\"Cluster\""));
    }
    let long = |text: &str| ["grpc", "http2", "h2c", "ws"].iter().any(|w| text.contains(w));
    let (i, port) = service.spec.ports.iter().enumerate().find(|(_, p)| long(&p.name) || long(&p.app_protocol))?;
    let (field, quote) = if long(&port.name) { ("name", &port.name) } else { ("appProtocol", &port.app_protocol) };
    Some((
        format!("Port `{quote}` carries long-lived connections, and a Service balances connections, not requests."),
        service.evidence(format!("/spec/ports/{i}/{field}"), quote.as_str()),
        "",
    ))
}
