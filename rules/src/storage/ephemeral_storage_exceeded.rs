//! # ephemeral-storage-exceeded
//!
//! A container writes more to its own disk than it may.
//!
//! ## What it detects
//! Pods that were evicted because a container, all containers together, or an `emptyDir` passed a limit of local storage,
//! with limit and container; and containers that use more than nine tenths of their limit now.
//!
//! ## Why it happens
//! Logs, caches, uploads or dumps written into the container or into an `emptyDir` with `sizeLimit`; a limit that was set
//! for less.
//!
//! ## How to confirm
//! `kubectl get pod NAME -o jsonpath='{.status.message}'` of an evicted pod; `kubectl exec POD -- du -xsh /`.
//!
//! ## How to fix
//! Write to a claim what must be kept, remove what need not be, or raise `limits.ephemeral-storage`.
//!
//! ## When it stays silent
//! When the eviction is more than an hour old, and when the node evicted pods because its own disk ran low
//! (node-under-pressure).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::ContainerUsage;
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, quantity};

use crate::commands;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ephemeral-storage-exceeded",
    title: "A container writes more to its own disk than it may",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Disk space exhaustion",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits],
    explained_by: &[],
    check,
};

/// Seconds after which an eviction is of the past.
const LATELY: i64 = 3600;

/// Share of the limit from which on it is only a matter of time.
const NEAR: f64 = 0.9;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let evicted = context.relations.pods_with_workloads(context.snapshot).filter_map(|(pod, owner)| evicted(context, pod, owner));
    let mut findings: Vec<Finding> = evicted.collect();
    findings.extend(context.snapshot.container_usage.iter().filter_map(|usage| near(context, usage)));
    findings
}

/// What a message says was passed, and the limit.
fn passed(message: &str) -> Option<(String, &str)> {
    if let Some(rest) = message.split_once("ephemeral local storage usage exceeds the total limit of containers ").map(|(_, rest)| rest) {
        return Some(("all its containers together".to_owned(), rest.trim_end_matches(['.', ' '])));
    }
    let between = |before: &str, after: &str| {
        let (_, rest) = message.split_once(before)?;
        let (name, rest) = rest.split_once(after)?;
        Some((name.trim_matches('"'), rest.split(['"', ' ']).next().unwrap_or_default().trim_end_matches('.')))
    };
    let container =
        between("Container ", " exceeded its local ephemeral storage limit \"").map(|(c, limit)| (format!("container `{c}`"), limit));
    container.or_else(|| between("Usage of EmptyDir volume ", " exceeds the limit \"").map(|(v, limit)| (format!("emptyDir `{v}`"), limit)))
}

fn evicted(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>) -> Option<Finding> {
    if pod.status.phase != "Failed" || pod.status.reason != "Evicted" {
        return None;
    }
    let (what, limit) = passed(&pod.status.message)?;
    let ended = pod.status.conditions.iter().filter_map(|c| c.last_transition_time).max();
    let age = context.snapshot.age_seconds(ended.or(pod.metadata.creation_timestamp));
    if age.is_some_and(|age| age > LATELY) {
        return None;
    }
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let others = context.relations.pods_of(context.snapshot, &owner).any(|p| p.is_active() && p.is_ready());
    let again = context.relations.pods_of(context.snapshot, &owner).filter(|p| p.status.reason == "Evicted").nth(1).is_some();
    let severity = match () {
        // Once, and its successor is well: worth a hint.
        () if !again && context.relations.is_whole(context.snapshot, &owner) => Severity::Low,
        () if others => Severity::Medium,
        () => Severity::High,
    };
    Some(
        Finding::new(pod.reference(), format!("Pod `{}` was evicted: {what} passed {limit} of local storage", pod.metadata.name), pod.evidence("/status/message", pod.status.message.as_str()))
            .summary(format!("The kubelet of node `{}` ended the pod because {what} used more than {limit} of the node's disk.{}", pod.spec.node_name, if others { " Other pods of the workload are ready." } else { "" }))
            .workload(workload.cloned())
            .severity(severity)
            .confidence(0.97)
            .seen(ended, ended)
            .remedy("Raise the limit if so much is needed (`limits.ephemeral-storage`, or `sizeLimit` of the emptyDir); write what must be kept to a claim. This replaces the pods.", commands::edit(&owner)),
    )
}

fn near(context: &Context<'_>, usage: &ContainerUsage) -> Option<Finding> {
    let pod = context.snapshot.pod(&usage.namespace, &usage.pod)?;
    let view = pod.containers().find(|v| v.spec.name == usage.container)?;
    let text = view.spec.resources.limits.get("ephemeral-storage")?;
    let (limit, used) = (quantity::parse(text)?, usage.disk?);
    if used < limit * NEAR {
        return None;
    }
    let name = &usage.container;
    Some(
        Finding::new(
            pod.reference(),
            format!("Container `{name}` has used {} of {} local storage", quantity::bytes(used), quantity::bytes(limit)),
            pod.evidence(view.spec_pointer("/resources/limits/ephemeral-storage"), text.as_str()),
        )
        .summary(format!(
            "Container `{name}` of pod `{}` uses {} of the node's disk for its files and logs; at {} the kubelet evicts the pod.",
            usage.pod,
            quantity::bytes(used),
            quantity::bytes(limit)
        ))
        .workload(context.relations.workload_of_pod(context.snapshot, pod))
        .severity(Severity::Medium)
        .confidence(0.85)
        .evidence([usage.origin.at(format!("{}/name", usage.pointer), name.as_str())])
        .seen(None, usage.time.or(context.snapshot.taken_at))
        .remedy("See what takes the room.", format!("kubectl exec {} -n {} -c {name} -- du -xh -d2 /", usage.pod, usage.namespace)),
    )
}
