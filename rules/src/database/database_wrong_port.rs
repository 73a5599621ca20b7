//! # database-wrong-port
//!
//! A client calls its database on a port that it does not have.
//!
//! ## What it detects
//! A database's address whose Service exists and does not take the port: in the configuration (MongoDB URIs), or in the
//! client's own complaint when the URI stands in a Secret; and answers that are not those of the database, because something
//! else listens there.
//!
//! ## Why it happens
//! A slip of the pen, or a URI taken over from an environment where the port is another one.
//!
//! ## How to confirm
//! `kubectl get service NAME -n NAMESPACE` shows the ports; `nc -zv HOST PORT` from a pod of the client.
//!
//! ## How to fix
//! Correct the port in the URI, and start the pods anew if it stands in a Secret or ConfigMap.
//!
//! ## When it stays silent
//! When the Service takes the port, when it cannot be told what stands behind the host, and for PostgreSQL, MySQL and Redis when
//! the address stands in the open (environment-address-mismatch tells of it).

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::engine::Engine;
use super::setting::{setting, uri};
use super::way::Ways;
use crate::addresses::{Fault, Wrong, wrong, wrong_of_mongodb};
use crate::calls::{Call, Failure, calls};
use crate::wording::{capitalised, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-wrong-port",
    title: "A client calls its database on a port that it does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::AnyOf(&["logs", "pods", "deployments"])],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Misconfigured],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told = wrong_of_mongodb(context);
    let ports = told.iter().filter_map(|w| match &w.fault {
        Fault::Port(service) => Some(configured(w, service)),
        Fault::Name { .. } => None,
    });
    let mut findings: Vec<Finding> = ports.collect();
    // What configuration tells in the open needs no guess from a log.
    let others = wrong(context);
    let open: BTreeSet<(ObjectRef, &str)> = told.iter().chain(&others).map(|w| (w.client.reference.clone(), w.mention.host)).collect();
    let (calls, ways) = (calls(context), Ways::default());
    for call in calls
        .iter()
        .filter(|c| matches!(c.failure, Failure::Refused | Failure::TimedOut | Failure::Protocol | Failure::Unselected | Failure::NoRoute))
    {
        let key = (call.complaint.client.clone(), call.host.unwrap_or_default());
        if !open.contains(&key) {
            findings.extend(heard(context, &ways, call));
        }
    }
    findings
}

/// By configuration.
fn configured(wrong: &Wrong<'_>, service: &Object<Service>) -> Finding {
    let (client, mention) = (&wrong.client.reference, &wrong.mention);
    let ports: Vec<String> = service.spec.ports.iter().map(|p| p.port.to_string()).collect();
    let asked = mention.port.unwrap_or_default();
    let mut evidence = mention.evidence.iter().cloned();
    let first = evidence.next().unwrap_or_else(|| wrong.client.origin.at("/metadata/name", client.name.as_str()));
    let complaint = wrong.complaint.as_ref();
    let takes = listed(ports.iter().map(String::as_str));
    let mut finding = Finding::new(
        client.clone(),
        format!("`{}` calls MongoDB on port {asked}, which `{}` does not have", client.name, mention.host),
        first,
    )
    .workload(Some(client.clone()))
    .summary(format!("{} names `{}:{asked}`; the Service takes {takes}.", capitalised(&mention.used_by), mention.host))
    .confidence(if complaint.is_some() { 0.95 } else { 0.9 })
    .severity(if complaint.is_some() || wrong.unwell { Severity::Critical } else { Severity::High })
    .evidence(evidence)
    .evidence(complaint.map(|heard| heard.log.evidence(heard.hit)))
    .evidence([service.named()])
    .depends_on(service.reference());
    if let Some(holder) = &mention.holder {
        finding = finding.cause(holder.clone());
    }
    let place = mention.holder.as_ref().unwrap_or(client);
    let finding = finding.remedy(format!("Change the port to {takes}."), crate::commands::edit(place));
    match &mention.holder {
        Some(_) if client.kind != "Pod" => {
            finding.remedy("Then start the pods anew.", format!("kubectl rollout restart {}{}", target(client), client.namespace_flag()))
        }
        _ => finding,
    }
}

/// By the client's own word.
fn heard<'a>(context: &Context<'a>, ways: &Ways<'a>, call: &Call<'_>) -> Option<Finding> {
    let way = ways.follow(context, call);
    let stranger = call.failure == Failure::Protocol;
    let ports = match &way.other_ports {
        Some(ports) => ports.clone(),
        None if stranger => Vec::new(),
        None => return None,
    };
    // A Service that takes no database's port at all is another's: the name is wrong then, not the port.
    let engine = call.engine.or_else(|| ports.iter().find_map(|p| Engine::of_port(u16::try_from(*p).ok()?)))?;
    let (client, asked) = (&call.complaint.client, call.port?);
    let right =
        ports.iter().copied().find(|p| i32::from(engine.port()) == *p).or_else(|| ports.first().copied().filter(|_| ports.len() == 1));
    let met = if stranger { format!(" What answers there does not speak the protocol of {}.", engine.name()) } else { String::new() };
    let mut finding = call
        .complaint
        .finding(format!(
            "`{}` calls {} on port {asked}, {}",
            client.name,
            engine.name(),
            if ports.is_empty() { "where something else answers" } else { "which its Service does not have" }
        ))
        .summary(format!("The client calls `{}`: {}{met}", call.address(), way.words))
        .confidence(if ports.is_empty() { 0.75 } else { 0.92 })
        .evidence(way.evidence);
    let setting = setting(context, client, engine);
    finding = finding.evidence(setting.as_ref().map(|s| s.evidence.clone()));
    match (setting, call.host, u16::try_from(right.unwrap_or_else(|| i32::from(engine.port())))) {
        (Some(setting), Some(host), Ok(port)) => {
            let value = uri(engine, host, port);
            finding = finding
                .remedy(format!("Correct the port in {}: {port} instead of {asked}.", setting.words()), setting.change(client, &value));
            Some(
                setting
                    .restart(client)
                    .into_iter()
                    .fold(finding, |f, command| f.remedy("Then start the pods anew, so that they read it.", command)),
            )
        }
        _ => Some(finding.remedy("Correct the port where the client has it from.", crate::commands::edit(client))),
    }
}
