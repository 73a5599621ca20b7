//! # container-exits-cleanly
//!
//! A container ends without an error, and is restarted for it.
//!
//! ## What it detects
//! Containers of a workload that should run for ever, whose process ends by itself with code 0, again and again.
//!
//! ## Why it happens
//! A command that does its work and ends (it belongs into a Job), a server that goes into the background, a shell that
//! waits for input and gets none, or a command line that only prints its help.
//!
//! ## How to confirm
//! *Last State: Terminated, Reason: Completed, Exit Code: 0* in `kubectl describe pod NAME`; then its log.
//!
//! ## How to fix
//! Give the container a command that stays in the foreground, or make a Job of it.
//!
//! ## When it stays silent
//! When it was asked to end (a probe, a deletion), when it has a liveness or startup probe and no event about the pod would show that
//! the kubelet ended it, when it has ended only once, and for Jobs and init containers.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::told::{ended, last_words};
use super::trouble::{Trouble, troubled};
use crate::commands::edit;
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "container-exits-cleanly",
    title: "A container ends without an error, and is restarted for it",
    level: Level::Cause,
    severity: Severity::High,
    guide: "CrashLoopBackOff",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits],
    explained_by: &[Effect::Exits],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    troubled(context).iter().filter(|t| !t.view.init || t.view.is_sidecar()).filter_map(|t| finding(context, t)).collect()
}

/// Whether the bundle would show that the kubelet ended the process, again and again: it does so for a probe, and says so in an event.
fn would_show(context: &Context<'_>, trouble: &Trouble<'_>) -> bool {
    let spec = trouble.view.spec;
    let probed = spec.liveness_probe.is_some() || spec.startup_probe.is_some();
    !probed || context.relations.events_about(context.snapshot, &trouble.pod.reference()).next().is_some()
}

fn finding(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Finding> {
    let (end, pointer) = trouble.end.as_ref().filter(|(end, _)| end.exit_code == 0 && end.reason != "OOMKilled")?;
    let again = trouble.loops() || trouble.restarts >= 2;
    // A process that is asked to end and does so politely also ends with code 0.
    let asked = ended(context, trouble).is_some_and(|log| log.hits_of("terminate-asked").next().is_some());
    if !again
        || asked
        || !would_show(context, trouble)
        || trouble.was_killed_by_probe(context)
        || trouble.pod.spec.restart_policy == "Never"
    {
        return None;
    }
    let (name, owner) = (trouble.view.spec.name.as_str(), trouble.owner());
    let spec = trouble.view.spec;
    let lasted =
        end.started_at.zip(end.finished_at).map(|(from, to)| format!(" after {} s", to.as_second() - from.as_second())).unwrap_or_default();
    let line: Vec<&str> = spec.command.iter().chain(&spec.args).map(String::as_str).collect();
    let runs = if line.is_empty() { "the image's own command".to_owned() } else { format!("`{}`", line.join(" ")) };
    let words = last_words(context, trouble);
    let said = words.map(|(_, line)| format!(" Its last words: `{}`.", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let (field, first) = if spec.command.is_empty() { ("args", spec.args.first()) } else { ("command", spec.command.first()) };
    let (from, to) = trouble.seen();
    let finding = Finding::new(
        trouble.pod.reference(),
        format!("Container `{name}` of `{}` does its work and ends", owner.name),
        trouble.pod.evidence(format!("{pointer}/exitCode"), "0"),
    )
    .summary(format!(
        "Container `{name}` runs {runs}. It ended{lasted} with code 0, and the kubelet has started it again {}.{said}",
        times(i64::from(trouble.restarts))
    ))
    .workload(trouble.workload.cloned())
    .confidence(0.87)
    .evidence(first.map(|f| trouble.pod.evidence(trouble.view.spec_pointer(&format!("/{field}/0")), f.as_str())))
    .evidence(words.map(|(log, line)| log.line_evidence(line)))
    .seen(from, to)
    .remedy("Give the container a command that stays in the foreground. This starts new pods.", edit(&owner))
    .remedy(
        "Or, if its work has an end, make a Job of it.",
        format!(
            "kubectl create job {}{} --image={}{}",
            owner.name,
            owner.namespace_flag(),
            spec.image,
            if line.is_empty() { String::new() } else { format!(" -- {}", line.join(" ")) }
        ),
    );
    Some(finding)
}
