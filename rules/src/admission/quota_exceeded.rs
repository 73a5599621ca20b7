//! # quota-exceeded
//!
//! A ResourceQuota does not allow what a workload needs.
//!
//! ## What it detects
//! Pods (or claims) that are not created because a quota of the namespace is used up, with the quota, the resource, and
//! what was asked, used and allowed. Also the silent form: a quota is full and an object that others refer to is simply not
//! there, because whoever applied it was refused and nobody recorded it.
//!
//! ## Why it happens
//! Quotas count requests, not use. A rolling update needs room for the pods that it adds before it takes the old ones away;
//! a full quota has none. A quota on requests or limits also refuses every pod that does not state them.
//!
//! ## How to confirm
//! `kubectl describe quota -n NAMESPACE`, and `kubectl describe replicaset NAME` for the refusal.
//!
//! ## How to fix
//! Lower the requests, remove what nobody needs, or raise the quota. The controller tries again by itself; an object that
//! was refused when it was applied must be applied again.
//!
//! ## When it stays silent
//! When a quota is full but nothing is missing, and when the refusal is past: the controller has all its pods.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, ResourceQuota};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::absent;
use super::refusal::{Refusal, between, refusals};
use super::room;
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "quota-exceeded",
    title: "A ResourceQuota does not allow what a workload needs",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Resource Quotas",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events", "resourcequotas"])],
    produces: &[Effect::PodsNotCreated, Effect::Unreachable, Effect::VolumeUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let spoken = refusals(context).into_iter().filter_map(|r| refused(context.snapshot, &r));
    spoken.chain(room::findings(context)).chain(absent::services(context)).chain(absent::claims(context)).collect()
}

fn refused(snapshot: &Snapshot, refusal: &Refusal) -> Option<Finding> {
    let message = refusal.message.as_str();
    let namespace = refusal.by.namespace.as_str();
    let (name, why, resource) = if message.contains("exceeded quota: ") {
        let name = between(message, "exceeded quota: ", ",")?;
        let (asked, used, hard) = (
            between(message, "requested: ", ", used: ")?,
            between(message, "used: ", ", limited: ")?,
            between(message, "limited: ", "; ")?,
        );
        let resource = asked.split(',').filter_map(|pair| pair.split('=').next()).next()?;
        (name, format!("Asked for {asked}; used {used}; allowed {hard}."), resource)
    } else {
        let (name, rest) = message.split_once("failed quota: ")?.1.split_once(": ")?;
        let resource = between(rest, "must specify ", " for").or_else(|| between(rest, "must specify ", ","))?;
        (name, format!("The quota counts {resource}, so every pod must state it: {rest}."), resource)
    };
    let quota = Snapshot::find(&snapshot.resource_quotas, namespace, name);
    let finding = refusal
        .finding(format!("Quota `{name}` leaves no room for `{}`: {resource}", refusal.workload.name))
        .summary(format!("{why} {}", refusal.toll()))
        .cause(ObjectRef::new("ResourceQuota", namespace, name))
        .evidence(quota.and_then(|q| used(q, resource)));
    Some(remedies(ask_less(finding, &refusal.workload, resource), namespace, name, resource))
}

/// For what pods ask for: ask for less.
pub(super) fn ask_less(finding: Finding, workload: &ObjectRef, resource: &str) -> Finding {
    if !(resource.contains("cpu") || resource.contains("memory")) {
        return finding;
    }
    let plain = resource.trim_start_matches("requests.").trim_start_matches("limits.");
    let flag = if resource.starts_with("limits.") { "limits" } else { "requests" };
    finding.remedy(
        format!("State, or lower, what the workload's containers have of {plain} under `{flag}`. This starts new pods."),
        edit(workload),
    )
}

/// What a quota has in use of a resource, as evidence.
pub(super) fn used(quota: &Object<ResourceQuota>, resource: &str) -> Option<tarbox_model::Evidence> {
    let used = quota.status.used.get(resource)?;
    Some(quota.evidence(format!("/status/used/{}", pointer_key(resource)), used.as_str()))
}

/// The ways out that every form shares.
pub(super) fn remedies(finding: Finding, namespace: &str, name: &str, resource: &str) -> Finding {
    finding.remedy("See what takes the quota; remove what nobody needs.", format!("kubectl describe quota {name} -n {namespace}")).remedy(
        format!("Or raise the quota of {resource}. Refused pods are then created by themselves."),
        format!("kubectl edit resourcequota {name} -n {namespace}"),
    )
}
