//! The small files of a bundle: certificates, Helm releases, answers of services, of the API server and of databases.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tarbox_model::Timestamp;
use tarbox_model::coverage::InputProblem;
use tarbox_model::evidence::Origin;
use tarbox_model::facts::{Certificate, HelmRelease, HelmRevision, MongoAnswer};
use tarbox_model::metrics::HttpAnswer;
use tarbox_model::snapshot::Snapshot;

/// One line of `certificates.ndjson`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct CertificateLine {
    kind: String,
    namespace: Option<String>,
    name: String,
    field: String,
    index: u32,
    subject: String,
    sans: Vec<String>,
    issuer: String,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    ca: bool,
    key_match: Option<bool>,
    error: String,
}

/// Reads lines of `certificates.ndjson`.
pub(crate) fn read_certificates(path: &Arc<str>, first_line: u32, bytes: &[u8], into: &mut Snapshot) {
    for (number, line) in (first_line..).zip(bytes.split(|&b| b == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<CertificateLine>(line) {
            Ok(c) => into.certificates.push(Certificate {
                origin: Origin::new(path, number, ""),
                kind: c.kind,
                namespace: c.namespace.unwrap_or_default(),
                name: c.name,
                field: c.field,
                index: c.index,
                subject: c.subject,
                sans: c.sans.iter().filter_map(|san| host_name(san)).map(str::to_owned).collect(),
                issuer: c.issuer,
                not_before: c.not_before,
                not_after: c.not_after,
                is_ca: c.ca,
                key_matches: c.key_match,
                error: c.error,
            }),
            Err(error) => into.problems.push(InputProblem {
                path: Some(path.to_string()),
                line: Some(number),
                message: format!("certificate skipped: {error}"),
            }),
        }
    }
}

/// A name that a server may be called by, of `DNS:shop.example`, `IP:10.0.0.1`, `email:…`, `URI:…`.
fn host_name(san: &str) -> Option<&str> {
    san.strip_prefix("DNS:").or_else(|| san.strip_prefix("IP:")).or((!san.starts_with("email:") && !san.starts_with("URI:")).then_some(san))
}

/// A release's file, `helm/NAMESPACE/RELEASE.json`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct HelmFile {
    history: Vec<HelmEntry>,
    notes: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HelmEntry {
    revision: i64,
    status: String,
    chart: String,
    chart_version: String,
    app_version: String,
    updated: Option<Timestamp>,
    description: String,
}

/// Reads a release's file.
pub(crate) fn read_helm(
    path: &Arc<str>,
    namespace: &str,
    release: &str,
    json: &[u8],
    into: &mut Snapshot,
) -> Result<(), serde_json::Error> {
    let file: HelmFile = serde_json::from_slice(json)?;
    let origin = || Origin::new(path, 0, "");
    let mut history: Vec<HelmRevision> = file
        .history
        .into_iter()
        .enumerate()
        .map(|(i, e)| HelmRevision {
            revision: e.revision,
            status: e.status,
            chart: e.chart,
            chart_version: e.chart_version,
            app_version: e.app_version,
            updated: e.updated,
            description: e.description,
            origin: origin(),
            pointer: format!("/history/{i}/status"),
        })
        .collect();
    history.sort_by_key(|r| r.revision);
    into.helm_releases.push(HelmRelease {
        origin: origin(),
        namespace: namespace.to_owned(),
        name: release.to_owned(),
        history,
        notes: file.notes,
    });
    Ok(())
}

/// Releases of which only Helm's Secrets tell (`sh.helm.release.v1.NAME.vN`, by their labels), unless their file told more.
pub(crate) fn releases_from_secrets(snapshot: &mut Snapshot) {
    let mut releases: BTreeMap<(String, String), HelmRelease> = BTreeMap::new();
    for secret in snapshot.secrets.iter().filter(|s| s.metadata.labels.get("owner").is_some_and(|o| o == "helm")) {
        let labels = &secret.metadata.labels;
        let (Some(name), Some(status)) = (labels.get("name"), labels.get("status")) else { continue };
        let key = (secret.metadata.namespace.clone(), name.clone());
        let release = releases.entry(key).or_insert_with_key(|(namespace, name)| HelmRelease {
            origin: secret.origin.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
            ..HelmRelease::default()
        });
        release.history.push(HelmRevision {
            revision: labels.get("version").and_then(|v| v.parse().ok()).unwrap_or(0),
            status: status.clone(),
            updated: secret.metadata.written_at(),
            origin: secret.origin.clone(),
            pointer: "/metadata/labels/status".to_owned(),
            ..HelmRevision::default()
        });
    }
    for ((namespace, name), mut release) in releases {
        if !snapshot.helm_releases.iter().any(|r| r.namespace == namespace && r.name == name) {
            release.history.sort_by_key(|r| r.revision);
            snapshot.helm_releases.push(release);
        }
    }
}

/// An answer over HTTP, `http/NAMESPACE/SERVICE/FILE.json`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct HttpFile {
    namespace: String,
    service: String,
    port: u16,
    path: String,
    why: Vec<String>,
    status: u16,
    answered_by: String,
    content_type: String,
    body: String,
    millis: u64,
}

/// Reads the answer of a service.
pub(crate) fn read_http(path: &Arc<str>, json: &[u8], into: &mut Snapshot) -> Result<(), serde_json::Error> {
    let file: HttpFile = serde_json::from_slice(json)?;
    into.http.push(HttpAnswer {
        origin: Origin::new(path, 0, ""),
        target: format!("{}/{}:{}{}", file.namespace, file.service, file.port, file.path),
        why: file.why,
        status: file.status,
        by_api_server: file.answered_by == "api-server",
        content_type: file.content_type,
        body: file.body,
        millis: file.millis,
    });
    Ok(())
}

/// Reads what the API server said of itself: `readyz`, `livez`, as text.
pub(crate) fn read_health(path: &Arc<str>, file: &str, text: &[u8], into: &mut Snapshot) {
    let body = String::from_utf8_lossy(text).into_owned();
    // The status is not kept with the text; its verbose form ends with the verdict.
    let failed = body.lines().any(|line| line.starts_with("[-]")) || body.contains("check failed");
    let status = if failed { 500 } else { 200 };
    let origin = Origin::new(path, 0, "");
    into.http.push(HttpAnswer { origin, target: file.to_owned(), status, body, ..HttpAnswer::default() });
}

/// Reads one answer of a MongoDB server, `mongodb/NAMESPACE/POD/COMMAND.json`; the server's log beside it is no answer.
pub(crate) fn read_mongodb(
    path: &Arc<str>,
    (namespace, pod, file): (&str, &str, &str),
    json: &[u8],
    into: &mut Snapshot,
) -> Result<(), serde_json::Error> {
    let Some(command) = file.strip_suffix(".json") else { return Ok(()) };
    let answer: Value = serde_json::from_slice(json)?;
    let refused = answer.get("ok").and_then(Value::as_f64) == Some(0.0);
    into.mongo_answers.push(MongoAnswer {
        origin: Origin::new(path, 0, ""),
        namespace: namespace.to_owned(),
        pod: pod.to_owned(),
        command: command.to_owned(),
        ok: !refused,
        error: answer.get("errmsg").and_then(Value::as_str).unwrap_or_default().to_owned(),
        answer,
    });
    Ok(())
}
