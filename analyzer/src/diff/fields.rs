//! An object as fields that mean something: paths and values, without what changes by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tarbox_model::Timestamp;

/// Fields by path.
pub type Fields = BTreeMap<String, String>;

/// Fields that say who wrote, when and how often, or that a controller keeps for itself.
const NOISE: &[&str] = &[
    "uid",
    "resourceVersion",
    "generation",
    "observedGeneration",
    "managedFields",
    "selfLink",
    "kubectl.kubernetes.io/last-applied-configuration",
    "control-plane.alpha.kubernetes.io/leader",
    "endpoints.kubernetes.io/last-change-trigger-time",
];

/// Times that somebody set on purpose.
const MEANT: &[&str] = &["kubectl.kubernetes.io/restartedAt", "deletionTimestamp"];

/// What redaction put in a value's place begins so.
const PLACEHOLDER: &str = "redacted.";

/// Whether two bundles name hidden values by the same key, so that the names can be compared. A bundle has a key of its
/// own unless it is another form of the same one; two keys never give one value the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameKey {
    /// Names of hidden values compare.
    Yes,
    /// Only kinds and sizes compare.
    No,
}

impl SameKey {
    /// Told by a name that occurs in both; without any name on one side there is nothing to compare.
    pub fn of(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Self {
        if old.is_disjoint(new) && !old.is_empty() && !new.is_empty() { Self::No } else { Self::Yes }
    }
}

/// All fields of an object that mean something.
pub(super) fn fields(object: &Value) -> Fields {
    let mut fields = Fields::new();
    walk("", "", object, &mut fields);
    fields
}

fn walk(path: &str, key: &str, value: &Value, into: &mut Fields) {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            for (name, inner) in map.iter().filter(|(name, _)| !NOISE.contains(&name.as_str())) {
                // Names of labels and files have dots: they stand in brackets.
                let plain = name.bytes().all(|b| b.is_ascii_alphanumeric());
                let inner_path = match (plain, path) {
                    (true, "") => name.clone(),
                    (true, _) => format!("{path}.{name}"),
                    (false, _) => format!("{path}[{name}]"),
                };
                walk(&inner_path, name, inner, into);
            }
        }
        Value::Array(items) if key == "conditions" => conditions(path, items, into),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            let name = ["name", "type", "key", "mountPath"].into_iter().find(|name| names(items, name));
            for (index, item) in items.iter().enumerate() {
                let label = name.and_then(|name| item.get(name)?.as_str()).map_or_else(|| index.to_string(), str::to_owned);
                walk(&format!("{path}[{label}]"), "", item, into);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(_) => put(path, value.to_string(), into),
        Value::String(text) if text.is_empty() => {}
        // A time that nobody set tells when somebody looked.
        Value::String(text) if !MEANT.contains(&key) && text.parse::<Timestamp>().is_ok() => {}
        Value::String(text) => put(path, text.clone(), into),
        Value::Bool(_) | Value::Number(_) => put(path, value.to_string(), into),
    }
}

fn put(path: &str, value: String, into: &mut Fields) {
    into.insert(path.to_owned(), value);
}

/// Whether a field names every item of a list, each differently.
fn names(items: &[Value], field: &str) -> bool {
    let named: BTreeSet<&str> = items.iter().filter_map(|item| item.get(field)?.as_str()).filter(|name| !name.is_empty()).collect();
    named.len() == items.len()
}

/// Conditions by type, status and reason: messages hold counts and names that change by themselves.
fn conditions(path: &str, items: &[Value], into: &mut Fields) {
    for item in items {
        let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
        let reason = text("reason");
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        put(&format!("{path}[{}]", text("type")), format!("{}{reason}", text("status")), into);
    }
}

/// Names of hidden values in fields.
pub(super) fn hidden_names(fields: &Fields) -> impl Iterator<Item = String> {
    fields.iter().flat_map(|(path, value)| {
        let digest = path.ends_with(".digest").then(|| value.clone());
        digest.into_iter().chain(placeholders(value).map(|range| value.get(range).unwrap_or_default().to_owned()))
    })
}

/// Fields whose hidden values are known by kind only.
pub(super) fn without_names(fields: &mut Fields) {
    fields.retain(|path, _| !path.ends_with(".digest"));
    for value in fields.values_mut() {
        let found: Vec<_> = placeholders(value).collect();
        for range in found.into_iter().rev() {
            // The digits after the last dot are the name; the rest is the kind.
            let kept = value.get(range.clone()).and_then(|name| name.rfind('.')).map_or(range.end, |dot| range.start + dot);
            value.replace_range(kept..range.end, "");
        }
    }
}

/// Where placeholders stand in a text: `redacted.<kind>.<hex digits>`.
fn placeholders(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    text.match_indices(PLACEHOLDER).filter_map(|(start, _)| {
        let after = text.get(start + PLACEHOLDER.len()..)?;
        let (kind, rest) = after.split_once('.')?;
        let plain = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count().min(12);
        (plain && digits == 12).then_some(start..start + PLACEHOLDER.len() + kind.len() + 1 + digits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_changes_by_itself_is_no_field() {
        let object = json!({
            "metadata": {"name": "web", "uid": "1", "resourceVersion": "7", "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 3,
                "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}},
            "spec": {"replicas": 2, "containers": [{"name": "web", "image": "web:1", "env": [{"name": "A", "value": ""}], "args": ["x", "y"]}]},
            "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "Why", "message": "3 of 4", "lastTransitionTime": "2026-01-01T00:00:00Z"}]},
        });
        let fields: Vec<String> = fields(&object).into_iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(
            fields,
            [
                "metadata.annotations[kubectl.kubernetes.io/restartedAt]=2026-01-01T00:00:00Z",
                "metadata.name=web",
                "spec.containers[web].args=[\"x\",\"y\"]",
                "spec.containers[web].env[A].name=A",
                "spec.containers[web].image=web:1",
                "spec.containers[web].name=web",
                "spec.replicas=2",
                "status.conditions[Ready]=False (Why)",
            ]
        );
    }

    #[test]
    fn hidden_values_compare_by_name_only_under_one_key() {
        let url = |digits: &str| Fields::from([("url".to_owned(), format!("mongodb://app:redacted.secret.{digits}@db/x"))]);
        let (mut a, mut b) = (url("0123456789ab"), url("ba9876543210"));
        let names = |fields: &Fields| hidden_names(fields).collect::<BTreeSet<_>>();
        assert_eq!(SameKey::of(&names(&a), &names(&a)), SameKey::Yes);
        assert_eq!(SameKey::of(&names(&a), &names(&b)), SameKey::No);
        without_names(&mut a);
        without_names(&mut b);
        assert_eq!(a["url"], "mongodb://app:redacted.secret@db/x");
        assert_eq!(a, b);
    }
}
