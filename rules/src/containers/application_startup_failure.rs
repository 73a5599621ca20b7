//! # application-startup-failure
//!
//! A process ends with an error soon after it begins.
//!
//! ## What it detects
//! Containers whose last run ended by itself with an error, with the exit code and the last exception or error line of the
//! log. A rule that knows what the process misses (a variable, a file, a database) explains this one away.
//!
//! ## Why it happens
//! The application refuses to run: bad configuration, a missing dependency, a bug in the new version.
//!
//! ## How to confirm
//! `kubectl logs NAME --previous`: the lines before the end.
//!
//! ## How to fix
//! By that line; if the version before ran, go back to it first.
//!
//! ## When it stays silent
//! When the kubelet ended the run (a failed liveness probe, memory), when the process ended with code 0, when the
//! container is ready again, and for the pods of a Job that has given up: job-failed tells of them.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::condition;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::told::last_words;
use super::trouble::{Trouble, exit_code, job_of, troubled};
use crate::commands::undo;

/// The rule.
pub static RULE: Rule = Rule {
    id: "application-startup-failure",
    title: "A process ends with an error soon after it begins",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Restarts, Effect::ProbeFails, Effect::NotReady],
    explained_by: &[Effect::Exits, Effect::NotStarted],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    troubled(context).iter().filter(|t| !t.view.init || t.view.is_sidecar()).filter_map(|t| finding(context, t)).collect()
}

fn finding(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Finding> {
    let (end, pointer) = trouble.end.as_ref()?;
    let by_itself = !matches!(end.exit_code, 0 | 137 | 143) && end.reason != "OOMKilled" && !trouble.was_killed_by_probe(context);
    let begun = !matches!(end.reason.as_str(), "StartError" | "ContainerCannotRun");
    if !by_itself || !begun || belongs_to_failed_job(context, trouble) {
        return None;
    }
    let (name, owner) = (trouble.view.spec.name.as_str(), trouble.owner());
    let lasted = end.started_at.zip(end.finished_at).map(|(from, to)| to.as_second() - from.as_second());
    let after = lasted.map(|s| format!(" after {s} s")).unwrap_or_default();
    let words = last_words(context, trouble);
    let said = words.map(|(_, line)| format!(" Its last words: `{}`.", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let (first, last) = trouble.seen();
    let code = trouble.pod.evidence(format!("{pointer}/exitCode"), end.exit_code.to_string());
    let log = words.map(|(log, line)| log.line_evidence(line));
    let mut finding = Finding::new(
        trouble.pod.reference(),
        format!("`{}` does not start: container `{name}` ends with code {}", owner.name, end.exit_code),
        log.clone().unwrap_or_else(|| code.clone()),
    )
    .summary(format!(
        "Container `{name}` ended{after} with code {} ({}), {} restarts so far.{said}",
        end.exit_code,
        exit_code(end.exit_code),
        trouble.restarts
    ))
    .workload(trouble.workload.cloned())
    .confidence(if words.is_some() { 0.75 } else { 0.6 })
    .evidence(log.is_some().then_some(code))
    .seen(first, last)
    .remedy("Read what the run that ended said.", trouble.logs_command());
    if let Some(undo) = undo(&owner).filter(|_| lasted.is_none_or(|s| s < 300)) {
        finding = finding.remedy("If the revision before ran, go back to it. This starts new pods.", undo);
    }
    Some(finding)
}

/// Whether a pod belongs to a Job that has given up: job-failed tells that, with these last words.
fn belongs_to_failed_job(context: &Context<'_>, trouble: &Trouble<'_>) -> bool {
    job_of(context, trouble.pod).is_some_and(|j| condition(&j.status.conditions, "Failed").is_some_and(|(_, c)| c.status == "True"))
}
