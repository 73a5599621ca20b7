//! # pod-stuck-terminating
//!
//! A pod was deleted and does not go.
//!
//! ## What it detects
//! Pods whose deletion is overdue by more than a minute: what holds them back (finalizers, a node that does not answer, a
//! kubelet that cannot end the containers), and whether the workload waits for their place.
//!
//! ## Why it happens
//! A finalizer whose controller is gone; a node that is down, so that nobody confirms the end; a process in a wait that cannot
//! be interrupted, mostly for a disk or a network file system.
//!
//! ## How to confirm
//! `kubectl get pod NAME -o yaml`: *deletionTimestamp* and *finalizers*; events `FailedKillPod`.
//!
//! ## How to fix
//! Bring back what must confirm. Only when it is sure that the containers no longer run, delete by force: a StatefulSet may
//! otherwise have two of the same pod.
//!
//! ## When it stays silent
//! While the grace period runs, and when the source does not tell when the deletion was asked for.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-stuck-terminating",
    title: "A pod was deleted and does not go",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Pods stuck in old version",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::NodeDown],
    check,
};

/// Seconds past the grace period after which it counts.
const OVERDUE: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let pods = context.relations.pods_with_workloads(context.snapshot);
    pods.filter_map(|(pod, workload)| finding(context, pod, workload)).collect()
}

fn finding(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>) -> Option<Finding> {
    // The timestamp is the moment by which the pod should be gone: the request plus the grace period.
    let due = pod.metadata.deletion_timestamp?;
    let overdue = context.snapshot.age_seconds(Some(due)).filter(|age| *age > OVERDUE)?;
    let reference = pod.reference();
    let event = context
        .relations
        .events_about(context.snapshot, &reference)
        .rfind(|e| matches!(e.reason.as_str(), "FailedKillPod" | "FailedPreStopHook"));
    let node = context.snapshot.node(&pod.spec.node_name);
    let away = node.is_some_and(|n| !n.is_ready());
    let finalizers = &pod.metadata.finalizers;
    let running = pod.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some()));
    let why = match event {
        _ if away => format!("Node `{}` is not ready, so nobody confirms the pod's end.", pod.spec.node_name),
        _ if !finalizers.is_empty() && !running => format!(
            "Its containers have ended; {} {} it back.",
            listed(finalizers.iter().map(String::as_str)),
            if finalizers.len() == 1 { "holds" } else { "hold" }
        ),
        Some(event) => format!("The kubelet says: {}", event.message),
        None if running => "Its containers still run: the kubelet cannot end them, or has not heard of it.".to_owned(),
        None => "Nothing in the bundle says what holds it back.".to_owned(),
    };
    let waits = workload.is_some_and(|w| w.kind == "StatefulSet");
    let effect = if waits { " Its StatefulSet makes no new one before it is gone." } else { "" };
    let (name, flag) = (pod.metadata.name.as_str(), reference.namespace_flag());
    let mut finding = Finding::new(
        reference.clone(),
        format!("Pod `{name}` was deleted and does not go"),
        pod.evidence("/metadata/deletionTimestamp", due.to_string()),
    )
    .summary(format!("It should have been gone {overdue} s ago. {why}{effect}"))
    .workload(workload.cloned())
    .severity(if waits { Severity::High } else { Severity::Medium })
    .confidence(if away || event.is_some() || !finalizers.is_empty() { 0.9 } else { 0.75 })
    .evidence(finalizers.first().map(|f| pod.evidence("/metadata/finalizers/0", f.as_str())))
    .evidence(event.map(|e| e.evidence("/message", e.message.as_str())))
    .seen(Some(due), context.snapshot.taken_at);
    if away {
        finding = finding
            .depends_on(ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str()))
            .remedy("Bring the node back; the pod then goes by itself.", format!("kubectl describe node {}", pod.spec.node_name));
    }
    if !finalizers.is_empty() {
        finding = finding.remedy(
            "If the controller of the finalizers is gone for good, take them off. What it should have cleaned up stays.",
            format!("kubectl patch pod {name}{flag} --type=json -p '[{{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}}]'"),
        );
    }
    Some(finding.remedy(
        "Or, if it is sure that its containers no longer run, delete it by force.",
        format!("kubectl delete pod {name}{flag} --grace-period=0 --force"),
    ))
}
