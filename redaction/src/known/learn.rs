//! Which strings of a Secret are worth searching: the value, its lines, the leaves of the document it holds, the password inside a URI.

use serde_json::Value;

use crate::keys::{self, Sensitivity};
use crate::{base64, secret, values};

/// Names in Secrets whose values are public or only names of things.
const PUBLIC: &[&str] = &[
    "ca.crt",
    "tls.crt",
    "ca-bundle.crt",
    "service-ca.crt",
    "cert.pem",
    "ca.pem",
    "certificate",
    "cert",
    "namespace",
    "host",
    "hostname",
    "port",
    "database",
    "dbname",
    "db",
    "region",
    "endpoint",
    "type",
    "server",
    "issuer",
    "url-template",
    "email",
    "project_id",
    "auth_uri",
    "token_uri",
    "auth_provider_x509_cert_url",
    "client_x509_cert_url",
    "universe_domain",
    "name",
    "description",
    "schema",
    "provider",
    "bucket",
    "usage-bootstrap-authentication",
    "usage-bootstrap-signing",
    "auth-extra-groups",
    "expiration",
];

/// Depth to which documents inside a value are followed.
const DEPTH: usize = 6;
/// Lines of a value that are looked at.
const LINES: usize = 2000;

/// The values of a raw Secret object that are to be searched everywhere.
pub(crate) fn values_of_secret(secret: &Value) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if secret.get("type").and_then(Value::as_str) == Some("helm.sh/release.v1") {
        return found; // a whole chart; its own Secrets are in the cluster, and are learned there
    }
    for (field, encoded) in [("data", true), ("stringData", false)] {
        for (name, value) in secret.get(field).and_then(Value::as_object).into_iter().flatten() {
            let Some(text) = value.as_str() else { continue };
            let bytes = if encoded { base64::decode(text.as_bytes()) } else { Some(text.as_bytes().to_vec()) };
            match bytes {
                Some(bytes) => learn(name, &bytes, DEPTH, &mut found),
                None => learn(name, text.as_bytes(), DEPTH, &mut found),
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The values of all Secrets in a document: at the top, in lists, in annotations that repeat the object.
pub(crate) fn secrets_in(document: &Value, found: &mut Vec<Vec<u8>>) {
    walk(document, false, NESTING, found);
}

/// Levels of a document that are looked at; what is nested deeper is not redacted but dropped.
const NESTING: usize = 128;

fn walk(value: &Value, listed: bool, depth: usize, found: &mut Vec<Vec<u8>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Object(fields) => {
            if listed && !fields.contains_key("kind") || secret::is_one(fields) {
                let mut secret = fields.clone();
                secret::modernise(&mut secret);
                found.extend(values_of_secret(&Value::Object(secret)));
            }
            if let Some(told) = secret::told_value(fields) {
                let name = fields.get("key").and_then(Value::as_str).unwrap_or_default();
                found.extend(values_of_secret(&serde_json::json!({"stringData": {name: told}})));
            }
            let list = fields.get("kind").and_then(Value::as_str) == Some("SecretList");
            for (name, value) in fields {
                match value {
                    Value::Array(items) => items.iter().for_each(|item| walk(item, list && name == "items", depth, found)),
                    value => walk(value, false, depth, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, false, depth, found)),
        // `last-applied-configuration` and its kin.
        Value::String(text) if text.contains("Secret") && text.trim_start().starts_with('{') => {
            if let Ok(inner) = serde_json::from_str(text.trim()) {
                walk(&inner, false, depth, found);
            }
        }
        _ => {}
    }
}

/// The values inside one value that was stored under `name`.
pub(crate) fn learn(name: &str, bytes: &[u8], depth: usize, found: &mut Vec<Vec<u8>>) {
    let sensitivity = keys::sensitivity(name);
    if depth == 0 || PUBLIC.iter().any(|public| name.eq_ignore_ascii_case(public)) {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        if bytes.len() >= 8 && bytes.len() <= 4096 {
            found.push(bytes.to_vec()); // a key in binary form; long ones are key stores, never printed
        }
        return;
    };
    let trimmed = text.trim();
    if let Ok(document @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(trimmed) {
        return learn_document(name, &document, depth, found);
    }
    if trimmed.contains('\n') {
        return learn_lines(name, trimmed, depth, found);
    }
    learn_userinfo(trimmed, found);
    if values::is_searchable(trimmed, sensitivity) {
        found.push(trimmed.as_bytes().to_vec());
    }
    // `user:password` and `name:{SHA}…` (basic auth, htpasswd), also when encoded as in a docker config.
    if let Some((user, password)) = trimmed.split_once(':')
        && !trimmed.contains(' ')
        && !trimmed.contains("://")
        && values::is_searchable(password, Sensitivity::Strong)
    {
        let _ = user;
        found.push(password.as_bytes().to_vec());
    }
    if trimmed.len() >= 12
        && let Some(inner) = base64::decode(trimmed.as_bytes())
            .filter(|inner| inner.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()))
    {
        learn(name, &inner, depth - 1, found);
    }
    if let Some((key, value)) = trimmed.split_once('=')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !key.is_empty()
        && !value.trim_matches('=').is_empty()
    {
        learn(key, value.trim().trim_matches(['"', '\'']).as_bytes(), depth - 1, found);
    }
}

fn learn_document(name: &str, value: &Value, depth: usize, found: &mut Vec<Vec<u8>>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::String(text) => learn(name, text.as_bytes(), depth - 1, found),
        Value::Array(items) => items.iter().for_each(|item| learn_document(name, item, depth - 1, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| learn_document(key, item, depth - 1, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Files: PEM, properties, ini, YAML, htpasswd, anything with lines.
fn learn_lines(name: &str, text: &str, depth: usize, found: &mut Vec<Vec<u8>>) {
    let mut public = false;
    for line in text.lines().take(LINES) {
        let line = line.trim();
        if line.starts_with("-----BEGIN ") {
            public = line.contains("CERTIFICATE") || line.contains("PUBLIC KEY") || line.contains("PARAMETERS");
            continue;
        }
        if line.starts_with("-----END ") {
            public = false;
            continue;
        }
        if public || line.is_empty() || line.starts_with('#') {
            continue;
        }
        let pair = line.trim_start_matches("- ").split_once([':', '=']).filter(|(key, value)| {
            !key.trim().is_empty()
                && !value.starts_with("//")
                && key
                    .trim()
                    .trim_matches(['"', '\''])
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        });
        match pair {
            Some((key, value)) if !value.trim_matches('=').is_empty() => {
                let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
                learn(key.trim().trim_matches(['"', '\'']), value.as_bytes(), depth - 1, found);
            }
            _ if !line.contains(' ') => learn(name, line.as_bytes(), depth - 1, found),
            _ => {
                learn_userinfo(line, found);
                if keys::sensitivity(name) == Sensitivity::Strong && values::is_searchable(line, Sensitivity::Strong) {
                    found.push(line.as_bytes().to_vec());
                }
            }
        }
    }
}

/// User and password of each URI in the text, as they stand and percent-decoded.
fn learn_userinfo(text: &str, found: &mut Vec<Vec<u8>>) {
    for rest in text.split("://").skip(1) {
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
        let Some((userinfo, _)) = authority.rsplit_once('@') else { continue };
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        for (part, sensitivity) in [(user, Sensitivity::None), (password, Sensitivity::Strong)] {
            let decoded = crate::escape::percent_decoded(part);
            if values::is_searchable(&decoded, sensitivity) {
                found.push(decoded.as_bytes().to_vec());
            }
            if decoded != part && values::is_searchable(part, sensitivity) {
                found.push(part.as_bytes().to_vec());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn learned(name: &str, value: &str) -> Vec<String> {
        values_of_secret(&json!({"stringData": {name: value}})).into_iter().map(|value| String::from_utf8(value).unwrap()).collect()
    }

    #[test]
    fn learns_what_is_secret() {
        assert_eq!(learned("password", "Hx7-kk2Q"), ["Hx7-kk2Q"]);
        assert_eq!(learned("uri", "mongodb://shepherd:Hx7%40kk2Q@mongo:27017/db"), ["Hx7%40kk2Q", "Hx7@kk2Q"]);
        assert_eq!(learned("config.json", r#"{"db": {"host": "mongo", "password": "Hx7-kk2Q"}}"#), ["Hx7-kk2Q"]);
        assert_eq!(learned("app.properties", "db.host=mongo.internal\ndb.password=Hx7-kk2Q\n"), ["Hx7-kk2Q"]);
        let auth = String::from_utf8(base64::encode(b"robot:Hx7-kk2Q", false)).unwrap();
        let docker = format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{auth}"}}}}}}"#);
        assert_eq!(learned(".dockerconfigjson", &docker), ["Hx7-kk2Q".to_owned(), auth, "robot:Hx7-kk2Q".to_owned()]);
    }

    #[test]
    fn does_not_learn_names_hosts_and_certificates() {
        for (name, value) in [
            ("namespace", "prod-x7-9k2Q"),
            ("host", "db-x7.9k2Q.example"),
            ("username", "shepherd"),
            ("port", "27017"),
            ("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg\n-----END CERTIFICATE-----"),
            ("bundle", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg\n-----END CERTIFICATE-----"),
            ("password", "admin"),
            ("endpoint", "https://s3.example.com"),
            ("enabled", "true"),
        ] {
            assert!(learned(name, value).is_empty(), "{name}");
        }
    }
}
