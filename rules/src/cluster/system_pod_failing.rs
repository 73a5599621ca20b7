//! # system-pod-failing
//!
//! A component of the cluster itself does not run where it should.
//!
//! ## What it detects
//! Pods of the system's namespace that are not ready: drivers of storage, agents on nodes, operators. A DaemonSet that fails
//! on some nodes only points at those nodes.
//!
//! ## Why it happens
//! As with every pod: its image, its configuration, its limits, its node. The difference is who suffers: pods that need the
//! component fail for reasons that do not show in them.
//!
//! ## How to confirm
//! `kubectl get pods -n kube-system -o wide`.
//!
//! ## How to fix
//! By what its log and `kubectl describe pod` say.
//!
//! ## When it stays silent
//! For components that have a rule of their own (DNS, kube-proxy, the network plugin, the control plane, the metrics API),
//! and in the first minute of a pod.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use crate::wording::{listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "system-pod-failing",
    title: "A component of the cluster itself does not run where it should",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady, Effect::Restarts, Effect::ProbeFails],
    explained_by: &[
        Effect::NodeDown,
        Effect::ControlPlaneDown,
        Effect::ImageUnavailable,
        Effect::Unscheduled,
        Effect::NotStarted,
        Effect::Exits,
        Effect::DependencyDown,
        Effect::NetworkBroken,
    ],
    check,
};

/// Components with a rule of their own, by the beginning of their pods' names.
const OTHERS: [&str; 17] = [
    "coredns",
    "kube-dns",
    "rke2-coredns",
    "kube-proxy",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "metrics-server",
    "calico",
    "canal",
    "cilium",
    "kube-flannel",
    "weave-net",
    "aws-node",
    "kube-router",
    "antrea",
];
/// Seconds that a pod may take to start.
const YOUNG: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_workload: BTreeMap<ObjectRef, (Vec<&Object<Pod>>, usize)> = BTreeMap::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let name = pod.metadata.name.as_str();
        let of_job = workload.is_some_and(|w| matches!(w.kind.as_str(), "Job" | "CronJob"));
        if !Snapshot::is_system_namespace(&pod.metadata.namespace)
            || !pod.is_active()
            || of_job
            || OTHERS.iter().any(|o| name.starts_with(o))
        {
            continue;
        }
        let entry = by_workload.entry(workload.cloned().unwrap_or_else(|| pod.reference())).or_default();
        entry.1 += 1;
        if !context.snapshot.is_starting(pod, YOUNG) && unready(pod) {
            entry.0.push(pod);
        }
    }
    by_workload.into_iter().filter_map(|(workload, (sick, all))| finding(context, workload, &sick, all)).collect()
}

/// Whether a pod says that it is not ready. A pod of which only the phase is known says nothing.
fn unready(pod: &Pod) -> bool {
    condition(&pod.status.conditions, "Ready").is_some_and(|(_, c)| c.status != "True")
}

fn finding(context: &Context<'_>, workload: ObjectRef, sick: &[&Object<Pod>], all: usize) -> Option<Finding> {
    let pod = sick.first()?;
    let nodes: BTreeSet<&str> = sick.iter().map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()).collect();
    let on = if nodes.is_empty() { String::new() } else { format!(" on {}", listed(nodes.iter().copied())) };
    let (pointer, state) = state(pod);
    let (index, ready) = condition(&pod.status.conditions, "Ready")?;
    let told = pointer.map_or_else(
        || pod.evidence(format!("/status/conditions/{index}/status"), ready.status.as_str()),
        |p| pod.evidence(p, state.as_str()),
    );
    let why = if state.is_empty() { String::new() } else { format!(" `{}` says: {state}.", pod.metadata.name) };
    let severity = if sick.len() == all && workload.kind != "Pod" { Severity::High } else { Severity::Medium };
    let mut finding = Finding::new(pod.reference(), format!("`{}` of the system does not run{on}", workload.name), told)
        .summary(format!("{} of {all} pods of {} `{}` are not ready{on}.{why}", sick.len(), workload.kind, workload.name))
        .severity(severity)
        .confidence(0.8)
        .workload(Some(workload.clone()))
        .seen(ready.last_transition_time, context.snapshot.taken_at)
        .remedy("See what its pods say.", format!("kubectl describe pod {} -n {}", pod.metadata.name, pod.metadata.namespace))
        .remedy("Read its log.", format!("kubectl logs {} -n {} --all-containers --tail=100", target(&workload), pod.metadata.namespace));
    for node in nodes {
        finding = finding.depends_on(ObjectRef::cluster_wide("Node", node));
    }
    Some(finding)
}

/// Why a container of the pod waits or ended, with its place.
fn state(pod: &Pod) -> (Option<String>, String) {
    let found = pod.containers().find_map(|view| {
        let (_, _, status) = view.status.filter(|(_, _, s)| !s.ready)?;
        let waiting = status.state.waiting.as_ref().filter(|w| !w.reason.is_empty()).map(|w| ("/state/waiting/reason", w.reason.clone()));
        let ended = status.state.terminated.as_ref().filter(|t| t.exit_code != 0).map(|t| ("/state/terminated/reason", t.reason.clone()));
        waiting.or(ended).map(|(pointer, text)| (view.status_pointer(pointer), text))
    });
    found.map_or((None, String::new()), |(pointer, text)| (Some(pointer), text))
}
