//! # pod-affinity-unsatisfied
//!
//! A pod must be near pods that are not there.
//!
//! ## What it detects
//! Pods that wait because their required pod affinity finds no pod to be near: none with those labels runs on any node,
//! or those that do are on nodes that are closed.
//!
//! ## Why it happens
//! The labels of the other workload changed, it is scaled to nothing, or it runs in another namespace than the rule looks
//! at.
//!
//! ## How to confirm
//! `kubectl get pods -l SELECTOR -o wide`, with the selector of the rule.
//!
//! ## How to fix
//! Correct the selector or the namespaces of the rule, start the other workload, or make the rule a preference.
//!
//! ## When it stays silent
//! When something else than pod affinity refuses most nodes.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use super::blame::blamed;
use super::neighbours::Neighbours;
use super::shortage;
use super::verdict::{Part, Reason, Verdict};
use crate::commands::edit;
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-affinity-unsatisfied",
    title: "A pod must be near pods that are not there",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Node Selector/Affinity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| *reason == Reason::PodAffinity);
    if blamed.is_empty() {
        return Vec::new();
    }
    let neighbours = Neighbours::of(context.snapshot);
    blamed.into_iter().map(|(verdict, part)| finding(&neighbours, &verdict, &part)).collect()
}

fn finding(neighbours: &Neighbours<'_>, verdict: &Verdict<'_>, part: &Part) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let terms = &pod.spec.affinity.pod_affinity.required_during_scheduling_ignored_during_execution;
    let mut said = Vec::new();
    for term in terms {
        let Some(selector) = &term.label_selector else { continue };
        let wanted = selector::describe(&selector.match_labels);
        let all = neighbours.anywhere(selector).count();
        let near = neighbours.meant(term, &pod.metadata.namespace).len();
        said.push(match (near, all) {
            (0, 0) => format!("no pod carries `{wanted}`"),
            (0, _) => format!("{} carry `{wanted}`, but in other namespaces or without a node", counted(all, "pod")),
            _ => format!("{} carry `{wanted}`, on nodes that are closed to it", counted(near, "pod")),
        });
    }
    let why = if said.is_empty() { String::new() } else { format!("{}. ", capitalised(&said.join("; "))) };
    let pointer = "/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/topologyKey";
    Finding::new(pod.reference(), format!("`{}` must be near pods that are not there", owner.name), shortage::quoted(verdict, &part.text))
        .summary(format!("{why}{} of {} nodes are refused; {} cannot be placed.", part.count, verdict.total, counted(verdict.pods, "pod")))
        .workload(verdict.workload.cloned())
        .confidence(0.95)
        .evidence(terms.first().map(|t| pod.evidence(pointer, t.topology_key.as_str())))
        .seen(verdict.first, verdict.last)
        .remedy("Correct the rule's selector, or make the rule a preference. This starts new pods.", edit(&owner))
}
