//! # replica-set-without-primary
//!
//! A MongoDB replica set has no primary.
//!
//! ## What it detects
//! A set of which no member is primary: by the members' own word (`replSetGetStatus`), by the state that each server's log
//! tells last, or by clients that wait for a primary in vain; with how many members are there and how many a majority takes.
//!
//! ## Why it happens
//! Fewer than half of the members can see each other (pods that are gone, a network that is cut), the set was never
//! initiated, or the members do not find themselves in the set's configuration under their new names.
//!
//! ## How to confirm
//! `mongosh --eval 'rs.status()'` on any member: `stateStr` and `lastHeartbeatMessage` of each.
//!
//! ## How to fix
//! Bring the missing members back; the others then elect by themselves. A set that was never initiated: `rs.initiate()`. Forcing a
//! reconfiguration is the last resort: writes may be lost.
//!
//! ## When it stays silent
//! When a member is primary, when no member of the set is ready at all (mongodb-down), and during the seconds of an election.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::engine::Engine;
use super::logged_state::logged_states;
use super::members::{ReplicaSet, replica_sets};
use super::servers::{Server, led_to, servers};
use crate::complaints::{Complaint, complaints};
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "replica-set-without-primary",
    title: "A MongoDB replica set has no primary",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::AnyOf(&["logs", "mongodb"])],
    produces: &[Effect::Unreachable, Effect::DependencyDown],
    explained_by: &[Effect::NotReady, Effect::NetworkBroken, Effect::NoEndpoints],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let sets = replica_sets(context);
    let mut findings: Vec<Finding> = sets.iter().filter(|s| s.primary().is_none()).map(by_status).collect();
    let told: BTreeSet<ObjectRef> = sets.iter().map(|s| s.server.clone()).collect();
    let servers: Vec<Server<'_>> = servers(context).into_iter().filter(|s| s.engine == Engine::MongoDb).collect();
    let with_primary = by_log(context, &servers, &told, &mut findings);
    // Clients' word counts only where the servers' own does not say otherwise.
    let by_service = led_to(context, &servers);
    let told_of: BTreeSet<ObjectRef> = findings.iter().filter_map(|f| f.workload.clone()).collect();
    for complaint in complaints(context, |hit| hit.signature == "database-no-primary" && hit.field("selection").is_some()) {
        let host = crate::addresses::address_of(complaint.hit).map(|(h, _)| h);
        let service = host.and_then(|h| context.relations.resolve_host(context.snapshot, h, &complaint.log.namespace));
        let service = service.or_else(|| super::setting::only_server(context, &complaint.client, Engine::MongoDb));
        let known = service.as_ref().and_then(|wanted| by_service.get(wanted).copied());
        let spoken = known.is_some_and(|s| told.contains(&s.reference) || with_primary.contains(&s.reference));
        if !spoken && !known.is_some_and(|s| told_of.contains(&s.reference)) {
            findings.push(by_client(&complaint, known, service));
        }
    }
    findings
}

fn by_status(set: &ReplicaSet<'_>) -> Finding {
    let (all, healthy, majority) = (set.members.len(), set.healthy(), set.members.len() / 2 + 1);
    let states: Vec<String> = set.members.iter().map(|m| format!("`{}` is {}", m.name, m.state)).collect();
    let why = if healthy < majority {
        format!("{healthy} of {all} members can vote, a majority takes {majority}")
    } else {
        format!("{healthy} of {all} members can vote, yet none is elected")
    };
    let mut evidence = set.members.iter().map(|m| m.evidence.clone());
    let first = evidence.next().unwrap_or_else(|| set.answer.evidence("/set", set.name));
    let finding = Finding::new(set.pod(), format!("Replica set `{}` of `{}` has no primary", set.name, set.server.name), first)
        .workload(Some(set.server.clone()))
        .depends_on(set.server.clone())
        .summary(format!("{why}: {}. Without a primary nothing can be written.", states.join(", ")))
        .confidence(0.96)
        .evidence(evidence);
    remedies(finding, &set.pod())
}

/// By the newest state that each server's log tells. Gives back the servers that have a primary by it.
fn by_log(context: &Context<'_>, servers: &[Server<'_>], told: &BTreeSet<ObjectRef>, findings: &mut Vec<Finding>) -> BTreeSet<ObjectRef> {
    let newest = logged_states(context);
    let mut with_primary = BTreeSet::new();
    for server in servers.iter().filter(|s| !told.contains(&s.reference)) {
        let states: Vec<_> = server.pods.iter().filter_map(|p| newest.get(&p.reference())).collect();
        if states.iter().any(|s| s.name == "PRIMARY") {
            with_primary.insert(server.reference.clone());
            continue;
        }
        // Every pod must have spoken: a primary whose log is not there is a primary all the same.
        let (Some(first), Some(pod)) = (states.first(), server.pods.first()) else { continue };
        if states.len() < server.pods.len()
            || server.ready() == 0
            || server.wanted.is_some_and(|(_, wanted)| usize::try_from(wanted).is_ok_and(|w| w < 2))
        {
            continue;
        }
        let finding =
            Finding::new(pod.reference(), format!("Replica set of `{}` has no primary", server.reference.name), first.evidence.clone())
                .workload(Some(server.reference.clone()))
                .depends_on(server.reference.clone())
                .summary(format!(
                    "By their logs none of its {} is primary: {}.",
                    counted(states.len(), "member"),
                    states.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
                ))
                .confidence(0.85)
                .evidence(states.iter().skip(1).map(|s| s.evidence.clone()));
        findings.push(remedies(finding, &pod.reference()));
    }
    with_primary
}

fn by_client(complaint: &Complaint<'_>, server: Option<&Server<'_>>, service: Option<ObjectRef>) -> Finding {
    let name = server.map(|s| &s.reference).or(service.as_ref()).map_or_else(|| "its replica set".to_owned(), |o| format!("`{}`", o.name));
    let mut finding = complaint
        .finding(format!("`{}` finds no primary in {name}", complaint.client.name))
        .summary(format!("The driver waited for a primary in vain {} times by the log: nothing can be written.", complaint.hit.count))
        .confidence(0.8);
    if let Some(server) = server {
        finding = finding.cause(server.reference.clone()).depends_on(server.reference.clone());
    }
    finding = service.into_iter().fold(finding, Finding::depends_on);
    let pod = server.and_then(|s| s.pods.first()).map(|p| p.reference());
    match pod {
        Some(pod) => remedies(finding, &pod),
        None => finding.remedy("Read what the driver knows of the members.", complaint.logs_command()),
    }
}

fn remedies(finding: Finding, pod: &ObjectRef) -> Finding {
    finding.remedy(
        "Ask a member how it sees the others; bring back those that it does not reach.",
        format!(
            "kubectl exec {}{} -- mongosh --quiet --eval 'rs.status().members.map(m => [m.name, m.stateStr, m.lastHeartbeatMessage])'",
            pod.name,
            pod.namespace_flag()
        ),
    )
}
