//! # disruption-budget-missing
//!
//! A service of several pods has no disruption budget.
//!
//! ## What it detects
//! Deployments and StatefulSets with two pods or more behind a Service that no disruption budget covers: when nodes are
//! drained for an upgrade, all of its pods may be taken away at once.
//!
//! ## Why it happens
//! A budget is an object of its own, and nothing asks for it.
//!
//! ## How to confirm
//! `kubectl get poddisruptionbudgets`.
//!
//! ## How to fix
//! A budget that lets one pod be missing at a time.
//!
//! ## When it stays silent
//! For workloads of one pod (a budget would only block the drain), for those that no Service leads to, and in the system's
//! own namespaces.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::selector;
use tarbox_model::{Context, Rule, Snapshot};

use super::templates::{Template, templates};

/// The rule.
pub static RULE: Rule = Rule {
    id: "disruption-budget-missing",
    title: "A service of several pods has no disruption budget",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::AllObjects("poddisruptionbudgets"), Need::Objects("services"), Need::AnyOf(&["deployments", "statefulsets"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let several = |t: &&Template<'_>| matches!(t.owner.kind.as_str(), "Deployment" | "StatefulSet") && t.desired > 1;
    templates(context).iter().filter(several).filter_map(|template| finding(context, template)).collect()
}

fn finding(context: &Context<'_>, template: &Template<'_>) -> Option<Finding> {
    let (snapshot, owner) = (context.snapshot, &template.owner);
    let service = context.relations.services_of(snapshot, owner).next()?;
    let mut budgets =
        Snapshot::in_namespace(&snapshot.disruption_budgets, &owner.namespace).iter().filter_map(|b| b.spec.selector.as_ref());
    if budgets.any(|s| s.matches(template.labels)) {
        return None;
    }
    let (key, value) = service.spec.selector.first()?;
    Some(
        Finding::new(
            owner.clone(),
            format!("No disruption budget covers the {} pods of `{}`", template.desired, owner.name),
            service.evidence(format!("/spec/selector/{}", pointer_key(key)), value.as_str()),
        )
        .summary(format!(
            "Service `{}` leads to `{}`; when nodes are drained, all of its pods may be taken away at once.",
            service.metadata.name, owner.name
        ))
        .workload(Some(owner.clone()))
        .confidence(0.9)
        .remedy(
            "Let one pod be missing at a time. Nothing restarts.",
            format!(
                "kubectl create poddisruptionbudget {} -n {} --selector={} --max-unavailable=1",
                owner.name,
                owner.namespace,
                selector::describe(&service.spec.selector)
            ),
        ),
    )
}
