//! # disruption-budget-blocking
//!
//! A disruption budget allows no pod to be taken away, so that a node cannot be drained.
//!
//! ## What it detects
//! Budgets with no disruption left over pods on a node that is cordoned: the drain waits for ever. Also budgets that can
//! never allow one (*minAvailable* as high as the number of pods, *maxUnavailable: 0*), as a hint as long as nobody drains.
//!
//! ## Why it happens
//! The budget was written for more pods than there are, or some of its pods are not ready and count as taken away already.
//!
//! ## How to confirm
//! `kubectl get poddisruptionbudgets -A`: column *Allowed disruptions*; `kubectl drain` says *Cannot evict pod as it would
//! violate the pod's disruption budget*.
//!
//! ## How to fix
//! Bring the pods back that are not ready; or give the workload one more replica; or let the budget allow one to be missing.
//!
//! ## When it stays silent
//! When a disruption is allowed, when the budget covers no pod, and when only pods of DaemonSets are left on the node.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, PodDisruptionBudget, PortName};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "disruption-budget-blocking",
    title: "A disruption budget allows no pod to be taken away",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Rolling Update Stuck",
    needs: &[Need::Objects("poddisruptionbudgets")],
    produces: &[],
    explained_by: &[Effect::NotReady],
    check,
};

/// Seconds after which a refused eviction no longer speaks of now.
const RECENT: i64 = 1800;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let drained: Vec<&Object<Pod>> = snapshot
        .nodes
        .iter()
        .filter(|n| n.spec.unschedulable)
        .flat_map(|n| context.relations.pods_on(snapshot, &n.metadata.name))
        .filter(|p| p.is_active() && !p.metadata.controller().is_some_and(|o| matches!(o.kind.as_str(), "DaemonSet" | "Node")))
        .collect();
    let refused = snapshot.logs.iter().flat_map(|log| log.hits_of("eviction-refused").map(move |hit| (log, hit)));
    let refused: Vec<_> = refused.filter(|(_, h)| snapshot.age_seconds(h.last.time).is_none_or(|age| age < RECENT)).collect();
    let mut findings = Vec::new();
    for budget in snapshot.disruption_budgets.iter().filter(|b| b.status.disruptions_allowed == 0 && b.status.expected_pods > 0) {
        let Some(selector) = &budget.spec.selector else { continue };
        let covers = |namespace: &str, labels: &_| namespace == budget.metadata.namespace && selector.matches(labels);
        let held = drained.iter().find(|p| covers(&p.metadata.namespace, &p.metadata.labels));
        let told = refused.iter().find_map(|(log, hit)| {
            let pod = snapshot.pod(&budget.metadata.namespace, hit.field("pod")?)?;
            covers(&pod.metadata.namespace, &pod.metadata.labels).then(|| (pod, log.evidence(hit)))
        });
        let pod = told.as_ref().map(|(pod, _)| *pod).or(held.copied());
        findings.extend(finding(context, budget, pod, told.map(|(_, evidence)| evidence)));
    }
    findings
}

fn finding(
    context: &Context<'_>,
    budget: &Object<PodDisruptionBudget>,
    pod: Option<&Object<Pod>>,
    told: Option<Evidence>,
) -> Option<Finding> {
    let (name, namespace, status) = (budget.metadata.name.as_str(), budget.metadata.namespace.as_str(), &budget.status);
    let never = status.desired_healthy >= status.expected_pods || budget.spec.max_unavailable == Some(PortName::Number(0));
    if pod.is_none() && !never {
        return None;
    }
    let bound = match (&budget.spec.min_available, &budget.spec.max_unavailable) {
        (Some(least), _) => format!("minAvailable {least}"),
        (None, Some(most)) => format!("maxUnavailable {most}"),
        (None, None) => "no bound".to_owned(),
    };
    let waits = pod
        .map(|p| {
            format!(
                " Node `{}` is cordoned, and its pod `{}` cannot be evicted: the drain waits for ever.",
                p.spec.node_name, p.metadata.name
            )
        })
        .unwrap_or_default();
    let why = if never {
        format!("It can never allow one: {bound} of {}.", counted(usize::try_from(status.expected_pods).unwrap_or(0), "pod"))
    } else {
        "Too many of its pods are not ready already.".to_owned()
    };
    let evidence = [budget.evidence("/status/desiredHealthy", status.desired_healthy.to_string())];
    let first = told.clone().unwrap_or_else(|| budget.evidence("/status/expectedPods", status.expected_pods.to_string()));
    let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
    let mut finding = Finding::new(budget.reference(), format!("Disruption budget `{name}` allows no pod to be taken away"), first)
        .summary(format!(
            "{bound}: {} pods must be healthy, {} of {} are. {why}{waits}",
            status.desired_healthy, status.current_healthy, status.expected_pods
        ))
        .severity(if pod.is_some() { Severity::Medium } else { Severity::Low })
        .confidence(if told.is_some() { 0.95 } else { 0.8 })
        .evidence(evidence)
        .evidence(pod.map(|p| p.evidence("/spec/nodeName", p.spec.node_name.as_str())));
    // Only a budget that its own pods have used up is explained by what ails them.
    if !never {
        finding = finding.workload(owner.clone());
    }
    if let Some(owner) = owner.filter(|o| matches!(o.kind.as_str(), "Deployment" | "StatefulSet")) {
        finding = finding.remedy(
            "Give it one pod more, so that one may go.",
            format!("kubectl scale {} -n {namespace} --replicas={}", target(&owner), status.expected_pods + 1),
        );
    }
    Some(finding.remedy(
        "Or let the budget allow one to be missing. A drain then goes on by itself.",
        format!("kubectl patch poddisruptionbudget {name} -n {namespace} --type merge -p '{{\"spec\":{{\"minAvailable\":null,\"maxUnavailable\":1}}}}'"),
    ))
}
