//! # out-of-memory-killed
//!
//! A container was killed because it used more memory than its limit.
//!
//! ## What it detects
//! Containers whose run ended as `OOMKilled`, and containers whose limit is so low that the runtime cannot even begin them.
//! It gives the limit, the last measured use, and how long the run lasted.
//!
//! ## Why it happens
//! The limit is lower than what the process needs, at start-up or under load; or the process takes ever more (see
//! memory-leak). The kernel then kills the process at once, without a word in its log.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: *Last State: Terminated, Reason: OOMKilled*; `kubectl top pod NAME --containers`.
//!
//! ## How to fix
//! Raise the limit above what the process really uses, or make it use less: fewer workers, smaller caches, a heap setting
//! that knows the limit.
//!
//! ## When it stays silent
//! When the exit code is 137 for another reason (a liveness probe, the end of a grace period), when the kill is more than an
//! hour old and the container is ready, and when memory is seen to grow: that is memory-leak.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, quantity};

use super::leak::leaks;
use super::memory::{Kill, kills, limit, limit_evidence, samples};
use crate::commands::set;

/// The rule.
pub static RULE: Rule = Rule {
    id: "out-of-memory-killed",
    title: "A container was killed because it used more memory than its limit",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"OOMKilled\" or \"memory limit exceeded\"",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits, Effect::Slow],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let leaks = leaks(context);
    let leaking = |k: &Kill<'_>| leaks.iter().any(|l| std::ptr::eq(l.pod, k.pod) && l.view.spec.name == k.view.spec.name);
    kills(context).iter().filter(|kill| !leaking(kill)).map(|kill| finding(context, kill)).collect()
}

fn finding(context: &Context<'_>, kill: &Kill<'_>) -> Finding {
    let name = kill.view.spec.name.as_str();
    let owner = kill.workload.cloned().unwrap_or_else(|| kill.pod.reference());
    let bytes = limit(&kill.view);
    let allowed = bytes.map_or("no limit of its own (the node ran out)".to_owned(), |l| format!("a limit of {}", quantity::bytes(l)));
    let lived = match kill.lasted {
        None => "The runtime could not even begin it: its own init process needs more than that.".to_owned(),
        Some(s) if s < 60 => format!("The run lasted {s} s, so already the start-up needs more."),
        Some(s) => format!("The run lasted {}.", duration(s)),
    };
    let samples = samples(context, kill.pod, name);
    let used = samples.last().map(|(m, _)| format!(" It was last seen to use {}.", quantity::bytes(*m))).unwrap_or_default();
    let restarts = kill.view.status.map_or(0, |(_, _, s)| s.restart_count);
    // What cannot even begin needs the runtime's own few megabytes, and then some for the process.
    let least = if kill.lasted.is_none() { 67_108_864.0 } else { 0.0 };
    let raised = quantity::bytes((bytes.unwrap_or(134_217_728.0) * 2.0).max(least));
    let mut finding = Finding::new(
        kill.pod.reference(),
        format!("Container `{name}` of `{}` is killed for its memory", owner.name),
        kill.evidence.clone(),
    )
    .summary(format!("Container `{name}` has {allowed} and was killed by the kernel, restarts so far: {restarts}. {lived}{used}"))
    .workload(kill.workload.cloned())
    .confidence(0.97)
    .evidence(limit_evidence(kill.pod, &kill.view))
    .seen(kill.pod.status.start_time.or(kill.at), kill.at);
    if kill.lasted.is_some() {
        finding = finding.remedy(
            "See what it uses while it runs.",
            format!("kubectl top pod {} -n {} --containers", kill.pod.metadata.name, kill.pod.metadata.namespace),
        );
    }
    finding.remedy(
        "Raise the limit above what it needs, with room to spare. This starts new pods.",
        set(&owner, "resources", &format!("-c {name} --limits=memory={raised}")),
    )
}

/// Seconds in words.
fn duration(seconds: i64) -> String {
    match seconds {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h", s / 3600),
    }
}
