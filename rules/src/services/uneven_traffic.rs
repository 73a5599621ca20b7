//! # uneven-traffic
//!
//! One pod of a Service gets far more of the work than its like.
//!
//! ## What it detects
//! Deployments whose ready pods, all of one revision and older than ten minutes, use very different CPU: one at least four
//! times as much as the others on average, in every sample. The Service in front is looked at for what binds clients to a
//! pod: `sessionAffinity: ClientIP`, `externalTrafficPolicy: Local` with pods spread unevenly, long-lived connections (gRPC,
//! HTTP/2).
//!
//! ## Why it happens
//! A Service balances connections, not requests. Clients that stay with a pod, or that hold a connection for hours, load one
//! pod, above all when they all come from one address (a proxy, an ingress controller).
//!
//! ## How to confirm
//! `kubectl top pods` with the Service's selector; `kubectl get service NAME -o yaml`.
//!
//! ## How to fix
//! Take the affinity off, let the client balance (gRPC `round_robin` over a headless Service), or put a proxy in between that
//! balances requests.
//!
//! ## When it stays silent
//! With fewer than two samples or two pods, below a tenth of a core, for StatefulSets and DaemonSets, whose pods do different
//! work, and for workloads that elect a leader, which works alone.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::ContainerUsage;
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::affinity::binding;
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "uneven-traffic",
    title: "One pod of a Service gets far more of the work than its like",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Load Balancer Issues",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::Slow],
    explained_by: &[],
    check,
};

/// Cores below which a difference means nothing.
const LITTLE: f64 = 0.1;
/// How many times the others' work is too much.
const TIMES: f64 = 4.0;
/// Seconds after which a pod has had its share of new connections.
const SETTLED: i64 = 600;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_workload: BTreeMap<&ObjectRef, Vec<&Object<Pod>>> = BTreeMap::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let settled = context.snapshot.age_seconds(pod.metadata.creation_timestamp).is_some_and(|age| age > SETTLED);
        if let Some(workload) = workload.filter(|w| w.kind == "Deployment" && pod.is_active() && pod.is_ready() && settled) {
            by_workload.entry(workload).or_default().push(pod);
        }
    }
    if context.snapshot.container_usage.is_empty() {
        return Vec::new();
    }
    by_workload.into_iter().filter(|(_, pods)| pods.len() > 1).filter_map(|(workload, pods)| finding(context, workload, &pods)).collect()
}

/// Cores that a pod used at its busiest container, least and greatest over the samples, with the greatest sample.
fn usage<'a>(context: &Context<'a>, pod: &Object<Pod>) -> Option<(f64, f64, &'a ContainerUsage)> {
    let list = &context.snapshot.container_usage;
    let key = (pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
    let start = list.partition_point(|u| (u.namespace.as_str(), u.pod.as_str()) < key);
    let mine: Vec<&ContainerUsage> = list.iter().skip(start).take_while(|u| (u.namespace.as_str(), u.pod.as_str()) == key).collect();
    let (busiest, _) = mine.iter().filter_map(|u| Some((*u, u.cpu?))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let of_it: Vec<f64> = mine.iter().filter(|u| u.container == busiest.container).filter_map(|u| u.cpu).collect();
    let (least, most) = (of_it.iter().copied().fold(f64::INFINITY, f64::min), of_it.iter().copied().fold(0.0, f64::max));
    (of_it.len() > 1).then_some((least, most, busiest))
}

fn finding(context: &Context<'_>, workload: &ObjectRef, pods: &[&Object<Pod>]) -> Option<Finding> {
    let hashes: std::collections::BTreeSet<_> = pods.iter().map(|p| p.metadata.labels.get("pod-template-hash")).collect();
    let measured: Vec<_> = pods.iter().filter_map(|p| Some((*p, usage(context, p)?))).collect();
    let (pod, (least, _, sample)) = measured.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
    let others: Vec<_> = measured.iter().filter(|(p, _)| !std::ptr::eq(*p, *pod)).collect();
    let elsewhere = others.iter().map(|(_, (_, most, _))| most).sum::<f64>() / others.len().max(1) as f64;
    let leads = context.snapshot.leases.iter().any(|l| l.spec.holder_identity.starts_with(&pod.metadata.name));
    if hashes.len() > 1 || measured.len() < pods.len() || *least < LITTLE || *least < elsewhere * TIMES || leads {
        return None;
    }
    let service = context.relations.services_of(context.snapshot, workload).find(|s| !s.is_headless())?;
    let binding = binding(context, service, workload);
    let name = &pod.metadata.name;
    let milli = |cores: f64| format!("{}m", (cores * 1000.0).round());
    let why = binding.as_ref().map_or_else(
        || " A Service balances connections, not requests: clients that keep a connection stay with one pod.".to_owned(),
        |(words, ..)| format!(" {words}"),
    );
    let quote = sample.container.as_str();
    let mut finding = Finding::new(
        service.reference(),
        format!("`{name}` does most of the work behind Service `{}`", service.metadata.name),
        sample.origin.at(&sample.pointer, quote),
    )
    .summary(format!(
        "It uses at least {} CPU, while {} of `{}` {} {} on average.{why}",
        milli(*least),
        counted(others.len(), "other pod"),
        workload.name,
        if others.len() == 1 { "uses" } else { "use" },
        milli(elsewhere)
    ))
    .workload(Some(workload.clone()))
    .confidence(if binding.is_some() { 0.8 } else { 0.6 })
    .evidence(others.iter().take(2).map(|(_, (_, _, s))| s.origin.at(&s.pointer, s.container.as_str())))
    .seen(None, context.snapshot.taken_at);
    let patch = |spec: &str| {
        format!("kubectl patch {}{} -p '{{\"spec\":{{{spec}}}}}'", target(&service.reference()), service.reference().namespace_flag())
    };
    if let Some((_, evidence, spec)) = binding {
        finding = finding.evidence([evidence]);
        if !spec.is_empty() {
            finding = finding.remedy(
                "Let the Service send each connection to any pod. It takes effect at once; sessions kept in a pod's memory are lost.",
                patch(spec),
            );
        }
    }
    Some(finding.remedy("See the work of each pod.", format!("kubectl top pods{} --containers", workload.namespace_flag())))
}
