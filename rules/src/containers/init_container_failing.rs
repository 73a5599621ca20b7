//! # init-container-failing
//!
//! An init container fails, so that the pod's own containers never begin.
//!
//! ## What it detects
//! Init containers that ended with an error, with the exit code and the last error line of their log. A rule that knows
//! what it misses (a file, a command, a service that it calls) explains this one away.
//!
//! ## Why it happens
//! A migration that fails, a download that is refused, a check of something that is not there.
//!
//! ## How to confirm
//! `kubectl logs NAME -c INIT-CONTAINER`, and *Init Containers* in `kubectl describe pod NAME`.
//!
//! ## How to fix
//! By that log; the kubelet runs the init container again by itself.
//!
//! ## When it stays silent
//! When the init container has succeeded meanwhile, when it still runs (init-container-hung), and for sidecars.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::peers::peers;
use super::told::last_words;
use super::trouble::{Trouble, exit_code, troubled};
use crate::commands::undo;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-container-failing",
    title: "An init container fails",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Restarts, Effect::NotReady],
    explained_by: &[Effect::Exits, Effect::NotStarted, Effect::DependencyDown, Effect::NameUnresolved],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    troubled(context).iter().filter(|t| t.view.init && !t.view.is_sidecar()).filter_map(|t| finding(context, t)).collect()
}

fn finding(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Finding> {
    let (end, pointer) = trouble.end.as_ref().filter(|(end, _)| end.exit_code != 0 && end.reason != "OOMKilled")?;
    if matches!(end.reason.as_str(), "StartError" | "ContainerCannotRun") {
        return None;
    }
    let (name, owner) = (trouble.view.spec.name.as_str(), trouble.owner());
    let words = last_words(context, trouble);
    let said = words.map(|(_, line)| format!(" Its last words: `{}`.", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let (first, last) = trouble.seen();
    let code = trouble.pod.evidence(format!("{pointer}/exitCode"), end.exit_code.to_string());
    let log = words.map(|(log, line)| log.line_evidence(line));
    let mut finding = Finding::new(
        trouble.pod.reference(),
        format!("Init container `{name}` of `{}` fails with code {}", owner.name, end.exit_code),
        log.clone().unwrap_or_else(|| code.clone()),
    )
    .summary(format!(
        "The pod's containers begin only after `{name}` has succeeded. It ended with code {} ({}), restarts so far: {}.{said}",
        end.exit_code,
        exit_code(end.exit_code),
        trouble.restarts,
    ))
    .workload(trouble.workload.cloned())
    .confidence(if words.is_some() { 0.85 } else { 0.75 })
    .evidence(log.is_some().then_some(code))
    .seen(first, last)
    .remedy("Read what it said.", format!("kubectl logs {} -c {name} -n {}", trouble.pod.metadata.name, trouble.pod.metadata.namespace));
    for peer in peers(context, trouble) {
        finding = finding.depends_on(peer);
    }
    if let Some(undo) = undo(&owner) {
        finding = finding.remedy("If the revision before ran, go back to it. This starts new pods.", undo);
    }
    Some(finding)
}
