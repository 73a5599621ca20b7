//! # wrong-scheduler-name
//!
//! A pod asks for a scheduler that nobody runs.
//!
//! ## What it detects
//! Pods that wait for a node without any word of a scheduler, and whose `schedulerName` is not the default one.
//!
//! ## Why it happens
//! A typing error, or a second scheduler that is not installed, or not running, in this cluster.
//!
//! ## How to confirm
//! `kubectl get pod NAME -o jsonpath='{.spec.schedulerName}'`; then a look for a scheduler of that name.
//!
//! ## How to fix
//! Take `schedulerName` out of the workload, or run the scheduler that it names.
//!
//! ## When it stays silent
//! When that scheduler has spoken about the pod, in an event or a condition.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::scheduler_unavailable::unnoticed;
use crate::wording::{did_you_mean, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "wrong-scheduler-name",
    title: "A pod asks for a scheduler that nobody runs",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pod in unnoticed(context) {
        let name = pod.spec.scheduler_name.as_str();
        if matches!(name, "" | "default-scheduler") {
            continue;
        }
        let workload = context.relations.workload_of_pod(context.snapshot, pod);
        let owner = workload.clone().unwrap_or_else(|| pod.reference());
        let nearest = similarity::nearest(name, ["default-scheduler"]);
        findings.push(
            Finding::new(pod.reference(), format!("`{}` asks for a scheduler `{name}` that does nothing", owner.name), pod.evidence("/spec/schedulerName", name))
                .summary(format!("The pod has waited for {} s, and no scheduler `{name}`{} has said a word about it.", context.snapshot.age_seconds(pod.metadata.creation_timestamp).unwrap_or(0), did_you_mean(nearest)))
                .workload(workload)
                .confidence(0.93)
                .evidence([pod.evidence("/status/phase", "Pending")])
                .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at)
                .remedy("Let the usual scheduler place it. This starts new pods.", format!("kubectl patch {}{} --type merge -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"schedulerName\":\"default-scheduler\"}}}}}}}}'", target(&owner), owner.namespace_flag())),
        );
    }
    findings
}
