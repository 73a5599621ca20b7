//! # ingress-upstream-errors
//!
//! Requests through an Ingress end with 502, 503 or 504.
//!
//! ## What it detects
//! Lines of an ingress controller's access log with a status that says that the backend did not answer, and nginx's own
//! errors about it, counted for each backend and with nginx's reason.
//!
//! ## Why it happens
//! 503: nobody is behind the Service. 502: the pods refuse or cut the connection (wrong port, crash, wrong protocol). 504:
//! they do not answer in time.
//!
//! ## How to confirm
//! `kubectl logs -n ingress-nginx -l app.kubernetes.io/name=ingress-nginx`.
//!
//! ## How to fix
//! Mend what is behind the Service; the controller follows by itself.
//!
//! ## When it stays silent
//! When the last such line is more than five minutes old, or older than the moment from which on all pods behind the Service
//! are ready. A single failed request is a hint.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::condition;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use super::upstreams::failed;
use crate::complaints::Complaint;
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-upstream-errors",
    title: "Requests through an Ingress end with 502, 503 or 504",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Ingress Issues",
    needs: &[Need::Logs],
    produces: &[],
    explained_by: &[Effect::IngressErrors, Effect::Unreachable, Effect::NoEndpoints],
    check,
};

/// What the log tells of one backend.
#[derive(Default)]
struct Failures<'a> {
    statuses: BTreeMap<&'a str, u64>,
    reasons: BTreeSet<&'a str>,
    /// nginx's own errors.
    count: u64,
    lines: Vec<Complaint<'a>>,
    /// Lines that say that nobody is behind it.
    empty: Vec<Complaint<'a>>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut failures: BTreeMap<ObjectRef, Failures<'_>> = BTreeMap::new();
    for (line, service) in failed(context) {
        let hit = line.hit;
        if recovered(context, &service, hit.last.time) {
            continue;
        }
        let entry = failures.entry(service).or_default();
        if hit.signature == "ingress-service-empty" {
            entry.empty.push(line);
            continue;
        }
        entry.count += if hit.signature == "nginx-upstream-failed" { hit.count } else { 0 };
        if let Some(status) = hit.field("status") {
            *entry.statuses.entry(status).or_default() += hit.count;
        }
        entry.reasons.extend(hit.field("why"));
        entry.lines.push(line);
    }
    failures.iter().filter_map(|(service, failures)| finding(context, service, failures)).collect()
}

/// Whether all pods behind a Service became ready after a moment.
fn recovered(context: &Context<'_>, service: &ObjectRef, last: Option<Timestamp>) -> bool {
    let mut pods = context.relations.pods_behind(context.snapshot, service).filter(|p| p.is_active()).peekable();
    let since = |p: &tarbox_model::object::Pod| condition(&p.status.conditions, "Ready").and_then(|(_, c)| c.last_transition_time);
    pods.peek().is_some() && pods.all(|p| p.is_ready() && since(p).zip(last).is_some_and(|(since, last)| last < since))
}

fn finding(context: &Context<'_>, service: &ObjectRef, failures: &Failures<'_>) -> Option<Finding> {
    // That nobody is behind a Service is told by the Service itself, where it is known.
    let known = context.snapshot.service(&service.namespace, &service.name).is_some();
    let lines: Vec<&Complaint<'_>> =
        failures.lines.iter().chain(failures.empty.iter().filter(|_| !known || !failures.lines.is_empty())).collect();
    let first = lines.first()?;
    let ingress = context.relations.ingresses_of(context.snapshot, service).into_iter().next();
    let total: u64 = failures.statuses.values().sum();
    let statuses: Vec<String> = failures.statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    let through = ingress.as_ref().map(|i| format!(" through Ingress `{}`", i.name)).unwrap_or_default();
    let reasons: Vec<&str> = failures.reasons.iter().copied().collect();
    let title = match (statuses.is_empty(), failures.statuses.keys().next()) {
        (false, Some(status)) if failures.statuses.len() == 1 => {
            format!("Requests to Service `{}`{through} end with {status}", service.name)
        }
        (false, _) => format!("Requests to Service `{}`{through} fail", service.name),
        _ if reasons.is_empty() => format!("The ingress controller finds nobody behind Service `{}`", service.name),
        _ => format!("The ingress controller gets no answer from Service `{}`", service.name),
    };
    let counts = if statuses.is_empty() {
        String::new()
    } else {
        format!("{}: {}.", counted(usize::try_from(total).unwrap_or(usize::MAX), "failed request"), statuses.join(", "))
    };
    let mut why = if reasons.is_empty() { String::new() } else { format!(" nginx says: {}.", reasons.join("; ")) };
    if !failures.empty.is_empty() {
        why += " The controller says that the Service has no active endpoint.";
    }
    let (seen, last) = (lines.iter().filter_map(|l| l.hit.first.time).min(), lines.iter().filter_map(|l| l.hit.last.time).max());
    let finding = Finding::new(ingress.unwrap_or_else(|| service.clone()), title, first.log.evidence(first.hit))
        .summary(format!("{counts}{why}").trim().to_owned())
        // One failed request is no outage.
        .severity(if !failures.lines.is_empty() && total.max(failures.count) == 1 { Severity::Low } else { Severity::High })
        .confidence(0.85)
        .evidence(lines.iter().skip(1).take(3).map(|l| l.log.evidence(l.hit)))
        .seen(seen, last)
        .depends_on(service.clone());
    Some(finding.remedy(
        "See who is behind the Service, and whether it is ready.",
        format!("kubectl get endpointslices -l kubernetes.io/service-name={}{}", service.name, service.namespace_flag()),
    ))
}
