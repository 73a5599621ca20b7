//! # service-name-unknown
//!
//! A client calls a Service by a name that does not exist.
//!
//! ## What it detects
//! Logs that tell of a name of the cluster (one label, or `….svc…`) that does not resolve and that no Service bears: the
//! namespace is missing or wrong, or the name is. The Service that was probably meant is offered.
//!
//! ## Why it happens
//! `catalog` means `catalog.NAMESPACE-OF-THE-CLIENT`; a Service of another namespace needs its namespace in the name. Or a
//! Service was renamed. The address often stands in a Secret or in the program, where nobody sees it.
//!
//! ## How to confirm
//! `kubectl get service -A | grep NAME`; from a pod of the client, `nslookup NAME`.
//!
//! ## How to fix
//! Correct the name where the client has it from (`SERVICE.NAMESPACE`).
//!
//! ## When it stays silent
//! When Services were not collected completely, for databases (database-name-unresolved), and when the configuration names
//! the host in the open (environment-address-mismatch and service-missing tell where).

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot, similarity};

use super::server::is_of_cluster;
use crate::addresses::{Place, place, wrong};
use crate::calls::{Call, Failure, calls};

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-name-unknown",
    title: "A client calls a Service by a name that does not exist",
    level: Level::Cause,
    severity: Severity::High,
    guide: "DNS Resolution Problems",
    needs: &[Need::Logs, Need::AllObjects("services")],
    produces: &[Effect::DependencyDown, Effect::NameUnresolved],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let calls = calls(context);
    let unknown =
        |c: &&Call<'_>| c.engine.is_none() && c.failure == Failure::NameUnknown && c.target.is_none() && c.host.is_some_and(is_of_cluster);
    let mut by_name: BTreeMap<(&ObjectRef, &str), Vec<&Call<'_>>> = BTreeMap::new();
    for call in calls.iter().filter(unknown) {
        by_name.entry((&call.complaint.client, call.host.unwrap_or_default())).or_default().push(call);
    }
    if by_name.is_empty() {
        return Vec::new();
    }
    let wrong = wrong(context);
    let told: BTreeSet<(&ObjectRef, &str)> = wrong.iter().map(|w| (&w.client.reference, w.mention.host)).collect();
    by_name.into_iter().filter(|(key, _)| !told.contains(key)).filter_map(|((_, host), calls)| finding(context, host, &calls)).collect()
}

fn finding(context: &Context<'_>, host: &str, calls: &[&Call<'_>]) -> Option<Finding> {
    let call = calls.first()?;
    let client = &call.complaint.client;
    let pod = context.snapshot.pod(&call.complaint.pod.namespace, &call.complaint.pod.name);
    let Place::NoService { namespace, name } = place(context, host, &client.namespace, pod.map(|p| &p.spec)) else { return None };
    let nearest = nearest(context.snapshot, &namespace, &name, call.port);
    let meant = nearest.map(|s| {
        if s.metadata.namespace == client.namespace {
            s.metadata.name.clone()
        } else {
            format!("{}.{}", s.metadata.name, s.metadata.namespace)
        }
    });
    let hint = meant.as_deref().map(|m| format!(" Did you mean `{m}`?")).unwrap_or_default();
    let count: u64 = calls.iter().map(|c| c.complaint.hit.count).sum();
    let unwell = pod.is_some_and(|p| !p.is_ready() && !p.is_finished());
    let finding = call
        .complaint
        .finding(format!("`{}` calls `{host}`, a name that does not exist", client.name))
        .summary(format!("It means Service `{name}` in namespace `{namespace}`, and there is none. Its log says so {count} times.{hint}"))
        .severity(if unwell { Severity::High } else { Severity::Medium })
        .confidence(if nearest.is_some() { 0.9 } else { 0.8 })
        .evidence(nearest.map(Object::named));
    let finding = match &meant {
        Some(meant) => {
            finding.remedy(format!("Correct `{host}` to `{meant}` where the client has it from."), crate::commands::edit(client))
        }
        None => finding.remedy("See which Services there are.", format!("kubectl get service -n {namespace}")),
    };
    Some(finding.remedy(
        "Ask for the name from the client.",
        format!("kubectl exec {}{} -- nslookup {host}", call.complaint.pod.name, call.complaint.pod.namespace_flag()),
    ))
}

/// The Service that was probably meant: of the same name in another namespace, else a near name in the same, those that take
/// the port first.
fn nearest<'a>(snapshot: &'a Snapshot, namespace: &str, name: &str, port: Option<u16>) -> Option<&'a Object<Service>> {
    let takes = |s: &Object<Service>| port.is_some_and(|port| s.spec.ports.iter().any(|p| p.port == i32::from(port)));
    let same: Vec<_> = snapshot.services.iter().filter(|s| s.metadata.name == name).collect();
    if let Some(found) = same.iter().find(|s| takes(s)).or(same.first()) {
        return Some(found);
    }
    let here: Vec<_> = Snapshot::in_namespace(&snapshot.services, namespace).iter().collect();
    let among = |candidates: Vec<&'a Object<Service>>| {
        let found = similarity::nearest(name, candidates.iter().map(|s| s.metadata.name.as_str()))?;
        candidates.into_iter().find(|s| s.metadata.name == found)
    };
    among(here.iter().copied().filter(|s| takes(s)).collect()).or_else(|| among(here))
}
