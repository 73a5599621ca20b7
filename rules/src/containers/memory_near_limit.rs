//! # memory-near-limit
//!
//! A container uses nearly all the memory that it may.
//!
//! ## What it detects
//! Running containers whose last sample lies above nine tenths of their memory limit.
//!
//! ## Why it happens
//! The limit was set by guess, the load has grown, or the process leaks. At the limit the kernel kills it without a word.
//!
//! ## How to confirm
//! `kubectl top pod NAME --containers`, against the limit.
//!
//! ## How to fix
//! Raise the limit, or make the process use less.
//!
//! ## When it stays silent
//! When nobody measured, when the container has no limit, and when it is killed already: then it is folded under that.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, quantity};

use super::memory::{limit, limit_evidence, sample_evidence, samples};
use crate::commands::set;

/// The rule.
pub static RULE: Rule = Rule {
    id: "memory-near-limit",
    title: "A container uses nearly all the memory that it may",
    level: Level::Symptom,
    severity: Severity::Low,
    guide: "Memory Issues",
    needs: &[Need::Objects("pods"), Need::AnyOf(&["kubelet", "metrics"])],
    produces: &[],
    explained_by: &[Effect::Slow, Effect::Exits],
    check,
};

/// Part of the limit from which on it counts, and from which on it is grave.
const NEAR: f64 = 0.9;
const GRAVE: f64 = 0.97;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.is_active()) {
        for view in pod.containers() {
            let Some(limit) = limit(&view).filter(|l| *l > 0.0) else { continue };
            let name = view.spec.name.as_str();
            let Some(sample) = samples(context, pod, name).pop() else { continue };
            let (used, usage) = sample;
            if used < limit * NEAR {
                continue;
            }
            let owner = workload.cloned().unwrap_or_else(|| pod.reference());
            let grave = used >= limit * GRAVE;
            findings.push(
                Finding::new(
                    pod.reference(),
                    format!("Container `{name}` of `{}` uses nearly all its memory", owner.name),
                    sample_evidence(&sample),
                )
                .summary(format!(
                    "It uses {} of {} ({:.0} %). What it needs beyond that gets it killed.",
                    quantity::bytes(used),
                    quantity::bytes(limit),
                    used / limit * 100.0
                ))
                .workload(workload.cloned())
                .severity(if grave { Severity::Medium } else { Severity::Low })
                .confidence(if grave { 0.7 } else { 0.6 })
                .evidence(limit_evidence(pod, &view))
                .seen(usage.time, usage.time)
                .remedy(
                    "Raise the limit. This starts new pods.",
                    set(&owner, "resources", &format!("-c {name} --limits=memory={}", quantity::bytes(limit * 2.0))),
                ),
            );
        }
    }
    findings
}
