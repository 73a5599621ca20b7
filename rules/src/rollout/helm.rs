//! Helm releases: how the newest revision ended, which one was good, and which workloads belong to them.

use std::collections::BTreeMap;

use tarbox_model::facts::{HelmRelease, HelmRevision};
use tarbox_model::finding::Finding;
use tarbox_model::object::condition;
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::{ObjectRef, Snapshot, Timestamp};

/// Workloads of every release, by namespace and name of the release.
pub(crate) struct Members<'a> {
    by_release: BTreeMap<ObjectRef, Vec<Workload<'a>>>,
}

impl<'a> Members<'a> {
    /// Joins releases and workloads by Helm's annotations, else by the usual label.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut by_release: BTreeMap<ObjectRef, Vec<Workload<'_>>> = BTreeMap::new();
        for workload in workloads(snapshot) {
            let metadata = workload.metadata;
            let named = metadata.annotations.get("meta.helm.sh/release-name").or_else(|| metadata.labels.get("app.kubernetes.io/instance"));
            let namespace = metadata.annotations.get("meta.helm.sh/release-namespace").unwrap_or(&metadata.namespace);
            if let Some(name) = named {
                by_release.entry(ObjectRef::new("HelmRelease", namespace.as_str(), name.as_str())).or_default().push(workload);
            }
        }
        Self { by_release }
    }

    /// Workloads of a release.
    pub(crate) fn of_release(&self, release: &HelmRelease) -> &[Workload<'a>] {
        self.by_release.get(&release.reference()).map_or(&[], Vec::as_slice)
    }

    /// Says that a finding would be explained by what ails the release's workloads, or the hook that Helm complains of.
    pub(crate) fn depend(&self, release: &HelmRelease, mut finding: Finding) -> Finding {
        for workload in self.of_release(release) {
            finding = finding.depends_on(workload.reference.clone());
        }
        if let Some(name) = release.history.last().and_then(failed_job) {
            finding = finding.depends_on(ObjectRef::new("Job", release.namespace.as_str(), name));
        }
        finding
    }

    /// Workloads of a release that are not ready.
    pub(crate) fn unready(&self, release: &HelmRelease) -> Vec<&ObjectRef> {
        self.of_release(release).iter().filter(|w| w.ready < w.desired).map(|w| &w.reference).collect()
    }
}

/// The Job whose failure ended a revision, by Helm's words: `pre-upgrade hooks failed: job migrate failed: BackoffLimitExceeded`.
fn failed_job(revision: &HelmRevision) -> Option<&str> {
    let (_, rest) = revision.description.split_once("job ")?;
    let (name, rest) = rest.split_once(' ')?;
    rest.starts_with("failed").then_some(name)
}

/// How a revision came about.
pub(crate) fn is_rollback(revision: &HelmRevision) -> bool {
    revision.description.starts_with("Rollback") || revision.status == "pending-rollback"
}

/// Whether a revision is one that failed.
pub(crate) fn is_failed(revision: &HelmRevision) -> bool {
    revision.status == "failed"
}

/// Whether Helm gave up because it waited too long, and for no other reason.
pub(crate) fn timed_out(revision: &HelmRevision) -> bool {
    ["timed out waiting for the condition", "context deadline exceeded", "resource not ready", "Timeout exceeded"]
        .iter()
        .any(|words| revision.description.contains(words))
}

/// The newest revision, when Helm gave it up only because it waited too short: by its own words, or, where those were not
/// collected, because a rollout of its workloads ended after it had begun. All of them are ready by now.
pub(crate) fn given_up_too_early<'a>(members: &Members<'_>, release: &'a HelmRelease) -> Option<&'a HelmRevision> {
    let newest = release.history.last().filter(|r| is_failed(r) && !is_rollback(r))?;
    let own = members.of_release(release);
    let later = |at: Option<Timestamp>| at.zip(newest.updated).is_some_and(|(at, begun)| at > begun);
    let progressing = || own.iter().filter_map(|w| condition(w.conditions, "Progressing"));
    let rolled_out = || progressing().any(|(_, c)| c.reason == "NewReplicaSetAvailable" && later(c.last_update_time));
    let waited = timed_out(newest) || newest.description.is_empty() && rolled_out();
    (waited && !own.is_empty() && members.unready(release).is_empty()).then_some(newest)
}

/// The last revision before the newest that was in force: deployed, or superseded by a later one.
pub(crate) fn last_good(release: &HelmRelease) -> Option<&HelmRevision> {
    let (_, before) = release.history.split_last()?;
    before.iter().rfind(|r| matches!(r.status.as_str(), "deployed" | "superseded"))
}

/// `revision 4 (app 1.4.2, chart 1.2.0)`.
pub(crate) fn describe(revision: &HelmRevision) -> String {
    let facts: Vec<String> = [("app", &revision.app_version), ("chart", &revision.chart_version)]
        .iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(what, v)| format!("{what} {v}"))
        .collect();
    if facts.is_empty() {
        format!("revision {}", revision.revision)
    } else {
        format!("revision {} ({})", revision.revision, facts.join(", "))
    }
}

/// Where the release's story began to go wrong: the first revision after the last good one.
pub(crate) fn since(release: &HelmRelease) -> Option<Timestamp> {
    let good = last_good(release).map_or(i64::MIN, |r| r.revision);
    release.history.iter().find(|r| r.revision > good).and_then(|r| r.updated)
}

/// The steps that every trouble with a release begins and ends with.
pub(crate) fn remedies(release: &HelmRelease, finding: Finding) -> Finding {
    let (name, namespace) = (release.name.as_str(), release.namespace.as_str());
    let finding = finding.remedy("See what happened, revision by revision.", format!("helm history {name} -n {namespace}"));
    match last_good(release) {
        Some(good) => finding.remedy(
            format!("Go back to {}, the last that was in force. This replaces pods.", describe(good)),
            format!("helm rollback {name} {} -n {namespace} --wait", good.revision),
        ),
        None => finding.remedy(
            "No revision was ever in force: take the release out, and install it anew. This deletes what it has made.",
            format!("helm uninstall {name} -n {namespace}"),
        ),
    }
}
