//! # mongodb-down
//!
//! No pod of the MongoDB server is ready.
//!
//! ## What it detects
//! The StatefulSet or Deployment behind a MongoDB database (known by its image, its port 27017, or by who calls it) that is
//! scaled to zero, has no pods, or has pods of which none is ready; with the reason that the pods or the server's log give.
//! Where only the Service is left in the bundle, clients that complain of it and a Service without pods are enough.
//!
//! ## Why it happens
//! It was scaled down and not up again; its volume is full or cannot be mounted; it is killed for its memory; its data is
//! locked, broken or of another version; its configuration is refused.
//!
//! ## How to confirm
//! `kubectl get statefulset,pod -n NAMESPACE`, then `kubectl logs POD --previous`: mongod's last lines name the reason.
//!
//! ## How to fix
//! By that reason; scaled to zero, scale it up again. Clients come back by themselves once it answers.
//!
//! ## When it stays silent
//! While any of its pods is ready, and in the first minute of new pods. Exporters, operators and backups are not taken for the
//! server. A server that nobody is known to call and that was scaled to zero is told as less grave.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use super::engine::Engine;
use super::servers::{Server, servers};
use super::vanished::vanished;
use crate::addresses::{Calling, callers};
use crate::calls::calls;
use crate::wording::{counted, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "mongodb-down",
    title: "No pod of the MongoDB server is ready",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::AnyOf(&["pods", "statefulsets", "deployments"])],
    produces: &[Effect::Exits, Effect::NotReady, Effect::NoEndpoints],
    explained_by: &[Effect::Exits, Effect::NotStarted, Effect::NotReady],
    check,
};

/// Seconds for which pods that have not restarted may well be starting.
const GRACE: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let servers: Vec<Server<'_>> = servers(context).into_iter().filter(|s| s.engine == Engine::MongoDb).collect();
    let mut findings = Vec::new();
    if servers.iter().any(|s| s.ready() == 0) {
        let callers = callers(context);
        for server in servers.iter().filter(|s| s.ready() == 0) {
            findings.extend(down(context, server, &callers.of(&server.services(context))));
        }
    }
    findings.extend(vanished(context, &servers, &calls(context)));
    findings
}

/// A server without a ready pod.
fn down(context: &Context<'_>, server: &Server<'_>, calling: &Calling) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, &server.reference);
    let young = |pod: &Object<Pod>| {
        let began = pod.status.start_time.or(pod.metadata.creation_timestamp);
        snapshot.age_seconds(began).is_some_and(|age| age < GRACE)
            && pod.containers().all(|v| v.status.is_none_or(|(_, _, s)| s.restart_count == 0))
    };
    let complete = snapshot.coverage.is_complete("pods");
    if server.pods.is_empty() && !(server.is_scaled_to_zero() || complete && server.wanted.is_some()) {
        return None;
    }
    if !server.pods.is_empty() && server.pods.iter().copied().all(young) && !calling.complaining {
        return None;
    }
    let scaled = server.is_scaled_to_zero();
    let (why, mut evidence) = reason(context, server);
    evidence.extend(calling.evidence.iter().take(2).cloned());
    let mut evidence = evidence.into_iter();
    let first = evidence.next().or_else(|| server.evidence())?;
    let clients = listed(calling.clients.iter().map(|c| c.name.as_str()));
    let who = match (calling.clients.is_empty(), calling.complaining) {
        (true, _) => String::new(),
        (false, true) => format!(" {clients} cannot reach it."),
        (false, false) => format!(" {clients} depends on it."),
    };
    let state = if scaled { "is scaled to zero" } else { "is down" };
    let mut finding = Finding::new(reference.clone(), format!("MongoDB `{}` {state}", reference.name), first)
        .workload(Some(reference.clone()))
        .summary(format!("{why}{who}"))
        .confidence(if scaled && calling.clients.is_empty() { 0.7 } else { 0.92 })
        .evidence(evidence)
        .seen(server.unready_since(), snapshot.taken_at);
    if scaled && calling.clients.is_empty() {
        finding = finding.severity(Severity::Medium);
    }
    Some(remedies(finding, server, scaled))
}

/// Why, in words, with evidence.
fn reason(context: &Context<'_>, server: &Server<'_>) -> (String, Vec<Evidence>) {
    let kind = &server.reference.kind;
    if let Some((origin, wanted)) = server.wanted.filter(|_| server.pods.is_empty()) {
        let place = origin
            .at(if wanted == 0 { "/spec/replicas" } else { "/metadata/name" }, if wanted == 0 { "0" } else { &server.reference.name });
        let words = if wanted == 0 {
            format!("`replicas` of the {kind} is 0: no server runs.")
        } else {
            format!("The {kind} wants {}, and none exists.", counted(usize::try_from(wanted).unwrap_or(0), "pod"))
        };
        return (words, vec![place]);
    }
    let mut evidence = Vec::new();
    let mut words = format!("None of its {} is ready.", counted(server.pods.len(), "pod"));
    if let Some((said, place)) = server.pods.iter().find_map(|pod| super::servers::trouble(pod)) {
        words.push_str(&format!(" {said}"));
        evidence.push(place);
    }
    if let Some((said, place)) = super::servers::last_words(context, server) {
        words.push_str(&format!(" mongod says: {said}"));
        evidence.push(place);
    }
    (words, evidence)
}

fn remedies(finding: Finding, server: &Server<'_>, scaled: bool) -> Finding {
    let (object, flag) = (target(&server.reference), server.reference.namespace_flag());
    if scaled {
        return finding.remedy(
            "Start it again, with as many members as it had. Clients connect again by themselves.",
            format!("kubectl scale {object}{flag} --replicas=1"),
        );
    }
    let Some(pod) = server.pods.first() else {
        return finding.remedy("See why no pod is made.", format!("kubectl describe {object}{flag}"));
    };
    let container = if server.container.is_empty() { String::new() } else { format!(" -c {}", server.container) };
    let restarted = pod.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.restart_count > 0));
    let previous = if restarted { " --previous" } else { "" };
    finding
        .remedy("Read what the server said last.", format!("kubectl logs {}{container}{flag}{previous}", pod.metadata.name))
        .remedy("See what keeps its pod from being ready.", format!("kubectl describe pod {}{flag}", pod.metadata.name))
}
