//! # missing-index
//!
//! Queries read a whole collection to give back a few documents.
//!
//! ## What it detects
//! Slow queries of a MongoDB server that scan a collection (`COLLSCAN`) and look at a hundred times more documents than they
//! give back, by collection and shape; with the index that serves filter and sort order.
//!
//! ## Why it happens
//! The index was never made, was dropped, or does not begin with the fields that are asked for. It shows only when the
//! collection has grown.
//!
//! ## How to confirm
//! `db.COLLECTION.find(FILTER).explain('executionStats')`: stage `COLLSCAN`, `totalDocsExamined` far above `nReturned`.
//!
//! ## How to fix
//! Create the index: fields compared for equality first, then the sort order, then ranges. It is built while the server works,
//! and costs memory and a little on every write.
//!
//! ## When it stays silent
//! For collections of the server itself, for scans of fewer than a thousand documents, for queries that want most of the
//! collection, and for shapes that one index cannot serve (`$or`, no filter at all).

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::slow::{SlowQuery, is_own, read};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-index",
    title: "Queries read a whole collection to give back a few documents",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Database Performance Issues",
    needs: &[Need::Logs],
    produces: &[Effect::Slow],
    explained_by: &[],
    check,
};

/// Fewer documents than this are read in no time.
const EXAMINED: f64 = 1000.0;
/// Documents looked at for each one given back.
const WASTE: f64 = 100.0;
/// Milliseconds from which on a scan hurts its client.
const PAINFUL: f64 = 1000.0;

/// Scans of one shape on one collection.
struct Scans<'a> {
    log: &'a ContainerLog,
    hit: &'a LogHit,
    worst: SlowQuery,
    count: u64,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut all: BTreeMap<(ObjectRef, String, String), Scans<'_>> = BTreeMap::new();
    for log in &context.snapshot.logs {
        for hit in log.hits_of("mongod-collection-scan").filter(|h| !is_own(h.field("ns").unwrap_or_default())) {
            let queries = [read(&hit.first), read(&hit.last)].into_iter().flatten().filter(|q| q.scans);
            let Some(worst) = queries.max_by(|a, b| a.examined.total_cmp(&b.examined)) else { continue };
            if worst.examined < EXAMINED || worst.examined < WASTE * worst.returned.max(1.0) || worst.index.is_empty() {
                continue;
            }
            let pod = context.snapshot.pod(&log.namespace, &log.pod);
            let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)).unwrap_or_else(|| log.pod_reference());
            let key = (owner, format!("{}.{}", worst.database, worst.collection), worst.index_keys());
            let scans = all.entry(key).or_insert_with(|| Scans { log, hit, worst: worst.clone(), count: 0 });
            scans.count += hit.count;
            if worst.examined > scans.worst.examined {
                (scans.log, scans.hit, scans.worst) = (log, hit, worst);
            }
        }
    }
    let mut by_collection: BTreeMap<(ObjectRef, String), Vec<Scans<'_>>> = BTreeMap::new();
    for ((owner, collection, _), scans) in all {
        by_collection.entry((owner, collection)).or_default().push(scans);
    }
    by_collection.into_iter().filter_map(|((owner, collection), scans)| finding(owner, &collection, scans)).collect()
}

fn finding(owner: ObjectRef, collection: &str, mut scans: Vec<Scans<'_>>) -> Option<Finding> {
    scans.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.worst.index_keys().cmp(&b.worst.index_keys())));
    let first = scans.first()?;
    let pod = first.log.pod_reference();
    let told: Vec<String> = scans
        .iter()
        .take(3)
        .map(|s| {
            let (w, n) = (&s.worst, s.count);
            format!(
                "`{}` {n} times (up to {:.0} documents read for {:.0} given back, {:.0} ms)",
                w.shape.replace('`', "'"),
                w.examined,
                w.returned,
                w.millis
            )
        })
        .collect();
    let slowest = scans.iter().map(|s| s.worst.millis).fold(0.0, f64::max);
    let mut finding = Finding::new(pod.clone(), format!("Queries on `{collection}` have no index"), first.log.evidence(first.hit))
        .cause(ObjectRef::new("MongoCollection", owner.namespace.as_str(), collection))
        .workload(Some(owner))
        .summary(format!("By the server's log these queries read the whole collection: {}.", told.join("; ")))
        .severity(if slowest >= PAINFUL { Severity::High } else { Severity::Medium })
        .confidence(0.88)
        .evidence(scans.iter().skip(1).take(2).map(|s| s.log.evidence(s.hit)));
    for scans in scans.iter().take(3) {
        finding = finding.seen(scans.hit.first.time, scans.hit.last.time).remedy(
            "Create the index. It is built while the server works; it takes memory, and a little time on every write.",
            format!(
                "kubectl exec {}{} -- mongosh {} --quiet --eval 'db.getCollection(\"{}\").createIndex({})'",
                pod.name,
                pod.namespace_flag(),
                scans.worst.database,
                scans.worst.collection,
                scans.worst.index_keys()
            ),
        );
    }
    Some(finding)
}
