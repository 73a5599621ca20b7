//! # listens-on-loopback
//!
//! A process listens only on its own loopback address, where nobody outside its pod reaches it.
//!
//! ## What it detects
//! Containers whose log says that they listen on `127.0.0.1` (or `localhost`) and on no other address at that port, together
//! with a sign that others want it: the kubelet's probe is refused there, clients of a Service that leads to the port are
//! refused, or, for an address in numbers, a Service leads to the port at all.
//!
//! ## Why it happens
//! Servers for development, and many frameworks by default, listen on the loopback address: enough on a laptop, and nothing in
//! a pod, whose Service and kubelet come by the pod's own address. With a mesh it is no different.
//!
//! ## How to confirm
//! `kubectl port-forward POD PORT` works (it comes by the loopback address), while `nc -zv PODIP PORT` from another pod is
//! refused. `istioctl analyze` says IST0143.
//!
//! ## How to fix
//! Let the process listen on `0.0.0.0`: `--host 0.0.0.0`, `HOST=0.0.0.0`, or whatever the framework calls it.
//!
//! ## When it stays silent
//! When the log names another address for the port as well, when a probe passes there, when no Service leads to the port (a
//! container beside it may be the only client), and for `localhost` without a refusal, since many servers only print it.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::evidence::Evidence;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{LogHit, Run};
use tarbox_model::object::{Object, Pod, PortName, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::ports::{heard_port, offer};
use crate::addresses::callers;
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "listens-on-loopback",
    title: "A process listens only where nobody outside its pod reaches it",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Service Not Accessible",
    needs: &[Need::Logs, Need::Objects("pods")],
    produces: &[Effect::Unreachable, Effect::ProbeFails],
    explained_by: &[],
    check,
};

/// A port on which a container listens on its loopback address only.
struct Hidden<'a> {
    pod: &'a Object<Pod>,
    container: &'a str,
    port: i32,
    /// The address, as the log has it.
    host: &'a str,
    line: Evidence,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let hidden = hidden(context);
    if hidden.is_empty() {
        return Vec::new();
    }
    let callers = callers(context);
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for found in &hidden {
        let owner = context.relations.workload_of_pod(context.snapshot, found.pod).unwrap_or_else(|| found.pod.reference());
        let service = context.relations.services_of_pod(context.snapshot, found.pod).find(|s| leads(s, found));
        let called = service.map(|s| callers.of(&[s.reference()]));
        let refused = called.as_ref().is_some_and(|c| c.complaining);
        let probe = refused_probe(context, found);
        let numbers = found.host != "localhost";
        let named = service.is_some() && numbers;
        if offer(context, &[found.pod]).is_probed(found.port)
            || !(probe.is_some() || refused || named)
            || !told.insert((owner.clone(), found.port))
        {
            continue;
        }
        let (name, port) = (&owner.name, found.port);
        let whom = service.map(|s| format!(" Service `{}` leads there.", s.metadata.name)).unwrap_or_default();
        let probed = if probe.is_some() { " The kubelet's probe is refused." } else { "" };
        let subject = service.map_or_else(|| found.pod.reference(), |s| s.reference());
        findings.push(
            Finding::new(subject, format!("`{name}` listens on port {port} only at its loopback address"), found.line.clone())
                .summary(format!(
                    "Container `{}` of pod `{}` says that it listens on {}:{port}, and on no other address: nobody outside the pod reaches it.{whom}{probed}",
                    found.container, found.pod.metadata.name, found.host
                ))
                .workload(Some(owner.clone()))
                .severity(if service.is_some() { Severity::Critical } else { Severity::High })
                .confidence(match (probe.is_some() || refused, numbers) {
                    (true, true) => 0.96,
                    (true, false) => 0.85,
                    _ => 0.75,
                })
                .evidence(probe)
                .evidence(called.into_iter().filter(|c| c.complaining).flat_map(|c| c.evidence.into_iter().take(2)))
                .seen(found.pod.metadata.creation_timestamp, context.snapshot.taken_at)
                .remedy("Let the process listen on 0.0.0.0 (`--host 0.0.0.0`, `HOST=0.0.0.0`, as its framework calls it). This starts new pods.", edit(&owner)),
        );
    }
    findings
}

/// Ports that containers name with a loopback address only, by pod and container.
fn hidden<'a>(context: &Context<'a>) -> Vec<Hidden<'a>> {
    let mut all = Vec::new();
    for log in context.snapshot.logs.iter().filter(|l| l.run == Run::Current) {
        let mut ports: BTreeMap<i32, Vec<&LogHit>> = BTreeMap::new();
        for hit in log.hits_of("listening") {
            ports.entry(heard_port(hit).unwrap_or_default()).or_default().push(hit);
        }
        ports.retain(|port, hits| *port > 0 && hits.iter().all(|h| h.field("host").is_some_and(is_loopback)));
        let Some(pod) = context.snapshot.pod(&log.namespace, &log.pod).filter(|p| p.is_active() && !ports.is_empty()) else { continue };
        for (port, hits) in ports {
            // A proxy beside it may take the port at the pod's own address, and hand on what it gets.
            let other = pod.spec.containers.iter().any(|c| c.name != log.container && c.ports.iter().any(|p| p.container_port == port));
            let Some(hit) = hits.first().filter(|_| !other) else { continue };
            let host = hit.field("host").unwrap_or_default();
            all.push(Hidden { pod, container: &log.container, port, host, line: log.evidence(hit) });
        }
    }
    all
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}

/// Whether a Service leads to the port.
fn leads(service: &Service, found: &Hidden<'_>) -> bool {
    let declared = || found.pod.spec.containers.iter().flat_map(|c| &c.ports);
    service.spec.ports.iter().any(|p| match Service::target(p) {
        PortName::Number(number) => number == found.port,
        PortName::Name(name) => declared().any(|d| d.name == name && d.container_port == found.port),
    })
}

/// The kubelet's word that the port refuses it, of a pod that is not ready.
fn refused_probe(context: &Context<'_>, found: &Hidden<'_>) -> Option<Evidence> {
    let words = format!(":{}: connect: connection refused", found.port);
    let pod = found.pod.reference();
    let mut events = context.relations.events_about(context.snapshot, &pod).filter(|_| !found.pod.is_ready());
    let newest = events.rfind(|e| e.reason == "Unhealthy" && e.message.contains(&words))?;
    Some(newest.evidence("/message", newest.message.as_str()))
}
