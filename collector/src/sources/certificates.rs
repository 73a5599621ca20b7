//! Certificates: the public parts of those that the cluster's objects carry.
use super::{Right, Source, Switch};
use crate::{certificate, discovery::Resource, outcome::Ended, run::Run};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "certificates",
    what: "The public part of every certificate in Secrets, ConfigMaps, webhooks, API services, conversion webhooks of CRDs and certificate signing requests: \
           subject, issuer, names, validity, key kind, and whether the private key beside it is its own. Private keys are looked at in memory only.",
    calls: &["GET /api/v1/secrets?limit=500", "GET /api/v1/configmaps?limit=500", "GET /apis/<group>/<version>/<resource>?limit=500"],
    rights: &[Right { groups: &[""], resources: &["secrets"], urls: &[], verbs: &["list"] }],
    place: &["certificates.ndjson"],
    limits: "20 certificates of one value; one that many ConfigMaps carry (a cluster's own authority) is told once. No further request is made: it is what the lists brought.",
    switch: Switch::Off("--no-secrets"),
    grant: None,
};

/// Certificates of one value that are told; a bundle of all the world's authorities has a hundred and more.
const OF_ONE_VALUE: usize = 20;
/// Certificates of ConfigMaps that are remembered, to tell each once.
const REMEMBERED: usize = 50_000;

/// The middle of `CERTIFICATE` in base64, by where in a group of three bytes the word begins.
const MARKS: [&str; 3] = ["Q0VSVElGSUNB", "UlRJRklDQVRF", "RVJUSUZJQ0FU"];

/// What has been found so far.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    known: Mutex<HashSet<u64>>,
    told: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

/// Notes the certificates of a Secret, with whose key lies beside them.
pub(crate) fn note_secret(run: &Run, secret: &Value) {
    let values = || secret["data"].as_object().into_iter().flatten();
    let decoded = |name: &str| secret["data"][name].as_str().and_then(certificate::base64);
    for (field, value) in values() {
        // Most values hold none, and need not be decoded.
        let Some(pem) = value.as_str().filter(|text| MARKS.iter().any(|mark| text.contains(mark))) else { continue };
        let Some(pem) = certificate::base64(pem) else { continue };
        // `tls.crt` and `tls.key`, `server.crt` and `server.key`: keys are named after their certificates.
        let key = field.strip_suffix(".crt").or_else(|| field.strip_suffix(".pem")).and_then(|stem| decoded(&format!("{stem}.key")));
        note(run, "Secret", secret, field, &pem, key.as_deref());
    }
}

/// Notes the certificates of any other object that may carry some.
pub(crate) fn note_object(run: &Run, resource: &Resource, object: &Value) {
    let kind = resource.kind.as_str();
    match (resource.group.as_str(), resource.name.as_str()) {
        ("", "configmaps") => {
            for (field, value) in object["data"].as_object().into_iter().flatten() {
                if let Some(text) = value.as_str().filter(|text| certificate::is_pem(text.as_bytes()) && is_new(run, text)) {
                    note(run, kind, object, field, text.as_bytes(), None);
                }
            }
        }
        ("admissionregistration.k8s.io", _) => {
            for webhook in object["webhooks"].as_array().into_iter().flatten() {
                let field = webhook["name"].as_str().unwrap_or_default();
                note_base64(run, kind, object, field, &webhook["clientConfig"]["caBundle"]);
            }
        }
        ("apiregistration.k8s.io", "apiservices") => note_base64(run, kind, object, "caBundle", &object["spec"]["caBundle"]),
        ("apiextensions.k8s.io", "customresourcedefinitions") => {
            note_base64(run, kind, object, "conversion", &object["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"]);
        }
        ("certificates.k8s.io", "certificatesigningrequests") => {
            note_base64(run, kind, object, "certificate", &object["status"]["certificate"]);
        }
        _ => {}
    }
}

/// Records what came of it, when all lists are read.
pub(crate) fn settle(run: &Run) {
    let found = &run.certificates;
    let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let dropped = get(&found.dropped);
    let mut notes = Vec::new();
    if run.options.no_secrets {
        notes.push("those of Secrets were not looked at (--no-secrets)".to_owned());
    }
    if dropped > 0 {
        notes.push(format!("{dropped} could not be redacted and were left out"));
    }
    run.outcome(SOURCE.id, SOURCE.id, Ended::Collected, get(&found.told), get(&found.bytes), &notes.join("; "));
}

fn note_base64(run: &Run, kind: &str, object: &Value, field: &str, value: &Value) {
    if let Some(pem) = value.as_str().and_then(certificate::base64) {
        note(run, kind, object, field, &pem, None);
    }
}

/// Whether this text has not been told yet.
fn is_new(run: &Run, text: &str) -> bool {
    let mut hasher = DefaultHasher::new();
    text.trim().hash(&mut hasher);
    let mut known = run.certificates.known.lock().unwrap_or_else(PoisonError::into_inner);
    known.len() >= REMEMBERED || known.insert(hasher.finish())
}

fn note(run: &Run, kind: &str, object: &Value, field: &str, pem: &[u8], key: Option<&[u8]>) {
    let mut all = certificate::all(pem);
    for (index, der) in all.by_ref().take(OF_ONE_VALUE).enumerate() {
        let mut told = match der.map_err(|error| format!("{error:?}")).and_then(|der| {
            let mut told = certificate::describe(&der)?;
            // The key belongs to the first of a chain.
            if let Some(matches) = key.filter(|_| index == 0).and_then(|key| certificate::key_matches(key, &der)) {
                told["key_match"] = matches.into();
            }
            Ok(told)
        }) {
            Ok(told) => told,
            Err(error) => json!({"error": error}),
        };
        told["kind"] = kind.into();
        told["namespace"] = object["metadata"]["namespace"].clone();
        told["name"] = object["metadata"]["name"].clone();
        told["field"] = field.into();
        told["index"] = index.into();
        match run.sink.certificate(told) {
            Some(bytes) => {
                run.certificates.told.fetch_add(1, Ordering::Relaxed);
                run.certificates.bytes.fetch_add(bytes, Ordering::Relaxed);
            }
            None => drop(run.certificates.dropped.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};

    #[test]
    fn certificates_are_seen_through_base64_wherever_they_begin() {
        for before in 0..6 {
            let text = format!("{}-----BEGIN CERTIFICATE-----", "#".repeat(before));
            let encoded = Base64::encode_string(text.as_bytes());
            assert!(MARKS.iter().any(|mark| encoded.contains(mark)), "{before}");
        }
    }
}
