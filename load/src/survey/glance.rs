//! One object at a glance: where it belongs, and whether it says that something is wrong.

use serde::Deserialize;

/// Conditions that are bad when they hold; all others are when they do not.
const BAD_WHEN_TRUE: &[&str] = &["Pressure", "Failed", "Failure", "FailureTarget", "Unavailable", "Stalled", "Degraded", "ScalingLimited"];
/// Phases of pods, claims, volumes and namespaces that are no good end.
const BAD_PHASES: &[&str] = &["Pending", "Failed", "Unknown", "Lost", "Terminating"];

/// What an object says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Nothing is wrong.
    Well,
    /// Something was wrong: a warning, which may have passed.
    Warning,
    /// Something is wrong.
    Trouble,
}

/// Gives an object's namespace to `then`, and whether something is wrong with it. What cannot be read belongs to the whole cluster: whoever
/// reads it again says why.
pub(super) fn at<T>(line: &[u8], resource: &str, then: impl FnOnce(&str, Sign) -> T) -> T {
    if let Ok(object) = serde_json::from_slice::<Object<'_>>(line) {
        let spec = object.spec.as_ref();
        return then(namespace(object.metadata.as_ref(), spec.and_then(|s| s.claim_ref.as_ref()), resource), object.sign());
    }
    // A kind of somebody's own may give any of these fields another shape.
    let object = serde_json::from_slice::<Named<'_>>(line).unwrap_or_default();
    then(namespace(object.metadata.as_ref(), None, resource), Sign::Well)
}

/// A namespace belongs to itself, a volume to its claim.
fn namespace<'a>(metadata: Option<&Metadata<'a>>, claim: Option<&Metadata<'a>>, resource: &str) -> &'a str {
    match resource {
        "namespaces" => metadata.and_then(|m| m.name),
        "persistentvolumes" => claim.and_then(|c| c.namespace),
        _ => metadata.and_then(|m| m.namespace),
    }
    .unwrap_or_default()
}

/// None of these strings is ever written with an escape, so they need not be copied.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    name: Option<&'a str>,
    namespace: Option<&'a str>,
    deletion_timestamp: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    /// Of an event.
    r#type: Option<&'a str>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
    #[serde(borrow)]
    status: Option<Status<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec<'a> {
    replicas: Option<i64>,
    #[serde(borrow)]
    claim_ref: Option<Metadata<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status<'a> {
    phase: Option<&'a str>,
    #[serde(borrow)]
    conditions: Option<Vec<Condition<'a>>>,
    container_statuses: Option<Vec<Container>>,
    init_container_statuses: Option<Vec<Container>>,
    replicas: Option<i64>,
    ready_replicas: Option<i64>,
    unavailable_replicas: Option<i64>,
    number_unavailable: Option<i64>,
    failed: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition<'a> {
    r#type: Option<&'a str>,
    status: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    ready: Option<bool>,
    restart_count: Option<i64>,
}

impl Object<'_> {
    fn sign(&self) -> Sign {
        let being_deleted = self.metadata.as_ref().is_some_and(|m| m.deletion_timestamp.is_some());
        let wanted = self.spec.as_ref().and_then(|s| s.replicas);
        if being_deleted || self.status.as_ref().is_some_and(|status| status.is_troubled(wanted)) {
            Sign::Trouble
        } else if self.r#type == Some("Warning") {
            Sign::Warning
        } else {
            Sign::Well
        }
    }
}

impl Status<'_> {
    fn is_troubled(&self, wanted: Option<i64>) -> bool {
        let is_done = self.phase == Some("Succeeded");
        let more_than_none = |count: Option<i64>| count.is_some_and(|count| count > 0);
        // An old ReplicaSet wants none; an object of another kind has no replicas in its status.
        let too_few = self.replicas.is_some() && wanted.is_some_and(|wanted| wanted > self.ready_replicas.unwrap_or_default());
        let mut containers = self.container_statuses.iter().flatten();
        self.phase.is_some_and(|phase| BAD_PHASES.contains(&phase))
            || too_few
            || [self.unavailable_replicas, self.number_unavailable, self.failed].into_iter().any(more_than_none)
            || containers.any(|c| more_than_none(c.restart_count) || !is_done && c.ready == Some(false))
            || self.init_container_statuses.iter().flatten().any(|c| more_than_none(c.restart_count))
            || !is_done && self.conditions.iter().flatten().any(Condition::is_bad)
    }
}

impl Condition<'_> {
    fn is_bad(&self) -> bool {
        let bad_when_true = self.r#type.is_some_and(|name| BAD_WHEN_TRUE.iter().any(|bad| name.ends_with(bad)));
        self.status == Some(if bad_when_true { "True" } else { "False" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(resource: &str, json: &str) -> (String, Sign) {
        at(json.as_bytes(), resource, |namespace, sign| (namespace.to_owned(), sign))
    }

    #[test]
    fn what_is_well_is_told_from_what_is_not() {
        let well = [
            (
                "pods",
                r#"{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"ready": true, "restartCount": 0}]}}"#,
            ),
            (
                "pods",
                r#"{"status": {"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "False"}], "containerStatuses": [{"ready": false}]}}"#,
            ),
            ("events", r#"{"type": "Normal"}"#),
            ("deployments", r#"{"spec": {"replicas": 2}, "status": {"replicas": 2, "readyReplicas": 2}}"#),
            ("replicasets", r#"{"spec": {"replicas": 0}, "status": {"replicas": 0}}"#),
            ("persistentvolumeclaims", r#"{"status": {"phase": "Bound"}}"#),
            ("things", r#"{"status": {"conditions": {"any": "shape"}}, "spec": "too"}"#),
            ("things", "no JSON"),
        ];
        for (resource, json) in well {
            assert_eq!(seen(resource, json).1, Sign::Well, "{json}");
        }
        let troubled = [
            ("pods", r#"{"status": {"phase": "Pending"}}"#),
            ("pods", r#"{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}}"#),
            ("pods", r#"{"status": {"phase": "Running", "containerStatuses": [{"ready": true, "restartCount": 3}]}}"#),
            ("pods", r#"{"status": {"phase": "Running", "initContainerStatuses": [{"restartCount": 1}]}}"#),
            ("pods", r#"{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Running"}}"#),
            ("deployments", r#"{"spec": {"replicas": 2}, "status": {"replicas": 2, "readyReplicas": 1}}"#),
            ("daemonsets", r#"{"status": {"numberUnavailable": 1}}"#),
            ("jobs", r#"{"status": {"failed": 1}}"#),
            ("nodes", r#"{"status": {"conditions": [{"type": "MemoryPressure", "status": "True"}]}}"#),
            ("persistentvolumeclaims", r#"{"status": {"phase": "Lost"}}"#),
        ];
        for (resource, json) in troubled {
            assert_eq!(seen(resource, json).1, Sign::Trouble, "{json}");
        }
        assert_eq!(seen("events", r#"{"type": "Warning"}"#).1, Sign::Warning);
    }

    #[test]
    fn everything_belongs_somewhere() {
        for (resource, json, namespace) in [
            ("pods", r#"{"metadata": {"name": "a", "namespace": "b"}}"#, "b"),
            ("nodes", r#"{"metadata": {"name": "a"}}"#, ""),
            ("namespaces", r#"{"metadata": {"name": "a"}}"#, "a"),
            ("persistentvolumes", r#"{"metadata": {"name": "a"}, "spec": {"claimRef": {"namespace": "c"}}}"#, "c"),
            ("persistentvolumes", r#"{"metadata": {"name": "a"}}"#, ""),
            ("things", r#"{"metadata": {"name": "a", "namespace": "b"}, "spec": [], "status": 1}"#, "b"),
            ("things", "no JSON", ""),
        ] {
            assert_eq!(seen(resource, json).0, namespace, "{json}");
        }
    }
}
