//! # worker-timeout
//!
//! Workers of an application server hang and are ended by their master.
//!
//! ## What it detects
//! gunicorn's `WORKER TIMEOUT` (and what uWSGI, Unicorn and Puma say in its place) of the last half hour, with how often, and
//! the timeout that is set. A dependency that does not answer, or a CPU that is throttled, explains it away.
//!
//! ## Why it happens
//! A synchronous worker that is busy longer than the timeout counts as hung: a slow query, a call to another service without
//! a timeout of its own, a lock, or too little CPU. The request that it served is lost, and so are those that wait behind it.
//!
//! ## How to confirm
//! The log of the same seconds: what was the worker doing? A traceback often follows the line.
//!
//! ## How to fix
//! Give calls to others a timeout shorter than the worker's; use threads or an asynchronous worker for what waits; then, if
//! requests may take long, raise the timeout.
//!
//! ## When it stays silent
//! When the last one is more than half an hour ago, and when the pod is no longer there.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::object::{Container, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::slowness::RECENT;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "worker-timeout",
    title: "Workers of an application server hang and are ended by their master",
    level: Level::Cause,
    severity: Severity::High,
    guide: "High Latency",
    needs: &[Need::Logs],
    produces: &[Effect::Slow],
    explained_by: &[Effect::Slow, Effect::DependencyDown, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for log in &context.snapshot.logs {
        let recent = |h: &&LogHit| context.snapshot.age_seconds(h.last.time).is_none_or(|age| age <= RECENT);
        let hits: Vec<&LogHit> = ["gunicorn-worker-timeout", "worker-timeout"].iter().flat_map(|s| log.hits_of(s)).filter(recent).collect();
        let pod = context.snapshot.pod(&log.namespace, &log.pod);
        if !hits.is_empty() && pod.is_none_or(|p| p.is_active()) {
            findings.extend(finding(context, log, &hits, pod));
        }
    }
    findings
}

fn finding(context: &Context<'_>, log: &ContainerLog, hits: &[&LogHit], pod: Option<&Object<Pod>>) -> Option<Finding> {
    let reference = log.pod_reference();
    let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)).unwrap_or_else(|| reference.clone());
    let count: u64 = hits.iter().map(|h| h.count).sum();
    let (first, last) = (hits.iter().filter_map(|h| h.first.time).min(), hits.iter().filter_map(|h| h.last.time).max());
    let span = first
        .zip(last)
        .map(|(a, b)| b.as_second() - a.as_second())
        .filter(|s| *s > 0)
        .map(|s| format!(" within {s} s"))
        .unwrap_or_default();
    let view = pod.and_then(|p| p.containers().find(|v| v.spec.name == log.container || log.container.is_empty()));
    let set = view
        .and_then(|v| timeout(v.spec).map(|(seconds, pointer, quote)| (seconds, pod.map(|p| p.evidence(v.spec_pointer(&pointer), quote)))));
    let words = match &set {
        Some((seconds, _)) => format!(" Their timeout is {seconds} s."),
        None => " No timeout is set, so gunicorn's is 30 s.".to_owned(),
    };
    let words = if hits.iter().any(|h| h.signature == "worker-timeout") { String::new() } else { words };
    let place = set.and_then(|(_, e)| e);
    let name = log.container.as_str();
    let finding = Finding::new(reference, format!("Workers of `{}` hang and are ended", owner.name), log.evidence(hits.first()?))
        .summary(format!("{count} workers hung{span} and were ended by their master; the requests that they served are lost.{words}"))
        .workload(pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)))
        .confidence(if count >= 3 { 0.75 } else { 0.6 })
        .evidence(place)
        .seen(first, last)
        .remedy("See what the workers were doing.", format!("kubectl logs {} -n {} --tail=200", log.pod, log.namespace))
        .remedy(
            "If requests may take that long, give them time. This starts new pods.",
            format!(
                "kubectl set env {}{}{} GUNICORN_CMD_ARGS='--timeout 120 --threads 4'",
                target(&owner),
                owner.namespace_flag(),
                if name.is_empty() { String::new() } else { format!(" -c {name}") }
            ),
        );
    Some(finding)
}

/// The timeout that a command line or GUNICORN_CMD_ARGS sets, with its place.
fn timeout(container: &Container) -> Option<(u32, String, String)> {
    let lists = [("/command", &container.command), ("/args", &container.args)];
    for (list, words) in lists {
        for (i, word) in words.iter().enumerate() {
            let next = words.get(i + 1);
            if let Some(seconds) = of_words(word, next.map(String::as_str)) {
                return Some((seconds, format!("{list}/{i}"), word.clone()));
            }
        }
    }
    let (i, env) = container.env.iter().enumerate().find(|(_, e)| e.name == "GUNICORN_CMD_ARGS")?;
    let value = env.value.as_deref()?;
    let words: Vec<&str> = value.split_whitespace().collect();
    let seconds = words.iter().enumerate().find_map(|(i, w)| of_words(w, words.get(i + 1).copied()))?;
    Some((seconds, format!("/env/{i}/value"), value.to_owned()))
}

/// `--timeout 30`, `--timeout=30`, `-t 30`; also inside of one word, as in `sh -c "gunicorn --timeout 30"`.
fn of_words(word: &str, next: Option<&str>) -> Option<u32> {
    if word == "--timeout" || word == "-t" {
        return next?.parse().ok();
    }
    if let Some(value) = word.strip_prefix("--timeout=") {
        return value.parse().ok();
    }
    let rest = word.split_once("--timeout")?.1.trim_start_matches(['=', ' ']);
    rest.split_whitespace().next()?.parse().ok()
}
