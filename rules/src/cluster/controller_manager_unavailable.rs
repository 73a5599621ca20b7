//! # controller-manager-unavailable
//!
//! The controller manager does not work: what is asked for is not done.
//!
//! ## What it detects
//! A controller manager whose lease is no longer renewed, whose pod or service does not run, or that has not looked at
//! Deployments for more than a minute (`observedGeneration` behind, no ReplicaSet).
//!
//! ## Why it happens
//! It crashes, its certificate or kubeconfig has expired, or its static pod's manifest is broken. Pods that run go on; but
//! none is replaced, no rollout moves, no endpoint is updated, no node is found to be gone.
//!
//! ## How to confirm
//! `kubectl get lease kube-controller-manager -n kube-system -o yaml`, and its pod's log.
//!
//! ## How to fix
//! Mend its configuration on the control plane, and start it again.
//!
//! ## When it stays silent
//! When the control plane is somebody else's, so that neither lease nor pod can be seen, and everything that was asked for
//! has been done.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot};

use super::node::{lateness, newest_renewal};

/// The rule.
pub static RULE: Rule = Rule {
    id: "controller-manager-unavailable",
    title: "The controller manager does not work: what is asked for is not done",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["leases", "pods", "deployments"])],
    produces: &[Effect::PodsNotCreated, Effect::RolloutBlocked],
    explained_by: &[Effect::NodeDown, Effect::ControlPlaneDown],
    check,
};

/// Its name, as lease, pod and service.
const NAME: &str = "kube-controller-manager";
/// Seconds within which a controller that works has looked at a Deployment.
const PATIENCE: i64 = 60;
/// A lease left behind by an older control plane is no sign of anything.
const FORGOTTEN: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let lease = Snapshot::find(&snapshot.leases, "kube-system", NAME);
    let late = lease
        .and_then(|l| lateness(snapshot, l, newest_renewal(snapshot)).map(|seconds| (l, seconds)))
        .filter(|(_, seconds)| *seconds < FORGOTTEN);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    if let Some(unit) = snapshot.node_units.iter().find(|u| u.unit == NAME && u.is_down()) {
        evidence.push(unit.evidence());
        words.push(format!("Its service on `{}` is {}.", unit.node, unit.state));
    }
    let own = || snapshot.pods.iter().filter(|p| p.metadata.namespace == "kube-system" && p.metadata.name.starts_with(NAME));
    let sick = own().find(|p| !p.is_ready()).filter(|_| !own().any(|p| p.is_ready()));
    if let Some(pod) = sick {
        evidence.push(pod.named());
        words.push(format!("Its pod `{}` is not ready.", pod.metadata.name));
    }
    if let Some((lease, seconds)) = late {
        evidence.push(lease.named());
        words.push(format!("It has not renewed its lease for {seconds} s, while others did."));
    }
    let ignored: Vec<&Object<Deployment>> = snapshot.deployments.iter().filter(|d| is_ignored(snapshot, d)).collect();
    // A Deployment alone may wait for another reason (a webhook, a deletion); none that is looked at is a sign.
    let all_ignored = !ignored.is_empty()
        && snapshot
            .deployments
            .iter()
            .filter(|d| d.status.observed_generation >= d.metadata.generation)
            .all(|d| written_before(d, &ignored));
    if evidence.is_empty() && !all_ignored {
        return Vec::new();
    }
    if let Some(first) = ignored.first() {
        evidence.push(first.evidence("/metadata/generation", first.metadata.generation.to_string()));
        words.push(format!(
            "{} of {} Deployments have changed and were not looked at since (`{}`).",
            ignored.len(),
            snapshot.deployments.len(),
            first.metadata.name
        ));
    }
    let confidence = if evidence.len() > 1 {
        0.95
    } else if late.is_some() || sick.is_some() {
        0.85
    } else {
        0.75
    };
    let node = sick.map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty());
    let mut evidence = evidence.into_iter();
    let Some(first) = evidence.next() else { return Vec::new() };
    let mut finding = Finding::new(ObjectRef::cluster(), "The controller manager does not work", first)
        .summary(format!("{} Pods that run go on, but nothing is created, replaced or rolled out.", words.join(" ")))
        .confidence(confidence)
        .evidence(evidence)
        .seen(late.and_then(|(l, _)| l.spec.renew_time), snapshot.taken_at)
        .remedy(
            "See whether it lives, and what it says.",
            format!("kubectl get pods -n kube-system -l component={NAME}; kubectl logs -n kube-system -l component={NAME} --tail=50"),
        )
        .remedy(
            "Where it is a static pod of the control plane, see why the kubelet does not keep it.",
            "ls /etc/kubernetes/manifests; journalctl -u kubelet -n 50 --no-pager",
        );
    if let Some(at_fault) = sick.map(|p| p.reference()).or_else(|| lease.map(|l| l.reference())) {
        finding = finding.cause(at_fault);
    }
    if let Some(node) = node {
        finding = finding.depends_on(ObjectRef::cluster_wide("Node", node));
    }
    vec![finding]
}

/// Whether nobody has looked at a Deployment's last change for a while.
fn is_ignored(snapshot: &Snapshot, deployment: &Object<Deployment>) -> bool {
    let behind = deployment.status.observed_generation < deployment.metadata.generation;
    let age = snapshot.age_seconds(deployment.metadata.written_at());
    behind && deployment.metadata.deletion_timestamp.is_none() && age.is_some_and(|age| age > PATIENCE)
}

/// Whether a Deployment that was looked at was last changed before all those that were not.
fn written_before(deployment: &Object<Deployment>, ignored: &[&Object<Deployment>]) -> bool {
    ignored.iter().all(|i| deployment.metadata.written_at() < i.metadata.written_at())
}
