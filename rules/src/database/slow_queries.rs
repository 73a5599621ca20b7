//! # slow-queries
//!
//! A database logs slow queries.
//!
//! ## What it detects
//! Slow queries as the servers log them (MongoDB id 51803; PostgreSQL `duration:`; MySQL's slow log), by collection or
//! statement, with their number and the longest time.
//!
//! ## Why it happens
//! A missing index, more data than before, locks, or a server that has too little CPU, memory or disk.
//!
//! ## How to confirm
//! `explain` of the query; the server's CPU and disk in the same minutes.
//!
//! ## How to fix
//! By the cause: mostly an index.
//!
//! ## When it stays silent
//! For the server's own collections, for replication, and for a handful of slow queries: every server has some.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::slow::{is_own, read};

/// The rule.
pub static RULE: Rule = Rule {
    id: "slow-queries",
    title: "A database logs slow queries",
    level: Level::Symptom,
    severity: Severity::Medium,
    guide: "Database Performance Issues",
    needs: &[Need::Logs],
    produces: &[Effect::Slow],
    explained_by: &[Effect::Slow, Effect::NotReady],
    check,
};

/// Fewer slow queries than this are everyday life.
const FEW: u64 = 5;
/// Milliseconds from which on a query is slow for its client.
const PAINFUL: f64 = 1000.0;

/// Slow queries of one server.
#[derive(Default)]
struct Slow<'a> {
    count: u64,
    longest: f64,
    by_place: BTreeMap<String, u64>,
    hits: Vec<(&'a ContainerLog, &'a LogHit)>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut all: BTreeMap<(ObjectRef, ObjectRef), Slow<'_>> = BTreeMap::new();
    for log in &context.snapshot.logs {
        for hit in log.hits.iter().filter(|h| matches!(h.signature, "mongod-slow-query" | "postgresql-slow-query" | "mysql-slow-query")) {
            let place = hit.field("ns").unwrap_or("statements");
            if is_own(place) {
                continue;
            }
            let pod = log.pod_reference();
            let object = context.snapshot.pod(&log.namespace, &log.pod);
            let owner = object.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)).unwrap_or_else(|| pod.clone());
            let slow = all.entry((owner, pod)).or_default();
            slow.count += hit.count;
            *slow.by_place.entry(place.to_owned()).or_default() += hit.count;
            slow.longest = [&hit.first, &hit.last].into_iter().filter_map(|l| millis(hit, l)).fold(slow.longest, f64::max);
            slow.hits.push((log, hit));
        }
    }
    all.into_iter().filter(|(_, slow)| slow.count >= FEW).filter_map(|((owner, pod), slow)| finding(owner, pod, &slow)).collect()
}

/// Milliseconds of a slow query.
fn millis(hit: &LogHit, line: &tarbox_model::log::LogLine) -> Option<f64> {
    match hit.signature {
        "mongod-slow-query" => read(line).map(|q| q.millis),
        "postgresql-slow-query" => line.text.split_once("duration: ")?.1.split(' ').next()?.parse().ok(),
        _ => line.text.split_once("Query_time: ")?.1.split(' ').next()?.parse::<f64>().ok().map(|seconds| seconds * 1000.0),
    }
}

fn finding(owner: ObjectRef, pod: ObjectRef, slow: &Slow<'_>) -> Option<Finding> {
    let (log, hit) = slow.hits.iter().max_by_key(|(_, h)| h.count)?;
    let mut places: Vec<(&String, &u64)> = slow.by_place.iter().collect();
    places.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let told: Vec<String> = places.iter().take(4).map(|(place, count)| format!("`{place}` {count}")).collect();
    let mut finding = Finding::new(pod.clone(), format!("`{}` logs {} slow queries", owner.name, slow.count), log.evidence(hit))
        .workload(Some(owner))
        .summary(format!("By place: {}. The longest that is quoted took {:.0} ms.", told.join(", "), slow.longest))
        .severity(if slow.longest >= PAINFUL { Severity::Medium } else { Severity::Low })
        .confidence(0.7)
        .remedy("See which queries they are.", format!("kubectl logs {}{} --since=1h", pod.name, pod.namespace_flag()));
    for (_, hit) in &slow.hits {
        finding = finding.seen(hit.first.time, hit.last.time);
    }
    Some(finding)
}
