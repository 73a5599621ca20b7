//! # storage-class-missing
//!
//! A claim asks for a storage class that does not exist, or for none where nothing else would give it a volume.
//!
//! ## What it detects
//! Claims that wait because their class is not in the cluster and no volume of that class was made by hand, and claims
//! without a class where there is neither a default class nor a volume. The nearest class and the default are offered.
//!
//! ## Why it happens
//! A slip of the pen, a class of another cluster or provider (`gp2`, `standard`, `fast-ssd`), or a cluster without a default
//! class. The claim is accepted, and waits.
//!
//! ## How to confirm
//! `kubectl get storageclass`; `kubectl describe pvc NAME` says `storageclass.storage.k8s.io "…" not found`.
//!
//! ## How to fix
//! A claim's class cannot be changed: make the class, or make the claim anew with a class that is there.
//!
//! ## When it stays silent
//! When the class exists, when a volume of that class was made by hand (then that volume's misfit is told), and when classes
//! were not collected and no event tells it.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, StorageClass};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::claims::{Pending, Why, waiting_for};
use super::heard::{Heard, heard};
use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "storage-class-missing",
    title: "A claim asks for a storage class that does not exist",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Check storage class",
    needs: &[Need::AnyOf(&["persistentvolumeclaims", "events"])],
    produces: &[Effect::VolumeUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        waiting_for(context, |why| matches!(why, Why::NoClass)).iter().map(|(pending, _)| finding(context, pending)).collect();
    findings.extend(heard(context).iter().filter_map(|h| told(context, h)));
    findings
}

/// A claim that only events tell of.
fn told(context: &Context<'_>, heard: &Heard<'_>) -> Option<Finding> {
    let message = heard.event.message.as_str();
    let class =
        message.split_once("storageclass.storage.k8s.io \"").and_then(|(_, rest)| rest.split_once("\" not found")).map(|(class, _)| class);
    let name = &heard.claim.name;
    let (title, confidence) = match class {
        Some(class) => (format!("Claim `{name}` asks for storage class `{class}`, which does not exist"), 0.96),
        None if message.contains("no storage class is set") => {
            (format!("Claim `{name}` has no storage class, and no volume is there for it"), 0.7)
        }
        None => return None,
    };
    let nearest =
        class.and_then(|class| similarity::nearest(class, context.snapshot.storage_classes.iter().map(|c| c.metadata.name.as_str())));
    Some(
        heard
            .finding(title)
            .summary(format!(
                "The volume controller says of claim `{name}`: {message}{}",
                if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() }
            ))
            .confidence(confidence)
            .remedy(
                "See which classes there are, and make the claim anew with one of them (it holds no data yet).",
                "kubectl get storageclasses",
            ),
    )
}

fn is_default(class: &Object<StorageClass>) -> bool {
    let keys = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    keys.iter().any(|k| class.metadata.annotations.get(k).is_some_and(|v| v == "true"))
}

fn finding(context: &Context<'_>, pending: &Pending<'_>) -> Finding {
    let classes = &context.snapshot.storage_classes;
    let names: Vec<&str> = classes.iter().map(|c| c.metadata.name.as_str()).collect();
    let default = classes.iter().find(|c| is_default(c));
    let (claim, class) = (&pending.reference, pending.class);
    let nearest = similarity::nearest(class, names.iter().copied()).filter(|_| !class.is_empty());
    let there = if names.is_empty() {
        "The bundle shows no class at all.".to_owned()
    } else {
        format!("There is {}.", listed(names.iter().copied()))
    };
    let (title, summary) = if class.is_empty() {
        (
            format!("Claim `{}` has no storage class, and no volume is there for it", claim.name),
            format!(
                "Claim `{}`{} names no storage class; no default class fills it in and no volume is free that was made by hand. {there}",
                claim.name,
                pending.mounted()
            ),
        )
    } else {
        (
            format!("Claim `{}` asks for storage class `{class}`, which does not exist", claim.name),
            format!(
                "Claim `{}`{} asks for storage class `{class}`; the cluster has none of that name{} {there}",
                claim.name,
                pending.mounted(),
                if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() }
            ),
        )
    };
    let told = pending.event.is_some_and(|e| e.message.contains("not found") || e.message.contains("no storage class is set"));
    let mut finding = pending.finding(context, title).summary(summary).confidence(if told { 0.98 } else { 0.9 });
    if !class.is_empty() {
        finding = finding.evidence([pending.claim.evidence("/spec/storageClassName", class)]);
    }
    let flag = claim.namespace_flag();
    if let Some(better) = nearest.or(default.map(|d| d.metadata.name.as_str())) {
        finding = finding.remedy(
            format!("Make the claim anew with class `{better}` (a claim's class cannot be changed; it holds no data yet)."),
            format!("kubectl get pvc {}{flag} -o json | jq 'del(.status, .metadata.uid, .metadata.resourceVersion) | .spec.storageClassName = \"{better}\"' | kubectl replace --force -f -", claim.name),
        );
    }
    finding.remedy("Or make the class that it asks for. The claim is then served by itself.", "")
}
