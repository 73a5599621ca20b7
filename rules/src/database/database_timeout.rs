//! # database-timeout
//!
//! A database does not answer in time.
//!
//! ## What it detects
//! Clients of databases whose logs tell of connections that time out, and of statements, locks and replies that take longer
//! than they may; followed to the Service and pods behind the address.
//!
//! ## Why it happens
//! Packets that are dropped on the way (a network policy, a node whose network is gone), a server that is overloaded or short
//! of CPU, queries without an index, locks that are held for long.
//!
//! ## How to confirm
//! A connection that times out: `nc -zv -w 3 HOST PORT` from a pod of the client. A statement: the server's log of slow queries.
//!
//! ## How to fix
//! By the cause: let the traffic through, add the index, shorten transactions. A longer timeout only hides it.
//!
//! ## When it stays silent
//! When the client has recovered, and for single timeouts of a client that is well.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::engine::Engine;
use super::way::Ways;
use crate::calls::{Call, Failure, calls};
use crate::complaints::{Complaint, complaints};
use crate::wording::capitalised;

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-timeout",
    title: "A database does not answer in time",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Database Performance Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::NotReady, Effect::NetworkBroken, Effect::NoEndpoints, Effect::Slow, Effect::Misconfigured],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (calls, ways) = (calls(context), Ways::default());
    let timed = calls.iter().filter(|c| c.failure == Failure::TimedOut);
    let mut findings: Vec<Finding> = timed.filter_map(|c| connection(context, &ways, c)).collect();
    let servers = super::servers::servers(context);
    for complaint in complaints(context, |hit| hit.signature == "database-slow") {
        let unwell = context.snapshot.pod(&complaint.pod.namespace, &complaint.pod.name).is_some_and(|p| !p.is_ready());
        // A server tells of the same timeouts as its clients; theirs is the side that suffers.
        if (complaint.hit.count > 1 || unwell) && !servers.iter().any(|s| s.reference == complaint.client) {
            findings.push(statement(context, &complaint));
        }
    }
    findings
}

fn connection<'a>(context: &Context<'a>, ways: &Ways<'a>, call: &Call<'_>) -> Option<Finding> {
    let engine = call.engine?;
    let way = ways.follow(context, call);
    if way.other_ports.is_some() {
        return None;
    }
    let (client, address) = (&call.complaint.client, call.address());
    let mut finding = call
        .complaint
        .finding(format!("Connections of `{}` to {} at `{address}` time out", client.name, engine.name()))
        .summary(format!(
            "No answer came {} times by the log, not even a refusal: packets are lost or dropped on the way, or the server hangs. {}",
            call.complaint.hit.count,
            capitalised(&way.words)
        ))
        .severity(Severity::Critical)
        .confidence(0.8)
        .evidence(way.evidence);
    if let Some(cause) = way.behind.first().filter(|_| way.behind.len() == 1).or(call.target.as_ref()) {
        finding = finding.cause(cause.clone());
    }
    let objects: Vec<ObjectRef> = call.target.iter().chain(&way.behind).cloned().collect();
    finding = objects.into_iter().fold(finding, Finding::depends_on);
    let pod = &call.complaint.pod;
    Some(match (call.host, call.port) {
        (Some(host), Some(port)) => finding
            .remedy(
                "Try the way from the client.",
                format!("kubectl exec {}{} -- nc -zv -w 3 {host} {port}", pod.name, pod.namespace_flag()),
            )
            .remedy(
                "See which policies stand between.",
                format!("kubectl get networkpolicy{}", call.target.as_ref().unwrap_or(pod).namespace_flag()),
            ),
        _ => finding.remedy("Read the lines around.", call.complaint.logs_command()),
    })
}

fn statement(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let kind = ["postgres", "mongodb", "mysql", "redis"].into_iter().find(|k| complaint.field(k).is_some());
    let engine = match kind {
        Some("postgres") => Some(Engine::PostgreSql),
        Some("mongodb") => Some(Engine::MongoDb),
        Some("mysql") => Some(Engine::MySql),
        Some("redis") => Some(Engine::Redis),
        _ => Engine::of_words(&complaint.hit.first.text),
    };
    let name = engine.map_or("Its database", Engine::name);
    let said = kind.and_then(|k| complaint.field(k)).or_else(|| complaint.field("other")).unwrap_or("timeout");
    let finding = complaint
        .finding(format!("{name} answers `{}` too late", complaint.client.name))
        .summary(format!("Its log says `{said}` {} times.", complaint.hit.count))
        .confidence(0.75)
        .remedy("Read the lines around.", complaint.logs_command());
    let host = crate::addresses::address_of(complaint.hit).map(|(host, _)| host);
    let target = host.and_then(|h| context.relations.resolve_host(context.snapshot, h, &complaint.log.namespace));
    let target = target.or_else(|| super::setting::only_server(context, &complaint.client, engine?));
    target.into_iter().fold(finding, Finding::depends_on)
}
