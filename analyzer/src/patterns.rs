//! The patterns of logs by workload: replicas and runs together, and what the beginning of the failure changed.

mod change;

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::analysis::began;
use tarbox_model::log::ContainerLog;
use tarbox_model::patterns::{Change, LogPatterns, Loudness, Pattern, WorkloadPattern, WorkloadPatterns};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use crate::causes::{Causes, works_at};
use change::change;

/// What is told.
pub(crate) struct Scope {
    /// Patterns of a workload that a root cause is about.
    pub(crate) concerned: usize,
    /// Patterns of another workload.
    pub(crate) other: usize,
    /// Workloads of either kind.
    pub(crate) workloads: usize,
    /// Changes are told against this time; else against when the failure began.
    pub(crate) since: Option<Timestamp>,
}

/// What goes into a report.
pub(crate) const REPORTED: Scope = Scope { concerned: 24, other: 5, workloads: 40, since: None };

/// One pattern over several logs.
struct Merged<'a> {
    first: (&'a ContainerLog, &'a Pattern),
    count: u64,
    last_time: Option<Timestamp>,
    /// Where else it stands, the first included.
    logs: Vec<(&'a ContainerLog, &'a Pattern)>,
}

/// The patterns, the workloads that root causes are about first.
pub(crate) fn by_workload(context: &Context<'_>, causes: &Causes, scope: &Scope) -> LogPatterns {
    let concerned = concerned(context, causes);
    let first_since = causes.roots.iter().filter_map(|&i| causes.findings.get(i)).find_map(|cause| began(&causes.findings, cause));
    let mut logs: BTreeMap<ObjectRef, Vec<&ContainerLog>> = BTreeMap::new();
    for log in context.snapshot.logs.iter().filter(|log| log.lines > 0) {
        logs.entry(workload(context, log.pod_reference())).or_default().push(log);
    }
    let mut all: Vec<(usize, u64, WorkloadPatterns)> = Vec::new();
    for (workload, logs) in logs {
        let cause = concerned.get(&workload);
        let (place, since) = cause.copied().unwrap_or((usize::MAX, None));
        let most = if cause.is_some() { scope.concerned } else { scope.other };
        let merged = merged(&logs);
        let errors = merged.values().filter(|m| m.first.1.loudness == Loudness::Error).map(|m| m.count).sum();
        all.push((place, errors, told(workload, cause.is_some(), scope.since.or(since).or(first_since), &logs, merged, most)));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)).then_with(|| a.2.workload.cmp(&b.2.workload)));
    let is_listed = |w: &WorkloadPatterns, listed: &mut [usize; 2]| {
        let count = &mut listed[usize::from(w.concerned)];
        *count += 1;
        *count <= scope.workloads
    };
    let (mut listed, before) = ([0, 0], all.len());
    let workloads: Vec<_> = all.into_iter().map(|(_, _, w)| w).filter(|w| is_listed(w, &mut listed)).collect();
    LogPatterns { left_out: (before - workloads.len()) as u64, workloads }
}

/// Workloads that root causes and what follows from them are about: their place in that order, and when it began.
fn concerned(context: &Context<'_>, causes: &Causes) -> BTreeMap<ObjectRef, (usize, Option<Timestamp>)> {
    let mut places = BTreeMap::new();
    for cause in causes.roots.iter().filter_map(|&i| causes.findings.get(i)) {
        let since = began(&causes.findings, cause);
        let consequences = cause.explains.iter().filter_map(|&i| causes.findings.get(i));
        for object in std::iter::once(cause).chain(consequences).flat_map(|ranked| works_at(&ranked.finding)) {
            let place = places.len();
            places.entry(workload(context, object.clone())).or_insert((place, since));
        }
    }
    places
}

/// A pod's workload; anything else is one itself.
fn workload(context: &Context<'_>, object: ObjectRef) -> ObjectRef {
    let pod = if object.kind == "Pod" { context.snapshot.pod(&object.namespace, &object.name) } else { None };
    pod.and_then(|pod| context.relations.workload_of_pod(context.snapshot, pod)).unwrap_or(object)
}

/// Patterns of one text, and of one kind: a stack trace is never a line.
fn merged<'a>(logs: &[&'a ContainerLog]) -> BTreeMap<(&'a str, Loudness, bool), Merged<'a>> {
    let mut all: BTreeMap<_, Merged<'a>> = BTreeMap::new();
    for log in logs {
        for pattern in &log.patterns.list {
            let here = (*log, pattern);
            let key = (pattern.text.as_str(), pattern.loudness, pattern.trace.is_empty());
            match all.get_mut(&key) {
                Some(known) => {
                    known.count += pattern.count;
                    known.last_time = known.last_time.max(pattern.last_time);
                    // A line without a time is no earlier than one with.
                    if pattern.first.time.is_some_and(|time| known.first.1.first.time.is_none_or(|first| time < first)) {
                        known.first = here;
                    }
                    known.logs.push(here);
                }
                None => {
                    all.insert(key, Merged { first: here, count: pattern.count, last_time: pattern.last_time, logs: vec![here] });
                }
            }
        }
    }
    all
}

/// The patterns of one workload, what matters first, at most so many.
fn told(
    workload: ObjectRef,
    concerned: bool,
    since: Option<Timestamp>,
    logs: &[&ContainerLog],
    merged: BTreeMap<(&str, Loudness, bool), Merged<'_>>,
    most: usize,
) -> WorkloadPatterns {
    let found = merged.len();
    let mut order: Vec<(Change, Merged<'_>)> = merged.into_values().map(|m| (change(since, logs, &m), m)).collect();
    order.sort_by(|(a, x), (b, y)| {
        let (x, y) = ((rank(*a, x.first.1.loudness), x), (rank(*b, y.first.1.loudness), y));
        x.0.cmp(&y.0).then_with(|| y.1.count.cmp(&x.1.count)).then_with(|| x.1.first.1.text.cmp(&y.1.first.1.text))
    });
    order.truncate(most);
    WorkloadPatterns {
        workload,
        concerned,
        since,
        logs: logs.len() as u64,
        lines: logs.iter().map(|log| log.lines).sum(),
        left_out: (found - order.len()) as u64,
        unlisted: logs.iter().map(|log| log.patterns.unlisted).sum(),
        patterns: order.into_iter().map(|(change, m)| pattern(change, &m)).collect(),
    }
}

/// What matters first: what is new, what stopped, errors, warnings, the rest.
fn rank(change: Change, loudness: Loudness) -> (u8, Loudness) {
    match change {
        Change::New => (0, loudness),
        Change::Stopped => (1, Loudness::Error),
        Change::Same | Change::Unknown => (2, loudness),
    }
}

fn pattern(change: Change, merged: &Merged<'_>) -> WorkloadPattern {
    let (log, first) = merged.first;
    let containers: BTreeSet<&str> = merged.logs.iter().map(|(log, _)| log.container.as_str()).filter(|c| !c.is_empty()).collect();
    let pods: BTreeSet<&str> = merged.logs.iter().map(|(log, _)| log.pod.as_str()).collect();
    WorkloadPattern {
        text: first.text.clone(),
        loudness: first.loudness,
        change,
        count: merged.count,
        first_time: first.first.time,
        last_time: merged.last_time,
        containers: containers.into_iter().map(str::to_owned).collect(),
        pods: pods.len() as u64,
        evidence: Evidence { context: first.trace.clone(), ..log.line_evidence(&first.first) },
    }
}
