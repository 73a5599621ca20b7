//! # volume-provisioning-failing
//!
//! A provisioner does not make a volume for a claim.
//!
//! ## What it detects
//! Claims of a class with a provisioner whose newest event tells of a failure, with its words, and claims that have waited
//! for more than a minute for a provisioner that gives no sign of life; whether its driver and pods are there is said, too.
//!
//! ## Why it happens
//! The provisioner's pods are down, its rights or its quota at the provider are used up, the class has wrong parameters, the
//! zone has no such disk, or the claim asks for something that it does not support.
//!
//! ## How to confirm
//! `kubectl describe pvc NAME` under *Events*; the log of the provisioner's controller pod.
//!
//! ## How to fix
//! Mend what the message names. Provisioners try again by themselves.
//!
//! ## When it stays silent
//! While a claim waits for its first consumer, in the first minute, and when the class does not exist (storage-class-missing).

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::claims::{Pending, Why, waiting_for};
use super::heard::{Heard, heard};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-provisioning-failing",
    title: "A provisioner does not make a volume for a claim",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Check PVC status",
    needs: &[Need::Objects("events")],
    produces: &[Effect::VolumeUnavailable],
    explained_by: &[Effect::DependencyDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut helpers = BTreeMap::new();
    let waiting = waiting_for(context, |why| matches!(why, Why::Provisioning));
    let mut findings: Vec<Finding> = waiting.iter().filter_map(|(pending, _)| finding(context, pending, &mut helpers)).collect();
    findings.extend(heard(context).iter().filter_map(told));
    findings
}

/// A claim that only events tell of.
fn told(heard: &Heard<'_>) -> Option<Finding> {
    let (class, said) = heard.event.message.strip_prefix("failed to provision volume with StorageClass \"")?.split_once("\": ")?;
    let (name, flag) = (&heard.claim.name, heard.claim.namespace_flag());
    Some(
        heard
            .finding(format!("No volume can be provisioned for claim `{name}`"))
            .cause(ObjectRef::cluster_wide("StorageClass", class))
            .summary(format!("Claim `{name}` waits for a volume of class `{class}`. Its provisioner says: {said}."))
            .confidence(0.92)
            .remedy("Read the claim's events.", format!("kubectl describe pvc {name}{flag}")),
    )
}

fn finding<'a>(context: &Context<'a>, pending: &Pending<'a>, known: &mut BTreeMap<&'a str, Helpers<'a>>) -> Option<Finding> {
    let (event, class) = (pending.event?, pending.class_object?);
    let (name, provisioner) = (&pending.reference.name, class.provisioner.as_str());
    let said = event
        .message
        .split_once(": ")
        .filter(|(head, _)| head.starts_with("failed to provision volume"))
        .map_or(event.message.as_str(), |(_, rest)| rest);
    let silent = event.reason != "ProvisioningFailed";
    let (state, pods) = &*known.entry(provisioner).or_insert_with(|| helpers(context, provisioner));
    let why = if silent { format!("`{provisioner}` has not answered.{state}") } else { format!("`{provisioner}` says: {said}{state}") };
    let title = if silent {
        format!("Nobody provisions a volume for claim `{name}`")
    } else {
        format!("No volume can be provisioned for claim `{name}`")
    };
    let mut finding = pending
        .finding(context, title)
        .cause(class.reference())
        .summary(format!("Claim `{name}`{} waits for a volume of class `{}`. {why}", pending.mounted(), class.metadata.name))
        .confidence(if silent && pods.is_empty() { 0.8 } else { 0.92 })
        .evidence([class.evidence("/provisioner", provisioner)])
        .evidence(pods.iter().take(3).map(|p| p.named()));
    for pod in pods {
        finding = finding.depends_on(context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| pod.reference()));
    }
    Some(match pods.first() {
        Some(pod) => finding.remedy(
            "Read the provisioner's log.",
            format!("kubectl logs {} -n {} --all-containers --tail=50", pod.metadata.name, pod.metadata.namespace),
        ),
        None => finding.remedy("Read the claim's events.", format!("kubectl describe pvc {name}{}", pending.reference.namespace_flag())),
    })
}

/// Whether the driver is installed, in words, and the pods of its controller that are not ready.
type Helpers<'a> = (String, Vec<&'a Object<Pod>>);

/// Those of a provisioner.
fn helpers<'a>(context: &Context<'a>, provisioner: &str) -> Helpers<'a> {
    let snapshot = context.snapshot;
    let drivers: Vec<_> = snapshot.custom_of("storage.k8s.io", "CSIDriver").collect();
    let in_tree = provisioner.starts_with("kubernetes.io/");
    if !in_tree && snapshot.coverage.is_complete("csidrivers") && drivers.iter().all(|d| d.metadata.name != provisioner) {
        // Provisioners that are no CSI drivers exist (nfs-subdir, local-path); their pods name them in arguments.
        let named = snapshot.pods.iter().any(|p| p.spec.containers.iter().any(|c| mentions(c, provisioner)));
        if !named {
            return (" No CSI driver of that name is installed, and no pod names it.".to_owned(), Vec::new());
        }
    }
    let own: Vec<_> =
        snapshot.pods.iter().filter(|p| p.is_active() && p.spec.containers.iter().any(|c| mentions(c, provisioner))).collect();
    let down: Vec<_> = own.iter().copied().filter(|p| !p.is_ready()).collect();
    let words = match (own.len(), down.len()) {
        (0, _) | (_, 0) => String::new(),
        (all, down) => format!(" {down} of its {all} pods are not ready."),
    };
    (words, down)
}

/// Whether a container is started for a provisioner.
fn mentions(container: &tarbox_model::object::Container, provisioner: &str) -> bool {
    let values = container.env.iter().filter_map(|e| e.value.as_ref());
    container.args.iter().chain(&container.command).chain(values).any(|word| word.contains(provisioner))
}
