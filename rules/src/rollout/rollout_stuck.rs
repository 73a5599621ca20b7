//! # rollout-stuck
//!
//! A rollout does not end: new pods do not become ready.
//!
//! ## What it detects
//! Deployments whose newest revision does not reach its number of ready pods: old and new ReplicaSets with their pods, and
//! what changed between the two revisions. Why the new pods fail is another rule's business; it explains this one away.
//!
//! ## Why it happens
//! The new pods cannot be created, placed or started, or never become ready; a rolling update then keeps the old pods, as it
//! should, and waits. After *progressDeadlineSeconds* (ten minutes) the Deployment says so.
//!
//! ## How to confirm
//! `kubectl rollout status deployment/NAME`, and `kubectl get replicasets`.
//!
//! ## How to fix
//! Mend what the new pods suffer from, or go back: `kubectl rollout undo deployment/NAME`.
//!
//! ## When it stays silent
//! When all pods of the newest revision are ready, when the rollout is paused, and in the first half minute of a rollout
//! that still makes progress.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::revisions::{latest_change, revision, revisions};
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "rollout-stuck",
    title: "A rollout does not end",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Rolling Update Stuck",
    needs: &[Need::Objects("deployments")],
    produces: &[],
    explained_by: &[Effect::RolloutBlocked, Effect::Unscheduled],
    check,
};

/// Seconds for which a rollout may well be on its way.
const GRACE: i64 = 30;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.deployments.iter().filter_map(|d| finding(context, d)).collect()
}

fn finding(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let wanted = spec.replicas.unwrap_or(1);
    let progressing = condition(&status.conditions, "Progressing");
    let late = progressing.filter(|(_, c)| c.status == "False" && c.reason == "ProgressDeadlineExceeded");
    let all = revisions(context, deployment);
    let (new, old) = (all.first().copied(), all.iter().skip(1).find(|r| r.status.replicas > 0).copied());
    let ready_new = new.map_or(status.updated_replicas.min(status.ready_replicas), |r| r.status.ready_replicas);
    let begun = new.and_then(|r| r.metadata.creation_timestamp).or(deployment.metadata.creation_timestamp);
    let settled = context.snapshot.age_seconds(begun).is_none_or(|age| age >= GRACE);
    // A rollout that has ended once and lost pods since is not a rollout: those pods have a problem of their own.
    let finished_once = progressing.is_some_and(|(_, c)| c.reason == "NewReplicaSetAvailable");
    let unfinished = ready_new < wanted && settled && !finished_once || old.is_some() && settled && status.updated_replicas < wanted;
    if wanted == 0 || spec.paused || !(late.is_some() || unfinished) || (ready_new >= wanted && old.is_none()) {
        return None;
    }
    let change = latest_change(context.snapshot, &deployment.reference());
    let told = |(i, c): (usize, &tarbox_model::object::Condition)| {
        deployment.evidence(format!("/status/conditions/{i}/message"), c.message.as_str())
    };
    let evidence = late.or(condition(&status.conditions, "Available").filter(|(_, c)| c.status == "False")).or(progressing).map(told);
    let mut summary = format!("{ready_new} of {} of the newest revision are ready", counted(usize::try_from(wanted).unwrap_or(0), "pod"));
    if let Some(new) = new {
        summary += &format!(" (ReplicaSet `{}`, revision {})", new.metadata.name, revision(new));
    }
    if let Some(old) = old {
        summary += &format!(
            "; revision {} still runs {} (ReplicaSet `{}`)",
            revision(old),
            counted(usize::try_from(old.status.replicas).unwrap_or(0), "pod"),
            old.metadata.name
        );
    }
    summary += if late.is_some() { ". The progress deadline has passed." } else { "." };
    if let Some(change) = &change {
        summary += &format!(" Between the revisions: {}.", change.words.join("; "));
    }
    let reference = deployment.reference();
    let command = |verb: &str| format!("kubectl rollout {verb} {}{}", target(&reference), reference.namespace_flag());
    let mut finding = Finding::new(
        reference.clone(),
        format!("The rollout of `{}` does not end", reference.name),
        evidence.unwrap_or_else(|| deployment.named()),
    )
    .summary(summary)
    .workload(Some(reference.clone()))
    .confidence(if late.is_some() { 0.9 } else { 0.7 })
    .evidence(new.map(|r| r.named()))
    .evidence(change.into_iter().flat_map(|c| c.evidence))
    .seen(begun, context.snapshot.taken_at)
    .remedy("See how far it came.", command("status"));
    if all.len() > 1 {
        finding = finding.remedy("Go back to the revision before. This replaces the new pods by old ones.", command("undo"));
    }
    Some(finding)
}
