//! # helm-release-pending
//!
//! A Helm release is locked: an operation began and never ended.
//!
//! ## What it detects
//! Releases whose newest revision has been *pending-install*, *pending-upgrade*, *pending-rollback* or *uninstalling* for more
//! than ten minutes. Every further operation is refused with `another operation (install/upgrade/rollback) is in progress`.
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
//! While an operation may well be running: in the first ten minutes.

use tarbox_model::Context;
use tarbox_model::Rule;
use tarbox_model::facts::HelmRelease;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};

use super::helm::{describe, last_good, remedies};

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

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.helm_releases.iter().filter_map(|release| finding(context, release)).collect()
}

fn finding(context: &Context<'_>, release: &HelmRelease) -> Option<Finding> {
    let newest = release.history.last().filter(|r| r.status.starts_with("pending-") || r.status == "uninstalling")?;
    let age = context.snapshot.age_seconds(newest.updated);
    if age.is_some_and(|age| age < PATIENCE) {
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
    .confidence(if age.is_some() { 0.93 } else { 0.7 })
    .seen(newest.updated, context.snapshot.taken_at);
    let finding = remedies(release, finding);
    Some(finding.remedy(
        "Or only remove the lock, and leave everything that runs as it is.",
        format!("kubectl delete secret sh.helm.release.v1.{name}.v{} -n {namespace}", newest.revision),
    ))
}
