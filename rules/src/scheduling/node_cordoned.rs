//! # node-cordoned
//!
//! Nodes are cordoned, and no other can take the pod.
//!
//! ## What it detects
//! Pods that wait because the nodes that could take them are cordoned (`SchedulingDisabled`). A control plane that is
//! cordoned for good is not meant.
//!
//! ## Why it happens
//! Somebody began maintenance (`kubectl cordon`, `kubectl drain`) and did not end it, or an autoscaler is about to remove
//! the node.
//!
//! ## How to confirm
//! `kubectl get nodes`: status *SchedulingDisabled*.
//!
//! ## How to fix
//! Uncordon the node, if its maintenance is over.
//!
//! ## When it stays silent
//! When other nodes are open and refuse the pod for another reason.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object, PodSpec};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::verdict::{Part, Reason, Verdict};
use super::{fit, shortage};
use crate::wording::{capitalised, counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-cordoned",
    title: "Nodes are cordoned, and no other can take the pod",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| *reason == Reason::Cordoned);
    let all = fit::Nodes::of(context.snapshot);
    let mut known: BTreeMap<String, Vec<&Object<Node>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (verdict, part) in blamed {
        let nodes = known.entry(fit::door(&verdict.pod.spec)).or_insert_with(|| cordoned(context, &all, &verdict.pod.spec));
        findings.push(finding(&verdict, &part, nodes));
    }
    findings
}

/// Cordoned nodes that suit a pod; else those for work; else all.
fn cordoned<'a>(context: &Context<'a>, all: &fit::Nodes<'a>, spec: &PodSpec) -> Vec<&'a Object<Node>> {
    let is_worker = |n: &&Object<Node>| n.spec.unschedulable && !fit::is_control_plane(n);
    let suiting: Vec<_> = all.selected(spec).filter(|n| is_worker(n) && fit::has_affinity(spec, n)).collect();
    let nodes = &context.snapshot.nodes;
    if !suiting.is_empty() {
        suiting
    } else if nodes.iter().any(|n| is_worker(&n)) {
        nodes.iter().filter(is_worker).collect()
    } else {
        nodes.iter().filter(|n| n.spec.unschedulable).collect()
    }
}

fn finding(verdict: &Verdict<'_>, part: &Part, nodes: &[&Object<Node>]) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let names = listed(nodes.iter().map(|n| n.metadata.name.as_str()));
    let wish = pod.spec.node_selector.is_empty();
    let only = if wish { "" } else { " Its nodeSelector leaves it no other choice." };
    let since = nodes.iter().filter_map(|n| n.spec.taints.iter().find(|t| t.key == "node.kubernetes.io/unschedulable")?.time_added).min();
    let mut finding = Finding::new(
        pod.reference(),
        format!("The nodes that could take `{}` are cordoned", owner.name),
        shortage::quoted(verdict, &part.text),
    )
    .summary(format!(
        "Cordoned nodes: {} of {} ({names}).{only} {} cannot be placed.",
        part.count,
        verdict.total,
        capitalised(&counted(verdict.pods, "pod"))
    ))
    .workload(verdict.workload.cloned())
    .confidence(0.95)
    .evidence(nodes.first().map(|n| n.evidence("/spec/unschedulable", "true")))
    .seen(since.or(verdict.first), verdict.last);
    if let [node] = nodes {
        finding = finding.cause(node.reference());
    }
    // A command that opens half the cluster at once is nobody's remedy.
    let uncordon: Vec<&str> = nodes.iter().take(10).map(|n| n.metadata.name.as_str()).collect();
    if uncordon.is_empty() {
        return finding.remedy("See which nodes are cordoned; if the maintenance is over, open them again.", "kubectl get nodes");
    }
    finding.remedy(
        "If the maintenance is over, open the node again. Waiting pods are then placed by themselves.",
        format!("kubectl uncordon {}", uncordon.join(" ")),
    )
}
