//! # probe-timeout-too-short
//!
//! A probe gives up before the container has answered.
//!
//! ## What it detects
//! Probes with a timeout of one or two seconds that get no answer in time, of a container that does listen on the port.
//!
//! ## Why it happens
//! The default of *timeoutSeconds* is 1. A garbage collection, a busy worker, a throttled CPU or a health check that asks a
//! database takes longer now and then; the kubelet counts it as a failure all the same.
//!
//! ## How to confirm
//! `kubectl exec NAME -- curl -o /dev/null -s -w '%{time_total}' localhost:PORT/PATH`, some times over.
//!
//! ## How to fix
//! Make the health check cheap; else raise *timeoutSeconds* and *failureThreshold*.
//!
//! ## When it stays silent
//! When the connection is refused, when the log shows why the process is unwell, and when the probe already waits longer.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Answer, Failing, Kind, failing};
use super::patience::{has_another_reason, last_run, timeout, window};
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-timeout-too-short",
    title: "A probe gives up before the container has answered",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Adjust probe timing",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ProbeFails],
    explained_by: &[Effect::Slow, Effect::Exits, Effect::DependencyDown, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = failing(context);
    let mut findings = Vec::new();
    for probe in &all {
        let also = |o: &Failing<'_>| std::ptr::eq(o.pod, probe.pod) && o.view.spec.name == probe.view.spec.name && o.kind < probe.kind;
        // Of two probes of a container the one that restarts it is told; the other follows.
        let told = probe.kind == Kind::Readiness
            && all.iter().any(|o| {
                !also(o) && o.kind == Kind::Liveness && std::ptr::eq(o.pod, probe.pod) && o.view.spec.name == probe.view.spec.name
            });
        if !told {
            findings.extend(finding(context, probe));
        }
    }
    findings
}

fn finding(context: &Context<'_>, probe: &Failing<'_>) -> Option<Finding> {
    let seconds = timeout(probe.probe);
    // A run that was ended at the first chance never served at all: that is liveness-probe-too-early.
    let at_first_chance = last_run(probe).is_some_and(|(lasted, ..)| lasted <= window(probe.probe) + 5);
    if probe.answer != Answer::Timeout || seconds > 2 || has_another_reason(context, probe) {
        return None;
    }
    if probe.kind != Kind::Readiness && at_first_chance {
        return None;
    }
    let (kind, container, owner) = (probe.kind.name().to_ascii_lowercase(), probe.view.spec.name.as_str(), probe.owner());
    let field = probe.probe.timeout_seconds.map(|t| probe.pod.evidence(probe.pointer("/timeoutSeconds"), t.to_string()));
    let finding = probe
        .finding(format!("The {kind} probe of `{}` gives up after {seconds} s", owner.name))
        .summary(format!(
            "The probe tries {} of container `{container}` and waits {seconds} s; {} the answer took longer. The container does accept the connection.",
            probe.asks(),
            times(probe.times),
        ))
        .confidence(0.6)
        .evidence(field)
        .remedy("See how long the health check takes.", format!("kubectl logs {} -c {container} -n {} --tail=100", probe.pod.metadata.name, probe.pod.metadata.namespace))
        .remedy("Let the probe wait longer for an answer. This starts new pods.", probe.patch("/timeoutSeconds", "5"));
    Some(finding)
}
