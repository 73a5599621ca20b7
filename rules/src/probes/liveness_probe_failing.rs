//! # liveness-probe-failing
//!
//! A liveness probe fails, and the container is restarted.
//!
//! ## What it detects
//! Containers that the kubelet restarts because their liveness probe fails, with what it was answered. A rule that knows why
//! explains this one away.
//!
//! ## Why it happens
//! The process hangs, is too slow for the probe's patience, or is asked in the wrong way. A liveness probe that asks for
//! the database restarts every pod when the database is away, which helps nobody.
//!
//! ## How to confirm
//! Events `Unhealthy` and `Killing` in `kubectl describe pod NAME`; the exit code is then 137 or 143 (or 0, if it ends politely).
//!
//! ## How to fix
//! By the answer; and let a liveness probe ask only for what a restart can mend.
//!
//! ## When it stays silent
//! When the container has not been restarted and is ready, and when the failures are over for some minutes.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Kind, failing};
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "liveness-probe-failing",
    title: "A liveness probe fails, and the container is restarted",
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
        .filter(|f| f.kind == Kind::Liveness)
        .map(|probe| {
            let (owner, container) = (probe.owner(), probe.view.spec.name.as_str());
            let said = probe.message.split_once("failed: ").map_or(probe.message, |(_, said)| said);
            probe
                .finding(format!("Liveness probe of `{}` fails", owner.name))
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
