//! # rollout-paused
//!
//! A Deployment has changed, and its rollout is paused.
//!
//! ## What it detects
//! Deployments with `spec.paused` whose template differs from what their pods were made of, so that a change waits: with
//! what would change.
//!
//! ## Why it happens
//! Somebody ran `kubectl rollout pause`, or a pipeline did and ended before it resumed.
//!
//! ## How to confirm
//! `kubectl get deployment NAME -o jsonpath={.spec.paused}`; the condition *Progressing* has the reason *DeploymentPaused*.
//!
//! ## How to fix
//! Resume the rollout; the change is then rolled out at once.
//!
//! ## When it stays silent
//! When a Deployment is paused and nothing waits.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::difference::changes;
use super::revisions::revisions;

/// The rule.
pub static RULE: Rule = Rule {
    id: "rollout-paused",
    title: "A Deployment has changed, and its rollout is paused",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Rolling Update Stuck",
    needs: &[Need::Objects("deployments")],
    produces: &[Effect::RolloutBlocked],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told =
        |d: &&Object<Deployment>| condition(&d.status.conditions, "Progressing").is_some_and(|(_, c)| c.reason == "DeploymentPaused");
    context.snapshot.deployments.iter().filter(|d| d.spec.paused || told(d)).filter_map(|d| finding(context, d)).collect()
}

fn finding(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let updated = deployment.status.updated_replicas;
    let newest = revisions(context, deployment).first().copied();
    let waiting = newest.map(|r| changes(&r.spec.template, &deployment.spec.template)).unwrap_or_default();
    if wanted == 0 || (waiting.is_empty() && updated >= wanted) {
        return None;
    }
    let (reference, name) = (deployment.reference(), deployment.metadata.name.as_str());
    let what = if waiting.is_empty() {
        String::new()
    } else {
        format!(" What waits: {}.", waiting.iter().map(|c| c.words.as_str()).collect::<Vec<_>>().join("; "))
    };
    let paused = condition(&deployment.status.conditions, "Progressing").filter(|(_, c)| c.reason == "DeploymentPaused");
    let place = waiting.iter().find_map(|c| Some(deployment.evidence(format!("/spec/template{}", c.pointer.as_ref()?), c.quote.as_str())));
    let evidence = if deployment.spec.paused { deployment.evidence("/spec/paused", "true") } else { deployment.named() };
    let severity = if deployment.status.ready_replicas < wanted { Severity::High } else { Severity::Medium };
    Some(
        Finding::new(reference.clone(), format!("The rollout of `{name}` is paused, and a change waits"), evidence)
            .summary(format!("{updated} of {wanted} pods are of the newest template; the Deployment is paused, so no more are made.{what}"))
            .workload(Some(reference))
            .severity(severity)
            .confidence(0.95)
            .evidence(paused.map(|(i, c)| deployment.evidence(format!("/status/conditions/{i}/reason"), c.reason.as_str())))
            .evidence(place)
            .seen(paused.and_then(|(_, c)| c.last_transition_time), context.snapshot.taken_at)
            .remedy(
                "Resume it. The change is then rolled out at once.",
                format!("kubectl rollout resume deployment/{name} -n {}", deployment.metadata.namespace),
            )
            .remedy(
                "Or see first what has changed.",
                format!("kubectl rollout history deployment/{name} -n {}", deployment.metadata.namespace),
            ),
    )
}
