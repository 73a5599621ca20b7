//! # pod-anti-affinity-conflict
//!
//! Every node already holds a pod that a new one must keep away from.
//!
//! ## What it detects
//! Pods that wait because a required anti-affinity, their own or that of a running pod, forbids every node. It names the
//! pods that hold the places and the number of places there are.
//!
//! ## Why it happens
//! More replicas than nodes (or zones), under a rule of one per node. During a rolling update the old pods hold the
//! places that the new ones need.
//!
//! ## How to confirm
//! `kubectl get pods -o wide` with the selector of the rule: one on each node.
//!
//! ## How to fix
//! Make the rule *preferred*, add a node, run fewer replicas, or let the update take an old pod away first (*maxSurge:
//! 0*).
//!
//! ## When it stays silent
//! When something else than anti-affinity refuses most nodes.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::neighbours::Neighbours;
use super::shortage;
use super::verdict::{Part, Reason, Verdict};
use crate::commands::edit;
use crate::wording::{capitalised, counted, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-anti-affinity-conflict",
    title: "Every node already holds a pod that a new one must keep away from",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Pod Anti-Affinity Conflicts",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| *reason == Reason::PodAntiAffinity);
    if blamed.is_empty() {
        return Vec::new();
    }
    let neighbours = Neighbours::of(context.snapshot);
    blamed.into_iter().map(|(verdict, part)| finding(context, &neighbours, &verdict, &part)).collect()
}

fn finding(context: &Context<'_>, neighbours: &Neighbours<'_>, verdict: &Verdict<'_>, part: &Part) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let terms = &pod.spec.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution;
    let mut holders: Vec<_> = terms.iter().flat_map(|term| neighbours.meant(term, &pod.metadata.namespace)).collect();
    holders.sort_by_key(|p| (&p.metadata.namespace, &p.metadata.name));
    holders.dedup_by_key(|p| (&p.metadata.namespace, &p.metadata.name));
    let names: Vec<String> = holders.iter().map(|p| format!("{} on {}", p.metadata.name, p.spec.node_name)).collect();
    let key = terms.first().map_or("kubernetes.io/hostname", |t| t.topology_key.as_str());
    let place = if key == "kubernetes.io/hostname" { "node" } else { "place" };
    let own = holders.iter().filter(|h| context.relations.workload_of_pod(context.snapshot, h).as_ref() == verdict.workload).count();
    let mut summary = format!("{} of {} nodes are refused by pod anti-affinity", part.count, verdict.total);
    if !names.is_empty() {
        summary += &format!(
            "; the rule allows one pod per {place} (`{key}`), and the places are held by {}",
            listed(names.iter().map(String::as_str))
        );
    }
    summary += &format!(". {} cannot be placed.", capitalised(&counted(verdict.pods, "pod")));
    if own > 0 && own == holders.len() {
        summary += " All of them are pods of the same workload: it wants more replicas than there are places.";
    }
    let pointer = "/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/topologyKey";
    let rule = terms.first().map(|t| pod.evidence(pointer, t.topology_key.as_str()));
    Finding::new(pod.reference(), format!("Anti-affinity leaves no node for `{}`", owner.name), shortage::quoted(verdict, &part.text))
        .summary(summary)
        .workload(verdict.workload.cloned())
        .confidence(0.95)
        .evidence(rule)
        .evidence(holders.first().map(|h| h.evidence("/spec/nodeName", h.spec.node_name.as_str())))
        .seen(verdict.first, verdict.last)
        .remedy(
            "Run no more replicas than there are places.",
            format!("kubectl scale {}{} --replicas={}", target(&owner), owner.namespace_flag(), own.max(1)),
        )
        .remedy("Or turn the required rule into a preferred one. This starts new pods.", edit(&owner))
        .remedy("Or add a node; the pod is then placed by itself.", "kubectl get nodes")
}
