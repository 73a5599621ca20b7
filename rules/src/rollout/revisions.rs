//! The revisions of a workload, and what changed between the two newest.

use tarbox_model::finding::Finding;
use tarbox_model::object::{Deployment, Object, PodTemplate, ReplicaSet};
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot, Timestamp};

use super::difference::{Change, changes};

/// A Deployment's ReplicaSets, the newest revision first. Their names begin with its own, so that they stand together.
pub(super) fn replica_sets<'a>(snapshot: &'a Snapshot, namespace: &str, name: &str) -> Vec<&'a Object<ReplicaSet>> {
    let start = snapshot.replica_sets.partition_point(|r| (r.metadata.namespace.as_str(), r.metadata.name.as_str()) < (namespace, name));
    let near =
        snapshot.replica_sets.iter().skip(start).take_while(|r| r.metadata.namespace == namespace && r.metadata.name.starts_with(name));
    let mut all: Vec<_> = near.filter(|r| r.metadata.controller().is_some_and(|o| o.kind == "Deployment" && o.name == name)).collect();
    all.sort_by_key(|r| std::cmp::Reverse((revision(r), r.metadata.creation_timestamp)));
    all
}

/// A Deployment's ReplicaSets, the newest revision first.
pub(super) fn revisions<'a>(context: &Context<'a>, deployment: &Object<Deployment>) -> Vec<&'a Object<ReplicaSet>> {
    replica_sets(context.snapshot, &deployment.metadata.namespace, &deployment.metadata.name)
}

/// The number of a revision; 0 when it is not told.
pub(super) fn revision(set: &ReplicaSet) -> i64 {
    set.metadata.annotations.get("deployment.kubernetes.io/revision").and_then(|r| r.parse().ok()).unwrap_or(0)
}

/// Earlier numbers of a revision that was rolled back to: `deployment.kubernetes.io/revision-history`.
pub(super) fn earlier_numbers(set: &ReplicaSet) -> Vec<i64> {
    let text = set.metadata.annotations.get("deployment.kubernetes.io/revision-history").map_or("", String::as_str);
    text.split(',').filter_map(|n| n.trim().parse().ok()).collect()
}

/// What the newest revision of a workload changed.
#[derive(Debug, Clone)]
pub struct LatestChange {
    /// Name of the newest revision's owner of pods: the ReplicaSet, or the `controller-revision-hash`.
    pub owner: String,
    /// Its number.
    pub revision: i64,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// What changed, in words, the most telling first.
    pub words: Vec<String>,
    /// Where the first changes stand.
    pub evidence: Vec<Evidence>,
}

/// What the newest revision of a Deployment, StatefulSet or DaemonSet changed from the one before it; `None` when there is
/// only one, or when nothing is known to have changed.
pub fn latest_change(snapshot: &Snapshot, workload: &ObjectRef) -> Option<LatestChange> {
    let templates = match workload.kind.as_str() {
        "Deployment" => of_replica_sets(snapshot, workload),
        "StatefulSet" | "DaemonSet" => of_controller_revisions(snapshot, workload),
        _ => Vec::new(),
    };
    let [new, old, ..] = templates.as_slice() else { return None };
    let all = changes(old.template, new.template);
    let place = |c: &Change| c.pointer.as_ref().map(|p| new.origin.at(format!("{}{p}", new.pointer), c.quote.as_str()));
    let evidence = all.iter().filter_map(place).take(2).collect();
    let words: Vec<String> = all.into_iter().map(|c| c.words).collect();
    (!words.is_empty()).then(|| LatestChange { owner: new.owner.to_owned(), revision: new.number, at: new.at, words, evidence })
}

struct Revision<'a> {
    owner: &'a str,
    number: i64,
    at: Option<Timestamp>,
    template: &'a PodTemplate,
    origin: &'a tarbox_model::evidence::Origin,
    pointer: &'static str,
}

fn of_replica_sets<'a>(snapshot: &'a Snapshot, workload: &ObjectRef) -> Vec<Revision<'a>> {
    let sets = replica_sets(snapshot, &workload.namespace, &workload.name).into_iter().take(2);
    let revision = |r: &'a Object<ReplicaSet>| Revision {
        owner: &r.metadata.name,
        number: revision(r),
        at: r.metadata.creation_timestamp,
        template: &r.spec.template,
        origin: &r.origin,
        pointer: "/spec/template",
    };
    sets.map(revision).collect()
}

fn of_controller_revisions<'a>(snapshot: &'a Snapshot, workload: &ObjectRef) -> Vec<Revision<'a>> {
    let list = &snapshot.controller_revisions;
    let key = (workload.namespace.as_str(), workload.name.as_str());
    let start = list.partition_point(|r| (r.metadata.namespace.as_str(), r.metadata.name.as_str()) < key);
    let near =
        list.iter().skip(start).take_while(|r| r.metadata.namespace == workload.namespace && r.metadata.name.starts_with(&workload.name));
    let mut all: Vec<_> =
        near.filter(|r| r.metadata.controller().is_some_and(|o| o.kind == workload.kind && o.name == workload.name)).collect();
    all.sort_by_key(|r| std::cmp::Reverse(r.revision));
    let revision = |r: &'a Object<tarbox_model::object::ControllerRevision>| Revision {
        owner: &r.metadata.name,
        number: r.revision,
        at: r.metadata.creation_timestamp,
        template: &r.data.spec.template,
        origin: &r.origin,
        pointer: "/data/spec/template",
    };
    all.into_iter().take(2).map(revision).collect()
}

/// Seconds by which a finding may be older than the revision that brought it about (clocks, rounding).
const SLACK: i64 = 5;

/// Says with a finding what the newest revision of its workload changed, if the pod that shows it is of that revision and
/// the trouble began with it. What stands in the summary already is not repeated.
pub fn tell_change(context: &Context<'_>, finding: &mut Finding) {
    let snapshot = context.snapshot;
    let Some(workload) = &finding.workload else { return };
    let Some(pod) = Some(&finding.subject).filter(|s| s.kind == "Pod").and_then(|s| snapshot.pod(&s.namespace, &s.name)) else { return };
    let Some(change) = latest_change(snapshot, workload) else { return };
    let hash = pod.metadata.labels.get("controller-revision-hash").map_or("", String::as_str);
    let owner = pod.metadata.controller().map_or("", |o| o.name.as_str());
    let of_it = owner == change.owner || (!hash.is_empty() && change.owner.ends_with(hash));
    let since = finding.first_seen.zip(change.at).is_none_or(|(first, at)| first.as_second() + SLACK >= at.as_second());
    let told = finding.summary.contains("Between the revisions");
    if !of_it || !since || told {
        return;
    }
    let shown: Vec<&str> = change.words.iter().take(4).map(String::as_str).collect();
    let more = change.words.len() - shown.len();
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    finding.summary.push_str(&format!(" The pod is of revision {}, which changed: {}{rest}.", change.revision, shown.join("; ")));
    let known: Vec<Evidence> = finding.evidence.clone();
    finding.evidence.extend(change.evidence.into_iter().filter(|e| !known.contains(e)));
}
