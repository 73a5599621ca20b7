//! # network-policy-blocks-traffic
//!
//! A network policy stops a client from reaching what it calls.
//!
//! ## What it detects
//! Connections that run into a timeout, followed from the client's pod to the pods behind the address: policies for outgoing
//! traffic at the one, and for incoming traffic at the others, none of which lets the port through. Also, without a line in a
//! log, addresses in the configuration of a client that is not ready.
//!
//! ## Why it happens
//! With the first policy that covers a pod everything is forbidden in that direction that no policy allows: a default deny
//! without the allowance that belongs to it, a label or a namespace that the allowance misses, a port that has changed.
//!
//! ## How to confirm
//! `kubectl describe networkpolicy NAME`; `nc -zv -w 3 HOST PORT` from the client runs into a timeout, and from a pod with the
//! right labels it does not.
//!
//! ## How to fix
//! Add the allowance: policies add up, and a new one takes effect at once.
//!
//! ## When it stays silent
//! When any policy lets the traffic through, when policies or namespaces are not known well enough to tell, for pods on their
//! node's network, and for connections that are refused, which a policy does not do.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{NetworkPolicy, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule};

use super::policy::{Direction, Policies};
use super::stop::{Stop, stops};
use crate::addresses::clients;
use crate::calls::{Failure, calls};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-policy-blocks-traffic",
    title: "A network policy stops a client from reaching what it calls",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Network and Connectivity Issues",
    needs: &[Need::Objects("pods"), Need::AllObjects("networkpolicies")],
    produces: &[Effect::NetworkBroken],
    explained_by: &[],
    check,
};

/// A way that may be stopped.
struct Way<'a> {
    client: &'a Object<Pod>,
    owner: ObjectRef,
    host: &'a str,
    port: u16,
    evidence: Evidence,
    heard: bool,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.snapshot.network_policies.is_empty() {
        return Vec::new();
    }
    let policies = Policies::new(context);
    let mut done: BTreeSet<(ObjectRef, ObjectRef)> = BTreeSet::new();
    let mut findings = Vec::new();
    for way in ways(context) {
        let Some(stop) = stops(context, &policies, way.client, way.host, way.port) else { continue };
        let Some(policy) = stop.by.first() else { continue };
        if done.insert((way.owner.clone(), policy.reference())) {
            findings.push(finding(context, &way, &stop, policy));
        }
    }
    findings
}

/// Ways that clients complain of, then those that are configured in clients that are not ready.
fn ways<'a>(context: &Context<'a>) -> Vec<Way<'a>> {
    let snapshot = context.snapshot;
    let mut all = Vec::new();
    for call in calls(context).into_iter().filter(|c| matches!(c.failure, Failure::TimedOut | Failure::Unselected)) {
        let pod = snapshot.pod(&call.complaint.pod.namespace, &call.complaint.pod.name);
        if let (Some(client), Some(host), Some(port)) = (pod, call.host, call.port) {
            let evidence = call.complaint.log.evidence(call.complaint.hit);
            all.push(Way { client, owner: call.complaint.client.clone(), host, port, evidence, heard: true });
        }
    }
    let sick = |p: &&Object<Pod>| {
        p.is_active()
            && !p.is_ready()
            && p.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.restart_count > 0))
    };
    for client in clients(context) {
        let alone = snapshot.pod(&client.reference.namespace, &client.reference.name).filter(|_| client.reference.kind == "Pod");
        let Some(pod) = context.relations.pods_of(snapshot, &client.reference).chain(alone).find(sick) else { continue };
        for mention in client.mentions(context).into_iter().filter(|m| m.sure && !m.in_file) {
            let evidence = mention.evidence.into_iter().next();
            if let (Some(port), Some(evidence)) = (mention.port, evidence) {
                all.push(Way { client: pod, owner: client.reference.clone(), host: mention.host, port, evidence, heard: false });
            }
        }
    }
    all
}

fn finding(context: &Context<'_>, way: &Way<'_>, stop: &Stop<'_>, policy: &Object<NetworkPolicy>) -> Finding {
    let (owner, host, port) = (&way.owner, way.host, way.port);
    let names = listed(stop.by.iter().map(|p| p.metadata.name.as_str()));
    let (covered, lacking) = match stop.direction {
        Direction::Ingress => {
            (format!("the pods behind `{host}`"), format!("none lets the pods of `{}` in on port {}", owner.name, stop.port))
        }
        Direction::Egress => (format!("the pods of `{}`", owner.name), format!("none lets them out to `{host}` on port {}", stop.port)),
    };
    let why = if way.heard {
        "Its connections run into a timeout, by its log."
    } else {
        "Its pods are not ready, and their configuration names the address."
    };
    let mut finding = Finding::new(
        way.client.reference(),
        format!("Network policy {names} stops `{}` from reaching `{host}:{port}`", owner.name),
        way.evidence.clone(),
    )
    .summary(format!(
        "{} covered by {names} (namespace `{}`, {}), and {lacking}. {why}",
        crate::wording::capitalised(&format!("{covered} are")),
        policy.metadata.namespace,
        stop.direction.as_str()
    ))
    .workload((owner.kind != "Pod").then(|| owner.clone()))
    .cause(policy.reference())
    .confidence(if way.heard { 0.95 } else { 0.7 })
    .severity(if way.heard { Severity::Critical } else { Severity::High })
    .evidence(stop.by.iter().take(3).map(|p| p.named()))
    .seen(policy.metadata.written_at(), context.snapshot.taken_at)
    .remedy("Let the traffic through. Policies add up, and nothing restarts.", stop.allowance(way.client, owner))
    .remedy(
        "Try the way from the client.",
        format!("kubectl exec {}{} -- nc -zv -w 3 {host} {port}", way.client.metadata.name, way.client.reference().namespace_flag()),
    );
    if let Some(target) = &stop.target {
        finding = finding.depends_on(target.clone());
    }
    finding
}
