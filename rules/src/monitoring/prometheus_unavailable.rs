//! # prometheus-unavailable
//!
//! Prometheus does not run.
//!
//! ## What it detects
//! Workloads of Prometheus none of whose pods is ready, or that are scaled to zero, and what its log says: storage that it
//! cannot open, a volume without space, a configuration that it cannot load.
//!
//! ## Why it happens
//! Its volume is full or damaged, or still locked by the pod before; it needs more memory than its limit to read back its
//! log of writes; its configuration is wrong.
//!
//! ## How to confirm
//! `kubectl get pods -A -l app.kubernetes.io/name=prometheus`, and its log.
//!
//! ## How to fix
//! By the reason: grow the volume or keep less (`--storage.tsdb.retention.size`), raise the memory limit, correct the
//! configuration.
//!
//! ## When it stays silent
//! While one of its pods is ready, and in the first two minutes of its pods (it reads its log of writes back).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::object::{Object, Pod};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use crate::complaints::holds;
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "prometheus-unavailable",
    title: "Prometheus does not run",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Missing Metrics",
    needs: &[Need::AnyOf(&["statefulsets", "deployments"])],
    produces: &[Effect::Exits, Effect::NotReady, Effect::MetricsMissing],
    explained_by: &[
        Effect::NodeDown,
        Effect::ImageUnavailable,
        Effect::Unscheduled,
        Effect::PodsNotCreated,
        Effect::NotStarted,
        Effect::Exits,
        Effect::VolumeUnavailable,
    ],
    check,
};

/// Seconds that it may take to read back its log of writes.
const STARTING: i64 = 120;

fn check(context: &Context<'_>) -> Vec<Finding> {
    workloads(context.snapshot).iter().filter(|w| is_prometheus(w)).filter_map(|workload| finding(context, workload)).collect()
}

/// Whether a workload is Prometheus itself, not its operator or an exporter.
pub(crate) fn is_prometheus(workload: &Workload<'_>) -> bool {
    let image = |image: &str| {
        let name = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or_default();
        name.split(':').next() == Some("prometheus")
    };
    let operated = workload.template.metadata.labels.get("app.kubernetes.io/name").is_some_and(|n| n == "prometheus")
        && workload.reference.kind == "StatefulSet";
    operated || workload.template.spec.containers.iter().any(|c| image(&c.image))
}

fn finding(context: &Context<'_>, workload: &Workload<'_>) -> Option<Finding> {
    let snapshot = context.snapshot;
    let (owner, name) = (&workload.reference, workload.reference.name.as_str());
    let pods: Vec<&Object<Pod>> = context.relations.pods_of(snapshot, owner).filter(|p| p.is_active()).collect();
    let starting = |p: &&Object<Pod>| {
        let run = p.containers().filter_map(|v| v.status?.2.state.running.as_ref()?.started_at).max().or(p.metadata.creation_timestamp);
        let first = p.containers().all(|v| v.status.is_none_or(|(_, _, s)| s.restart_count == 0));
        first && snapshot.age_seconds(run).is_some_and(|age| age < STARTING)
    };
    if workload.ready > 0 || pods.iter().any(|p| p.is_ready()) || pods.iter().any(starting) {
        return None;
    }
    let told = pods.iter().find_map(|pod| trouble(context, pod));
    let (why, evidence) = match (workload.desired, pods.first()) {
        (0, None) => ("it is scaled to zero".to_owned(), workload.origin.at("/spec/replicas", "0")),
        (_, Some(pod)) => {
            let waiting = pod
                .containers()
                .find_map(|v| Some((v.status_pointer("/state/waiting/reason"), v.status?.2.state.waiting.as_ref()?.reason.as_str())));
            let (at, state) = waiting.unwrap_or_else(|| ("/status/phase".to_owned(), pod.status.phase.as_str()));
            (format!("none of its {} is ready (`{}`: {state})", counted(pods.len(), "pod"), pod.metadata.name), pod.evidence(at, state))
        }
        (_, None) if snapshot.coverage.is_complete("pods") => ("it has no pods".to_owned(), workload.origin.at("/metadata/name", name)),
        _ => return None,
    };
    let said = told.map(|(_, hit)| format!(" Its log says: {}.", hit.last.text.trim().trim_end_matches('.'))).unwrap_or_default();
    let mut finding = Finding::new(owner.clone(), format!("Prometheus `{name}` does not run"), evidence)
        .summary(format!("{} `{name}`: {why}.{said} Nothing is measured, and no alert fires.", owner.kind))
        .workload(Some(owner.clone()))
        .confidence(if told.is_some() { 0.96 } else { 0.82 })
        .evidence(told.map(|(log, hit)| log.evidence(hit)))
        .seen(told.and_then(|(_, h)| h.first.time), snapshot.taken_at);
    let reason = told.and_then(|(_, hit)| hit.field("why")).unwrap_or_default();
    if workload.desired == 0 {
        finding = finding.remedy("Bring it back.", format!("kubectl scale {} -n {} --replicas=1", target(owner), owner.namespace));
    }
    if reason == "no space left on device" {
        finding = finding.remedy(
            "Grow its volume, or let it keep less (`--storage.tsdb.retention.size`).",
            format!("kubectl get persistentvolumeclaims -n {}", owner.namespace),
        );
    }
    if reason.to_ascii_lowercase().contains("loading config") {
        finding = finding.remedy(
            "Correct its configuration, most often the rule or monitor that was added last.",
            format!("kubectl get prometheusrules,servicemonitors -n {}", owner.namespace),
        );
    }
    Some(finding.remedy("Read its log.", format!("kubectl logs {} -n {} --all-containers --tail=50", target(owner), owner.namespace)))
}

/// What its log says that keeps it from running.
fn trouble<'a>(context: &Context<'a>, pod: &Object<Pod>) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let (all, key) = (&context.snapshot.logs, (pod.metadata.namespace.as_str(), pod.metadata.name.as_str()));
    let start = all.partition_point(|l| (l.namespace.as_str(), l.pod.as_str()) < key);
    let mine = all.iter().skip(start).take_while(|l| (l.namespace.as_str(), l.pod.as_str()) == key);
    let hits = mine.flat_map(|log| log.hits_of("prometheus-trouble").map(move |hit| (log, hit)));
    hits.filter(|(log, hit)| holds(context, Some(pod), log, hit.last.time, hit.last.number)).last()
}
