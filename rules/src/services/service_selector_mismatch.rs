//! # service-selector-mismatch
//!
//! A Service selects labels that no pod bears, although pods are there that it evidently means.
//!
//! ## What it detects
//! Services whose selector matches neither a pod nor the template of a workload of their namespace, while some pods come
//! near: a similar value, the same value under another label, or all pairs but one. The nearest labels and the pairs that
//! differ are named.
//!
//! ## Why it happens
//! A slip of the pen, labels that were renamed in the Deployment only, or a chart and a hand-written Service that do not
//! speak of the same labels. Kubernetes reports nothing: a selector that matches no pod is a valid one.
//!
//! ## How to confirm
//! `kubectl get endpointslices -l kubernetes.io/service-name=NAME` shows no address; compare `kubectl get service NAME -o
//! wide` with `kubectl get pods --show-labels`.
//!
//! ## How to fix
//! Correct the Service's selector. It takes effect at once, and nothing restarts.
//!
//! ## When it stays silent
//! When a workload's template bears the labels (its pods are another rule's business), when nothing comes near (a Service
//! that is left over), and for labels that an operator puts on the pod that is in office (`role: primary`): that nobody is
//! in office is no error of the Service's.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use super::backing::{Backing, backings};
use super::likeness::{Bearer, Difference, bearers, nearest};
use crate::commands;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-selector-mismatch",
    title: "A Service selects labels that no pod bears",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Service Selector Mismatch",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::NoEndpoints],
    explained_by: &[],
    check,
};

/// Services compared with their neighbours' labels at most; each comparison looks at a whole namespace.
const COMPARED: usize = 500;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let bearers = bearers(context);
    let lost = |b: &Backing<'_>| b.pods.is_empty() && !b.ended && b.workloads.is_empty() && b.is_known(context.snapshot) && !b.serves();
    let lost: Vec<_> = backings(context).into_iter().filter(|b| lost(b) && !b.service.spec.selector.keys().any(|k| is_office(k))).collect();
    lost.iter().take(COMPARED).filter_map(|b| finding(context, b, bearers.get(b.reference.namespace.as_str())?)).collect()
}

/// Labels that an operator moves from pod to pod.
fn is_office(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    name.contains("role") || name.contains("leader") || name.ends_with("-active") || name.ends_with("-template-hash")
}

fn finding(context: &Context<'_>, backing: &Backing<'_>, bearers: &[Bearer<'_>]) -> Option<Finding> {
    let service = backing.service;
    let near = nearest(service, bearers)?;
    let (name, asked) = (&service.metadata.name, selector::describe(&service.spec.selector));
    let (bearer, owner) = (near.bearer, &near.bearer.reference);
    let differing = near.differences.iter().map(|d| d.words()).collect::<Vec<_>>().join("; ");
    let (key, value) = service.spec.selector.iter().find(|(k, v)| bearer.labels.get(k) != Some(v)).or(service.spec.selector.first())?;
    let patch = near.differences.iter().map(|d| d.patch()).collect::<Vec<_>>().join(",");
    let finding = Finding::new(
        backing.reference.clone(),
        format!("Service `{name}` selects `{asked}`, which no pod bears"),
        service.evidence(format!("/spec/selector/{}", pointer_key(key)), value.as_str()),
    )
    .summary(format!(
        "No pod of namespace `{}` and no workload's template bears `{asked}`, so nobody is behind Service `{name}`. The pods of {} `{}` come nearest: {differing}.",
        service.metadata.namespace, owner.kind, owner.name,
    ))
    .severity(if bearer.served { Severity::High } else { Severity::Critical })
    .confidence(match near.score {
        0..=2 => 0.7,
        3..=4 => 0.88,
        _ => 0.95,
    })
    .evidence(near.evidence())
    .evidence(backing.evidence.clone())
    .seen(service.metadata.written_at(), context.snapshot.taken_at)
    .remedy(
        format!("Point the Service to the pods of `{}`. It takes effect at once, and nothing restarts.", owner.name),
        format!("kubectl patch {}{} -p '{{\"spec\":{{\"selector\":{{{patch}}}}}}}'", target(&backing.reference), backing.reference.namespace_flag()),
    );
    // A label that the workload does not have can be given to its pods; one that it has is mostly part of its own selector,
    // which cannot be changed.
    let absent = near.differences.iter().all(|d| matches!(d, Difference::Absent { .. }));
    Some(if absent && owner.kind != "Pod" {
        finding.remedy(
            format!(
                "If the Service is right, give the pods the label instead: edit the template of `{}`. This replaces its pods.",
                owner.name
            ),
            commands::edit(owner),
        )
    } else {
        finding
    })
}
