//! # memory-leak
//!
//! A process uses ever more memory until it is killed.
//!
//! ## What it detects
//! Containers that are killed for their memory after much the same time, again and again; servers whose worker processes are
//! killed one after the other while the container stays up (gunicorn, uWSGI, Celery, php-fpm); and memory that grows over the
//! bundle's samples.
//!
//! ## Why it happens
//! Objects that nobody lets go: a cache without bounds, a list that only grows, connections that are not closed. A limit
//! that is merely too low shows at once, a leak after a while.
//!
//! ## How to confirm
//! `kubectl top pod NAME --containers` some times over; for workers, the lines in which the parent starts new ones.
//!
//! ## How to fix
//! Find what grows (a heap profile). Until then let workers be replaced after some requests, and keep the limit.
//!
//! ## When it stays silent
//! When the process is killed within its first minute (out-of-memory-killed), when workers are ended for their silence
//! (worker-timeout), and while a process still warms up.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, quantity};

use super::leak::{Leak, Sign, leaks};
use super::memory::{limit, limit_evidence};
use crate::commands::{edit, set, undo};

/// The rule.
pub static RULE: Rule = Rule {
    id: "memory-leak",
    title: "A process uses ever more memory until it is killed",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Memory Leaks",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits, Effect::Slow],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    leaks(context).iter().map(finding).collect()
}

fn finding(leak: &Leak<'_>) -> Finding {
    let owner = leak.workload.cloned().unwrap_or_else(|| leak.pod.reference());
    let container = leak.view.spec.name.as_str();
    let allowed = limit(&leak.view).map(|l| format!(" Its limit is {}.", quantity::bytes(l))).unwrap_or_default();
    let (severity, confidence) = match leak.sign {
        Sign::Workers { killed } => (Severity::High, if killed >= 3 { 0.85 } else { 0.75 }),
        Sign::Regular { .. } => (Severity::High, 0.85),
        Sign::Growth { .. } => (Severity::Medium, 0.65),
    };
    let mut evidence = leak.evidence.iter().cloned();
    let Some(first) = evidence.next() else {
        return Finding::new(leak.pod.reference(), format!("`{}` leaks memory", owner.name), leak.pod.named());
    };
    let mut finding = Finding::new(leak.pod.reference(), format!("`{}` leaks memory", owner.name), first)
        .summary(format!("Container `{container}`: {}.{allowed}", leak.sign.words()))
        .workload(leak.workload.cloned())
        .severity(severity)
        .confidence(confidence)
        .evidence(evidence)
        .evidence(limit_evidence(leak.pod, &leak.view))
        .seen(leak.first, leak.last);
    if matches!(leak.sign, Sign::Workers { .. }) {
        finding = finding.remedy(
            "Until the leak is found, let the server replace its workers in time: with gunicorn `--max-requests 1000 --max-requests-jitter 100`. This starts new pods.",
            edit(&owner),
        );
    }
    if let Some(undo) = undo(&owner) {
        finding = finding.remedy("If it began with the newest revision, go back. This starts new pods.", undo);
    }
    let raised = quantity::bytes(limit(&leak.view).unwrap_or(268_435_456.0) * 2.0);
    finding.remedy(
        "A higher limit only buys time. This starts new pods.",
        set(&owner, "resources", &format!("-c {container} --limits=memory={raised}")),
    )
}
