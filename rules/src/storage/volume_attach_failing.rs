//! # volume-attach-failing
//!
//! A volume cannot be attached to the node of a pod.
//!
//! ## What it detects
//! Pods that have a node and wait, of which the attach controller says that a volume cannot be attached: because another
//! node holds it (*Multi-Attach*), because the node has no place for another volume, or because the provider refuses. The pod
//! that holds the volume, and the strategy that brought two pods to want it, are named.
//!
//! ## Why it happens
//! A disk that only one node can hold, and a rolling update that starts the new pod before the old one is gone; a pod that is
//! still ending; a node that was lost with its volumes attached; a limit of volumes per node.
//!
//! ## How to confirm
//! `kubectl describe pod NAME` under *Events*; `kubectl get volumeattachments`.
//!
//! ## How to fix
//! Let the old pod go first (strategy *Recreate*, or one node for both); a lost node's volumes are freed by force after six
//! minutes, or at once when the node is deleted or tainted `node.kubernetes.io/out-of-service`.
//!
//! ## When it stays silent
//! When the pod has begun to run since.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::waiting::{Waiting, waiting};
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-attach-failing",
    title: "A volume cannot be attached to the node of a pod",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Storage Issues",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::NotStarted],
    explained_by: &[Effect::NodeDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    waiting(context).iter().filter_map(|w| finding(context, w)).collect()
}

fn finding(context: &Context<'_>, waiting: &Waiting<'_>) -> Option<Finding> {
    let event = waiting.events.iter().find(|e| e.reason == "FailedAttachVolume")?;
    let volume = waiting.volume(context, &event.message);
    let claim = volume.and_then(|v| waiting.claim_of(v));
    let (pod, owner, message) = (waiting.pod, waiting.owner(), event.message.as_str());
    let multiple =
        message.contains("Multi-Attach") || message.contains("already exclusively attached") || message.contains("already used by pod");
    let holder = claim.as_ref().filter(|_| multiple).and_then(|c| holder(context, pod, c));
    let rolling = multiple.then(|| rolling(context, &owner)).flatten();
    let what = claim.as_ref().map_or_else(|| "A volume".to_owned(), |c| format!("Claim `{}`", c.name));
    let mut summary = format!("{what} cannot be attached to node `{}`: {message}.", pod.spec.node_name);
    if let Some(holder) = holder {
        let state = if holder.metadata.deletion_timestamp.is_some() { ", which is ending" } else { "" };
        summary += &format!(" Pod `{}` on node `{}`{state} holds it.", holder.metadata.name, holder.spec.node_name);
    }
    if rolling.is_some() {
        summary += &format!(" A rolling update of `{}` starts the new pod before the old one gives the volume up.", owner.name);
    }
    let mut finding = Finding::new(
        pod.reference(),
        format!("{what} of pod `{}` cannot be attached", pod.metadata.name),
        event.evidence("/message", message),
    )
    .summary(summary)
    .workload(waiting.workload.cloned())
    .confidence(0.95)
    .evidence(holder.map(|h| h.evidence("/spec/nodeName", h.spec.node_name.as_str())))
    .evidence(rolling.clone())
    .seen(event.first_seen(), event.last_seen());
    finding.cause = claim;
    if let Some(holder) = holder {
        finding = finding.depends_on(ObjectRef::cluster_wide("Node", holder.spec.node_name.as_str()));
    }
    if rolling.is_some() {
        finding = finding.remedy(
            "Let the old pod go first at every update: a moment without a pod instead of a rollout that stands still.",
            format!(
                "kubectl patch {}{} -p '{{\"spec\":{{\"strategy\":{{\"type\":\"Recreate\",\"rollingUpdate\":null}}}}}}'",
                target(&owner),
                owner.namespace_flag()
            ),
        );
    }
    if let Some(holder) = holder {
        let meta = &holder.metadata;
        finding = finding.remedy(
            format!("Or end the pod that holds it now. `{}` is then off until its successor runs.", meta.name),
            format!("kubectl delete pod {} -n {}", meta.name, meta.namespace),
        );
    }
    Some(finding.remedy("See which node holds which volume.", "kubectl get volumeattachments"))
}

/// The pod on another node that has the claim.
fn holder<'a>(context: &Context<'a>, pod: &Object<Pod>, claim: &ObjectRef) -> Option<&'a Object<Pod>> {
    let mounts = |p: &Pod| p.spec.volumes.iter().any(|v| v.persistent_volume_claim.as_ref().is_some_and(|c| c.claim_name == claim.name));
    let owners = context.relations.workloads_mounting(claim);
    let pods = owners
        .flat_map(|owner| context.relations.pods_of(context.snapshot, owner).chain(context.snapshot.pod(&owner.namespace, &owner.name)));
    pods.filter(|p| !p.is_finished() && mounts(p))
        .find(|p| p.metadata.name != pod.metadata.name && p.spec.node_name != pod.spec.node_name && !p.spec.node_name.is_empty())
}

/// Evidence that a Deployment is updated by rolling.
fn rolling(context: &Context<'_>, owner: &ObjectRef) -> Option<tarbox_model::Evidence> {
    let deployment = Snapshot::find(&context.snapshot.deployments, &owner.namespace, &owner.name).filter(|_| owner.kind == "Deployment")?;
    match deployment.spec.strategy.r#type.as_str() {
        "RollingUpdate" => Some(deployment.evidence("/spec/strategy/type", "RollingUpdate")),
        "" => Some(deployment.named()),
        _ => None,
    }
}
