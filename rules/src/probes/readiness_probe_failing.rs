//! # readiness-probe-failing
//!
//! A readiness probe fails.
//!
//! ## What it detects
//! Running containers whose pod is not ready because their readiness probe fails, with what the kubelet was answered. A rule
//! that knows why explains this one away.
//!
//! ## Why it happens
//! The process is not finished, waits for something it depends on, is too slow, or is asked in the wrong way.
//!
//! ## How to confirm
//! The newest `Unhealthy` event in `kubectl describe pod NAME`, and the log of the same minutes.
//!
//! ## How to fix
//! By the answer: refused (nobody listens), no answer in time (slow, or waiting for another), a status of 5xx (unwell).
//!
//! ## When it stays silent
//! When the pod is ready, when the container does not run at all, and in the first seconds of its life.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Kind, failing};
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "readiness-probe-failing",
    title: "A readiness probe fails",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Readiness Probe Failing",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::ProbeFails],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    failing(context)
        .into_iter()
        .filter(|f| f.kind == Kind::Readiness)
        .map(|probe| {
            let (owner, container) = (probe.owner(), probe.view.spec.name.as_str());
            let said = probe.message.split_once("failed: ").map_or(probe.message, |(_, said)| said);
            probe
                .finding(format!("Readiness probe of `{}` fails", owner.name))
                .summary(format!(
                    "The probe tries {} of container `{container}`; it has failed {}. The kubelet says: {said}",
                    probe.asks(),
                    times(probe.times)
                ))
                .confidence(0.8)
                .remedy(
                    "Read what the process says meanwhile.",
                    format!("kubectl logs {} -c {container} -n {}", probe.pod.metadata.name, probe.pod.metadata.namespace),
                )
        })
        .collect()
}
