//! # rollback-failed
//!
//! A rollback did not bring the old version back.
//!
//! ## What it detects
//! Helm releases whose newest revision is a rollback that failed; Deployments that were rolled back to an earlier revision
//! whose pods do not become ready; and rollbacks that Kubernetes could not do, because the revision is not kept any more.
//!
//! ## Why it happens
//! What the old version needs has changed meanwhile: a Secret, a ConfigMap, a database schema, an image that was removed.
//! Or *revisionHistoryLimit* has thrown the revision away.
//!
//! ## How to confirm
//! `helm history NAME`, `kubectl rollout history deployment/NAME`, `kubectl rollout status deployment/NAME`.
//!
//! ## How to fix
//! Look at what the old version's pods say, as with any pod; or set the known good image by hand.
//!
//! ## When it stays silent
//! When the rollback is in force and its pods are ready, and when several revisions failed in a row (that is
//! cascading-rollback).

use tarbox_model::facts::HelmRelease;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::cascading_rollback::cascades;
use super::helm::{Members, describe, is_failed, is_rollback, remedies};
use super::impossible_rollback::impossible;
use super::revisions::{earlier_numbers, revision, revisions};

/// The rule.
pub static RULE: Rule = Rule {
    id: "rollback-failed",
    title: "A rollback did not bring the old version back",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Rollback Failures",
    needs: &[Need::AnyOf(&["helm", "secrets", "deployments"])],
    produces: &[Effect::RolloutBlocked],
    explained_by: &[
        Effect::RolloutBlocked,
        Effect::NotReady,
        Effect::PodsNotCreated,
        Effect::Exits,
        Effect::ImageUnavailable,
        Effect::NotStarted,
        Effect::Unscheduled,
    ],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let members = Members::of(context.snapshot);
    let mut findings: Vec<Finding> = context.snapshot.helm_releases.iter().filter_map(|r| of_release(&members, r)).collect();
    for deployment in &context.snapshot.deployments {
        findings.extend(of_deployment(context, deployment).or_else(|| impossible(context, deployment)));
    }
    findings
}

fn of_release(members: &Members<'_>, release: &HelmRelease) -> Option<Finding> {
    let newest = release.history.last().filter(|r| is_failed(r) && is_rollback(r))?;
    if cascades(release).is_some() {
        return None;
    }
    let finding =
        Finding::new(release.reference(), format!("The rollback of Helm release `{}` has failed", release.name), newest.evidence())
            .summary(format!(
                "The newest, {}, is a rollback and has the status *failed*. Helm says: {}.",
                describe(newest),
                newest.description.trim_end_matches('.')
            ))
            .confidence(0.93)
            .seen(newest.updated, newest.updated);
    Some(remedies(release, members.depend(release, finding)))
}

/// The newest ReplicaSet is an old one that was taken up again, and its pods are not ready.
fn of_deployment(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let all = revisions(context, deployment);
    let newest = all.first()?;
    let earlier = earlier_numbers(newest);
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let before = *earlier.last()?;
    let progressing = condition(&deployment.status.conditions, "Progressing");
    let settled = progressing.is_some_and(|(_, c)| c.reason == "NewReplicaSetAvailable");
    let begun = progressing.and_then(|(_, c)| c.last_update_time.or(c.last_transition_time));
    let young = context.snapshot.age_seconds(begun).is_some_and(|age| age < 60) && progressing.is_none_or(|(_, c)| c.status != "False");
    if newest.status.ready_replicas >= wanted || wanted == 0 || settled || young {
        return None;
    }
    let (reference, name, namespace) = (deployment.reference(), deployment.metadata.name.as_str(), deployment.metadata.namespace.as_str());
    let good = all.iter().skip(1).find(|r| r.status.ready_replicas > 0);
    let back = good.map(|g| format!(" Revision {} still has {} ready pods.", revision(g), g.status.ready_replicas)).unwrap_or_default();
    let pointer = "/metadata/annotations/deployment.kubernetes.io~1revision-history";
    let quote = newest.metadata.annotations.get("deployment.kubernetes.io/revision-history").map_or("", String::as_str);
    let mut finding = Finding::new(
        reference.clone(),
        format!("The rollback of `{name}` to revision {before} does not come to an end"),
        newest.evidence(pointer, quote),
    )
    .summary(format!(
        "Revision {} of `{name}` is revision {before}, taken up again; {} of {wanted} pods of it are ready.{back}",
        revision(newest),
        newest.status.ready_replicas
    ))
    .workload(Some(reference))
    .confidence(0.85)
    .evidence(progressing.map(|(i, c)| deployment.evidence(format!("/status/conditions/{i}/reason"), c.reason.as_str())))
    .seen(begun, context.snapshot.taken_at)
    .remedy("See how far it came.", format!("kubectl rollout status deployment/{name} -n {namespace}"));
    if let Some(good) = good {
        finding = finding.remedy(
            "Go to the revision that still serves. This replaces the failing pods.",
            format!("kubectl rollout undo deployment/{name} -n {namespace} --to-revision={}", revision(good)),
        );
    }
    Some(finding)
}
