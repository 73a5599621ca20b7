//! # secret-key-missing
//!
//! A pod refers to a key that its Secret does not have.
//!
//! ## What it detects
//! A container that cannot start because `secretKeyRef`, or a chosen item of a Secret volume, names a key that is not in
//! the Secret. The Secret itself exists. The nearest existing key is offered.
//!
//! ## Why it happens
//! A typing error, a key that was renamed on one side only, or a Secret made from another template than the Deployment.
//! Kubernetes checks the key only when it makes the container, so the Deployment is accepted and its pods then stay in
//! `CreateContainerConfigError`.
//!
//! ## How to confirm
//! `kubectl describe secret NAME` lists the keys (never the values); compare them with `kubectl describe pod`, under
//! *Environment*.
//!
//! ## How to fix
//! Correct the key in the workload, or add it to the Secret; then the kubelet makes the container by itself.
//!
//! ## When it stays silent
//! When the reference is `optional`, when the Secret does not exist at all (that is secret-missing), when Secrets were not
//! collected and the kubelet has not said it either, and when the pod that refers to the key runs all the same: the key was
//! taken away later and is not yet missed.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use super::reference::{Reference, Target, references};
use crate::wording::{capitalised, did_you_mean, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "secret-key-missing",
    title: "A pod refers to a key that its Secret does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Secret Mounting Problems",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || pod.is_ready() {
            continue;
        }
        for reference in references(&pod.spec) {
            if let Some(finding) = missing_key(context, pod, &reference) {
                findings.push(finding.workload(workload.cloned()));
            }
        }
    }
    findings
}

/// A finding, if the Secret is there and the key is not: by the Secret's own keys, else by the kubelet's word.
fn missing_key(context: &Context<'_>, pod: &Object<Pod>, reference: &Reference<'_>) -> Option<Finding> {
    let key = reference.key.filter(|_| reference.target == Target::Secret && !reference.optional)?;
    let namespace = pod.metadata.namespace.as_str();
    let secret = context.snapshot.secret(namespace, reference.name);
    let says = format!("couldn't find key {key} in Secret {namespace}/{}", reference.name);
    let told = pod.containers().find_map(|view| {
        let waiting = view.status?.2.state.waiting.as_ref()?;
        waiting.message.contains(&says).then(|| pod.evidence(view.status_pointer("/state/waiting/message"), waiting.message.as_str()))
    });
    let absent = secret.is_some_and(|s| !s.keys.contains_key(key));
    let waits = pod.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.waiting.is_some()));
    if !(absent && waits || told.is_some()) {
        return None;
    }
    let subject = pod.reference();
    let owner = context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| subject.clone());
    let keys = || secret.into_iter().flat_map(|s| s.keys.keys().map(String::as_str));
    let nearest = similarity::nearest(key, keys());
    let place = pod.evidence(format!("/spec{}", reference.pointer), key);
    let mut finding = Finding::new(subject, format!("Secret `{}` has no key `{key}`", reference.name), told.clone().unwrap_or_else(|| place.clone()))
        .cause(ObjectRef::new("Secret", namespace, reference.name))
        .confidence(if told.is_some() { 0.98 } else { 0.9 })
        .evidence(told.is_some().then_some(place))
        .evidence(secret.map(|s| s.named()))
        .seen(pod.status.start_time.or(pod.metadata.creation_timestamp), context.snapshot.taken_at);
    finding.summary = match secret {
        Some(_) => format!(
            "{} wants key `{key}` of Secret `{namespace}/{}`, which has {}{}. The container cannot be made until the key is there.",
            capitalised(&reference.used_by),
            reference.name,
            listed(keys()),
            did_you_mean(nearest),
        ),
        None => format!("{} wants key `{key}` of Secret `{namespace}/{}`; the kubelet does not find it.", capitalised(&reference.used_by), reference.name),
    };
    if let Some(nearest) = nearest {
        finding = finding.remedy(
            format!("Refer to the key `{nearest}` instead: change `key: {key}` in the workload. This starts new pods."),
            format!("kubectl edit {}{}", target(&owner), owner.namespace_flag()),
        );
    }
    Some(finding.remedy(
        format!("Or add the key `{key}` to the Secret. Waiting pods start by themselves."),
        format!("kubectl patch secret {} -n {namespace} -p '{{\"stringData\":{{\"{key}\":\"VALUE\"}}}}'", reference.name),
    ))
}
