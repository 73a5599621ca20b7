//! # scheduling-gated
//!
//! A pod waits behind a scheduling gate that nobody opens.
//!
//! ## What it detects
//! Pods with `schedulingGates`: the scheduler leaves them alone until the gates are taken away.
//!
//! ## Why it happens
//! Whoever should take the gate away (a quota or batch controller) is not running, or waits itself.
//!
//! ## How to confirm
//! `kubectl get pod NAME -o jsonpath='{.spec.schedulingGates}'`, and the log of the controller that owns the gate.
//!
//! ## How to fix
//! Bring that controller back; or take the gate out of the template.
//!
//! ## When it stays silent
//! In the first two minutes of a pod's life: a gate that is opened soon does its work.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "scheduling-gated",
    title: "A pod waits behind a scheduling gate that nobody opens",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

/// Seconds for which a gate may well be meant.
const PATIENCE: i64 = 120;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let old = context.snapshot.age_seconds(pod.metadata.creation_timestamp).is_none_or(|age| age >= PATIENCE);
        let Some(gate) = pod.spec.scheduling_gates.first().filter(|_| pod.is_active() && pod.spec.node_name.is_empty() && old) else {
            continue;
        };
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        findings.push(
            Finding::new(
                pod.reference(),
                format!("`{}` waits behind the gate `{}`", owner.name, gate.name),
                pod.evidence("/spec/schedulingGates/0/name", gate.name.as_str()),
            )
            .summary(format!(
                "The scheduler does not look at the pod until its gates are gone: {}.",
                listed(pod.spec.scheduling_gates.iter().map(|g| g.name.as_str()))
            ))
            .workload(workload.cloned())
            .confidence(0.9)
            .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at)
            .remedy(
                "See whether the controller that owns the gate is at work.",
                format!("kubectl describe pod {} -n {}", pod.metadata.name, pod.metadata.namespace),
            )
            .remedy(
                "Or open the gate for this pod by hand.",
                format!(
                    "kubectl patch pod {} -n {} --type=json -p '[{{\"op\":\"remove\",\"path\":\"/spec/schedulingGates\"}}]'",
                    pod.metadata.name, pod.metadata.namespace
                ),
            ),
        );
    }
    findings
}
