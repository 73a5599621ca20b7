//! # taint-not-tolerated
//!
//! Nodes carry a taint that a pod does not tolerate.
//!
//! ## What it detects
//! Pods that wait because the nodes that are meant for work carry a taint that the pod does not tolerate, with the taint,
//! the nodes, and the tolerations that the pod has. Taints that Kubernetes itself puts on (not ready, unreachable,
//! pressure) are told as what they are: a node in trouble.
//!
//! ## Why it happens
//! Somebody tainted the nodes for maintenance or for a special purpose, or the pod's toleration differs in key, value or
//! effect.
//!
//! ## How to confirm
//! `kubectl describe node NAME | grep Taints`, against *Tolerations* in `kubectl describe pod NAME`.
//!
//! ## How to fix
//! Take the taint off if it is left over; else give the workload a toleration.
//!
//! ## When it stays silent
//! When the taint is only that of the control plane, and when other nodes without the taint refuse the pod for another
//! reason.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object, Taint, Toleration};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::verdict::{Part, Reason, Verdict};
use super::{fit, shortage};
use crate::wording::{capitalised, counted, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "taint-not-tolerated",
    title: "Nodes carry a taint that a pod does not tolerate",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[Effect::NodeDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| matches!(reason, Reason::Taint(_)));
    let mut known: BTreeMap<String, Vec<Barring<'_>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (verdict, part) in blamed {
        let told = match &part.reason {
            Reason::Taint(text) => text.split_once(':').map_or((text.as_str(), ""), |(k, v)| (k.trim(), v.trim())),
            _ => ("", ""),
        };
        // Pods that tolerate the same are kept off the same nodes.
        let same = format!("{} {:?}", told.0, verdict.pod.spec.tolerations);
        let nodes = known.entry(same).or_insert_with(|| barring(context, &verdict.pod.spec.tolerations, told.0));
        findings.push(finding(&verdict, &part, told, nodes));
    }
    findings
}

/// A node, and its taint with the index.
type Barring<'a> = (&'a Object<Node>, usize, &'a Taint);

/// Nodes kept closed by a taint of this key (of any, when it is not told); those for work, if there are any.
fn barring<'a>(context: &Context<'a>, tolerations: &[Toleration], key: &str) -> Vec<Barring<'a>> {
    let mut nodes: Vec<Barring<'a>> = Vec::new();
    for node in &context.snapshot.nodes {
        let barred = |t: &&Taint| t.effect != "PreferNoSchedule" && !t.is_tolerated_by(tolerations) && (key.is_empty() || t.key == key);
        if let Some((i, taint)) = node.spec.taints.iter().enumerate().find(|(_, t)| barred(t)) {
            nodes.push((node, i, taint));
        }
    }
    let control_plane_only = nodes.iter().all(|(n, ..)| fit::is_control_plane(n));
    nodes.retain(|(n, ..)| control_plane_only || !fit::is_control_plane(n));
    nodes
}

fn finding(verdict: &Verdict<'_>, part: &Part, told: (&str, &str), nodes: &[Barring<'_>]) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let key = nodes.first().map_or(told.0, |(_, _, t)| t.key.as_str());
    let value = nodes.first().map_or(told.1, |(_, _, t)| t.value.as_str());
    let effect = nodes.first().map_or("NoSchedule", |(_, _, t)| t.effect.as_str());
    let taint = if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") };
    let own = key.starts_with("node.kubernetes.io/");
    let where_ = if nodes.is_empty() { counted(part.count, "node") } else { listed(nodes.iter().map(|(n, ..)| n.metadata.name.as_str())) };
    let has: Vec<String> = pod
        .spec
        .tolerations
        .iter()
        .filter(|t| !t.key.starts_with("node.kubernetes.io/"))
        .map(|t| format!("{}={}:{}", t.key, t.value, t.effect))
        .collect();
    let near = if has.is_empty() {
        "It tolerates no taint of that kind.".to_owned()
    } else {
        format!("It tolerates only {}.", listed(has.iter().map(String::as_str)))
    };
    let meaning = if own { " Kubernetes puts this taint on a node in trouble; it goes when the node is well again." } else { "" };
    let mut finding = Finding::new(
        pod.reference(),
        format!("`{}` does not tolerate the taint `{taint}`", owner.name),
        shortage::quoted(verdict, &part.text),
    )
    .summary(format!(
        "{where_} {} the taint `{taint}`. {near}{meaning} {} cannot be placed.",
        if nodes.len() == 1 { "carries" } else { "carry" },
        capitalised(&counted(verdict.pods, "pod"))
    ))
    .workload(verdict.workload.cloned())
    .confidence(if own { 0.7 } else { 0.95 })
    .evidence(nodes.first().map(|(n, i, t)| n.evidence(format!("/spec/taints/{i}/key"), t.key.as_str())))
    .seen(verdict.first, verdict.last);
    // Any of them would do; a handful tells what ails them.
    for (node, ..) in nodes.iter().take(20) {
        finding = finding.depends_on(node.reference());
    }
    if let [(node, ..)] = nodes {
        finding = finding.cause(node.reference());
    }
    if own {
        let node = nodes.first().map(|(n, ..)| format!(" {}", n.metadata.name)).unwrap_or_default();
        return finding.remedy("See what ails the node.", format!("kubectl describe node{node}"));
    }
    match nodes.first() {
        Some((node, ..)) => finding.remedy(
            "If the taint is left over, take it off. Waiting pods are then placed by themselves.",
            format!("kubectl taint node {} {key}:{effect}-", node.metadata.name),
        ),
        None => finding.remedy("See which nodes have the taint; if it is left over, take it off.", "kubectl describe nodes"),
    }
        .remedy("Else let the workload tolerate it. This starts new pods.", format!("kubectl patch {}{} --type merge -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"tolerations\":[{{\"key\":\"{key}\",\"operator\":\"Exists\",\"effect\":\"{effect}\"}}]}}}}}}}}'", target(&owner), owner.namespace_flag()))
}
