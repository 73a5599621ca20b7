//! Secrets: the bundle knows names, keys and sizes. What is served has a placeholder of the same size for each value, and says so.
use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};

/// The annotation that every served Secret has.
const NOTE: &str = "tarbox/values";
const WORDS: &str = "not in the bundle: what stands here for each value is a placeholder of the same length";
/// A placeholder longer than this would only fill memory: a Secret cannot hold more than 1 MiB.
const LONGEST: u64 = 1 << 20;

/// A line of `secrets.ndjson` as a Secret.
pub(super) fn placeholders(line: &[u8]) -> Option<Vec<u8>> {
    let Ok(Value::Object(mut secret)) = serde_json::from_slice(line) else { return None };
    let keys = match secret.remove("keys") {
        Some(Value::Object(keys)) => keys,
        _ => Map::new(),
    };
    let data: Map<String, Value> =
        keys.iter().map(|(name, about)| (name.clone(), Base64::encode_string(&placeholder(about)).into())).collect();
    if let Some(metadata) = secret.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(NOTE.to_owned(), WORDS.into());
        }
    }
    if secret.get("immutable") == Some(&Value::Bool(false)) {
        // The bundle says it of every Secret, a cluster of none.
        secret.remove("immutable");
    }
    if !data.is_empty() {
        secret.insert("data".to_owned(), data.into());
    }
    serde_json::to_vec(&secret).ok()
}

/// Equal values have equal placeholders, because the digest comes first; a newline at the end stays one.
fn placeholder(about: &Value) -> Vec<u8> {
    let length = about["bytes"].as_u64().unwrap_or(0).min(LONGEST);
    let length = usize::try_from(length).unwrap_or(0);
    let digest = about["digest"].as_str().unwrap_or_default();
    let pattern = format!("{}-is-not-in-the-bundle-", digest.get(..16).unwrap_or(digest));
    let mut value: Vec<u8> = pattern.bytes().cycle().take(length).collect();
    if about["newline"] == true
        && let Some(last) = value.last_mut()
    {
        *last = b'\n';
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_keys_and_sizes_and_says_that_its_values_are_not_there() {
        let line = br#"{"apiVersion":"v1","kind":"Secret","immutable":false,"metadata":{"name":"s","namespace":"n"},"type":"Opaque",
            "keys":{"a":{"bytes":40,"digest":"0123456789abcdef0123456789abcdef","newline":true},"b":{"bytes":3,"digest":"ffff"},"c":{"bytes":0,"digest":"","empty":true}}}"#;
        let secret: Value = serde_json::from_slice(&placeholders(line).unwrap()).unwrap();
        let value = |key: &str| Base64::decode_vec(secret["data"][key].as_str().unwrap()).unwrap();
        assert_eq!(value("a").len(), 40);
        assert!(value("a").starts_with(b"0123456789abcdef-is-not-") && value("a").ends_with(b"\n"));
        assert_eq!((value("b").len(), value("c").len()), (3, 0));
        assert!(secret["metadata"]["annotations"][NOTE].as_str().unwrap().contains("not in the bundle"));
        assert!(secret.get("keys").is_none() && secret.get("immutable").is_none());
    }
}
