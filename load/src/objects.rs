//! NDJSON lines to typed objects: by the resource that the entry's path names, one line at a time; a line that cannot be
//! read is a problem, never the end.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tarbox_model::coverage::InputProblem;
use tarbox_model::evidence::Origin;
use tarbox_model::object::{Custom, Kind, Metadata, Object};
use tarbox_model::snapshot::Snapshot;

/// What `kubectl apply` was given: the object once more, as text in one of its own annotations. Nothing reads it, and it is a fifth of many
/// clusters.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Which resource a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resource<'a> {
    /// API group; empty for the nameless one.
    pub(crate) group: &'a str,
    /// Plural name.
    pub(crate) name: &'a str,
}

/// Reads those lines of one resource for which `wanted` holds, by their place; `first_line` is the number of the first of them, from 1.
pub(crate) fn read_lines(
    resource: Resource<'_>,
    path: &Arc<str>,
    first_line: u32,
    bytes: &[u8],
    wanted: impl Fn(usize) -> bool,
    into: &mut Snapshot,
) {
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate().filter(|(i, _)| wanted(*i)) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let number = first_line.saturating_add(u32::try_from(i).unwrap_or(u32::MAX));
        let origin = Origin::new(path, number, "");
        if let Err(error) = read_one(resource, Json::Text(line), origin, into) {
            let message = format!("object skipped: {error}");
            into.problems.push(InputProblem { path: Some(path.to_string()), line: Some(number), message });
        }
    }
}

/// One object's JSON.
pub(crate) enum Json<'a> {
    /// As it stands.
    Text(&'a [u8]),
    /// Parsed already.
    Value(Value),
}

impl Json<'_> {
    fn decode<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        match self {
            Self::Text(text) => serde_json::from_slice(text),
            Self::Value(value) => serde_json::from_value(value),
        }
    }
}

/// Reads one object into the list of its kind.
pub(crate) fn read_one(resource: Resource<'_>, json: Json<'_>, origin: Origin, into: &mut Snapshot) -> Result<(), serde_json::Error> {
    fn typed<T: DeserializeOwned + Kind>(json: Json<'_>, origin: Origin, list: &mut Vec<Object<T>>) -> Result<(), serde_json::Error> {
        let mut value: T = json.decode()?;
        value.metadata_mut().annotations.remove(LAST_APPLIED);
        list.push(Object { origin, value });
        Ok(())
    }
    match (resource.group, resource.name) {
        ("", "pods") => typed(json, origin, &mut into.pods),
        ("", "nodes") => typed(json, origin, &mut into.nodes),
        ("", "namespaces") => typed(json, origin, &mut into.namespaces),
        ("", "services") => typed(json, origin, &mut into.services),
        ("", "endpoints") => typed(json, origin, &mut into.endpoints),
        ("", "configmaps") => typed(json, origin, &mut into.config_maps),
        ("", "secrets") => typed(json, origin, &mut into.secrets),
        ("", "serviceaccounts") => typed(json, origin, &mut into.service_accounts),
        ("", "persistentvolumes") => typed(json, origin, &mut into.persistent_volumes),
        ("", "persistentvolumeclaims") => typed(json, origin, &mut into.persistent_volume_claims),
        ("", "resourcequotas") => typed(json, origin, &mut into.resource_quotas),
        ("", "limitranges") => typed(json, origin, &mut into.limit_ranges),
        ("", "events") => typed(json, origin, &mut into.events),
        ("apps" | "extensions", "deployments") => typed(json, origin, &mut into.deployments),
        ("apps" | "extensions", "replicasets") => typed(json, origin, &mut into.replica_sets),
        ("apps", "statefulsets") => typed(json, origin, &mut into.stateful_sets),
        ("apps" | "extensions", "daemonsets") => typed(json, origin, &mut into.daemon_sets),
        ("apps", "controllerrevisions") => typed(json, origin, &mut into.controller_revisions),
        ("batch", "jobs") => typed(json, origin, &mut into.jobs),
        ("batch", "cronjobs") => typed(json, origin, &mut into.cron_jobs),
        ("discovery.k8s.io", "endpointslices") => typed(json, origin, &mut into.endpoint_slices),
        ("networking.k8s.io" | "extensions", "ingresses") => typed(json, origin, &mut into.ingresses),
        ("networking.k8s.io", "ingressclasses") => typed(json, origin, &mut into.ingress_classes),
        ("networking.k8s.io" | "extensions", "networkpolicies") => typed(json, origin, &mut into.network_policies),
        ("storage.k8s.io", "storageclasses") => typed(json, origin, &mut into.storage_classes),
        ("policy", "poddisruptionbudgets") => typed(json, origin, &mut into.disruption_budgets),
        ("autoscaling", "horizontalpodautoscalers") => typed(json, origin, &mut into.autoscalers),
        ("coordination.k8s.io", "leases") => typed(json, origin, &mut into.leases),
        ("apiregistration.k8s.io", "apiservices") => typed(json, origin, &mut into.api_services),
        ("rbac.authorization.k8s.io", "roles" | "clusterroles") => typed(json, origin, &mut into.roles),
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => typed(json, origin, &mut into.role_bindings),
        _ => {
            into.custom.push(custom(json, origin)?);
            Ok(())
        }
    }
}

/// An object of a kind without a shape.
fn custom(json: Json<'_>, origin: Origin) -> Result<Custom, serde_json::Error> {
    let value: Value = json.decode()?;
    let text = |name: &str| Arc::from(value.get(name).and_then(Value::as_str).unwrap_or_default());
    let metadata = match value.get("metadata") {
        Some(metadata) => serde_json::from_value::<Metadata>(metadata.clone())?,
        None => Metadata::default(),
    };
    Ok(Custom { origin, api_version: text("apiVersion"), kind: text("kind"), metadata, value })
}

/// Kinds with a shape, their resources, and the API groups in which they are it. Other groups have kinds of the same names.
const KINDS: &[(&str, &str, &[&str])] = &[
    ("Pod", "pods", &[""]),
    ("Node", "nodes", &[""]),
    ("Namespace", "namespaces", &[""]),
    ("Service", "services", &[""]),
    ("Endpoints", "endpoints", &[""]),
    ("ConfigMap", "configmaps", &[""]),
    ("Secret", "secrets", &[""]),
    ("ServiceAccount", "serviceaccounts", &[""]),
    ("PersistentVolume", "persistentvolumes", &[""]),
    ("PersistentVolumeClaim", "persistentvolumeclaims", &[""]),
    ("ResourceQuota", "resourcequotas", &[""]),
    ("LimitRange", "limitranges", &[""]),
    ("Event", "events", &["", "events.k8s.io"]),
    ("Deployment", "deployments", &["apps", "extensions"]),
    ("ReplicaSet", "replicasets", &["apps", "extensions"]),
    ("StatefulSet", "statefulsets", &["apps"]),
    ("DaemonSet", "daemonsets", &["apps", "extensions"]),
    ("Job", "jobs", &["batch"]),
    ("CronJob", "cronjobs", &["batch"]),
    ("EndpointSlice", "endpointslices", &["discovery.k8s.io"]),
    ("Ingress", "ingresses", &["networking.k8s.io", "extensions"]),
    ("IngressClass", "ingressclasses", &["networking.k8s.io"]),
    ("NetworkPolicy", "networkpolicies", &["networking.k8s.io", "extensions"]),
    ("StorageClass", "storageclasses", &["storage.k8s.io"]),
    ("PodDisruptionBudget", "poddisruptionbudgets", &["policy"]),
    ("HorizontalPodAutoscaler", "horizontalpodautoscalers", &["autoscaling"]),
    ("Lease", "leases", &["coordination.k8s.io"]),
    ("APIService", "apiservices", &["apiregistration.k8s.io"]),
    ("Role", "roles", &["rbac.authorization.k8s.io"]),
    ("ClusterRole", "clusterroles", &["rbac.authorization.k8s.io"]),
    ("RoleBinding", "rolebindings", &["rbac.authorization.k8s.io"]),
    ("ClusterRoleBinding", "clusterrolebindings", &["rbac.authorization.k8s.io"]),
];

/// Group and resource of a kind with a shape; `None` when it has none. Without an `apiVersion` the kind's name alone decides.
pub(crate) fn resource_of(api_version: Option<&str>, kind: &str) -> Option<Resource<'static>> {
    let group = api_version.map(|v| v.split_once('/').map_or("", |(group, _)| group));
    let (_, name, groups) = KINDS.iter().find(|(k, _, groups)| *k == kind && group.is_none_or(|g| groups.contains(&g)))?;
    Some(Resource { group: groups.first()?, name })
}

/// The kind of a resource with a shape: `pods` → `Pod`.
pub(crate) fn kind_of(resource: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, name, _)| *name == resource).map(|(kind, ..)| *kind)
}
