//! HTTP: what the applications themselves answer to the questions that probes and Prometheus ask them anyway.
use super::{Right, Source, Switch};
use crate::{
    gateway::{Ask, Failure, Kind},
    outcome::Ended,
    run::Run,
};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tarbox_bundle::EntryPath;
use targets::Target;

pub(crate) use targets::Targets;

mod targets;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "http",
    what: "Status, time, size and the beginning of the body of health and metrics endpoints, asked through the API server's service proxy. Which ports and paths: those of the workloads' \
           own probes, of prometheus.io annotations and of ServiceMonitors; where a port speaks HTTP, also /api/health, /healthz, /health and /metrics, of which a 404 or a refusal is not kept.",
    calls: &["GET /api/v1/namespaces/<ns>/services/[https:]<service>:<port>/proxy/<path>"],
    rights: &[Right { groups: &[""], resources: &["services/proxy"], urls: &[], verbs: &["get"] }],
    place: &["http/<namespace>/<service>/<port>-<path>.json"],
    limits: "100 questions, declared ones first; 10 seconds each, once; the first 16 KiB of a body. A denial is an outcome, not an error: the right lets its holder send GETs to every service.",
    switch: Switch::Off("--no-http"),
    grant: Some("--http"),
};

/// Questions of one run.
const QUESTIONS: usize = 100;
/// Bytes of a body that are kept.
const HEAD: usize = 16 << 10;
/// Bytes of a body that are read to tell its size.
const READ: usize = 4 << 20;

/// Asks them.
pub(crate) async fn collect(run: &Arc<Run>) {
    if run.options.no_http {
        return;
    }
    let (targets, found) = run.targets().plan(QUESTIONS);
    if found == 0 {
        return run.outcome(SOURCE.id, SOURCE.id, Ended::Absent, 0, 0, "no service was found that says it speaks HTTP");
    }
    let (denied, read, bytes, unread) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let names = Mutex::new(BTreeSet::new());
    futures::stream::iter(targets.iter())
        .for_each_concurrent(3, |target| {
            let (denied, read, bytes, unread, names) = (&denied, &read, &bytes, &unread, &names);
            async move {
                if denied.load(Ordering::Relaxed) || run.gateway.stop().reason().is_some() {
                    unread.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                match ask(run, target).await {
                    Ok(answer) if target.guessed && is_nothing(&answer) => {}
                    Ok(answer) => {
                        let path = EntryPath::http(&target.namespace, &target.service, &file_name(target, names));
                        bytes.fetch_add(run.sink.document(&path, answer.to_string().as_bytes()), Ordering::Relaxed);
                        read.fetch_add(1, Ordering::Relaxed);
                    }
                    // A right missing for one service is missing for all that matter: ask no more.
                    Err(failure) if failure.is_denied() => {
                        if !denied.swap(true, Ordering::Relaxed) {
                            run.outcome(SOURCE.id, SOURCE.id, Ended::Denied, 0, 0, &failure.to_string());
                        }
                    }
                    Err(failure) => {
                        let id = format!("{}/{}/{}/{}{}", SOURCE.id, target.namespace, target.service, target.port, target.path);
                        run.outcome(SOURCE.id, &id, Ended::from(&failure), 0, 0, &failure.to_string());
                    }
                }
            }
        })
        .await;
    if denied.into_inner() {
        return;
    }
    let (unread, left) = (unread.into_inner(), found.saturating_sub(targets.len()));
    let mut notes = Vec::new();
    if left > 0 {
        notes.push(format!("{left} more endpoints were not asked"));
    }
    let ended = match run.gateway.stop().reason() {
        Some(reason) if unread > 0 => {
            notes.push(format!("{unread} not asked before the end of the run"));
            Ended::from(&Failure::Stopped(reason))
        }
        _ if left > 0 => Ended::Limited,
        _ => Ended::Collected,
    };
    run.outcome(SOURCE.id, SOURCE.id, ended, read.into_inner(), bytes.into_inner(), &notes.join("; "));
}

async fn ask(run: &Arc<Run>, target: &Target) -> Result<Value, Failure> {
    let Target { namespace, service, port, https, path, why, .. } = target;
    let scheme = if *https { "https:" } else { "" };
    let request = format!("/api/v1/namespaces/{namespace}/services/{scheme}{service}:{port}/proxy{path}");
    let mut answer = run.gateway.get(&Ask::any(Kind::Probe, request)).await?;
    let (status, waited, content_type) = (answer.status(), answer.waited(), answer.content_type().to_owned());
    let (mut body, mut size, mut trouble) = (Vec::new(), 0, None);
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                size += chunk.len();
                body.extend_from_slice(chunk.get(..HEAD.saturating_sub(body.len()).min(chunk.len())).unwrap_or_default());
                if size >= READ {
                    break;
                }
            }
            Ok(None) => break,
            Err(failure) => {
                trouble = Some(failure.to_string());
                break;
            }
        }
    }
    drop(answer);
    // What stands behind a service may be an API server of its own (metrics-server is), which refuses us in the same words for its own
    // reasons: only a denial of the proxy is a right that we lack.
    let by_server = words_of_the_server(&body).filter(|message| !matches!(status, 401 | 403) || message.contains("services/proxy"));
    if let Some(message) = by_server.as_deref().filter(|_| status == 403) {
        let body = json!({"message": message}).to_string();
        return Err(Failure::Refused(crate::gateway::Refusal::read(status, None, body.as_bytes())));
    }
    let text = std::str::from_utf8(&body).map_or_else(
        // The head may end within a character; anything else that is no text is no use here.
        |error| {
            if error.error_len().is_none() {
                String::from_utf8_lossy(&body).into_owned()
            } else {
                format!("({size} bytes that are no text)")
            }
        },
        str::to_owned,
    );
    Ok(json!({
        "namespace": namespace,
        "service": service,
        "port": port,
        "scheme": if *https { "https" } else { "http" },
        "path": path,
        "why": why,
        "status": status,
        // When nobody answers behind a service, it is the API server that says so.
        "answered_by": if by_server.is_some() { "api-server" } else { "service" },
        "millis": u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
        "bytes": size,
        "content_type": content_type,
        "body": text,
        "error": trouble,
    }))
}

/// What the API server itself says instead of the service: a `Status` that is not an answer of the application.
fn words_of_the_server(body: &[u8]) -> Option<String> {
    let status: Value = serde_json::from_slice(body).ok()?;
    (status["kind"] == "Status" && status["apiVersion"] == "v1").then(|| status["message"].as_str().unwrap_or_default().to_owned())
}

/// An answer to a guess from which nothing is learned.
fn is_nothing(answer: &Value) -> bool {
    matches!(answer["status"].as_u64(), Some(401 | 403 | 404 | 405)) || answer["answered_by"] == "api-server"
}

/// `5000-api-health.json`, and a number where two paths come to the same name.
fn file_name(target: &Target, names: &Mutex<BTreeSet<String>>) -> String {
    let words: Vec<&str> = target.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let stem = format!("{}{}{}", target.port, if words.is_empty() { "" } else { "-" }, words.join("-"));
    let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
    let of_service = |file: &str| format!("{}/{}/{file}", target.namespace, target.service);
    let candidates = std::iter::once(format!("{stem}.json")).chain((2..).map(|number| format!("{stem}.{number}.json")));
    candidates.into_iter().find(|file| names.insert(of_service(file))).unwrap_or_default()
}
