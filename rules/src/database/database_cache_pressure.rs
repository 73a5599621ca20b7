//! # database-cache-pressure
//!
//! A MongoDB server's cache is too small for what it works on.
//!
//! ## What it detects
//! A WiredTiger cache that is full while clients' own threads must evict pages (`serverStatus`), a share of dirty pages above
//! the engine's trigger, and lines of the eviction server in the log.
//!
//! ## Why it happens
//! The data that is worked on has outgrown the memory; queries without an index read whole collections through the cache; or
//! the container's memory limit, from which the cache is sized, is small.
//!
//! ## How to confirm
//! `db.serverStatus().wiredTiger.cache`: bytes in the cache against the maximum, and pages evicted by application threads.
//!
//! ## How to fix
//! Add the missing indexes first; then raise the memory limit (the cache takes half of what is above 1 GiB).
//!
//! ## When it stays silent
//! A full cache alone is no fault: it is meant to be full.

use tarbox_model::facts::MongoAnswer;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-cache-pressure",
    title: "A MongoDB server's cache is too small for what it works on",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Database Performance Issues",
    needs: &[Need::AnyOf(&["logs", "mongodb"])],
    produces: &[Effect::Slow],
    explained_by: &[Effect::Slow],
    check,
};

/// Share of the cache at which clients' threads begin to evict.
const FULL: f64 = 0.95;
/// Share of dirty pages at which they do.
const DIRTY: f64 = 0.20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let answers = context.snapshot.mongo_answers.iter().filter(|a| a.ok && a.command == "serverStatus");
    let mut findings: Vec<Finding> = answers.filter_map(|a| by_figures(context, a)).collect();
    for complaint in complaints(context, |hit| hit.signature == "mongod-cache-pressure") {
        let (pod, name) = (&complaint.pod, &complaint.client.name);
        findings.push(
            complaint
                .finding(format!("MongoDB `{name}` struggles to make room in its cache"))
                .summary(format!(
                    "The eviction server has written {} lines: pages do not leave the cache as fast as they come.",
                    complaint.hit.count
                ))
                .confidence(0.7)
                .remedy("Look at the cache's figures.", cache_command(pod)),
        );
    }
    findings
}

fn by_figures(context: &Context<'_>, answer: &MongoAnswer) -> Option<Finding> {
    let figure = |name: &str| answer.number(&format!("/wiredTiger/cache/{name}"));
    let (used, most) = (figure("bytes currently in the cache")?, figure("maximum bytes configured")?);
    let dirty = figure("tracked dirty bytes in the cache").unwrap_or(0.0);
    let evicted = figure("pages evicted by application threads").unwrap_or(0.0);
    let pressed = most > 0.0 && (dirty / most >= DIRTY || used / most >= FULL && evicted > 0.0);
    if !pressed {
        return None;
    }
    let pod = answer.pod_reference();
    let owner = context.snapshot.pod(&answer.namespace, &answer.pod).and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
    let name = owner.as_ref().unwrap_or(&pod).name.clone();
    let percent = |bytes: f64| 100.0 * bytes / most;
    Some(
        Finding::new(
            pod.clone(),
            format!("The cache of MongoDB `{name}` is too small for its work"),
            answer.evidence("/wiredTiger/cache/bytes currently in the cache", format!("{used:.0}")),
        )
        .workload(owner)
        .summary(format!(
            "{:.0} % of {:.1} GiB are in use and {:.0} % are dirty; clients' own threads have evicted {evicted:.0} pages.",
            percent(used),
            most / (1024.0 * 1024.0 * 1024.0),
            percent(dirty)
        ))
        .confidence(0.8)
        .remedy("See which queries read most, and index them first; then raise the memory limit.", cache_command(&pod)),
    )
}

fn cache_command(pod: &ObjectRef) -> String {
    format!("kubectl exec {}{} -- mongosh --quiet --eval 'db.serverStatus().wiredTiger.cache'", pod.name, pod.namespace_flag())
}
