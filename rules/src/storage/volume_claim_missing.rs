//! # volume-claim-missing
//!
//! A pod mounts a claim that does not exist.
//!
//! ## What it detects
//! Pods that find no node because a claim of theirs is not in their namespace, by the list of claims or by the scheduler's
//! word. The nearest name is offered.
//!
//! ## Why it happens
//! A slip of the pen, a claim that was not applied with the rest, that a quota refused, or that was deleted with its data.
//!
//! ## How to confirm
//! `kubectl get pvc -n NAMESPACE`; `kubectl describe pod` says `persistentvolumeclaim "NAME" not found`.
//!
//! ## How to fix
//! Make the claim, or correct its name in the workload. Waiting pods are then placed by themselves.
//!
//! ## When it stays silent
//! When the pod has a node (its claim was there), and when claims were not collected and the scheduler has not said it.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, similarity};

use crate::commands;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-claim-missing",
    title: "A pod mounts a claim that does not exist",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Check PVC status",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::VolumeUnavailable, Effect::Unscheduled],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || !pod.spec.node_name.is_empty() {
            continue;
        }
        for (v, volume) in pod.spec.volumes.iter().enumerate() {
            let claim = volume.persistent_volume_claim.as_ref().map(|c| c.claim_name.as_str());
            findings.extend(claim.and_then(|claim| finding(context, pod, workload, v, claim)));
        }
    }
    findings
}

fn finding(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>, volume: usize, claim: &str) -> Option<Finding> {
    let (snapshot, namespace) = (context.snapshot, pod.metadata.namespace.as_str());
    let told = told(context, pod, claim);
    let absent = snapshot.coverage.is_complete("persistentvolumeclaims");
    if Snapshot::find(&snapshot.persistent_volume_claims, namespace, claim).is_some() || !(absent || told.is_some()) {
        return None;
    }
    let here = || snapshot.persistent_volume_claims.iter().filter(|c| c.metadata.namespace == namespace);
    let nearest = similarity::nearest(claim, here().map(|c| c.metadata.name.as_str()));
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let place = pod.evidence(format!("/spec/volumes/{volume}/persistentVolumeClaim/claimName"), claim);
    let mut evidence = told.iter().cloned().chain([place]);
    let mut finding = Finding::new(pod.reference(), format!("Claim `{claim}` does not exist"), evidence.next()?)
        .cause(ObjectRef::new("PersistentVolumeClaim", namespace, claim))
        .workload(workload.cloned())
        .summary(format!(
            "Pod `{}` mounts claim `{namespace}/{claim}`, which does not exist{} The pod finds no node until it is there.",
            pod.metadata.name,
            if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() },
        ))
        .confidence(if told.is_some() { 0.97 } else { 0.88 })
        .evidence(evidence)
        .seen(pod.metadata.creation_timestamp, snapshot.taken_at);
    if let Some(nearest) = nearest {
        finding = finding.remedy(
            format!("Mount claim `{nearest}` instead: change `claimName: {claim}` in the workload. This starts new pods."),
            commands::edit(&owner),
        );
    }
    Some(finding.remedy(
        "Or apply the claim from where it is kept. Waiting pods are then placed by themselves.",
        format!("kubectl get pvc -n {namespace}"),
    ))
}

/// Where the scheduler says that it does not find the claim.
fn told(context: &Context<'_>, pod: &Object<Pod>, claim: &str) -> Option<Evidence> {
    let says = format!("persistentvolumeclaim \"{claim}\" not found");
    let status = condition(&pod.status.conditions, "PodScheduled").filter(|(_, c)| c.message.contains(&says));
    let status = status.map(|(i, c)| pod.evidence(format!("/status/conditions/{i}/message"), c.message.as_str()));
    let reference = pod.reference();
    let event = || context.relations.events_about(context.snapshot, &reference).rev().find(|e| e.message.contains(&says));
    status.or_else(|| event().map(|e| e.evidence("/message", e.message.as_str())))
}
