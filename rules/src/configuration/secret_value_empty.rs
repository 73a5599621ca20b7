//! # secret-value-empty
//!
//! A Secret has a key without any bytes, and a container takes its value from there.
//!
//! ## What it detects
//! Variables and files of containers that come from a key of a Secret that exists and holds nothing, with the place that uses
//! it, and whether the container suffers from it.
//!
//! ## Why it happens
//! A pipeline whose own variable was empty made the Secret, a template had no value to fill in, or somebody wanted to fill it
//! in later. Kubernetes takes an empty value for a value: the pod starts.
//!
//! ## How to confirm
//! `kubectl describe secret NAME` shows `0 bytes` beside the key.
//!
//! ## How to fix
//! Write the value into the Secret and start the pods anew.
//!
//! ## When it stays silent
//! When the key is not used, when the Secret or the key does not exist (secret-missing, secret-key-missing), and where the
//! source shows no sizes. For workloads that are well it is a hint: some settings may be empty.

use std::collections::BTreeSet;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, Secret};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::reference::{Reference, Target, references};
use super::unwell::complaining;
use crate::wording::{capitalised, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "secret-value-empty",
    title: "A Secret has a key without any bytes",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Secret Mounting Problems",
    needs: &[Need::Objects("pods"), Need::Objects("secrets")],
    produces: &[Effect::Misconfigured],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let complaints = complaining(context);
    let (mut findings, mut told) = (Vec::new(), BTreeSet::new());
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(pod, _)| pod.is_active()) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        let uses = references(&pod.spec);
        let named: BTreeSet<&str> = uses.iter().filter(|r| r.target == Target::Secret).map(|r| r.name).collect();
        for secret in named.into_iter().filter_map(|name| context.snapshot.secret(&pod.metadata.namespace, name)) {
            let mine: Vec<&Reference<'_>> = uses.iter().filter(|r| r.target == Target::Secret && r.name == secret.metadata.name).collect();
            let unwell = !pod.is_ready() || complaints.contains_key(&owner);
            let empty = |key: &str| secret.keys.get(key).is_some_and(|k| k.bytes == Some(0));
            for (reference, key) in mine.iter().flat_map(|r| keys(r, secret)).filter(|(_, key)| empty(key)) {
                // A whole Secret brings what nobody may ask for.
                let whole = reference.key.is_none();
                if (!whole || unwell) && told.insert((owner.clone(), secret.metadata.name.clone(), key.to_owned())) {
                    findings.push(finding(context, pod, workload, secret, (reference, key), unwell));
                }
            }
        }
    }
    findings
}

/// Keys that a reference brings.
fn keys<'a>(reference: &'a Reference<'a>, secret: &'a Secret) -> Vec<(&'a Reference<'a>, &'a str)> {
    match reference.key {
        Some(key) => vec![(reference, key)],
        None => secret.keys.keys().map(|key| (reference, key.as_str())).collect(),
    }
}

fn finding(
    context: &Context<'_>,
    pod: &Object<Pod>,
    workload: Option<&ObjectRef>,
    secret: &Object<Secret>,
    (reference, key): (&Reference<'_>, &str),
    unwell: bool,
) -> Finding {
    let name = &secret.metadata.name;
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let whole = reference.key.is_none();
    let others: Vec<&str> = secret.keys.iter().filter(|(k, v)| *k != key && v.bytes == Some(0)).map(|(k, _)| k.as_str()).collect();
    let more =
        if others.is_empty() { String::new() } else { format!(" So {} {}.", if others.len() == 1 { "is" } else { "are" }, listed(others)) };
    let finding = Finding::new(
        pod.reference(),
        format!("Key `{key}` of Secret `{name}` is empty"),
        secret.evidence(format!("/keys/{}/bytes", pointer_key(key)), "0"),
    )
    .cause(secret.reference())
    .workload(workload.cloned())
    .summary(format!(
        "{} comes from key `{key}` of Secret `{}/{name}`, which holds no bytes.{more} {}",
        capitalised(&reference.used_by),
        secret.metadata.namespace,
        if unwell { format!("`{}` is not well.", owner.name) } else { "Nothing complains of it.".to_owned() },
    ))
    .severity(match (unwell, whole) {
        (true, false) => Severity::Critical,
        (true, true) => Severity::Medium,
        (false, _) => Severity::Low,
    })
    .confidence(if whole { 0.6 } else { 0.96 })
    .evidence([reference.evidence(pod)])
    .seen(secret.metadata.written_at(), context.snapshot.taken_at);
    let restart = matches!(owner.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet");
    let finding = finding.remedy(
        "Write the value into the Secret (here as JSON; it is encoded by the server).",
        format!("kubectl patch secret {name} -n {} -p '{{\"stringData\":{{\"{key}\":\"VALUE\"}}}}'", secret.metadata.namespace),
    );
    if restart {
        finding.remedy(
            "Then start the pods anew: variables are read when a container starts.",
            format!("kubectl rollout restart {}{}", target(&owner), owner.namespace_flag()),
        )
    } else {
        finding
    }
}
