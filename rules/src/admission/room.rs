//! Pods that are missing while nobody says why (events expire), in a namespace whose quota has no room for them.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, PodSpec, ResourceQuota};
use tarbox_model::{Context, Snapshot, quantity};

use super::absent::{evidence, hard, text};
use super::quota_exceeded::{ask_less, remedies};
use super::refusal::{Silent, silent};
use crate::wording::counted;

/// Controllers that lack pods in silence, where a quota leaves no room for one more.
pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let mut by_namespace: BTreeMap<&str, Vec<&Object<ResourceQuota>>> = BTreeMap::new();
    for quota in &context.snapshot.resource_quotas {
        by_namespace.entry(&quota.metadata.namespace).or_default().push(quota);
    }
    let lacking = silent(context).into_iter().filter(|s| settled(context, s));
    lacking.filter_map(|s| by_namespace.get(s.by.namespace.as_str())?.iter().find_map(|quota| finding(context, &s, quota))).collect()
}

/// A controller that was changed a moment ago may still be at work.
fn settled(context: &Context<'_>, silent: &Silent<'_>) -> bool {
    let set = Snapshot::find(&context.snapshot.replica_sets, &silent.by.namespace, &silent.by.name);
    let since = set.filter(|_| silent.by.kind == "ReplicaSet").and_then(|s| s.metadata.written_at());
    context.snapshot.age_seconds(since).is_none_or(|age| age > 30)
}

fn finding(context: &Context<'_>, silent: &Silent<'_>, quota: &Object<ResourceQuota>) -> Option<Finding> {
    let (origin, spec) = silent.template;
    let lacks = |resource: &&String| {
        let number = |labels| quantity::parse(text(labels, resource)).unwrap_or(0.0);
        let asked = asked(spec, resource);
        asked > 0.0 && number(&quota.status.used) + asked > number(hard(quota)) + 1e-9
    };
    let resource = hard(quota).keys().find(lacks)?.as_str();
    let (namespace, name) = (silent.by.namespace.as_str(), quota.metadata.name.as_str());
    let missing = counted(usize::try_from(silent.missing).unwrap_or(0), "pod");
    let finding = Finding::new(silent.by.clone(), format!("Quota `{name}` leaves no room for `{}`: {resource}", silent.workload.name), evidence(quota, resource))
        .summary(format!(
            "{missing} of `{}` are missing and nobody says why. Quota `{name}` has {} of {} {resource} in use, and a further pod needs more than is left.",
            silent.workload.name,
            text(&quota.status.used, resource),
            text(hard(quota), resource),
        ))
        .cause(quota.reference())
        .workload(Some(silent.workload.clone()))
        .confidence(0.8)
        .evidence([origin.at("/metadata/name", silent.by.name.as_str())])
        .seen(None, context.snapshot.taken_at);
    Some(remedies(ask_less(finding, &silent.workload, resource), namespace, name, resource))
}

/// What a further pod takes of a quota's resource; 0 for what is no matter of pods.
fn asked(spec: &PodSpec, resource: &str) -> f64 {
    match resource {
        "pods" | "count/pods" => 1.0,
        "cpu" | "memory" => spec.request(resource),
        _ => match resource.split_once('.') {
            Some(("requests", plain @ ("cpu" | "memory"))) => spec.request(plain),
            Some(("limits", plain @ ("cpu" | "memory"))) => {
                spec.containers.iter().filter_map(|c| quantity::parse(c.resources.limits.get(plain)?)).sum()
            }
            _ => 0.0,
        },
    }
}
