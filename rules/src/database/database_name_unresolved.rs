//! # database-name-unresolved
//!
//! The name of a database is not resolved.
//!
//! ## What it detects
//! Clients of databases whose logs tell that the host does not exist or that the DNS server does not answer; and MongoDB URIs
//! in configuration whose host no Service bears, when their pods are not well. The nearest Service is offered.
//!
//! ## Why it happens
//! A slip of the pen, a namespace that is missing in the name (`mongodb` instead of `mongodb.data`), a Service that is gone,
//! or DNS itself.
//!
//! ## How to confirm
//! From a pod of the client: `nslookup HOST`. `kubectl get service -A` shows the names that exist.
//!
//! ## How to fix
//! Correct the host in the URI (`SERVICE.NAMESPACE`), or bring the Service back.
//!
//! ## When it stays silent
//! When the client has recovered; a failure of DNS as a whole explains it.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use super::engine::Engine;
use super::setting::{setting, uri};
use crate::addresses::{Fault, Wrong, wrong, wrong_of_mongodb};
use crate::calls::{Call, Failure, calls};
use crate::wording::capitalised;

use Effect::{DnsDown, Misconfigured, NameUnresolved, NetworkBroken, NoEndpoints, NotReady};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-name-unresolved",
    title: "The name of a database is not resolved",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::AnyOf(&["logs", "pods", "deployments"])],
    produces: &[Effect::DependencyDown],
    explained_by: &[NameUnresolved, DnsDown, NetworkBroken, NoEndpoints, NotReady, Misconfigured],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told = wrong_of_mongodb(context);
    let named = told.iter().filter(|w| matches!(w.fault, Fault::Name { .. }) && (w.unwell || w.complaint.is_some()));
    let mut findings: Vec<Finding> = named.clone().map(configured).collect();
    let open: BTreeSet<(ObjectRef, &str)> = named.map(|w| (w.client.reference.clone(), w.mention.host)).collect();
    // Other databases in the open are environment-address-mismatch's, which knows the place.
    let others: Vec<Wrong<'_>> = wrong(context);
    let mismatched: BTreeSet<(ObjectRef, &str)> = others.iter().map(|w| (w.client.reference.clone(), w.mention.host)).collect();
    for call in calls(context) {
        let key = (call.complaint.client.clone(), call.host.unwrap_or_default());
        if matches!(call.failure, Failure::NameUnknown | Failure::NameServer) && !open.contains(&key) && !mismatched.contains(&key) {
            findings.extend(heard(context, &call));
        }
    }
    findings
}

/// By configuration.
fn configured(wrong: &Wrong<'_>) -> Finding {
    let (client, mention) = (&wrong.client.reference, &wrong.mention);
    let (missing, nearest) = match &wrong.fault {
        Fault::Name { service, nearest, .. } => (Some(service.clone()), *nearest),
        Fault::Port(_) => (None, None),
    };
    let mut evidence = mention.evidence.iter().cloned();
    let first = evidence.next().unwrap_or_else(|| wrong.client.origin.at("/metadata/name", client.name.as_str()));
    let meant = nearest.map(|s| host_of(s, &client.namespace));
    let hint = meant.as_ref().map(|m| format!(" (did you mean `{m}`?)")).unwrap_or_default();
    let gone = missing.map(|m| format!("no Service `{m}` exists")).unwrap_or_default();
    let complaint = wrong.complaint.as_ref();
    let mut finding =
        Finding::new(client.clone(), format!("`{}` calls MongoDB at `{}`, a name that does not exist", client.name, mention.host), first)
            .workload(Some(client.clone()))
            .summary(format!("{} names `{}`; {gone}{hint}.", capitalised(&mention.used_by), mention.host))
            .confidence(if complaint.is_some() { 0.95 } else { 0.85 })
            .evidence(evidence)
            .evidence(nearest.map(Object::named))
            .evidence(complaint.map(|heard| heard.log.evidence(heard.hit)));
    if let Some(holder) = &mention.holder {
        finding = finding.cause(holder.clone());
    }
    let to = meant.map(|m| format!(" to `{m}`")).unwrap_or_default();
    finding.remedy(format!("Correct the host{to}."), crate::commands::edit(mention.holder.as_ref().unwrap_or(client)))
}

/// By the client's own word.
fn heard(context: &Context<'_>, call: &Call<'_>) -> Option<Finding> {
    let (engine, client) = (call.engine?, &call.complaint.client);
    let host = call.host.unwrap_or("its host");
    let nearest = call.host.filter(|_| call.failure == Failure::NameUnknown).and_then(|h| nearest(context, h, engine));
    let meant = nearest.map(|s| host_of(s, &client.namespace));
    // Without a ready pod neither a headless Service nor a pod has a name.
    let service = |t: &ObjectRef| context.snapshot.service(&t.namespace, &t.name);
    let pods = call.target.as_ref().filter(|t| t.kind == "Pod" || service(t).is_some_and(|s| s.is_headless()));
    let exists = call.target.as_ref().map(|t| {
        let why = pods.map_or("DNS does not know it, or is not asked", |_| "without a ready pod it has no address");
        format!(" {} `{}/{}` exists: {why}.", t.kind, t.namespace, t.name)
    });
    let hint = meant.as_ref().filter(|_| exists.is_none()).map(|m| format!(" Did you mean `{m}`?")).unwrap_or_default();
    let mut finding = call
        .complaint
        .finding(format!("`{}` cannot resolve the name of {}: `{host}`", client.name, engine.name()))
        .summary(format!("The connection to `{}` {}.{}{hint}", call.address(), call.words(), exists.unwrap_or_default()))
        .confidence(if call.failure == Failure::NameUnknown { 0.88 } else { 0.75 })
        .evidence(nearest.map(Object::named));
    let setting = setting(context, client, engine);
    finding = pods.into_iter().cloned().fold(finding, Finding::depends_on);
    finding = finding.evidence(setting.as_ref().map(|s| s.evidence.clone()));
    Some(match (setting, meant) {
        (Some(setting), Some(meant)) if call.target.is_none() => {
            let value = uri(engine, &meant, call.port.unwrap_or(engine.port()));
            let finding = finding.remedy(format!("Correct the host in {} to `{meant}`.", setting.words()), setting.change(client, &value));
            setting
                .restart(client)
                .into_iter()
                .fold(finding, |f, command| f.remedy("Then start the pods anew, so that they read it.", command))
        }
        _ => finding.remedy(
            "Ask for the name from the client.",
            format!("kubectl exec {}{} -- nslookup {host}", call.complaint.pod.name, call.complaint.pod.namespace_flag()),
        ),
    })
}

/// The Service that was probably meant: of the same name in another namespace, else the nearest name; of this kind of
/// database before others.
fn nearest<'a>(context: &Context<'a>, host: &str, engine: Engine) -> Option<&'a Object<Service>> {
    let name = host.split('.').next().unwrap_or(host);
    let services = &context.snapshot.services;
    let same = || services.iter().find(|s| s.metadata.name == name);
    let of_kind = || services.iter().filter(|s| s.spec.ports.iter().any(|p| p.port == i32::from(engine.port())));
    let found =
        same().map(|s| s.metadata.name.as_str()).or_else(|| similarity::nearest(name, of_kind().map(|s| s.metadata.name.as_str())))?;
    of_kind().find(|s| s.metadata.name == found).or_else(|| services.iter().find(|s| s.metadata.name == found))
}

/// A Service's host as a pod of a namespace may write it.
fn host_of(service: &Object<Service>, from: &str) -> String {
    let meta = &service.metadata;
    if meta.namespace == from { meta.name.clone() } else { format!("{}.{}", meta.name, meta.namespace) }
}
