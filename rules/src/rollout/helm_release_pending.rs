//! # helm-release-pending
//!
//! A Helm release is locked: an operation began and never ended.
//!
//! ## What it detects
//! Releases whose newest revision has been *pending-install*, *pending-upgrade*, *pending-rollback* or *uninstalling* for more
//! than ten minutes, or although everything of theirs is rolled out and no hook runs. Every further operation is refused with
//! `another operation (install/upgrade/rollback) is in progress`.
//!
//! ## Why it happens
//! The pipeline that ran Helm was cancelled or lost its connection, or its pod was evicted, before Helm could write the end.
//!
//! ## How to confirm
//! `helm list -a -n NAMESPACE` and `helm history NAME -n NAMESPACE`.
//!
//! ## How to fix
//! Make sure that nobody runs Helm at the moment; then go back to the last good revision, or remove the record of the
//! pending one.
//!
//! ## When it stays silent
//! While an operation may well be running: in the first ten minutes, as long as there is
//! something to wait for.

use tarbox_model::facts::HelmRelease;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::condition;
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Timestamp};

use super::helm::{Members, describe, last_good, remedies};

/// The rule.
pub static RULE: Rule = Rule {
    id: "helm-release-pending",
    title: "A Helm release is locked: an operation began and never ended",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Rollback Failures",
    needs: &[Need::AnyOf(&["helm", "secrets"])],
    produces: &[],
    explained_by: &[],
    check,
};

/// Seconds that an operation may take.
const PATIENCE: i64 = 600;

/// Seconds after which Helm has seen that what it waits for is there: it looks every two seconds.
const SEEN: i64 = 20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let members = Members::of(context.snapshot);
    context.snapshot.helm_releases.iter().filter_map(|release| finding(context, &members, release)).collect()
}

/// Seconds since when everything of a release is rolled out and no hook runs, so that nobody can be waiting any more.
fn done_for(context: &Context<'_>, members: &Members<'_>, release: &HelmRelease, begun: Option<Timestamp>) -> Option<i64> {
    let own = members.of_release(release);
    let hooks = context.snapshot.jobs.iter().any(|j| j.metadata.namespace == release.namespace && j.status.active > 0);
    let ends = own.iter().map(|w| {
        let (_, told) = condition(w.conditions, "Progressing").filter(|(_, c)| c.reason == "NewReplicaSetAvailable")?;
        told.last_update_time.filter(|at| begun.is_some_and(|begun| *at > begun))
    });
    let last = ends.collect::<Option<Vec<Timestamp>>>()?.into_iter().max()?;
    context.snapshot.age_seconds(Some(last)).filter(|_| !hooks && members.unready(release).is_empty())
}

fn finding(context: &Context<'_>, members: &Members<'_>, release: &HelmRelease) -> Option<Finding> {
    let newest = release.history.last().filter(|r| r.status.starts_with("pending-") || r.status == "uninstalling")?;
    let age = context.snapshot.age_seconds(newest.updated);
    let done = done_for(context, members, release, newest.updated).is_some_and(|age| age >= SEEN);
    if age.is_some_and(|age| age < PATIENCE) && !done {
        return None;
    }
    let (name, namespace) = (release.name.as_str(), release.namespace.as_str());
    let since = age.map(|a| format!(" for {} min", a / 60)).unwrap_or_default();
    let good = last_good(release).map(|g| format!(" The last good one is {}.", describe(g))).unwrap_or_default();
    let finding = Finding::new(
        release.reference(),
        format!("Helm release `{name}` is locked: revision {} is {}", newest.revision, newest.status),
        newest.evidence(),
    )
    .summary(format!(
        "The newest, {}, has been *{}*{since}. Whoever ran Helm ended before it did; every further operation is refused.{good}",
        describe(newest),
        newest.status
    ))
    .confidence(match age {
        Some(age) if age >= PATIENCE => 0.93,
        Some(_) => 0.85,
        None => 0.7,
    })
    .seen(newest.updated, context.snapshot.taken_at);
    let finding = remedies(release, finding);
    Some(finding.remedy(
        "Or only remove the lock, and leave everything that runs as it is.",
        format!("kubectl delete secret sh.helm.release.v1.{name}.v{} -n {namespace}", newest.revision),
    ))
}
