//! Nodes at the bundle's time: whether the kubelet reports, since when it does not, and what runs there.

use std::collections::BTreeSet;

use tarbox_model::object::{Lease, Node, NodeCondition, Object};
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot, Timestamp};

use crate::wording::{counted, listed};

/// Seconds without a sign of life after which a kubelet, which renews its lease every ten, counts as gone.
const STALE: i64 = 60;

/// Why a node is known to be silent.
#[derive(Debug, Clone)]
pub(super) struct Silence {
    /// Where it is told, the most telling first.
    pub(super) evidence: Vec<Evidence>,
    /// In words: `Kubelet stopped posting node status.`
    pub(super) words: String,
    /// When it was noticed.
    pub(super) since: Option<Timestamp>,
    /// When the kubelet last gave a sign of life.
    pub(super) last_sign: Option<Timestamp>,
    /// 0 to 1.
    pub(super) confidence: f64,
}

/// Whether nobody hears from a node's kubelet: by its condition, by its taint, by its unit, or by its lease.
pub(super) fn silence(snapshot: &Snapshot, node: &Object<Node>, newest: Option<Timestamp>) -> Option<Silence> {
    let name = node.metadata.name.as_str();
    let ready = node.condition("Ready");
    let unknown = ready.filter(|(_, c)| c.status == "Unknown");
    let stopped = snapshot.node_units.iter().find(|u| u.node == name && u.unit == "kubelet" && u.is_down());
    let unreachable = node.spec.taints.iter().enumerate().find(|(_, t)| t.key == "node.kubernetes.io/unreachable");
    let lease = Snapshot::find(&snapshot.leases, "kube-node-lease", name);
    let late = lease.and_then(|l| lateness(snapshot, l, newest).map(|seconds| (l, seconds)));
    let sign = [lease.and_then(|l| l.spec.renew_time), ready.and_then(|(_, c)| c.last_heartbeat_time)].into_iter().flatten().max();
    let mut evidence: Vec<Evidence> = stopped.map(|u| u.evidence()).into_iter().collect();
    if let Some((i, c)) = unknown {
        evidence.insert(0, told(node, i, c));
        let words = if c.message.is_empty() { "Its state is unknown.".to_owned() } else { c.message.clone() };
        let since = c.last_transition_time;
        return Some(Silence { evidence, words, since, last_sign: sign, confidence: 0.97 });
    }
    if let Some(unit) = stopped {
        let words = format!("Its service `kubelet` is {}.", unit.state);
        return Some(Silence { evidence, words, since: unit.since, last_sign: sign, confidence: 0.97 });
    }
    let not_ready = ready.is_none_or(|(_, c)| c.status != "True");
    if let Some((i, taint)) = unreachable.filter(|_| not_ready) {
        let evidence = vec![node.evidence(format!("/spec/taints/{i}/key"), taint.key.as_str())];
        let words = format!("It carries the taint `{}`.", taint.key);
        return Some(Silence { evidence, words, since: taint.time_added, last_sign: sign, confidence: 0.9 });
    }
    let (lease, seconds) = late?;
    let since = renewed(lease)?;
    let words = format!("It has not renewed its lease for {seconds} s, while others did.");
    let evidence = vec![lease.named()];
    Some(Silence { evidence, words, since: Some(since), last_sign: sign, confidence: 0.8 })
}

/// When a lease was last renewed: by the API server's clock where it is told, else by the holder's, which may be wrong.
fn renewed(lease: &Lease) -> Option<Timestamp> {
    lease.metadata.managed_fields.iter().filter_map(|f| f.time).max().or(lease.spec.renew_time)
}

/// When anybody last renewed a lease.
pub(super) fn newest_renewal(snapshot: &Snapshot) -> Option<Timestamp> {
    snapshot.leases.iter().filter_map(|l| renewed(l)).max()
}

/// Seconds by which a lease lags behind the newest lease of anybody else, if that is too much. The bundle's own time
/// is no measure: the leases may have been listed long before its end.
pub(super) fn lateness(snapshot: &Snapshot, lease: &Object<Lease>, newest: Option<Timestamp>) -> Option<i64> {
    let (mine, newest) = (renewed(lease)?, newest?);
    let patience = lease.spec.lease_duration_seconds.unwrap_or(40).max(STALE / 2) * 3 / 2;
    let behind = newest.as_second() - mine.as_second();
    (behind > patience.max(STALE) && snapshot.age_seconds(Some(newest)).is_none_or(|age| age < 600)).then_some(behind)
}

/// Evidence for a condition: its message, else its status.
pub(super) fn told(node: &Object<Node>, index: usize, condition: &NodeCondition) -> Evidence {
    if condition.message.is_empty() {
        node.evidence(format!("/status/conditions/{index}/status"), condition.status.as_str())
    } else {
        node.evidence(format!("/status/conditions/{index}/message"), condition.message.as_str())
    }
}

/// What runs on a node, in words: `12 pods of 8 workloads (…)`.
pub(super) fn inhabitants(context: &Context<'_>, node: &str) -> String {
    let mut pods = 0;
    let mut workloads: BTreeSet<ObjectRef> = BTreeSet::new();
    for pod in context.relations.pods_on(context.snapshot, node).filter(|p| !p.is_finished()) {
        pods += 1;
        workloads.insert(context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| pod.reference()));
    }
    if pods == 0 {
        return String::new();
    }
    let (own, system): (Vec<_>, Vec<_>) = workloads.iter().partition(|w| !Snapshot::is_system_namespace(&w.namespace));
    let names = listed(own.iter().chain(&system).map(|w| w.name.as_str()));
    format!(
        " {} of {} {} on it ({names}).",
        counted(pods, "pod"),
        counted(workloads.len(), "workload"),
        if pods == 1 { "is" } else { "are" }
    )
}

/// How a node that is lost weighs: the whole service, when no other node is ready.
pub(super) fn weight(snapshot: &Snapshot, node: &str) -> tarbox_model::finding::Severity {
    let others = snapshot.nodes.iter().filter(|n| n.metadata.name != node && n.condition("Ready").is_some());
    let alone = snapshot.coverage.is_complete("nodes") && others.filter(|n| n.is_ready() && !n.spec.unschedulable).count() == 0;
    if alone { tarbox_model::finding::Severity::Critical } else { tarbox_model::finding::Severity::High }
}
