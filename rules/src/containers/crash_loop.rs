//! # crash-loop
//!
//! A container ends again and again, and nothing better is known.
//!
//! ## What it detects
//! Containers in `CrashLoopBackOff`: with their restarts, the last exit code and what it usually means. A rule that knows why
//! the process ends explains this one away.
//!
//! ## Why it happens
//! The process ends soon after it begins, or a liveness probe has it killed; the kubelet waits longer each time before it
//! tries again, up to five minutes.
//!
//! ## How to confirm
//! `kubectl logs NAME --previous`, and *Last State* in `kubectl describe pod NAME`.
//!
//! ## How to fix
//! By what the log says. Deleting the pod only starts the waiting anew.
//!
//! ## When it stays silent
//! When the container runs at the moment and is ready, and when it waits for its image or configuration.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::trouble::{exit_code, troubled};

/// The rule.
pub static RULE: Rule = Rule {
    id: "crash-loop",
    title: "A container ends again and again",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "CrashLoopBackOff",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::Exits, Effect::Restarts],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for trouble in troubled(context).into_iter().filter(super::trouble::Trouble::loops) {
        let name = trouble.view.spec.name.as_str();
        let (first, last) = trouble.seen();
        let ended = match &trouble.end {
            Some((end, _)) => format!(" The last run ended with code {}: {}.", end.exit_code, exit_code(end.exit_code)),
            None => String::new(),
        };
        let end = trouble.end.as_ref().map(|(t, pointer)| trouble.pod.evidence(format!("{pointer}/exitCode"), t.exit_code.to_string()));
        let waiting = trouble.pod.evidence(trouble.view.status_pointer("/state/waiting/reason"), "CrashLoopBackOff");
        findings.push(
            Finding::new(
                trouble.pod.reference(),
                format!("Container `{name}` of `{}` ends again and again", trouble.owner().name),
                waiting,
            )
            .summary(format!("Container `{name}` has restarted {} times and waits before the next try.{ended}", trouble.restarts))
            .workload(trouble.workload.cloned())
            .confidence(0.8)
            .evidence(end)
            .seen(first, last)
            .remedy("Read what the run that ended said.", trouble.logs_command()),
        );
    }
    findings
}
