//! # api-server-unhealthy
//!
//! The API server is not well, or cannot be reached from inside the cluster.
//!
//! ## What it detects
//! Health checks of the API server that fail (etcd's own are etcd-unhealthy), API server pods that are not ready, and
//! components of several workloads that cannot reach it.
//!
//! ## Why it happens
//! It has too little memory or CPU, a certificate has expired, a webhook holds its requests, or the way to it (kube-proxy,
//! a load balancer) is broken.
//!
//! ## How to confirm
//! `kubectl get --raw '/readyz?verbose'`, and the log of `kube-apiserver`.
//!
//! ## How to fix
//! By the check that fails; on the control plane, by the log of its container (`crictl logs`).
//!
//! ## When it stays silent
//! When a single client cannot reach it: that is the client's network. When all checks pass and everybody who
//! complained is well again, or has not complained in the last quarter of an hour.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::LogHit;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule};

use super::api_health::{failed_checks, is_of_etcd, unwell};
use crate::complaints::complaints;
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "api-server-unhealthy",
    title: "The API server is not well",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["health", "pods", "logs"])],
    produces: &[Effect::ControlPlaneDown],
    explained_by: &[Effect::NodeDown],
    check,
};

/// Seconds after which a line no longer speaks of now.
const RECENT: i64 = 900;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut confidence = 0.0_f64;
    let checks: Vec<_> = failed_checks(snapshot).into_iter().filter(|c| !is_of_etcd(c.name)).collect();
    let (first, last) = (None, snapshot.taken_at);
    if !checks.is_empty() {
        words.push(format!("Its health checks {} fail.", listed(checks.iter().map(|c| c.name))));
        evidence.extend(checks.into_iter().map(|c| c.evidence));
        confidence = 0.95;
    }
    for answer in unwell(snapshot).filter(|a| a.status == 0 || !a.body.contains("[-]")) {
        words.push(format!("`{}` did not answer `ok`.", answer.target));
        let line = answer.body.lines().next().unwrap_or_default();
        evidence.push(if line.is_empty() {
            answer.origin.at("/status", answer.status.to_string())
        } else {
            Evidence::line(answer.origin.path.clone(), 1, line)
        });
        confidence = confidence.max(0.85);
    }
    let own = || snapshot.pods.iter().filter(|p| p.metadata.namespace == "kube-system" && p.metadata.name.starts_with("kube-apiserver"));
    let sick: Vec<_> = own().filter(|p| p.is_active() && !p.is_ready()).collect();
    if let Some(pod) = sick.first() {
        let restarts: i32 = pod.status.container_statuses.iter().map(|s| s.restart_count).sum();
        words.push(format!(
            "{} of {} API server pods are not ready (`{}`, {restarts} restarts).",
            sick.len(),
            own().count(),
            pod.metadata.name
        ));
        evidence.push(pod.named());
        confidence = confidence.max(0.9);
    }
    let recent = |hit: &LogHit| snapshot.age_seconds(hit.last.time).is_none_or(|age| age < RECENT);
    let complaints = complaints(context, |hit| hit.signature == "api-server-unreachable" && recent(hit));
    let clients: BTreeSet<&ObjectRef> = complaints.iter().map(|c| &c.client).collect();
    if clients.len() >= 3 || !evidence.is_empty() {
        let why: BTreeSet<&str> = complaints.iter().filter_map(|c| c.hit.field("why")).collect();
        if !clients.is_empty() {
            words.push(format!(
                "{} cannot reach it ({}): {}.",
                counted(clients.len(), "workload"),
                listed(clients.iter().map(|c| c.name.as_str())),
                listed(why)
            ));
            confidence = confidence.max(0.7);
        }
        evidence.extend(complaints.iter().map(|c| c.log.evidence(c.hit)));
    }
    let mut evidence = evidence.into_iter();
    let Some(told) = evidence.next() else { return Vec::new() };
    let all_down = !sick.is_empty() && sick.len() == own().count();
    let mut finding = Finding::new(ObjectRef::cluster(), "The API server is not well", told)
        .summary(words.join(" "))
        .severity(if all_down || confidence >= 0.95 { Severity::Critical } else { Severity::High })
        .confidence(confidence)
        .evidence(evidence.take(5))
        .seen(first, last)
        .remedy("See which of its checks fail.", "kubectl get --raw '/readyz?verbose'")
        .remedy("Read its log.", "kubectl logs -n kube-system -l component=kube-apiserver --tail=100");
    if let Some(pod) = sick.first() {
        finding = finding.cause(pod.reference()).depends_on(ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str()));
    }
    vec![finding]
}
