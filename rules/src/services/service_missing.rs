//! # service-missing
//!
//! A Service does not exist that others call.
//!
//! ## What it detects
//! Names in environments, arguments and ConfigMaps that no Service bears, where it is the Service that is missing rather than
//! the name that is wrong: a workload of that name is there without any Service, or several clients call the name.
//!
//! ## Why it happens
//! The Service was deleted, or never applied with the rest: left out of the chart, refused by a quota, or applied to another
//! namespace.
//!
//! ## How to confirm
//! `kubectl get service NAME`.
//!
//! ## How to fix
//! Apply the Service; clients reach it as soon as its name resolves.
//!
//! ## When it stays silent
//! When Services were not collected completely, when nothing needs the name, and when the name is a slip of the pen in one
//! place (environment-address-mismatch). A Service that only gives the pods of a StatefulSet their names is
//! stateful-set-blocked's.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::addresses::{Fault, Wrong, wrong};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-missing",
    title: "A Service does not exist that others call",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Not Accessible",
    needs: &[Need::AllObjects("services")],
    produces: &[Effect::NoEndpoints],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = wrong(context);
    let mut missing: BTreeMap<&ObjectRef, Vec<&Wrong<'_>>> = BTreeMap::new();
    for wrong in all.iter().filter(|w| w.lacks_service()) {
        if let Fault::Name { service, .. } = &wrong.fault {
            missing.entry(service).or_default().push(wrong);
        }
    }
    let workloads = workloads(context.snapshot);
    let bearers: BTreeMap<&ObjectRef, &Workload<'_>> = workloads.iter().map(|w| (&w.reference, w)).collect();
    missing.iter().filter_map(|(service, callers)| called(context, service, callers, &bearers)).collect()
}

fn called(
    context: &Context<'_>,
    service: &ObjectRef,
    callers: &[&Wrong<'_>],
    bearers: &BTreeMap<&ObjectRef, &Workload<'_>>,
) -> Option<Finding> {
    let first = callers.first()?;
    let Fault::Name { bearer, .. } = &first.fault else { return None };
    let names: BTreeSet<&str> = callers.iter().map(|w| w.client.reference.name.as_str()).collect();
    let heard = callers.iter().find_map(|w| w.complaint.as_ref());
    let dispensable =
        callers.iter().all(|w| w.is_dispensable()) || callers.iter().all(|w| w.mention.in_file && !w.unwell && w.complaint.is_none());
    let port = first.mention.port;
    let place = |w: &&Wrong<'_>| w.mention.evidence.first().cloned();
    let workload = bearer.as_ref().map(|b| format!(" {} `{}` is there, but no Service leads to it.", b.kind, b.name)).unwrap_or_default();
    let finding = Finding::new(
        service.clone(),
        format!("Service `{}` does not exist, but {} call it", service.name, listed(names.iter().copied())),
        place(first)?,
    )
    .summary(format!(
        "{} names `{}`; namespace `{}` has no such Service, so the name does not resolve.{workload}",
        crate::wording::capitalised(&first.mention.used_by),
        first.mention.host,
        service.namespace,
    ))
    .severity(if dispensable { Severity::Low } else { Severity::High })
    .confidence(if heard.is_some() || bearer.is_some() { 0.92 } else { 0.7 })
    .evidence(callers.iter().skip(1).take(4).filter_map(place))
    .evidence(heard.map(|h| h.log.evidence(h.hit)))
    .seen(heard.and_then(|h| h.hit.first.time), context.snapshot.taken_at);
    Some(match (bearer, port) {
        (Some(bearer), Some(port)) => {
            finding.evidence(bearers.get(bearer).map(|w| w.origin.at("/metadata/name", bearer.name.as_str()))).remedy(
                format!("Make the Service for `{}`; clients reach it as soon as the name resolves.", bearer.name),
                format!(
                    "kubectl expose {} {} -n {} --name={} --port={port}{}{}",
                    bearer.kind.to_lowercase(),
                    bearer.name,
                    bearer.namespace,
                    service.name,
                    target_port(bearers.get(bearer).copied(), port),
                    if bearer.kind == "StatefulSet" { " --cluster-ip=None" } else { "" },
                ),
            )
        }
        _ => finding.remedy("Apply the Service again from where it is kept.", format!("kubectl get service -n {}", service.namespace)),
    })
}

/// ` --target-port=…`, when the workload declares one port and it is another.
fn target_port(bearer: Option<&Workload<'_>>, port: u16) -> String {
    let ports: Vec<i32> =
        bearer.into_iter().flat_map(|w| &w.template.spec.containers).flat_map(|c| &c.ports).map(|p| p.container_port).collect();
    match ports.as_slice() {
        [one] if *one != i32::from(port) => format!(" --target-port={one}"),
        _ => String::new(),
    }
}
