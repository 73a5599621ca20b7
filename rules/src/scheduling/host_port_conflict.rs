//! # host-port-conflict
//!
//! A port of the node is already taken by another pod.
//!
//! ## What it detects
//! Pods that wait because every node already has a pod with the same `hostPort`. It names the pods that hold the port, in
//! whichever namespace.
//!
//! ## Why it happens
//! Two replicas on one node, two workloads that want the same port of the node, or a rolling update that starts the new
//! pod before the old one is gone.
//!
//! ## How to confirm
//! `kubectl get pods -A -o wide`, and the *Host Port* lines of `kubectl describe pod`.
//!
//! ## How to fix
//! Give up `hostPort` for a Service; else choose another port, or run no more replicas than nodes.
//!
//! ## When it stays silent
//! When something else than ports refuses most nodes.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::shortage;
use super::verdict::{Part, Reason, Verdict};
use crate::commands::edit;
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-port-conflict",
    title: "A port of the node is already taken by another pod",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| *reason == Reason::HostPort);
    let mut holders: BTreeMap<i32, &Object<Pod>> = BTreeMap::new();
    for pod in context.snapshot.pods.iter().filter(|p| !blamed.is_empty() && !p.spec.node_name.is_empty() && p.is_active()) {
        for port in pod.spec.containers.iter().flat_map(|c| &c.ports) {
            let taken = [port.host_port, if pod.spec.host_network { port.container_port } else { 0 }];
            taken.into_iter().filter(|n| *n > 0).for_each(|n| {
                holders.entry(n).or_insert(pod);
            });
        }
    }
    blamed.into_iter().map(|(verdict, part)| finding(context, &holders, &verdict, &part)).collect()
}

fn finding(context: &Context<'_>, holders: &BTreeMap<i32, &Object<Pod>>, verdict: &Verdict<'_>, part: &Part) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let mut wanted = Vec::new();
    for view in pod.containers() {
        for (i, port) in view.spec.ports.iter().enumerate().filter(|(_, p)| p.host_port > 0 || pod.spec.host_network) {
            let number = if port.host_port > 0 { port.host_port } else { port.container_port };
            wanted.push((
                number,
                view.spec_pointer(&format!("/ports/{i}/{}", if port.host_port > 0 { "hostPort" } else { "containerPort" })),
            ));
        }
    }
    let holder = wanted.iter().find_map(|(n, pointer)| Some((*n, pointer.clone(), *holders.get(n)?)));
    let by = holder
        .as_ref()
        .map(|(n, _, p)| format!(" Port {n} is held by pod `{}/{}` on `{}`.", p.metadata.namespace, p.metadata.name, p.spec.node_name))
        .unwrap_or_default();
    let mut finding = Finding::new(
        pod.reference(),
        format!("The host port of `{}` is taken on every node", owner.name),
        shortage::quoted(verdict, &part.text),
    )
    .summary(format!(
        "Nodes where a port that it wants is taken: {} of {}.{by} {} cannot be placed.",
        part.count,
        verdict.total,
        capitalised(&counted(verdict.pods, "pod"))
    ))
    .workload(verdict.workload.cloned())
    .confidence(0.95)
    .evidence(holder.as_ref().map(|(n, pointer, _)| pod.evidence(pointer, n.to_string())))
    .seen(verdict.first, verdict.last);
    if let Some((_, _, holder)) = &holder {
        finding = finding.evidence([holder.evidence("/spec/nodeName", holder.spec.node_name.as_str())]);
        if context.relations.workload_of_pod(context.snapshot, holder).as_ref() != verdict.workload {
            finding = finding.cause(holder.reference());
        }
    }
    finding.remedy("Give up `hostPort` (a Service needs none), or choose another. This starts new pods.", edit(&owner))
}
