//! Keys that pods wait for and that their Secret or ConfigMap does not have: found by the list, else by the kubelet's word.

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, similarity};

use super::kubelet::{told, waits};
use super::reference::{Reference, Target, references};
use crate::commands;
use crate::wording::{capitalised, did_you_mean, listed};

/// A finding for every waiting pod and every key that it misses.
pub(super) fn findings(context: &Context<'_>, kind: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || pod.is_ready() {
            continue;
        }
        for reference in references(&pod.spec).iter().filter(|r| r.target == kind && !r.optional) {
            findings.extend(missing(context, pod, reference).map(|f| f.workload(workload.cloned())));
        }
    }
    findings
}

/// What there is of the object that a reference names.
struct Held<'a> {
    keys: Vec<&'a str>,
    evidence: Evidence,
}

fn held<'a>(context: &Context<'a>, kind: Target, namespace: &str, name: &str) -> Option<Held<'a>> {
    match kind {
        Target::Secret => {
            let secret = context.snapshot.secret(namespace, name)?;
            Some(Held { keys: secret.keys.keys().map(String::as_str).collect(), evidence: secret.named() })
        }
        Target::ConfigMap => {
            let map = context.snapshot.config_map(namespace, name)?;
            Some(Held { keys: map.keys().collect(), evidence: map.named() })
        }
    }
}

/// A finding, if the object is there and the key is not.
fn missing(context: &Context<'_>, pod: &Object<Pod>, reference: &Reference<'_>) -> Option<Finding> {
    let (key, name, namespace) = (reference.key?, reference.name, pod.metadata.namespace.as_str());
    let (label, volume_word, create) = match reference.target {
        Target::Secret => ("Secret", "secret", "stringData"),
        Target::ConfigMap => ("ConfigMap", "config", "data"),
    };
    let held = held(context, reference.target, namespace, name);
    let mut says = vec![format!("couldn't find key {key} in {label} {namespace}/{name}")];
    if reference.pointer.starts_with("/volumes/") {
        says.push(format!("references non-existent {volume_word} key: {key}"));
    }
    let told = told(context, pod, &says);
    // A table shows how many keys there are, and names none; that there is none at all the kubelet says itself.
    let held = held.filter(|h| !h.keys.is_empty());
    let absent = held.as_ref().is_some_and(|h| !h.keys.contains(&key));
    if held.is_some() && !absent || !(absent && waits(pod) || told.is_some()) {
        return None;
    }
    let subject = pod.reference();
    let owner = context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| subject.clone());
    let keys = || held.iter().flat_map(|h| h.keys.iter().copied());
    let nearest = similarity::nearest(key, keys());
    let place = pod.evidence(format!("/spec{}", reference.pointer), key);
    let mut evidence = told.iter().map(|t| t.evidence.clone()).chain([place]);
    let mut finding = Finding::new(subject, format!("{label} `{name}` has no key `{key}`"), evidence.next()?)
        .cause(ObjectRef::new(label, namespace, name))
        .confidence(if told.is_some() { 0.98 } else { 0.9 })
        .evidence(evidence)
        .evidence(held.as_ref().map(|h| h.evidence.clone()))
        .seen(pod.status.start_time.or(pod.metadata.creation_timestamp), told.as_ref().map_or(context.snapshot.taken_at, |t| t.last));
    let used_by = capitalised(&reference.used_by);
    finding.summary = match held {
        Some(_) => format!(
            "{used_by} wants key `{key}` of {label} `{namespace}/{name}`, which has {}{}. The container cannot be made until the key is there.",
            listed(keys()),
            did_you_mean(nearest),
        ),
        None => format!("{used_by} wants key `{key}` of {label} `{namespace}/{name}`; the kubelet does not find it."),
    };
    if let Some(nearest) = nearest {
        finding = finding.remedy(
            format!("Refer to the key `{nearest}` instead: change `key: {key}` in the workload. This starts new pods."),
            commands::edit(&owner),
        );
    }
    Some(finding.remedy(
        format!("Or add the key `{key}` to the {label}. Waiting pods start by themselves."),
        format!("kubectl patch {} {name} -n {namespace} -p '{{\"{create}\":{{\"{key}\":\"VALUE\"}}}}'", label.to_lowercase()),
    ))
}
