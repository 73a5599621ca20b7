//! # database-unreachable
//!
//! A client does not reach its database.
//!
//! ## What it detects
//! Refused, broken or missing connections to a database, and TLS that does not come about, in the logs of clients (MongoDB,
//! PostgreSQL, MySQL and Redis drivers), followed from the host that the driver names to the Service, its endpoints and its pods.
//!
//! ## Why it happens
//! The database is down, has no ready pod, listens only on its own loopback address, or is not where the client looks for it.
//!
//! ## How to confirm
//! `kubectl get endpointslice -l kubernetes.io/service-name=SERVICE`; from a pod of the client, `nc -zv HOST PORT`.
//!
//! ## How to fix
//! By what stands behind the address: start the database, correct the Service, or correct the client's URI.
//!
//! ## When it stays silent
//! When the client has recovered, when the port is wrong (database-wrong-port), the name is not resolved
//! (database-name-unresolved), the connection times out (database-timeout) or the log-in fails (database-authentication-failed).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::way::{Way, Ways};
use crate::calls::{Call, Failure, calls};
use crate::wording::capitalised;

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-unreachable",
    title: "A client does not reach its database",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::NotReady, Effect::NetworkBroken, Effect::NameUnresolved, Effect::Misconfigured],
    check,
};

/// Words by which a client says that it was shown a certificate which is out of date or meant for others.
const CERTIFICATE: [&str; 5] = ["expired", "not valid for", "is valid for", "doesn't match", "mismatch"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let failures = [Failure::Refused, Failure::NoRoute, Failure::Reset, Failure::Unselected, Failure::Protocol, Failure::Tls];
    let calls = calls(context);
    let ways = Ways::default();
    calls.iter().filter(|c| c.engine.is_some() && failures.contains(&c.failure)).filter_map(|c| finding(context, &ways, c)).collect()
}

fn finding<'a>(context: &Context<'a>, ways: &Ways<'a>, call: &Call<'_>) -> Option<Finding> {
    let engine = call.engine?;
    let way = ways.follow(context, call);
    // A certificate that has expired, or is another host's, has a rule of its own.
    let text = call.complaint.hit.first.text.to_ascii_lowercase();
    let certificate = call.failure == Failure::Tls && CERTIFICATE.iter().any(|w| text.contains(w));
    if certificate || way.other_ports.is_some() || call.failure == Failure::Protocol && call.target.is_none() {
        return None;
    }
    let (client, address) = (&call.complaint.client, call.address());
    let mut finding = call
        .complaint
        .finding(format!("`{}` does not reach {} at `{address}`", client.name, engine.name()))
        .summary(format!("The connection {}, {} times by the log. {}", call.words(), call.complaint.hit.count, capitalised(&way.words)))
        .confidence(if call.host.is_some() { 0.85 } else { 0.7 })
        .evidence(way.evidence.iter().cloned());
    if let Some(cause) = at_fault(call, &way) {
        finding = finding.cause(cause);
    }
    for object in depends(call, &way) {
        finding = finding.depends_on(object);
    }
    Some(remedies(finding, call, &way))
}

/// The workload behind the address, when it is one; else the Service.
fn at_fault(call: &Call<'_>, way: &Way) -> Option<ObjectRef> {
    way.behind.first().filter(|_| way.behind.len() == 1).or(call.target.as_ref()).cloned()
}

/// Whose failure would explain it.
fn depends(call: &Call<'_>, way: &Way) -> impl Iterator<Item = ObjectRef> {
    call.target.iter().cloned().chain(way.behind.iter().cloned()).collect::<Vec<_>>().into_iter()
}

fn remedies(finding: Finding, call: &Call<'_>, way: &Way) -> Finding {
    let finding = match &call.target {
        Some(service) if service.kind == "Service" => finding.remedy(
            "See who stands behind the Service.",
            format!("kubectl get endpointslice -l kubernetes.io/service-name={}{}", service.name, service.namespace_flag()),
        ),
        _ => finding,
    };
    let finding = match way.behind.first() {
        Some(workload) => finding.remedy(
            "See how the database does.",
            format!("kubectl describe {}{}", crate::wording::target(workload), workload.namespace_flag()),
        ),
        None => finding,
    };
    match (call.host, call.port) {
        (Some(host), Some(port)) => finding.remedy(
            "Try the way from the client.",
            format!("kubectl exec {}{} -- nc -zv {host} {port}", call.complaint.pod.name, call.complaint.pod.namespace_flag()),
        ),
        _ => finding.remedy("Read the lines around.", call.complaint.logs_command()),
    }
}
