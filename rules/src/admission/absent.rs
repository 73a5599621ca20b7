//! The silent form of a used-up quota: a Service or a claim that others refer to was refused when it was applied, and no
//! event says so.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, Pod, ResourceQuota};
use tarbox_model::{Context, ObjectRef, Snapshot, quantity};

use super::quota_exceeded::{remedies, used};

/// Services that the environment of running pods names, that do not exist, where the quota on Services is full.
pub(super) fn services(context: &Context<'_>) -> Vec<Finding> {
    if !context.snapshot.coverage.is_complete("services") {
        return Vec::new();
    }
    let workloads = tarbox_model::relations::workloads(context.snapshot);
    let bearers: BTreeMap<(&str, &str), &ObjectRef> =
        workloads.iter().map(|w| ((w.reference.namespace.as_str(), w.reference.name.as_str()), &w.reference)).collect();
    let mut missing: BTreeMap<ObjectRef, Finding> = BTreeMap::new();
    for quota in &context.snapshot.resource_quotas {
        let namespace = quota.metadata.namespace.as_str();
        let Some(resource) = full(quota, &["services", "count/services"]) else { continue };
        for pod in Snapshot::in_namespace(&context.snapshot.pods, namespace).iter().filter(|p| p.is_active()) {
            for (pointer, value, host) in named_hosts(pod) {
                let service = ObjectRef::new("Service", namespace, host);
                // A name that a workload bears: without this, any outside host would count.
                let Some(bearer) = bearers.get(&(namespace, host)) else { continue };
                if context.snapshot.service(namespace, host).is_some() {
                    continue;
                }
                missing.entry(service.clone()).or_insert_with(|| {
                    let name = quota.metadata.name.as_str();
                    let finding = Finding::new(service, format!("Quota `{name}` is full of Services, and Service `{host}` is missing"), evidence(quota, &resource))
                        .summary(format!(
                            "`{}` uses {} of {} allowed. `{value}` stands in the environment of pod `{}`, but no Service `{host}` exists, although workload `{host}` does: it was refused when it was applied.",
                            resource, text(&quota.status.used, &resource), text(&quota.status.hard, &resource), pod.metadata.name,
                        ))
                        .cause(quota.reference())
                        .workload(Some((*bearer).clone()))
                        .confidence(0.9)
                        .evidence([pod.evidence(pointer, value)])
                        .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at);
                    remedies(finding, namespace, name, &resource)
                });
            }
        }
    }
    missing.into_values().collect()
}

/// Claims that pods mount, that do not exist, in a namespace with a quota on storage.
pub(super) fn claims(context: &Context<'_>) -> Vec<Finding> {
    if !context.snapshot.coverage.is_complete("persistentvolumeclaims") {
        return Vec::new();
    }
    let mut missing: BTreeMap<ObjectRef, Finding> = BTreeMap::new();
    for quota in &context.snapshot.resource_quotas {
        let namespace = quota.metadata.namespace.as_str();
        let storage = |k: &&String| {
            k.as_str() == "persistentvolumeclaims" || k.as_str() == "count/persistentvolumeclaims" || k.ends_with("requests.storage")
        };
        let Some(resource) = hard(quota).keys().find(storage) else { continue };
        let exhausted = full(quota, &[resource.as_str()]).is_some();
        for pod in Snapshot::in_namespace(&context.snapshot.pods, namespace).iter().filter(|p| p.is_active() && !p.is_ready()) {
            for (v, volume) in pod.spec.volumes.iter().enumerate() {
                let Some(claim) = volume.persistent_volume_claim.as_ref().map(|c| c.claim_name.as_str()) else { continue };
                if Snapshot::find(&context.snapshot.persistent_volume_claims, namespace, claim).is_some() {
                    continue;
                }
                let reference = ObjectRef::new("PersistentVolumeClaim", namespace, claim);
                missing.entry(reference.clone()).or_insert_with(|| {
                    let name = quota.metadata.name.as_str();
                    let room = if exhausted { "is used up" } else { "may be too small for it" };
                    let finding = Finding::new(reference, format!("Claim `{claim}` is missing where quota `{name}` limits {resource}"), pod.evidence(format!("/spec/volumes/{v}/persistentVolumeClaim/claimName"), claim))
                        .summary(format!(
                            "Pod `{}` mounts claim `{claim}`, which does not exist. Quota `{name}` on `{resource}` {room}: {} of {} in use. A claim that asks for more than is left is refused when it is applied, and no event tells of it.",
                            pod.metadata.name, text(&quota.status.used, resource), text(hard(quota), resource),
                        ))
                        .cause(quota.reference())
                        .workload(context.relations.workload_of_pod(context.snapshot, pod))
                        .confidence(if exhausted { 0.92 } else { 0.8 })
                        .evidence([evidence(quota, resource)])
                        .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at);
                    remedies(finding, namespace, name, resource)
                });
            }
        }
    }
    missing.into_values().collect()
}

/// What a quota allows, by resource.
pub(super) fn hard(quota: &ResourceQuota) -> &tarbox_model::selector::Labels {
    if quota.status.hard.is_empty() { &quota.spec.hard } else { &quota.status.hard }
}

/// A quantity as it is written; nothing is nought.
pub(super) fn text<'a>(labels: &'a tarbox_model::selector::Labels, key: &str) -> &'a str {
    labels.get(key).map_or("0", String::as_str)
}

/// What is used of a resource, as evidence.
pub(super) fn evidence(quota: &Object<ResourceQuota>, resource: &str) -> tarbox_model::Evidence {
    used(quota, resource).unwrap_or_else(|| quota.named())
}

/// The first of the resources that is used up.
fn full(quota: &ResourceQuota, resources: &[&str]) -> Option<String> {
    let number = |labels: &tarbox_model::selector::Labels, r: &str| quantity::parse(labels.get(r)?);
    let is_full = |r: &&&str| number(&quota.status.used, r).zip(number(hard(quota), r)).is_some_and(|(used, hard)| used >= hard);
    resources.iter().find(is_full).map(|r| (*r).to_owned())
}

/// Hosts of `host:port` in environment values, with the pointer and the whole value.
fn named_hosts(pod: &Object<Pod>) -> Vec<(String, &str, &str)> {
    let mut hosts = Vec::new();
    for view in pod.containers() {
        for (e, env) in view.spec.env.iter().enumerate() {
            let Some(value) = env.value.as_deref() else { continue };
            let after_scheme = value.split_once("://").map_or(value, |(_, rest)| rest);
            let authority = after_scheme.split(['/', '?', ',']).next().unwrap_or("");
            let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            let Some((host, port)) = authority.split_once(':') else { continue };
            let host = host.split('.').next().unwrap_or("");
            if !host.is_empty() && port.parse::<u16>().is_ok() {
                hosts.push((view.spec_pointer(&format!("/env/{e}/value")), value, host));
            }
        }
    }
    hosts
}
