//! Tables of the API server's own control: extensions, admission, fairness, storage versions.
use super::column::{AGE, Column, NAME, Row, integer, plain, some_of, text};
use crate::selector::labels;
use serde_json::Value;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("apiregistration.k8s.io", "apiservices") => API_SERVICES,
        ("admissionregistration.k8s.io", "mutatingwebhookconfigurations" | "validatingwebhookconfigurations") => WEBHOOKS,
        ("admissionregistration.k8s.io", "validatingadmissionpolicies") => VALIDATING,
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies") => MUTATING,
        ("admissionregistration.k8s.io", "validatingadmissionpolicybindings" | "mutatingadmissionpolicybindings") => POLICY_BINDINGS,
        ("flowcontrol.apiserver.k8s.io", "flowschemas") => FLOW_SCHEMAS,
        ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations") => PRIORITY_LEVELS,
        ("internal.apiserver.k8s.io", "storageversions") => STORAGE_VERSIONS,
        ("storagemigration.k8s.io", "storageversionmigrations") => MIGRATIONS,
        _ => return None,
    })
}

const API_SERVICES: &[Column] = &[
    NAME,
    text("Service", |row| match row.get("/spec/service") {
        Value::Null => "Local".into(),
        service => format!("{}/{}", plain(&service["namespace"]), plain(&service["name"])).into(),
    }),
    text("Available", |row| {
        let available = row.list("/status/conditions").iter().find(|condition| condition["type"] == "Available");
        available
            .map_or_else(
                || "Unknown".to_owned(),
                |condition| match (plain(&condition["status"]), plain(&condition["reason"])) {
                    (status, reason) if status == "True" || reason.is_empty() => status,
                    (status, reason) => format!("{status} ({reason})"),
                },
            )
            .into()
    }),
    AGE,
];

const WEBHOOKS: &[Column] = &[NAME, integer("Webhooks", |row| row.count("/webhooks").into()), AGE];

const PARAM_KIND: Column = text("ParamKind", |row| match row.get("/spec/paramKind") {
    Value::Null => "<unset>".into(),
    kind => format!("{}/{}", plain(&kind["apiVersion"]), plain(&kind["kind"])).into(),
});
const VALIDATING: &[Column] = &[NAME, integer("Validations", |row| row.count("/spec/validations").into()), PARAM_KIND, AGE];
const MUTATING: &[Column] = &[NAME, integer("Mutations", |row| row.count("/spec/mutations").into()), PARAM_KIND, AGE];

const POLICY_BINDINGS: &[Column] =
    &[NAME, text("PolicyName", |row| row.text("/spec/policyName").into()), text("ParamRef", |row| param_ref(row).into()), AGE];

/// Flow schemas; their table has an order of its own, and is known by its place: hence one place for all.
pub(super) static FLOW_SCHEMAS: &[Column] = &[
    NAME,
    text("PriorityLevel", |row| row.text("/spec/priorityLevelConfiguration/name").into()),
    text("MatchingPrecedence", |row| row.number("/spec/matchingPrecedence").into()),
    text("DistinguisherMethod", |row| row.text_or("/spec/distinguisherMethod/type", "<none>").into()),
    AGE,
    text("MissingPL", |row| {
        let dangling = row.list("/status/conditions").iter().find(|condition| condition["type"] == "Dangling");
        dangling.map_or_else(|| "?".to_owned(), |condition| plain(&condition["status"])).into()
    }),
];

const PRIORITY_LEVELS: &[Column] = &[
    NAME,
    text("Type", |row| row.text("/spec/type").into()),
    text("NominalConcurrencyShares", |row| or_none(row.get("/spec/limited/nominalConcurrencyShares"))),
    text("Queues", |row| or_none(row.get("/spec/limited/limitResponse/queuing/queues"))),
    text("HandSize", |row| or_none(row.get("/spec/limited/limitResponse/queuing/handSize"))),
    text("QueueLengthLimit", |row| or_none(row.get("/spec/limited/limitResponse/queuing/queueLengthLimit"))),
    AGE,
];

const STORAGE_VERSIONS: &[Column] = &[
    NAME,
    text("CommonEncodingVersion", |row| row.text_or("/status/commonEncodingVersion", "<unset>").into()),
    text("StorageVersions", |row| {
        let one = |version: &Value| format!("{}={}", plain(&version["apiServerID"]), plain(&version["encodingVersion"]));
        super::column::or(some_of(&row.list("/status/storageVersions").iter().map(one).collect::<Vec<_>>(), 3, ","), "<unset>").into()
    }),
    AGE,
];

const MIGRATIONS: &[Column] = &[
    NAME,
    text("Resource", |row| {
        let part = |name: &str| plain(&row.get("/spec/resource")[name]);
        format!("{}.{}.{}", part("resource"), part("version"), part("group")).into()
    }),
];

fn or_none(value: &Value) -> Value {
    if value.is_null() { "<none>".into() } else { value.clone() }
}

fn param_ref(row: &Row<'_>) -> String {
    let reference = row.get("/spec/paramRef");
    match (plain(&reference["name"]), plain(&reference["namespace"]), &reference["selector"]) {
        (name, namespace, _) if !name.is_empty() => format!("{}/{name}", if namespace.is_empty() { "*" } else { &namespace }),
        (_, _, Value::Null) => "<unset>".to_owned(),
        (_, _, selector) => labels::of_selector(selector),
    }
}
