//! What a mesh consists of: proxies beside containers, and objects that tell them what to do.

use serde_json::Value;
use tarbox_model::facts::Certificate;
use tarbox_model::object::{Custom, Object, Pod, Service};
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot};

use crate::wording::is_masked;

/// API group of what routes requests.
pub(super) const NETWORKING: &str = "networking.istio.io";
/// API group of what secures them.
pub(super) const SECURITY: &str = "security.istio.io";

/// Whether a pod is a gateway: nothing but a proxy, for requests from outside.
pub(super) fn is_gateway(pod: &Pod) -> bool {
    pod.spec.containers.len() == 1 && pod.mesh_proxy().is_some_and(|v| !v.init)
}

/// Elements of an array at a pointer, with the pointer of each.
pub(super) fn elements<'a>(value: &'a Value, base: &str, pointer: &str) -> Vec<(String, &'a Value)> {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().enumerate().map(|(i, v)| (format!("{base}{pointer}/{i}"), v)).collect()
}

/// Texts of an array at a pointer of an object.
pub(super) fn texts<'a>(object: &'a Custom, pointer: &str) -> Vec<&'a str> {
    elements(&object.value, "", pointer).into_iter().filter_map(|(_, v)| v.as_str()).collect()
}

/// A map of texts, such as labels.
pub(super) fn labels(value: Option<&Value>) -> Labels {
    let map = value.and_then(Value::as_object);
    map.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
}

/// Evidence for a text of an object.
pub(super) fn quoted(object: &Custom, pointer: &str) -> Evidence {
    object.origin.at(pointer, object.text(pointer).unwrap_or_default())
}

/// Evidence that an object exists.
pub(super) fn named(object: &Custom) -> Evidence {
    object.origin.at("/metadata/name", object.metadata.name.as_str())
}

/// A Service's name in full.
pub(super) fn full_name(service: &ObjectRef) -> String {
    format!("{}.{}.svc.cluster.local", service.name, service.namespace)
}

/// Whether a pattern of hosts (`*`, `*.example.com`, or a name) covers a host.
pub(super) fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        // A host that became a pseudonym is itself or nothing: which pattern it would fit nobody can tell.
        Some(suffix) => host.ends_with(suffix) || is_masked(host) || is_masked(suffix),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// The workload of a pod, or the pod itself.
pub(super) fn owner(context: &Context<'_>, pod: &Object<Pod>) -> ObjectRef {
    context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| pod.reference())
}

/// What a namespace or a pod says of injection: by label, by annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Injection<'a> {
    /// Istio's default revision.
    Istio,
    /// A named revision of Istio.
    Revision(&'a str),
    /// Linkerd.
    Linkerd,
    /// Nothing, or expressly not.
    None,
}

/// What is asked for the pods of a namespace.
pub(super) fn injection<'a>(snapshot: &'a Snapshot, namespace: &str) -> (Injection<'a>, Option<Evidence>) {
    let Some(object) = Snapshot::find(&snapshot.namespaces, "", namespace) else { return (Injection::None, None) };
    let (labels, annotations) = (&object.metadata.labels, &object.metadata.annotations);
    let ambient = labels.get("istio.io/dataplane-mode").is_some_and(|m| m == "ambient");
    let label =
        |key: &str| object.evidence(format!("/metadata/labels/{}", key.replace('/', "~1")), labels.get(key).map_or("", |v| v.as_str()));
    match (labels.get("istio-injection").map(String::as_str), labels.get("istio.io/rev")) {
        _ if ambient => (Injection::None, None),
        (Some("enabled"), _) => (Injection::Istio, Some(label("istio-injection"))),
        (None, Some(revision)) => (Injection::Revision(revision), Some(label("istio.io/rev"))),
        _ => match annotations.get("linkerd.io/inject").map(String::as_str) {
            Some(asked @ ("enabled" | "ingress")) => {
                (Injection::Linkerd, Some(object.evidence("/metadata/annotations/linkerd.io~1inject", asked)))
            }
            _ => (Injection::None, None),
        },
    }
}

/// Services that lead to a pod.
pub(super) fn services_selecting<'a>(context: &Context<'a>, pod: &Object<Pod>) -> Vec<&'a Object<Service>> {
    let snapshot = context.snapshot;
    let all = Snapshot::in_namespace(&snapshot.services, &pod.metadata.namespace).iter().filter(|s| !s.spec.selector.is_empty());
    all.filter(|s| tarbox_model::selector::subset(&s.spec.selector, &pod.metadata.labels)).collect()
}

/// Objects that hold a mesh's authorities.
const HOLDERS: [&str; 7] = [
    "cacerts",
    "istio-ca-secret",
    "istio-ca-root-cert",
    "istiod-ca-cert",
    "linkerd-identity-issuer",
    "linkerd-identity-trust-roots",
    "linkerd-trust-anchor",
];

/// Whether a certificate is one on which a mesh rests.
pub(super) fn is_of_mesh(certificate: &Certificate) -> bool {
    HOLDERS.contains(&certificate.name.as_str())
}

/// Whether a container is a mesh's proxy, or its control plane.
pub(crate) fn is_part_of_mesh(container: &str) -> bool {
    matches!(container, "istio-proxy" | "discovery" | "linkerd-proxy" | "identity")
}
