//! # high-latency
//!
//! A service answers late.
//!
//! ## What it detects
//! Requests of a second and more in a workload's own request log, answers of its Services that took as long when the bundle
//! was made, and alerts about its latency. Who holds it back is another rule's business; it explains this one away.
//!
//! ## Why it happens
//! Too little CPU, hanging workers, a slow database, a service behind it that is slow itself, or a network that loses packets.
//!
//! ## How to confirm
//! `curl -o /dev/null -s -w '%{time_total}'` from another pod, some times over.
//!
//! ## How to fix
//! Follow the slowest call: the time is rarely spent where it is noticed.
//!
//! ## When it stays silent
//! When single requests were slow among many, and when the last is half an hour ago.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, Timestamp};

use super::slowness::{LATE, RECENT, alerts_on, is_of_latency};
use crate::addresses::clients;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "high-latency",
    title: "A service answers late",
    level: Level::Symptom,
    severity: Severity::Medium,
    guide: "High Latency",
    needs: &[Need::AnyOf(&["logs", "http", "alerts"])],
    produces: &[],
    explained_by: &[Effect::Slow, Effect::DependencyDown, Effect::NetworkBroken, Effect::Unreachable, Effect::NodeDown],
    check,
};

/// Slow requests from which on they are no accident.
const MANY: u64 = 5;
/// Share of a log's lines from which on slow requests are no accident.
const SHARE: f64 = 0.01;

/// What is held against one workload.
#[derive(Default)]
struct Late<'a> {
    pod: Option<&'a Object<Pod>>,
    requests: u64,
    words: Vec<String>,
    evidence: Vec<Evidence>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut by_workload: BTreeMap<ObjectRef, Late<'_>> = BTreeMap::new();
    for log in snapshot.logs.iter().filter(|l| !Snapshot::is_system_namespace(&l.namespace)) {
        let Some(pod) = snapshot.pod(&log.namespace, &log.pod).filter(|p| p.is_active()) else { continue };
        for hit in log.hits_of("slow-request").filter(|h| snapshot.age_seconds(h.last.time).is_none_or(|age| age <= RECENT)) {
            if hit.count < MANY || (hit.count as f64) < log.lines as f64 * SHARE {
                continue;
            }
            let late = by_workload.entry(context.relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference())).or_default();
            late.pod = late.pod.or(Some(pod));
            late.requests += hit.count;
            late.evidence.push(log.evidence(hit));
            late.first = [late.first, hit.first.time].into_iter().flatten().min();
            late.last = [late.last, hit.last.time].into_iter().flatten().max();
        }
    }
    for answer in snapshot.http.iter().filter(|a| a.millis >= LATE && a.status != 0) {
        let Some((service, _)) = answer.target.split_once(':').and_then(|(s, rest)| Some((s.split_once('/')?, rest))) else { continue };
        let reference = ObjectRef::new("Service", service.0, service.1);
        let Some(pod) = context.relations.pods_behind(snapshot, &reference).find(|p| p.is_active()) else { continue };
        let late = by_workload.entry(context.relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference())).or_default();
        late.pod = late.pod.or(Some(pod));
        late.words.push(format!("`{}` answered after {} ms", answer.target, answer.millis));
        late.evidence.push(answer.origin.at("/millis", answer.millis.to_string()));
    }
    if snapshot.alerts.iter().any(is_of_latency) {
        for (pod, workload) in context.relations.pods_with_workloads(snapshot).filter(|(p, _)| p.is_active()) {
            let owner = workload.cloned().unwrap_or_else(|| pod.reference());
            for alert in alerts_on(context, pod, &owner).filter(|a| is_of_latency(a)) {
                let late = by_workload.entry(owner.clone()).or_default();
                let words = format!("an alert says: {}", alert.text);
                if !late.words.contains(&words) {
                    late.pod = late.pod.or(Some(pod));
                    late.words.push(words);
                    late.evidence.push(alert.evidence());
                }
            }
        }
    }
    let mut called = called(context, &by_workload);
    let findings = by_workload.into_iter().filter_map(|(workload, late)| {
        let finding = finding(&workload, late)?;
        Some(called.remove(&workload).into_iter().flatten().fold(finding, Finding::depends_on))
    });
    findings.collect()
}

/// Services that the configuration of late workloads names: late themselves, they would explain it.
fn called(context: &Context<'_>, late: &BTreeMap<ObjectRef, Late<'_>>) -> BTreeMap<ObjectRef, BTreeSet<ObjectRef>> {
    let mut called: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
    if late.is_empty() {
        return called;
    }
    for client in clients(context).iter().filter(|c| late.contains_key(&c.reference)) {
        for mention in client.mentions(context) {
            let found = context.relations.resolve_host(context.snapshot, mention.host, &client.reference.namespace);
            called.entry(client.reference.clone()).or_default().extend(found);
        }
    }
    called
}

fn finding(workload: &ObjectRef, late: Late<'_>) -> Option<Finding> {
    let pod = late.pod?;
    let requests = (late.requests > 0).then(|| format!("{} requests in its log took a second or more", late.requests));
    let words: Vec<String> = requests.into_iter().chain(late.words).collect();
    let mut evidence = late.evidence.into_iter();
    Some(
        Finding::new(pod.reference(), format!("`{}` answers late", workload.name), evidence.next()?)
            .summary(crate::wording::capitalised(&format!("{}.", words.join("; "))))
            .workload((workload.kind != "Pod").then(|| workload.clone()))
            .confidence(0.6)
            .evidence(evidence.take(5))
            .seen(late.first, late.last)
            .remedy("See what it uses meanwhile.", format!("kubectl top pods -n {} --containers", workload.namespace))
            .remedy("See which requests are slow.", format!("kubectl logs {}{} --tail=200", target(workload), workload.namespace_flag())),
    )
}
