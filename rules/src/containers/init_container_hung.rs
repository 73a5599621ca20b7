//! # init-container-hung
//!
//! An init container runs and does not end, so that the pod's own containers never begin.
//!
//! ## What it detects
//! Init containers that have run for minutes, with the last line of their log, what they run, and the services that they
//! wait for, as far as command and environment name them.
//!
//! ## Why it happens
//! Most such containers wait for something (a database, a migration by another) that does not come; some were never meant to
//! end and lack `restartPolicy: Always`, which makes a sidecar of them.
//!
//! ## How to confirm
//! `kubectl logs NAME -c INIT-CONTAINER`.
//!
//! ## How to fix
//! Bring up what it waits for. Let such a wait end with an error after a while, so that it shows.
//!
//! ## When it stays silent
//! In its first five minutes (one, when its log says that it waits), when it has ended, and for sidecars.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::peers::peers;
use super::told::logs;
use super::trouble::{Trouble, troubled};
use crate::commands::edit;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-container-hung",
    title: "An init container runs and does not end",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::DependencyDown, Effect::NameUnresolved, Effect::Slow],
    check,
};

/// Seconds after which it counts, and after which it does when the log says that it waits.
const LONG: i64 = 300;
const WAITING: i64 = 60;
const WORDS: [&str; 8] = ["waiting", "retry", "not ready", "unavailable", "refused", "can't resolve", "bad address", "sleeping"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    troubled(context).iter().filter(|t| t.view.init && !t.view.is_sidecar()).filter_map(|t| finding(context, t)).collect()
}

fn finding(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Finding> {
    let (_, _, status) = trouble.view.status?;
    let since = status.state.running.as_ref()?.started_at;
    let age = context.snapshot.age_seconds(since)?;
    let log = logs(context, &trouble.pod.reference(), &trouble.view.spec.name).into_iter().rfind(|l| l.lines > 0);
    let line = log.and_then(|l| Some((l, l.tail.iter().rfind(|line| !line.text.trim().is_empty())?)));
    let waits = line.is_some_and(|(_, line)| WORDS.iter().any(|w| line.text.to_ascii_lowercase().contains(w)));
    if age < if waits { WAITING } else { LONG } {
        return None;
    }
    let (name, owner) = (trouble.view.spec.name.as_str(), trouble.owner());
    let peers = peers(context, trouble);
    let for_whom = if peers.is_empty() { String::new() } else { format!(" It calls {}.", listed(peers.iter().map(|p| p.name.as_str()))) };
    let said = line.map(|(_, line)| format!(" Its last line: `{}`.", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let started = since.map(|t| trouble.pod.evidence(trouble.view.status_pointer("/state/running/startedAt"), t.to_string()));
    let evidence = line.map(|(log, line)| log.line_evidence(line)).into_iter().chain(started).collect::<Vec<_>>();
    let mut evidence = evidence.into_iter();
    let mut finding =
        Finding::new(trouble.pod.reference(), format!("Init container `{name}` of `{}` does not end", owner.name), evidence.next()?)
            .summary(format!("It has run for {} s; the pod's containers begin only after it has succeeded.{for_whom}{said}", age))
            .workload(trouble.workload.cloned())
            .confidence(if waits { 0.88 } else { 0.75 })
            .evidence(evidence)
            .seen(since, context.snapshot.taken_at)
            .remedy(
                "Read what it waits for.",
                format!("kubectl logs {} -c {name} -n {}", trouble.pod.metadata.name, trouble.pod.metadata.namespace),
            );
    for peer in peers {
        finding = finding.depends_on(peer);
    }
    Some(
        finding.remedy(
            "If it was meant to go on running beside the others, give it `restartPolicy: Always`. This starts new pods.",
            edit(&owner),
        ),
    )
}
