//! # certificate-expired
//!
//! A certificate in use has expired, or is not valid yet.
//!
//! ## What it detects
//! Certificates of TLS Secrets, and authorities of webhooks and aggregated APIs, whose time is over at the bundle's time, with
//! the Ingress, gateway or workload that shows them; also the same by the word of an ingress controller, or of a client or
//! server in its log where no certificate was collected.
//!
//! ## Why it happens
//! Nobody renewed it, cert-manager could not, or the renewed file was put into another Secret. Clients refuse the connection.
//!
//! ## How to confirm
//! `kubectl get secret NAME -o jsonpath='{.data.tls\.crt}' | base64 -d | openssl x509 -noout -dates`.
//!
//! ## How to fix
//! Put a renewed certificate with its key into the Secret.
//!
//! ## When it stays silent
//! When the Secret holds a valid certificate by now, and for bundles of trusted authorities. A Secret that nobody uses is told
//! as a hint.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::facts::Certificate;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use super::certificates::{Users, go_time, is_served, lines, moment, renewal, said, serving, span, users};
use super::refused;

/// The rule.
pub static RULE: Rule = Rule {
    id: "certificate-expired",
    title: "A certificate in use has expired",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "SSL/TLS termination",
    needs: &[Need::AnyOf(&["certificates", "logs"])],
    produces: &[Effect::DependencyDown],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(now) = context.snapshot.taken_at else { return Vec::new() };
    let users = users(context);
    let mut findings: BTreeMap<ObjectRef, Finding> = BTreeMap::new();
    for certificate in context.snapshot.certificates.iter().filter(|c| is_served(c) || is_webhooks(c)) {
        let over = certificate.not_after.is_some_and(|end| end <= now);
        let early = certificate.not_before.is_some_and(|begin| begin > now);
        if over || early {
            let finding = finding(context, certificate, users.get(&certificate.holder()), now, over);
            findings.entry(certificate.holder()).or_insert(finding);
        }
    }
    let known: BTreeSet<ObjectRef> = context.snapshot.certificates.iter().map(Certificate::holder).collect();
    for (log, hit) in lines(context, "ingress-certificate-expired") {
        let Some(host) = hit.field("host") else { continue };
        let served = serving(context, host);
        // What the Secret holds now is known better.
        if served.as_ref().is_some_and(|(_, secret)| known.contains(secret) || renewed(context, secret, hit.last.time)) {
            continue;
        }
        let pod = log.pod_reference();
        let (subject, secret) = served.map_or_else(|| (pod.clone(), None), |(ingress, secret)| (ingress, Some(secret)));
        let end = hit.field("end").unwrap_or_default();
        let mut finding = Finding::new(subject.clone(), format!("The certificate for `{host}` has expired"), log.evidence(hit))
            .summary(format!("The ingress controller says that it ended at {end}. Clients that check it refuse the connection."))
            .confidence(0.93)
            .seen(go_time(end), hit.last.time.or(Some(now)));
        if let Some(secret) = &secret {
            finding = renewal(context, finding.cause(secret.clone()), secret);
        }
        findings.entry(secret.unwrap_or(subject)).or_insert(finding);
    }
    let mut all: Vec<Finding> = findings.into_values().collect();
    if all.is_empty() {
        all.extend(refused::expired(context));
    }
    all
}

/// Authorities by which the API server trusts what it calls.
fn is_webhooks(certificate: &Certificate) -> bool {
    matches!(certificate.kind.as_str(), "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" | "APIService")
        && certificate.error.is_empty()
}

/// Whether a Secret was written after a line.
fn renewed(context: &Context<'_>, secret: &ObjectRef, line: Option<Timestamp>) -> bool {
    let written = context.snapshot.secret(&secret.namespace, &secret.name).and_then(|s| s.metadata.written_at());
    written.zip(line).is_some_and(|(written, line)| written > line)
}

fn finding(context: &Context<'_>, certificate: &Certificate, users: Option<&Users>, now: Timestamp, over: bool) -> Finding {
    let holder = certificate.holder();
    let time = if over { certificate.not_after } else { certificate.not_before };
    let ago = span(time.map_or(0, |t| now.as_second() - t.as_second()));
    let hosts = if certificate.sans.is_empty() {
        String::new()
    } else {
        format!(" for {}", crate::wording::listed(certificate.sans.iter().map(String::as_str)))
    };
    let link = if certificate.index > 0 { "An authority in the chain" } else { "The certificate" };
    let what = if over { format!("expired {ago} ago") } else { format!("is valid only in {ago}") };
    let front = users.and_then(|u| u.fronts.first());
    let workload = users.and_then(|u| u.workloads.first());
    let shown = match (front, workload) {
        (Some((front, _)), _) => format!(" {} `{}` shows it to its clients.", front.kind, front.name),
        (None, Some(workload)) => format!(" {} `{}` mounts it.", workload.kind, workload.name),
        (None, None) if holder.kind != "Secret" => " The API server no longer trusts what it calls by it.".to_owned(),
        (None, None) => " Nobody is seen to use it.".to_owned(),
    };
    let told = certificate.sans.iter().find_map(|host| said(context, "ingress-certificate-expired", host));
    let finding = Finding::new(
        front.map_or_else(|| holder.clone(), |(front, _)| front.clone()),
        format!("The certificate in {} `{}`{hosts} {what}", holder.kind, holder.name),
        moment(certificate, if over { "not_after" } else { "not_before" }, time),
    )
    .summary(format!(
        "{link} of {} `{}` (key `{}`, subject `{}`) {what}, at {}.{shown}",
        holder.kind,
        holder.name,
        certificate.field,
        certificate.subject,
        time.map(|t| t.to_string()).unwrap_or_default()
    ))
    .cause(holder.clone())
    .workload(workload.cloned().filter(|_| front.is_none()))
    .severity(match (front, workload) {
        (Some(_), _) => Severity::Critical,
        (None, Some(_)) => Severity::High,
        (None, None) if holder.kind != "Secret" => Severity::High,
        (None, None) => Severity::Low,
    })
    .confidence(if front.is_some() || told.is_some() { 0.98 } else { 0.9 })
    .evidence(front.map(|(_, place)| place.clone()))
    .evidence(told.map(|(log, hit)| log.evidence(hit)))
    .seen(time.filter(|_| over), Some(now));
    if holder.kind == "Secret" {
        renewal(context, finding, &holder)
    } else {
        finding.remedy(
            "Let its owner write the new authority into it.",
            format!("kubectl describe {} {}", holder.kind.to_lowercase(), holder.name),
        )
    }
}
