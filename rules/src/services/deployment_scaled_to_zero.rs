//! # deployment-scaled-to-zero
//!
//! A workload that others need is scaled to zero.
//!
//! ## What it detects
//! Deployments, StatefulSets and lone ReplicaSets with `replicas: 0` whose Services nobody else serves: named as needed when
//! an Ingress routes to them, when other workloads' configuration names them, or when clients complain in their logs.
//!
//! ## Why it happens
//! Somebody scaled it down (to save money, to repair something, before an upgrade) and did not scale it up again; a tool
//! that sleeps workloads at night did; or a chart was applied with `replicas: 0`.
//!
//! ## How to confirm
//! `kubectl get deployment NAME` shows `0/0`; its events tell who scaled it when.
//!
//! ## How to fix
//! Scale it up again, to as many pods as it had.
//!
//! ## When it stays silent
//! When its Services have pods of another workload (blue and green), when a tool scales it on demand (KEDA, Knative, Argo
//! Rollouts), when no Service leads to it, and for what has a rule of its own (mongodb-down, coredns-unavailable,
//! istiod-unavailable, prometheus-unavailable). When nobody is known to need it and it was not scaled down lately, it is a
//! hint only.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Event, Object};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::asleep::{elastic, of_knative, told_elsewhere};
use crate::addresses::{Callers, callers};
use crate::wording::{listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "deployment-scaled-to-zero",
    title: "A workload that others need is scaled to zero",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Not Accessible",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "replicasets"]), Need::Objects("services")],
    produces: &[Effect::NotReady],
    explained_by: &[],
    check,
};

/// Seconds after which a scaling is no news any more.
const LATELY: i64 = 3600;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let idle: Vec<_> = workloads(context.snapshot).into_iter().filter(|w| w.desired == 0 && w.reference.kind != "DaemonSet").collect();
    if idle.is_empty() {
        return Vec::new();
    }
    let callers = callers(context);
    let elastic = elastic(context);
    let left = idle.iter().filter(|w| !elastic.contains(&w.reference) && !of_knative(w) && !told_elsewhere(w));
    left.filter_map(|w| finding(context, w, &callers)).collect()
}

fn finding(context: &Context<'_>, workload: &Workload<'_>, callers: &Callers) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, &workload.reference);
    let served = |s: &ObjectRef| context.relations.pods_behind(snapshot, s).any(|p| p.is_active() && p.is_ready());
    let services: Vec<ObjectRef> =
        context.relations.services_of(snapshot, reference).map(Object::reference).filter(|s| !served(s)).collect();
    let ingresses: BTreeSet<ObjectRef> = services.iter().flat_map(|s| context.relations.ingresses_of(snapshot, s)).collect();
    let calling = callers.of(&services);
    let (scaling, before) = last_scaling(context, reference).unzip();
    let lately = scaling.is_some_and(|e| snapshot.age_seconds(e.last_seen()).is_none_or(|age| age < LATELY));
    if services.is_empty() {
        return None;
    }
    let mut evidence = Vec::new();
    let mut needed = Vec::new();
    if !ingresses.is_empty() {
        needed.push(format!("Ingress {} routes to it", listed(ingresses.iter().map(|i| i.name.as_str()))));
    }
    if !calling.clients.is_empty() {
        needed.push(format!("{} call it", listed(calling.clients.iter().map(|c| c.name.as_str()))));
        evidence.extend(calling.evidence.iter().take(3).cloned());
    }
    let severity = match (calling.complaining, needed.is_empty(), lately) {
        (true, ..) => Severity::Critical,
        (_, false, _) => Severity::High,
        (_, true, true) => Severity::Medium,
        _ => Severity::Low,
    };
    let why = if needed.is_empty() {
        "Nobody is known to call it.".to_owned()
    } else {
        format!("{}.", crate::wording::capitalised(&needed.join("; ")))
    };
    let (name, pods) = (&reference.name, before.flatten().unwrap_or(1));
    Some(
        Finding::new(
            reference.clone(),
            format!("{} `{name}` is scaled to zero", reference.kind),
            workload.origin.at("/spec/replicas", "0"),
        )
        .summary(format!("`replicas` is 0, so nobody is behind Service {}. {why}", listed(services.iter().map(|s| s.name.as_str()))))
        .workload(Some(reference.clone()))
        .severity(severity)
        .confidence(match severity {
            Severity::Critical => 0.95,
            Severity::High => 0.9,
            _ => 0.6,
        })
        .evidence(scaling.map(|e| e.evidence("/message", e.message.as_str())))
        .evidence(evidence)
        .seen(scaling.and_then(|e| e.first_seen()).or_else(|| workload.metadata.written_at()), snapshot.taken_at)
        .remedy(
            "Scale it up again. This starts its pods.",
            format!("kubectl scale {}{} --replicas={pods}", target(reference), reference.namespace_flag()),
        ),
    )
}

/// The newest event that tells of pods taken away, and how many there were before.
fn last_scaling<'a>(context: &Context<'a>, workload: &ObjectRef) -> Option<(&'a Object<Event>, Option<u32>)> {
    let mut events = context.relations.events_about(context.snapshot, workload).rev();
    let event = events.find(|e| match e.reason.as_str() {
        "ScalingReplicaSet" => e.message.starts_with("Scaled down") && e.message.contains(" to 0"),
        "SuccessfulDelete" => true,
        _ => false,
    })?;
    let before = event.message.split_once(" from ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    Some((event, before))
}
