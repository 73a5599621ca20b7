//! # startup-probe-failing
//!
//! A startup probe fails, and the container is restarted.
//!
//! ## What it detects
//! Containers that the kubelet restarts because their startup probe does not succeed in time, with what it was answered.
//!
//! ## Why it happens
//! The start takes longer than *failureThreshold* × *periodSeconds*, or the process cannot start at all.
//!
//! ## How to confirm
//! Events `Unhealthy` and `Killing` in `kubectl describe pod NAME`, and the log of the run that ended.
//!
//! ## How to fix
//! Give the probe more tries, or mend what keeps the process from starting.
//!
//! ## When it stays silent
//! When the container has started meanwhile.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Kind, failing};
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "startup-probe-failing",
    title: "A startup probe fails, and the container is restarted",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Readiness Probe Failing",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::Restarts, Effect::NotReady],
    explained_by: &[Effect::ProbeFails],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    failing(context)
        .into_iter()
        .filter(|f| f.kind == Kind::Startup)
        .map(|probe| {
            let (owner, container) = (probe.owner(), probe.view.spec.name.as_str());
            let said = probe.message.split_once("failed: ").map_or(probe.message, |(_, said)| said);
            probe
                .finding(format!("Startup probe of `{}` fails", owner.name))
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
