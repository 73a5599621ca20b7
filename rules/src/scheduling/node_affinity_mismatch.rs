//! # node-affinity-mismatch
//!
//! No node satisfies what a pod asks for by node affinity.
//!
//! ## What it detects
//! Pods that wait because no node satisfies their required node affinity. Where the terms are known, it says which
//! condition no node meets and what the nodes carry instead.
//!
//! ## Why it happens
//! A slip in a label or value, a node pool that came back without its labels, or a zone that no longer has nodes.
//!
//! ## How to confirm
//! `kubectl get nodes --show-labels`, beside *affinity.nodeAffinity* in `kubectl get deployment NAME -o yaml` (`describe`
//! does not show it).
//!
//! ## How to fix
//! Correct the affinity, make it *preferred* instead of *required*, or label the nodes that are meant.
//!
//! ## When it stays silent
//! When the wish comes from `nodeSelector` (that is node-selector-mismatch), and when a node does satisfy it and is
//! closed for another reason.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, NodeSelectorTerm, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::labels::{Carried, nearest_node};
use super::node_selector_mismatch::is_selector;
use super::shortage;
use super::verdict::Reason;
use crate::commands::edit;
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-affinity-mismatch",
    title: "No node satisfies what a pod asks for by node affinity",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Node Selector/Affinity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let carried = Carried::by(&context.snapshot.nodes);
    for (verdict, part) in blamed(context, |reason| *reason == Reason::NodeAffinity) {
        let spec = &verdict.pod.spec;
        if is_selector(context, spec) {
            continue;
        }
        let (nodes, owner) = (&context.snapshot.nodes, verdict.owner());
        let required = spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution.as_ref();
        let mut said = Vec::new();
        let mut wanted = Vec::new();
        let mut evidence = None;
        for (t, term) in required.iter().flat_map(|r| r.node_selector_terms.iter().enumerate()) {
            for (e, condition) in term.match_expressions.iter().enumerate() {
                wanted.push(condition.describe());
                let met = nodes.iter().filter(|n| condition.matches(&n.metadata.labels)).count();
                if met == 0 && !nodes.is_empty() {
                    said.push(format!(
                        "wanted is `{}`: {}",
                        condition.describe(),
                        carried.instead(&condition.key, condition.values.first().map(String::as_str))
                    ));
                } else if !nodes.is_empty() {
                    said.push(format!("`{}` is met by {met} of {} nodes", condition.describe(), nodes.len()));
                }
                let pointer = format!(
                    "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/{t}/matchExpressions/{e}/key"
                );
                evidence = evidence.or_else(|| Some(verdict.pod.evidence(pointer, condition.key.as_str())));
            }
        }
        let what = if wanted.is_empty() { String::new() } else { format!(" `{}`", wanted.join("; ")) };
        let why = if said.is_empty() { String::new() } else { format!("{}. ", capitalised(&said.join("; "))) };
        let missing = required.iter().flat_map(|r| &r.node_selector_terms).find_map(|term| missing(nodes, term));
        let finding = Finding::new(
            verdict.pod.reference(),
            format!("No node satisfies the node affinity{what} of `{}`", owner.name),
            shortage::quoted(&verdict, &part.text),
        )
        .summary(format!(
            "{why}The scheduler refused {} of {} nodes for their labels; {} cannot be placed.",
            part.count,
            verdict.total,
            counted(verdict.pods, "pod")
        ))
        .workload(verdict.workload.cloned())
        .confidence(if required.is_some() { 0.95 } else { 0.85 })
        .evidence(evidence)
        .seen(verdict.first, verdict.last)
        .remedy("Correct the affinity, or make it a preference. This changes the pod template and starts new pods.", edit(&owner));
        findings.push(match missing {
            Some((node, label)) => finding.remedy(
                format!("Or, if `{node}` is the right node for it, give it the label that is wanted. Waiting pods are then placed by themselves."),
                format!("kubectl label node {node} {label} --overwrite"),
            ),
            None => finding,
        });
    }
    findings
}

/// The node that has most of what a term wants by value, and a label that it lacks.
fn missing<'a>(nodes: &'a [Object<Node>], term: &NodeSelectorTerm) -> Option<(&'a str, String)> {
    let by_value = term.match_expressions.iter().filter(|c| c.operator == "In");
    let wanted: Labels = by_value.filter_map(|c| Some((c.key.clone(), c.values.first()?.clone()))).collect();
    let node = nearest_node(nodes, &wanted).filter(|_| !wanted.is_empty())?;
    let unmet = term.match_expressions.iter().find(|c| !c.matches(&node.metadata.labels))?;
    Some((&node.metadata.name, format!("{}={}", unmet.key, wanted.get(&unmet.key)?)))
}
