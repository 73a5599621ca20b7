//! # cascading-rollback
//!
//! One revision after the other fails, rollbacks included: nobody has found the way back.
//!
//! ## What it detects
//! Helm releases whose newest revisions failed two or more times in a row, or that go back and forth by rollbacks without
//! coming to rest; and Deployments of which two revisions fail at once. It names the last good revision.
//!
//! ## Why it happens
//! All versions share what is broken (a Secret, a database, a quota), so that none of them can start; or the revision that
//! was rolled back to was never good itself.
//!
//! ## How to confirm
//! `helm history NAME`, `kubectl rollout history deployment/NAME`.
//!
//! ## How to fix
//! Stop the pipeline; go to the last revision that was in force, not to the one before the newest; then look for what all
//! the failed ones share.
//!
//! ## When it stays silent
//! When the newest revision is in force and its pods are ready, and when only one revision has failed.

use tarbox_model::facts::{HelmRelease, HelmRevision};
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::helm::{Members, describe, is_failed, is_rollback, last_good, remedies, since};
use super::revisions::{revision, revisions};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cascading-rollback",
    title: "One revision after the other fails, rollbacks included",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cascading Rollback Issues",
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
    let releases = context.snapshot.helm_releases.iter().filter_map(|release| of_release(&members, release));
    releases.chain(context.snapshot.deployments.iter().filter_map(|d| of_deployment(context, d))).collect()
}

/// The revisions since the last good one, when they make a cascade: two failed, or rolled back twice, and none came to rest.
pub(super) fn cascades(release: &HelmRelease) -> Option<&[HelmRevision]> {
    let newest = release.history.last()?;
    if newest.status == "deployed" || newest.status == "superseded" {
        return None;
    }
    let good = last_good(release).map_or(0, |g| g.revision);
    let start = release.history.partition_point(|r| r.revision <= good);
    let tail = release.history.get(start..)?;
    let failed = tail.iter().filter(|r| is_failed(r)).count();
    (failed >= 2).then_some(tail)
}

fn of_release(members: &Members<'_>, release: &HelmRelease) -> Option<Finding> {
    let tail = cascades(release)?;
    let newest = tail.last()?;
    let name = release.name.as_str();
    let numbers: Vec<String> =
        tail.iter().map(|r| format!("{} ({}{})", r.revision, r.status, if is_rollback(r) { ", a rollback" } else { "" })).collect();
    let good = last_good(release);
    let back = good.map_or_else(|| "No revision was ever in force.".to_owned(), |g| format!("The last good one is {}.", describe(g)));
    let words: Vec<&str> = tail.iter().map(|r| r.description.as_str()).filter(|d| !d.is_empty()).collect();
    let said = words.last().map(|d| format!(" Helm says of the newest: {}.", d.trim_end_matches('.'))).unwrap_or_default();
    let finding = Finding::new(
        release.reference(),
        format!("Helm release `{name}`: {} revisions in a row have failed", tail.len()),
        newest.evidence(),
    )
    .summary(format!("Revisions {}. {back}{said}", numbers.join(", ")))
    .confidence(0.92)
    .evidence(tail.iter().rev().skip(1).map(|r| r.evidence()).take(3))
    .evidence(good.map(|g| g.evidence()))
    .seen(since(release), newest.updated);
    Some(remedies(release, members.depend(release, finding)))
}

/// Two revisions of a Deployment that have pods, none of them ready, beside an older one that serves.
fn of_deployment(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let all = revisions(context, deployment);
    let failing: Vec<_> = all.iter().filter(|r| r.status.replicas > 0 && r.status.ready_replicas == 0).collect();
    let newest_fails = all.first().is_some_and(|n| n.status.replicas > 0 && n.status.ready_replicas == 0);
    if failing.len() < 2 || !newest_fails || deployment.spec.replicas == Some(0) {
        return None;
    }
    let good = all.iter().find(|r| r.status.ready_replicas > 0);
    let (reference, name, namespace) = (deployment.reference(), deployment.metadata.name.as_str(), deployment.metadata.namespace.as_str());
    let numbers: Vec<String> = failing.iter().map(|r| revision(r).to_string()).collect();
    let back = good.map_or_else(
        || "None has a ready pod.".to_owned(),
        |g| {
            format!(
                "Revision {} (ReplicaSet `{}`) still has {} ready pods: it is the last good one.",
                revision(g),
                g.metadata.name,
                g.status.ready_replicas
            )
        },
    );
    let evidence = failing.first().map(|r| r.named())?;
    let mut finding = Finding::new(
        reference.clone(),
        format!("Revisions {} of `{name}` fail at once", listed(numbers.iter().map(String::as_str))),
        evidence,
    )
    .summary(format!("Revisions {} have pods, and none of them is ready. {back}", listed(numbers.iter().map(String::as_str))))
    .severity(if good.is_some() { Severity::Medium } else { Severity::High })
    .workload(Some(reference))
    .confidence(0.8)
    .evidence(failing.iter().skip(1).map(|r| r.named()))
    .evidence(good.map(|g| g.named()))
    .seen(failing.iter().filter_map(|r| r.metadata.creation_timestamp).min(), context.snapshot.taken_at)
    .remedy("See which revisions there were.", format!("kubectl rollout history deployment/{name} -n {namespace}"));
    if let Some(good) = good {
        finding = finding.remedy(
            "Go back to the last good one. This replaces the failing pods.",
            format!("kubectl rollout undo deployment/{name} -n {namespace} --to-revision={}", revision(good)),
        );
    }
    Some(finding)
}
