//! # scheduler-unavailable
//!
//! The scheduler does not work: pods wait and nobody looks at them.
//!
//! ## What it detects
//! Pods that wait for a node without any word of the scheduler about them: no condition, no event. The scheduler's own
//! pod and the lease that it renews show whether it is alive.
//!
//! ## Why it happens
//! The scheduler is stopped, crashes, or cannot reach the API server.
//!
//! ## How to confirm
//! `kubectl get lease -n kube-system kube-scheduler -o yaml`: *renewTime* stands still; `kubectl get pods -n
//! kube-system`.
//!
//! ## How to fix
//! Bring the scheduler back: on a self-made control plane its static pod or systemd unit; a managed one is the provider's
//! business.
//!
//! ## When it stays silent
//! In the first seconds of a pod's life, when the pod asks for another scheduler (that is wrong-scheduler-name) or waits
//! behind a gate, when the scheduler has spoken about a later pod, and where no pod's conditions were collected.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "scheduler-unavailable",
    title: "The scheduler does not work: pods wait and nobody looks at them",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ControlPlaneDown],
    explained_by: &[],
    check,
};

/// Seconds after which a scheduler that lives has looked at a pod.
const PATIENCE: i64 = 15;
/// Seconds after which a lease that is renewed every two seconds counts as dead.
const STALE: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let ignored: Vec<&Object<Pod>> =
        unnoticed(context).into_iter().filter(|p| matches!(p.spec.scheduler_name.as_str(), "" | "default-scheduler")).collect();
    let lease = Snapshot::find(&snapshot.leases, "kube-system", "kube-scheduler");
    let stale = lease.filter(|l| snapshot.age_seconds(l.spec.renew_time).is_some_and(|age| age > STALE));
    let own = |p: &&Object<Pod>| p.metadata.namespace == "kube-system" && p.metadata.name.starts_with("kube-scheduler");
    let sick = snapshot.pods.iter().filter(own).find(|p| !p.is_ready() && !snapshot.pods.iter().filter(own).any(|o| o.is_ready()));
    let Some(pod) = ignored.first() else { return Vec::new() };
    // A pod that was looked at after this one was made shows a scheduler at work.
    let made = pod.metadata.creation_timestamp;
    let scheduled_since = snapshot
        .pods
        .iter()
        .any(|p| condition(&p.status.conditions, "PodScheduled").is_some_and(|(_, c)| made.is_some() && c.last_transition_time > made));
    // A table of pods has no conditions at all: that the scheduler's is missing says nothing then.
    let shown = snapshot.pods.iter().any(|p| condition(&p.status.conditions, "PodScheduled").is_some());
    if (scheduled_since || !shown) && stale.is_none() && sick.is_none() {
        return Vec::new();
    }
    let age = snapshot.age_seconds(made).unwrap_or(0);
    let mut summary = format!(
        "{}, the first for {age} s, and the scheduler has said nothing about {}: no condition `PodScheduled`, no event.",
        if ignored.len() == 1 { "1 pod waits for a node".to_owned() } else { format!("{} wait for a node", counted(ignored.len(), "pod")) },
        if ignored.len() == 1 { "it" } else { "them" }
    );
    if let Some(lease) = stale {
        summary += &format!(" Its lease was last renewed {} s before.", snapshot.age_seconds(lease.spec.renew_time).unwrap_or(0));
    }
    if let Some(sick) = sick {
        summary += &format!(" Pod `{}` is not ready.", sick.metadata.name);
    }
    let confidence = if stale.is_some() || sick.is_some() { 0.97 } else { 0.85 };
    let mut finding = Finding::new(ObjectRef::cluster(), "The scheduler does not place pods", pod.evidence("/status/phase", "Pending"))
        .summary(summary)
        .confidence(confidence)
        .evidence(stale.map(|l| l.named()))
        .evidence(sick.map(|p| p.named()))
        .seen(made, snapshot.taken_at)
        .remedy("See whether the scheduler lives.", "kubectl get pods -n kube-system -l component=kube-scheduler")
        .remedy("Where it is a systemd unit of the control plane, start it again there.", "systemctl restart kube-scheduler");
    if let Some(node) = snapshot.nodes.iter().find(|n| super::fit::is_control_plane(n)) {
        finding = finding.cause(node.reference());
    } else if let Some(lease) = lease {
        finding = finding.cause(lease.reference());
    }
    vec![finding]
}

/// Pods without a node of which the scheduler has said nothing at all.
pub(super) fn unnoticed<'a>(context: &Context<'a>) -> Vec<&'a Object<Pod>> {
    let silent = |pod: &&Object<Pod>| {
        let reference = pod.reference();
        let waits =
            pod.is_active() && pod.spec.node_name.is_empty() && pod.status.phase == "Pending" && pod.spec.scheduling_gates.is_empty();
        let untold = condition(&pod.status.conditions, "PodScheduled").is_none();
        let old = context.snapshot.age_seconds(pod.metadata.creation_timestamp).is_none_or(|age| age >= PATIENCE);
        let spoken = |e: &Object<tarbox_model::object::Event>| matches!(e.reason.as_str(), "FailedScheduling" | "Scheduled");
        waits && untold && old && !context.relations.events_about(context.snapshot, &reference).any(spoken)
    };
    context.snapshot.pods.iter().filter(silent).collect()
}
