//! # environment-address-mismatch
//!
//! An address in a workload's configuration leads nowhere: no Service has the name, or its Service does not take the port.
//!
//! ## What it detects
//! `host:port` in environment variables, arguments and ConfigMaps (URLs, lists of hosts, `…_HOST` with `…_PORT`), followed to
//! the Services of the cluster: a name that no Service bears, or a port that the Service does not have. The nearest Service
//! or the Service's real ports are offered. Complaints in the client's log make it surer.
//!
//! ## Why it happens
//! A slip of the pen, a Service that was renamed or got another port, a namespace that is missing in the name, or values
//! taken over from another environment. Nothing checks such a string before the first call fails, and many clients start
//! without calling.
//!
//! ## How to confirm
//! `kubectl get service -n NAMESPACE` shows names and ports; from a pod of the client, `nslookup HOST` and `nc -zv HOST PORT`.
//!
//! ## How to fix
//! Correct the variable, argument or ConfigMap key, and start the pods anew where the value comes from a ConfigMap.
//!
//! ## When it stays silent
//! For hosts outside the cluster, when Services were not collected completely, for addresses of MongoDB (the database rules
//! follow them), and when a whole Service is missing that a workload of that name should have (service-missing). Addresses of
//! telemetry, and those that nobody complains of and nothing resembles, are told as hints only.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use crate::addresses::{Fault, Wrong, wrong};
use crate::commands;
use crate::wording::{capitalised, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "environment-address-mismatch",
    title: "An address in the configuration leads to no Service",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Configuration and Secret Issues",
    needs: &[Need::Objects("services"), Need::AnyOf(&["pods", "deployments", "statefulsets", "daemonsets"])],
    produces: &[Effect::DependencyDown, Effect::NameUnresolved],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    wrong(context).iter().filter(|w| !w.lacks_service()).map(|w| finding(context, w)).collect()
}

fn finding(context: &Context<'_>, wrong: &Wrong<'_>) -> Finding {
    let (mention, client) = (&wrong.mention, &wrong.client.reference);
    let address = match mention.port {
        Some(port) => format!("{}:{port}", mention.host),
        None => mention.host.to_owned(),
    };
    let (why, right, near) = match &wrong.fault {
        Fault::Port(service) => port_words(mention.host, service, mention.port),
        Fault::Name { service, nearest, .. } => {
            let meant = nearest.map(|n| host_of(n, &client.namespace));
            let hint = meant.as_ref().map(|m| format!("; did you mean `{m}`?")).unwrap_or_default();
            (format!("no Service `{}` exists in namespace `{}`{hint}", service.name, service.namespace), meant, nearest.is_some())
        }
    };
    let certain = wrong.complaint.is_some();
    let severity = match (certain || near && !mention.in_file, wrong.unwell) {
        _ if wrong.is_dispensable() => Severity::Low,
        (_, true) | (true, _) => Severity::High,
        (false, false) => Severity::Low,
    };
    let mut evidence = mention.evidence.iter().cloned();
    let first = evidence.next().unwrap_or_else(|| wrong.client.origin.at("/metadata/name", client.name.as_str()));
    let mut finding = Finding::new(
        client.clone(),
        format!("{} `{}` is configured with `{address}`, which leads nowhere", client.kind, client.name),
        first,
    )
    .summary(format!("{} names `{address}`, but {why}.{}", capitalised(&mention.used_by), complaint_words(wrong)))
    .workload(Some(client.clone()))
    .severity(severity)
    .confidence(match (certain, near) {
        (true, _) => 0.95,
        (false, true) => 0.9,
        (false, false) => 0.6,
    })
    .evidence(evidence)
    .seen(None, context.snapshot.taken_at);
    if let Some(holder) = &mention.holder {
        finding = finding.cause(holder.clone());
    }
    match &wrong.fault {
        Fault::Port(service) => {
            finding = finding.evidence(
                service.spec.ports.iter().enumerate().map(|(i, p)| service.evidence(format!("/spec/ports/{i}/port"), p.port.to_string())),
            )
        }
        Fault::Name { nearest, .. } => finding = finding.evidence(nearest.map(Object::named)),
    }
    if let Some(heard) = &wrong.complaint {
        finding = finding.evidence([heard.log.evidence(heard.hit)]).seen(heard.hit.first.time, heard.hit.last.time);
    }
    let place = mention.holder.as_ref().unwrap_or(client);
    let instead = right.map(|r| format!(" to `{r}`")).unwrap_or_default();
    let effect = if mention.holder.is_some() { "Pods read it when they start" } else { "This replaces the pods" };
    let finding = finding.remedy(format!("Change `{address}`{instead}. {effect}."), commands::edit(place));
    match &mention.holder {
        Some(_) if client.kind != "Pod" => {
            finding.remedy("Then start the pods anew.", format!("kubectl rollout restart {}{}", target(client), client.namespace_flag()))
        }
        _ => finding,
    }
}

/// What a Service offers instead of a port: in words, the right address when there is only one, and that it is near.
fn port_words(host: &str, service: &Object<Service>, port: Option<u16>) -> (String, Option<String>, bool) {
    let ports: Vec<String> = service.spec.ports.iter().map(|p| p.port.to_string()).collect();
    let right = ports.first().filter(|_| ports.len() == 1).map(|p| format!("{host}:{p}"));
    let asked = port.map(|p| p.to_string()).unwrap_or_default();
    let ports = listed(ports.iter().map(String::as_str));
    (format!("Service `{}` has no port {asked}; it takes {ports}", service.metadata.name), right, true)
}

/// A Service's host as a pod of a namespace may write it.
fn host_of(service: &Object<Service>, from: &str) -> String {
    let meta = &service.metadata;
    if meta.namespace == from { meta.name.clone() } else { format!("{}.{}", meta.name, meta.namespace) }
}

fn complaint_words(wrong: &Wrong<'_>) -> String {
    match &wrong.complaint {
        Some(heard) => format!(
            " Its log complains of it {}.",
            if heard.hit.count == 1 { "once".to_owned() } else { format!("{} times", heard.hit.count) }
        ),
        None if wrong.unwell => " Its pods are not well.".to_owned(),
        None => String::new(),
    }
}
