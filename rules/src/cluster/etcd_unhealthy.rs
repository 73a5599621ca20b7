//! # etcd-unhealthy
//!
//! etcd, in which the cluster keeps everything, is not well.
//!
//! ## What it detects
//! Health checks of the API server that fail for etcd, etcd pods that are not ready, a database that is full, a cluster
//! without a leader, and a disk so slow that requests wait.
//!
//! ## Why it happens
//! The database has reached its quota (2 GiB unless set) because it was never defragmented; the disk is too slow or full;
//! too few members are left for a majority; a certificate has expired.
//!
//! ## How to confirm
//! `kubectl get --raw /readyz?verbose`, and on a member `etcdctl endpoint status --cluster -w table`.
//!
//! ## How to fix
//! Full: compact, defragment, disarm the alarm. Slow: give it a disk of its own. No majority: bring members back, or restore
//! a snapshot.
//!
//! ## When it stays silent
//! When single requests were slow, as happens under load, and nothing else is wrong.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, Timestamp};

use super::api_health::{failed_checks, is_of_etcd};

/// The rule.
pub static RULE: Rule = Rule {
    id: "etcd-unhealthy",
    title: "etcd is not well",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["health", "pods", "logs", "events"])],
    produces: &[Effect::ControlPlaneDown],
    explained_by: &[Effect::NodeDown, Effect::VolumeUnavailable],
    check,
};

/// Slow requests in a log from which on they are more than a busy moment.
const SLOW: u64 = 20;
/// Seconds after which a line no longer speaks of now.
const RECENT: i64 = 1800;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut span: (Option<Timestamp>, Option<Timestamp>) = (None, None);
    let (mut confidence, mut severity, mut full) = (0.0_f64, Severity::Medium, false);
    for check in failed_checks(snapshot).into_iter().filter(|c| is_of_etcd(c.name)) {
        evidence.push(check.evidence);
        words.push(format!("The API server's health check `{}` fails.", check.name));
        (confidence, severity) = (confidence.max(0.95), Severity::Critical);
    }
    for status in snapshot.custom.iter().filter(|c| &*c.kind == "ComponentStatus" && c.metadata.name.starts_with("etcd")) {
        if let Some(message) = status.text("/conditions/0/message").filter(|_| status.text("/conditions/0/status") == Some("False")) {
            evidence.push(status.origin.at("/conditions/0/message", message));
            words.push(format!("`{}` is unhealthy: {message}.", status.metadata.name));
            (confidence, severity) = (confidence.max(0.95), Severity::Critical);
        }
    }
    let member = |p: &&tarbox_model::Object<tarbox_model::object::Pod>| {
        p.metadata.labels.get("component").is_some_and(|c| c == "etcd") || p.metadata.name.starts_with("etcd-")
    };
    let members: Vec<_> = snapshot.pods.iter().filter(|p| p.metadata.namespace == "kube-system" && p.is_active()).filter(member).collect();
    let down: Vec<_> = members.iter().filter(|p| !p.is_ready()).collect();
    if let Some(first) = down.first() {
        evidence.push(first.named());
        words.push(format!("{} of {} members are not ready (`{}`).", down.len(), members.len(), first.metadata.name));
        severity = if down.len() * 2 >= members.len() { Severity::Critical } else { severity.max(Severity::High) };
        confidence = confidence.max(0.85);
    }
    for (log, hit) in hits(snapshot) {
        let (weight, sure, what) = match hit.signature {
            "etcd-out-of-space" => (Severity::Critical, 0.95, "its database is full, so that nothing can be written"),
            "etcd-without-leader" => (Severity::High, 0.8, "it has no leader, or does not answer in time"),
            _ if hit.count >= SLOW => (Severity::Medium, 0.6, "its disk is too slow, so that requests wait"),
            _ => continue,
        };
        full |= hit.signature == "etcd-out-of-space";
        (severity, confidence) = (severity.max(weight), confidence.max(sure));
        words.push(format!("The log of `{}` says that {what} ({} times).", log.pod, hit.count));
        evidence.push(log.evidence(hit));
        span = ([span.0, hit.first.time].into_iter().flatten().min(), [span.1, hit.last.time].into_iter().flatten().max());
    }
    let refused = snapshot.events.iter().rfind(|e| e.message.contains("etcdserver: mvcc: database space exceeded"));
    if let Some(event) = refused.filter(|e| snapshot.age_seconds(e.last_seen()).is_none_or(|age| age < RECENT)) {
        (full, severity, confidence) = (true, Severity::Critical, 0.95);
        words.push("Requests are refused, because its database is full.".to_owned());
        evidence.push(event.evidence("/message", event.message.as_str()));
    }
    let mut evidence = evidence.into_iter();
    let Some(first) = evidence.next() else { return Vec::new() };
    let mut finding = Finding::new(ObjectRef::cluster(), "etcd is not well", first)
        .summary(words.join(" "))
        .severity(severity)
        .confidence(confidence)
        .evidence(evidence.take(5))
        .seen(span.0, span.1)
        .remedy("See its members, their size, leader and alarms.", etcdctl(&members, "endpoint status --cluster -w table"));
    if let Some(pod) = down.first() {
        finding = finding.cause(pod.reference()).depends_on(ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str()));
    }
    if full {
        finding = finding.remedy(
            "Take out what is no longer needed, then let it be written to again.",
            etcdctl(&members, "defrag --cluster && etcdctl alarm disarm"),
        );
    }
    vec![finding]
}

/// Lines about etcd that speak of now, of etcd itself and of its clients.
fn hits(snapshot: &Snapshot) -> Vec<(&ContainerLog, &LogHit)> {
    let mine = |h: &&LogHit| h.signature.starts_with("etcd-") && snapshot.age_seconds(h.last.time).is_none_or(|age| age < RECENT);
    snapshot.logs.iter().flat_map(|log| log.hits.iter().filter(mine).map(move |hit| (log, hit))).collect()
}

/// `etcdctl` in a member's pod, with the certificates of a kubeadm cluster.
fn etcdctl(members: &[&tarbox_model::Object<tarbox_model::object::Pod>], command: &str) -> String {
    let pki =
        "--cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key";
    match members.first() {
        Some(pod) => format!("kubectl exec -n kube-system {} -- sh -c 'export ETCDCTL_API=3; etcdctl {pki} {command}'", pod.metadata.name),
        None => format!("etcdctl {pki} {command}"),
    }
}
