//! # certificate-expiring
//!
//! A certificate in use ends within a week.
//!
//! ## What it detects
//! Certificates that an Ingress, gateway or workload shows and whose time ends within seven days of the bundle's time, and the
//! same by the word of an ingress controller where no certificate was collected.
//!
//! ## Why it happens
//! Nobody renews it, or what should renew it fails.
//!
//! ## How to confirm
//! `kubectl get secret NAME -o jsonpath='{.data.tls\.crt}' | base64 -d | openssl x509 -noout -enddate`.
//!
//! ## How to fix
//! Renew it before its time.
//!
//! ## When it stays silent
//! When it is kept by cert-manager and the next renewal lies ahead, for certificates that live two days or less and have more
//! than a tenth of that left (they are renewed by machines), and when nobody uses it.

use std::collections::BTreeMap;

use tarbox_model::facts::Certificate;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use super::certificates::{Users, go_time, is_served, keeper, lines, moment, renewal, said, serving, span, users};

/// The rule.
pub static RULE: Rule = Rule {
    id: "certificate-expiring",
    title: "A certificate in use ends within a week",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "SSL/TLS termination",
    needs: &[Need::AnyOf(&["certificates", "logs"])],
    produces: &[],
    explained_by: &[],
    check,
};

/// Seconds before the end from which on somebody should act.
const WEEK: i64 = 7 * DAY;
const DAY: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(now) = context.snapshot.taken_at else { return Vec::new() };
    let users = users(context);
    let mut findings: BTreeMap<ObjectRef, Finding> = BTreeMap::new();
    for certificate in context.snapshot.certificates.iter().filter(|c| is_served(c)) {
        let holder = certificate.holder();
        let Some(users) = users.get(&holder) else { continue };
        if let Some(left) = left(certificate, now).filter(|_| !is_renewed_in_time(context, &holder, now)) {
            findings.entry(holder).or_insert(finding(context, certificate, users, left));
        }
    }
    for (log, hit) in lines(context, "ingress-certificate-expiring") {
        let (Some(host), Some(end)) = (hit.field("host"), hit.field("end").and_then(go_time)) else { continue };
        let Some((ingress, secret)) = serving(context, host) else { continue };
        let left = end.as_second() - now.as_second();
        if context.snapshot.certificates_of(&secret.namespace, &secret.name).next().is_some() || !(1..=WEEK).contains(&left) {
            continue;
        }
        let finding = Finding::new(ingress, format!("The certificate for `{host}` ends in {}", span(left)), log.evidence(hit))
            .summary(format!("The ingress controller says that the certificate of Secret `{}` ends at {end}.", secret.name))
            .cause(secret.clone())
            .severity(urgency(left))
            .confidence(0.92)
            .seen(hit.first.time, Some(now));
        findings.entry(secret.clone()).or_insert_with(|| renewal(context, finding, &secret));
    }
    findings.into_values().collect()
}

/// Seconds that are left, if they are few.
fn left(certificate: &Certificate, now: Timestamp) -> Option<i64> {
    let left = certificate.not_after?.as_second() - now.as_second();
    let life = certificate.not_after?.as_second() - certificate.not_before?.as_second();
    let few = if life <= 2 * DAY { left * 10 < life } else { left <= WEEK };
    (left > 0 && few).then_some(left)
}

/// Whether cert-manager keeps it and its next renewal lies ahead.
fn is_renewed_in_time(context: &Context<'_>, secret: &ObjectRef, now: Timestamp) -> bool {
    let renewal = keeper(context, secret).and_then(|k| k.text("/status/renewalTime")?.parse::<Timestamp>().ok());
    renewal.is_some_and(|renewal| renewal > now)
}

fn urgency(left: i64) -> Severity {
    if left < DAY { Severity::High } else { Severity::Medium }
}

fn finding(context: &Context<'_>, certificate: &Certificate, users: &Users, left: i64) -> Finding {
    let holder = certificate.holder();
    let front = users.fronts.first();
    let workload = users.workloads.first();
    let shown = match (front, workload) {
        (Some((front, _)), _) => format!(" {} `{}` shows it to its clients.", front.kind, front.name),
        (None, Some(workload)) => format!(" {} `{}` mounts it.", workload.kind, workload.name),
        (None, None) => String::new(),
    };
    let kept = match keeper(context, &holder) {
        Some(keeper) => format!(" cert-manager's Certificate `{}` should have renewed it by now.", keeper.metadata.name),
        None => " Nothing is seen that renews it.".to_owned(),
    };
    let told = certificate.sans.iter().find_map(|host| said(context, "ingress-certificate-expiring", host));
    let finding = Finding::new(
        front.map_or_else(|| holder.clone(), |(front, _)| front.clone()),
        format!("The certificate in Secret `{}` ends in {}", holder.name, span(left)),
        moment(certificate, "not_after", certificate.not_after),
    )
    .summary(format!(
        "It is for {} and ends at {}.{shown}{kept}",
        crate::wording::listed(certificate.sans.iter().map(String::as_str)),
        certificate.not_after.map(|t| t.to_string()).unwrap_or_default()
    ))
    .cause(holder.clone())
    .workload(workload.cloned().filter(|_| front.is_none()))
    .severity(urgency(left))
    .confidence(0.95)
    .evidence(front.map(|(_, place)| place.clone()))
    .evidence(told.map(|(log, hit)| log.evidence(hit)))
    .seen(certificate.not_before, context.snapshot.taken_at);
    renewal(context, finding, &holder)
}
