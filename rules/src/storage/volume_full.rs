//! # volume-full
//!
//! A volume has no room left.
//!
//! ## What it detects
//! Claims and scratch volumes that are full to 95 % or whose files have run out, by the kubelet's samples; and processes that
//! say `No space left on device` in pods that mount a claim. What is used and what is there is said in figures.
//!
//! ## Why it happens
//! Data grew, old data is not removed, logs are written beside the data, or a dump was left over. A database that cannot write
//! ends or turns read-only.
//!
//! ## How to confirm
//! `kubectl exec POD -- df -h` (and `df -i` for the number of files).
//!
//! ## How to fix
//! Make room, or enlarge the claim where its class allows that; a claim never shrinks.
//!
//! ## When it stays silent
//! Below 95 % while nobody complains, and when the pod mounts no volume of its own: then the node's disk is meant
//! (ephemeral-storage-exceeded, node-under-pressure).

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::VolumeUsage;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, quantity};

use super::growth::enlarge;
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-full",
    title: "A volume has no room left",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Disk space exhaustion",
    needs: &[Need::AnyOf(&["kubelet", "logs"])],
    produces: &[Effect::VolumeUnavailable, Effect::Exits],
    explained_by: &[],
    check,
};

/// Share of a volume that counts as full.
const FULL: f64 = 0.95;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (mut findings, mut measured_pods): (BTreeMap<ObjectRef, Finding>, BTreeSet<ObjectRef>) = Default::default();
    let complaints: BTreeMap<ObjectRef, Complaint<'_>> =
        complaints(context, |hit| hit.signature == "disk-full").into_iter().map(|c| (c.pod.clone(), c)).collect();
    for usage in &context.snapshot.volume_usage {
        let pod = ObjectRef::new("Pod", usage.namespace.as_str(), usage.pod.as_str());
        if let Some(finding) = measured(context, usage, &pod, complaints.get(&pod)) {
            findings.entry(finding.subject.clone()).or_insert(finding);
            measured_pods.insert(pod);
        }
    }
    for (pod, complaint) in complaints.iter().filter(|(pod, _)| !measured_pods.contains(*pod)) {
        if let Some(finding) = said(context, pod, complaint) {
            findings.entry(finding.subject.clone()).or_insert(finding);
        }
    }
    findings.into_values().collect()
}

fn measured(context: &Context<'_>, usage: &VolumeUsage, pod: &ObjectRef, complaint: Option<&Complaint<'_>>) -> Option<Finding> {
    let full = usage.capacity > 0.0 && usage.available <= usage.capacity * (1.0 - FULL);
    let no_files = usage.inodes_free == Some(0.0);
    // Projections of Secrets and ConfigMaps live in memory or on the node's disk: their figures are not theirs.
    let own = !usage.claim.is_empty() || is_bounded_scratch(context, pod, &usage.volume);
    if !own || !(full || no_files) {
        return None;
    }
    let workload = context.snapshot.pod(&pod.namespace, &pod.name).and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
    let subject = if usage.claim.is_empty() {
        pod.clone()
    } else {
        ObjectRef::new("PersistentVolumeClaim", usage.namespace.as_str(), usage.claim.as_str())
    };
    let name = if usage.claim.is_empty() {
        format!("Volume `{}` of pod `{}`", usage.volume, pod.name)
    } else {
        format!("Claim `{}`", usage.claim)
    };
    let (used, capacity, free) = (quantity::bytes(usage.used), quantity::bytes(usage.capacity), quantity::bytes(usage.available));
    let what = if full {
        format!("{used} of {capacity} are used, {free} are left")
    } else {
        format!("no further file fits, although {free} of {capacity} are left")
    };
    let field = if full { ("/availableBytes", usage.available) } else { ("/inodesFree", 0.0) };
    let evidence = usage.origin.at(format!("{}{}", usage.pointer, field.0), format!("{:.0}", field.1));
    let finding = Finding::new(subject.clone(), format!("{name} is full"), evidence)
        .summary(format!(
            "{name}, mounted by pod `{}`: {what}.{}",
            pod.name,
            if complaint.is_some() { " Its process complains of it." } else { "" }
        ))
        .workload(workload)
        .severity(if complaint.is_some() || usage.available < 1.0 || no_files { Severity::Critical } else { Severity::High })
        .confidence(if complaint.is_some() { 0.98 } else { 0.9 })
        .evidence(complaint.map(|c| c.log.evidence(c.hit)))
        .seen(complaint.and_then(|c| c.hit.first.time), context.snapshot.taken_at);
    Some(remedies(context, finding, &subject, pod))
}

/// A complaint without figures: the pod's only claim is meant, or one of them.
fn said(context: &Context<'_>, pod: &ObjectRef, complaint: &Complaint<'_>) -> Option<Finding> {
    let found = context.snapshot.pod(&pod.namespace, &pod.name)?;
    let claims: Vec<&str> =
        found.spec.volumes.iter().filter_map(|v| v.persistent_volume_claim.as_ref()).map(|c| c.claim_name.as_str()).collect();
    let subject = match claims.as_slice() {
        [] => return None,
        [one] => ObjectRef::new("PersistentVolumeClaim", pod.namespace.as_str(), *one),
        _ => pod.clone(),
    };
    let name =
        if subject.kind == "Pod" { format!("One of the volumes of pod `{}`", pod.name) } else { format!("Claim `{}`", subject.name) };
    let finding = Finding::new(subject.clone(), format!("{name} is full"), complaint.log.evidence(complaint.hit))
        .summary(format!(
            "Container `{}` of pod `{}` says that no space is left on its device; it mounts {}.",
            complaint.log.container,
            pod.name,
            crate::wording::listed(claims)
        ))
        .workload(complaint.workload.clone())
        .confidence(0.75)
        .seen(complaint.hit.first.time, complaint.hit.last.time);
    Some(remedies(context, finding, &subject, pod))
}

fn remedies(context: &Context<'_>, finding: Finding, subject: &ObjectRef, pod: &ObjectRef) -> Finding {
    let finding = finding.remedy(
        "See what takes the room, and remove what is not needed.",
        format!("kubectl exec {} -n {} -- df -h", pod.name, pod.namespace),
    );
    match enlarge(context, subject) {
        Some((text, command)) => finding.remedy(text, command),
        None => finding,
    }
}

/// Whether a volume of a pod is scratch space with a limit of its own.
fn is_bounded_scratch(context: &Context<'_>, pod: &ObjectRef, volume: &str) -> bool {
    let volumes = context.snapshot.pod(&pod.namespace, &pod.name).map(|p| p.spec.volumes.as_slice()).unwrap_or_default();
    volumes.iter().any(|v| v.name == volume && v.empty_dir.as_ref().is_some_and(|e| e.medium == "Memory" && e.size_limit.is_some()))
}
