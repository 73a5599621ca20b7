//! The API server's word about itself, as it was recorded.
use crate::{answer::Answer, recording::Recording, request::Request};
use serde_json::{Value, json};

/// `/version`.
pub(super) fn version(recording: &Recording) -> Answer {
    let recorded = recording.health("version.json").map(|span| recording.get(span));
    match recorded {
        Some(Ok(document)) if serde_json::from_slice::<Value>(&document).is_ok_and(|version| version.is_object()) => {
            Answer::raw_json(document)
        }
        Some(Err(error)) => Answer::broken(&error),
        _ => {
            let version = recording.version();
            let mut numbers = version.trim_start_matches('v').split('.');
            let mut number = || numbers.next().unwrap_or_default();
            Answer::json(&json!({"major": number(), "minor": number(), "gitVersion": version, "platform": "linux/amd64"}))
        }
    }
}

/// `/readyz`, `/livez`, and one check of them: `/readyz/etcd`.
pub(super) fn check(recording: &Recording, which: &str, single: &[&str], request: &Request) -> Answer {
    let file = if which == "healthz" { "livez" } else { which };
    let Some(span) = recording.health(file) else {
        return Answer::refusal(404, "NotFound", &format!("the bundle does not say how /{which} was answered"));
    };
    let text = match recording.get(span) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => return Answer::broken(&error),
    };
    let lines = text.lines().filter(|line| line.starts_with("[+]") || line.starts_with("[-]"));
    let failed = |line: &str| line.starts_with("[-]");
    match single {
        [] => {
            let status = if lines.clone().any(failed) { 500 } else { 200 };
            let short = status == 200 && !request.flag("verbose");
            Answer::text(status, if short { b"ok".to_vec() } else { text.into_bytes() })
        }
        [name, ..] => {
            let line = lines.into_iter().find(|line| line.get(3..).is_some_and(|rest| rest.split(' ').next() == Some(*name)));
            match line {
                Some(line) if failed(line) => Answer::text(500, format!("{line}\n").into_bytes()),
                Some(_) => Answer::text(200, b"ok".to_vec()),
                None => Answer::no_such_path(),
            }
        }
    }
}
