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

/// How the types begin that the API server and Helm give to Secrets, for objects that do not say their kind.
const TYPES: &[&str] = &["Opaque", "kubernetes.io/", "bootstrap.kubernetes.io/", "helm.sh/"];

/// Whether it is a Secret: it says so, or it has a Secret's type and data. Old tools wrote Go's names of the fields.
pub(crate) fn is_one(fields: &Map<String, Value>) -> bool {
    let word = |names: [&str; 2]| names.iter().find_map(|name| fields.get(*name)?.as_str());
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    match word(["kind", "Kind"]) {
        Some("Secret") => has(&["data", "stringData", "metadata", "Data", "StringData", "ObjectMeta"]),
        Some(kind) if !kind.is_empty() => false,
        _ => {
            word(["type", "Type"]).is_some_and(|kind| TYPES.iter().any(|begins| kind.starts_with(begins)))
                && ["data", "Data", "stringData", "StringData"].iter().any(|name| fields.get(*name).is_some_and(Value::is_object))
        }
    }
}

/// Go's names of a Secret's fields, as the API has them.
pub(crate) fn modernise(fields: &mut Map<String, Value>) {
    for (old, new) in [("Kind", "kind"), ("Type", "type"), ("Data", "data"), ("StringData", "stringData"), ("ObjectMeta", "metadata")] {
        if let Some(value) = fields.remove(old) {
            fields.entry(new).or_insert(value);
        }
    }
    if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
        for (old, new) in
            [("Name", "name"), ("Namespace", "namespace"), ("Labels", "labels"), ("Annotations", "annotations"), ("UID", "uid")]
        {
            if let Some(value) = metadata.remove(old) {
                metadata.entry(new).or_insert(value);
            }
        }
    }
}

/// The value that Troubleshoot writes beside a Secret's key when it is told to.
pub(crate) fn told_value(fields: &Map<String, Value>) -> Option<&str> {
    let told = fields.contains_key("secretExists") || fields.contains_key("keyExists");
    fields.get("value")?.as_str().filter(|value| told && !value.is_empty())
}

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
    // A summary stays one: redacting twice is redacting once.
    if keys.is_empty() && !helm && !fields.contains_key("data") && !fields.contains_key("stringData") {
        for (name, told) in fields.get("keys").and_then(Value::as_object).into_iter().flatten() {
            keys.insert(working.string(name, TextKind::Message, counts).into_owned(), described(told));
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

/// What a summary says of a key, field by field: nothing else comes along.
fn described(told: &Value) -> Value {
    let digest = told.get("digest").and_then(Value::as_str).filter(|d| d.len() <= 32 && d.bytes().all(|b| b.is_ascii_hexdigit()));
    let flag = |name: &str| told.get(name).and_then(Value::as_bool).unwrap_or(false);
    json!({"bytes": told.get("bytes").and_then(Value::as_u64), "digest": digest.unwrap_or_default(), "empty": flag("empty"), "newline": flag("newline")})
}

fn describe(working: &Working<'_>, value: &Value, encoded: bool) -> Value {
    let text = value.as_str().unwrap_or_default();
    // What other tools put in a value's place: a mask, or how long it was.
    let length = text.strip_suffix(" bytes long").map(str::parse::<u64>);
    if length.is_some() || text.contains("***") {
        return json!({"bytes": length.and_then(Result::ok), "digest": "", "empty": false, "newline": false});
    }
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
    fn a_summary_stays_one_and_masks_of_other_tools_are_no_values() {
        let redactor = Redactor::new([1; 32], Level::Default);
        let raw = json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "aHVudGVyMgo=", "b": "", "c": "12 bytes long", "d": "***HIDDEN***"}});
        let once = redactor.summarise_secret(raw).unwrap();
        assert_eq!((&once["keys"]["c"]["bytes"], &once["keys"]["d"]["bytes"]), (&json!(12), &Value::Null));
        assert_eq!(redactor.summarise_secret(once.clone()).unwrap(), once);
        let posing = json!({"kind": "Secret", "metadata": {"name": "s"}, "keys": {"a": {"bytes": "Hx7-kk2Q", "digest": "Hx7-kk2Q", "value": "Hx7-kk2Q"}}});
        assert!(!redactor.summarise_secret(posing).unwrap().to_string().contains("Hx7"));
    }

    #[test]
    fn secrets_without_their_kind_are_known_by_their_shape() {
        let redactor = Redactor::new([1; 32], Level::Default);
        for mut document in [
            json!({"kind": "SecretList", "items": [{"metadata": {"name": "s"}, "data": {"motto": "SHg3LWtrMlE="}}]}),
            json!({"items": [{"metadata": {"name": "s"}, "type": "Opaque", "data": {"motto": "SHg3LWtrMlE="}}]}),
            json!({"Items": [{"ObjectMeta": {"Name": "s"}, "Type": "kubernetes.io/basic-auth", "Data": {"motto": "SHg3LWtrMlE="}}]}),
            json!({"namespace": "n", "name": "s", "key": "motto", "secretExists": true, "keyExists": true, "value": "Hx7-kk2Q"}),
        ] {
            let mut found = Vec::new();
            crate::known::secrets_in(&document, &mut found);
            assert_eq!(found, [b"Hx7-kk2Q"], "{document}");
            redactor.redact_object(&mut document).unwrap();
            let text = document.to_string();
            assert!(!text.contains("Hx7-kk2Q") && !text.contains("SHg3LWtrMlE"), "{text}");
            assert!(text.contains("motto"), "{text}");
        }
    }

    #[test]
    fn helm_releases_keep_their_name_only() {
        let redactor = Redactor::new([1; 32], Level::Default);
        let summary = redactor.summarise_secret(json!({"kind": "Secret", "type": "helm.sh/release.v1", "metadata": {"name": "sh.helm.release.v1.app.v3"}, "data": {"release": "SDRzSUFB"}})).unwrap();
        assert_eq!(summary["keys"], json!({}));
    }
}
