//! # node-selector-mismatch
//!
//! No node carries the labels that a pod's `nodeSelector` asks for.
//!
//! ## What it detects
//! Pods that wait because no node has every label of their `nodeSelector`. It names the label that is missing, what nodes
//! carry instead, and the node that comes nearest.
//!
//! ## Why it happens
//! A slip in the label, a node pool that was replaced and came back without its labels, or a template made for another
//! cluster.
//!
//! ## How to confirm
//! `kubectl get nodes --show-labels`, beside `kubectl get deployment NAME -o yaml`, under *nodeSelector*.
//!
//! ## How to fix
//! Correct the selector in the workload, or label the nodes that are meant.
//!
//! ## When it stays silent
//! When a node does carry the labels and is closed for another reason (cordoned, tainted, full), and when the wish comes
//! from node affinity: that is node-affinity-mismatch.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use super::blame::blamed;
use super::labels::{self, Carried};
use super::verdict::Reason;
use super::{fit, shortage};
use crate::commands::edit;
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-selector-mismatch",
    title: "No node carries the labels that a pod's nodeSelector asks for",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Node Selector/Affinity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

/// Whether the selector, rather than node affinity, is what no node satisfies.
pub(super) fn is_selector(context: &Context<'_>, spec: &tarbox_model::object::PodSpec) -> bool {
    let affinity = spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution.is_some();
    !spec.node_selector.is_empty() && (!affinity || !context.snapshot.nodes.iter().any(|n| fit::selected(spec, n)))
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let carried = Carried::by(&context.snapshot.nodes);
    for (verdict, part) in blamed(context, |reason| *reason == Reason::NodeAffinity) {
        let spec = &verdict.pod.spec;
        if !is_selector(context, spec) {
            continue;
        }
        let nodes = &context.snapshot.nodes;
        let wanted = selector::describe(&spec.node_selector);
        let nearest = labels::nearest_node(nodes, &spec.node_selector);
        let lacking = spec.node_selector.iter().filter(|(k, v)| nearest.is_none_or(|n| n.metadata.labels.get(k) != Some(*v)));
        let said: Vec<String> = lacking.map(|(k, v)| format!("wanted is `{k}={v}`: {}", carried.instead(k, Some(v)))).collect();
        let owner = verdict.owner();
        let pointer = spec.node_selector.iter().next().map(|(k, v)| (format!("/spec/nodeSelector/{}", pointer_key(k)), v));
        let mut summary = format!("The scheduler refused {} of {} nodes for their labels.", part.count, verdict.total);
        if !nodes.is_empty() {
            summary = format!("{}. {summary}", capitalised(&said.join("; ")));
        }
        let mut finding = Finding::new(
            verdict.pod.reference(),
            format!("No node matches the nodeSelector `{wanted}` of `{}`", owner.name),
            shortage::quoted(&verdict, &part.text),
        )
        .summary(format!("{summary} {} cannot be placed.", capitalised(&counted(verdict.pods, "pod"))))
        .workload(verdict.workload.cloned())
        .confidence(if nodes.is_empty() { 0.9 } else { 0.97 })
        .evidence(pointer.map(|(pointer, value)| verdict.pod.evidence(pointer, value.as_str())))
        .evidence(nearest.map(|n| n.named()))
        .seen(verdict.first, verdict.last)
        .remedy("Correct the selector, or take it out. This changes the pod template and starts new pods.", edit(&owner));
        if let Some(node) = nearest {
            finding = finding.remedy(
                format!(
                    "Or, if `{}` is the right node for it, give it the labels. Waiting pods are then placed by themselves.",
                    node.metadata.name
                ),
                format!("kubectl label node {} {}", node.metadata.name, wanted.replace(',', " ")),
            );
        }
        findings.push(finding);
    }
    findings
}
