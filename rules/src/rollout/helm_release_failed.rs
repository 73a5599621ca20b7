//! # helm-release-failed
//!
//! The newest revision of a Helm release has failed.
//!
//! ## What it detects
//! Releases whose newest revision has the status *failed*: with Helm's own words, and with the last good revision. When the
//! release's workloads are not ready, their cause explains this one away.
//!
//! ## Why it happens
//! The API server refused a manifest; an object belongs to another release (`invalid ownership metadata`); a hook's Job
//! failed; or Helm waited (`--wait`) for pods that did not become ready.
//!
//! ## How to confirm
//! `helm history NAME -n NAMESPACE`, column *Description*.
//!
//! ## How to fix
//! By the description; then upgrade again, or go back to the last good revision.
//!
//! ## When it stays silent
//! When a later revision is in force; when the failed revision is a rollback (that is rollback-failed), when several failed in
//! a row (that is cascading-rollback), and when Helm only waited too short (that is deployment-timeout).

use tarbox_model::facts::HelmRelease;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::cascading_rollback::cascades;
use super::helm::{Members, describe, given_up_too_early, is_failed, is_rollback, last_good, remedies, since};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "helm-release-failed",
    title: "The newest revision of a Helm release has failed",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Rollback Failures",
    needs: &[Need::AnyOf(&["helm", "secrets"])],
    produces: &[],
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
    context.snapshot.helm_releases.iter().filter_map(|release| finding(&members, release)).collect()
}

fn finding(members: &Members<'_>, release: &HelmRelease) -> Option<Finding> {
    let newest = release.history.last().filter(|r| is_failed(r) && !is_rollback(r))?;
    let unready = members.unready(release);
    if cascades(release).is_some() || given_up_too_early(members, release).is_some() {
        return None;
    }
    let name = release.name.as_str();
    let said =
        if newest.description.is_empty() { String::new() } else { format!(" Helm says: {}.", newest.description.trim_end_matches('.')) };
    let good = last_good(release)
        .map_or_else(|| " No revision was ever in force.".to_owned(), |g| format!(" The last good one is {}.", describe(g)));
    let down = if unready.is_empty() { String::new() } else { format!(" Not ready: {}.", listed(unready.iter().map(|w| w.name.as_str()))) };
    let finding =
        Finding::new(release.reference(), format!("Helm release `{name}` has failed at revision {}", newest.revision), newest.evidence())
            .summary(format!("The newest, {}, has the status *failed*.{said}{good}{down}", describe(newest)))
            .severity(if unready.is_empty() && last_good(release).is_some() { Severity::Medium } else { Severity::High })
            .confidence(0.9)
            .evidence(last_good(release).map(|g| g.evidence()))
            .seen(since(release).or(newest.updated), newest.updated);
    Some(remedies(release, members.depend(release, finding)))
}
