//! What may be said about a Secret: names, sizes, keyed digests. Never a value.

use serde_json::{Map, Value, json};

use crate::{Counts, Error, TextKind, Working, base64, object};

/// Metadata that the diagnosis reads; the rest (last applied configuration) repeats data.
const METADATA: &[&str] = &[
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "generateName",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
];

/// Annotations that repeat the object.
const COPIES: &[&str] =
    &["kubectl.kubernetes.io/last-applied-configuration", "kubectl.kubernetes.io/original-replicas", "objectset.rio.cattle.io/applied"];

/// See [`crate::Redactor::summarise_secret`].
pub(crate) fn summarise(working: &Working<'_>, secret: Value, counts: &mut Counts) -> Result<Value, Error> {
    let Value::Object(mut fields) = secret else { return Err(Error::NotAnObject) };
    let mut metadata = Map::new();
    if let Some(Value::Object(have)) = fields.get_mut("metadata") {
        for name in METADATA {
            if let Some(value) = have.remove(*name) {
                metadata.insert((*name).to_owned(), value);
            }
        }
    }
    // Who wrote the Secret and when tells that it changed under a running pod; which fields is of no use.
    if let Some(Value::Array(writers)) = fields.get("metadata").and_then(|m| m.get("managedFields")) {
        let kept = writers.iter().filter_map(Value::as_object).map(|writer| {
            let fields = ["manager", "operation", "subresource", "time"];
            Value::Object(fields.iter().filter_map(|f| Some(((*f).to_owned(), writer.get(*f)?.clone()))).collect())
        });
        metadata.insert("managedFields".to_owned(), kept.collect());
    }
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.retain(|name, _| !COPIES.contains(&name.as_str()));
    }
    let mut metadata = Value::Object(metadata);
    object::redact(working, &mut metadata, counts)?;
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or("Opaque").to_owned();
    let helm = kind == "helm.sh/release.v1"
        || metadata.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("sh.helm.release."));
    let mut keys = Map::new();
    if !helm {
        for (field, encoded) in [("data", true), ("stringData", false)] {
            for (name, value) in fields.get(field).and_then(Value::as_object).into_iter().flatten() {
                keys.insert(working.string(name, TextKind::Message, counts).into_owned(), describe(working, value, encoded));
            }
        }
    }
    let mut summary = Map::new();
    for (name, default) in [("apiVersion", "v1"), ("kind", "Secret")] {
        summary.insert(name.to_owned(), json!(fields.get(name).and_then(Value::as_str).unwrap_or(default)));
    }
    summary.insert("metadata".to_owned(), metadata);
    summary.insert("type".to_owned(), Value::String(working.string(&kind, TextKind::Message, counts).into_owned()));
    summary.insert("immutable".to_owned(), json!(fields.get("immutable").and_then(Value::as_bool).unwrap_or(false)));
    summary.insert("keys".to_owned(), Value::Object(keys));
    Ok(Value::Object(summary))
}

fn describe(working: &Working<'_>, value: &Value, encoded: bool) -> Value {
    let text = value.as_str().unwrap_or_default();
    let bytes = if encoded { base64::decode(text.as_bytes()) } else { None }.unwrap_or_else(|| text.as_bytes().to_vec());
    let digest = if bytes.is_empty() { String::new() } else { working.digest(bytes.trim_ascii()) };
    json!({"bytes": bytes.len(), "digest": digest, "empty": bytes.is_empty(), "newline": bytes.ends_with(b"\n")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Redactor};

    #[test]
    fn says_names_and_sizes_only() {
        let redactor = Redactor::new([1; 32], Level::Default);
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "s", "namespace": "n", "managedFields": [{"manager": "kubectl", "operation": "Update", "time": "2026-11-24T00:00:00Z", "fieldsV1": {"f:data": {"f:password": {}}}}], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"password\":\"aHVudGVyMg==\"}}", "owner": "team"}},
            "data": {"password": "aHVudGVyMgo=", "empty": ""}, "stringData": {"plain": "hunter2"}});
        let summary = redactor.summarise_secret(secret).unwrap();
        let text = summary.to_string();
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg") && !text.contains("last-applied"), "{text}");
        assert_eq!(summary["keys"]["password"]["bytes"], 8);
        assert_eq!(summary["keys"]["password"]["newline"], true);
        assert_eq!(summary["keys"]["password"]["digest"], summary["keys"]["plain"]["digest"]);
        assert_eq!(summary["keys"]["empty"]["empty"], true);
        assert_eq!(summary["metadata"]["annotations"]["owner"], "team");
        let writers = json!([{"manager": "kubectl", "operation": "Update", "time": "2026-11-24T00:00:00Z"}]);
        assert_eq!(summary["metadata"]["managedFields"], writers);
    }

    #[test]
    fn helm_releases_keep_their_name_only() {
        let redactor = Redactor::new([1; 32], Level::Default);
        let summary = redactor.summarise_secret(json!({"kind": "Secret", "type": "helm.sh/release.v1", "metadata": {"name": "sh.helm.release.v1.app.v3"}, "data": {"release": "SDRzSUFB"}})).unwrap();
        assert_eq!(summary["keys"], json!({}));
    }
}
