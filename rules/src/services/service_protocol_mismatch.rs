//! # service-protocol-mismatch
//!
//! A Service carries another protocol than its pods speak.
//!
//! ## What it detects
//! Ports of Services whose transport (TCP, UDP, SCTP) differs from that of the container's port of the same number or name;
//! UDP ports whose own name or `appProtocol` is one of TCP (`http`, `grpc`); and, in a mesh, ports whose name or `appProtocol`
//! says HTTP/1 while the container's probe on the same port speaks gRPC, so that the proxy breaks the calls.
//!
//! ## Why it happens
//! `protocol` was set by hand and differs from the container's, or a manifest was copied from another port (DNS, syslog). The
//! endpoints look right; only nobody answers.
//!
//! ## How to confirm
//! `kubectl get service NAME` shows `PORT/UDP`; `kubectl get pod POD -o yaml` shows the container's `protocol`.
//!
//! ## How to fix
//! Correct `protocol` (or the name, or `appProtocol`) in the Service. It takes effect at once, and nothing restarts.
//!
//! ## When it stays silent
//! When the pods declare the port with both protocols, or do not declare it and nothing in its name contradicts; for HTTP/3
//! beside TCP.

use tarbox_model::evidence::Evidence;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{PortName, Service, ServicePort};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::backing::{Backing, backings};
use super::ports::{Offer, called, is_of_tcp, offer, protocol};
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-protocol-mismatch",
    title: "A Service carries another protocol than its pods speak",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Service Not Accessible",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::Unreachable],
    explained_by: &[],
    check,
};

struct Wrong {
    field: &'static str,
    quote: String,
    right: String,
    why: String,
    evidence: Vec<Evidence>,
    confidence: f64,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for backing in backings(context).iter().filter(|b| !b.pods.is_empty()) {
        let offer = offer(context, &backing.pods);
        for (index, port) in backing.service.spec.ports.iter().enumerate() {
            let wrong = transport(&offer, port, backing.service).or_else(|| in_mesh(backing, &offer, port));
            findings.extend(wrong.map(|w| finding(context, backing, index, port, w)));
        }
    }
    findings
}

/// By the transport.
fn transport(offer: &Offer<'_>, port: &ServicePort, service: &Service) -> Option<Wrong> {
    let own = protocol(&port.protocol);
    let meant: Vec<_> = offer.meant(port).collect();
    // The same port with both protocols, and only one of them declared: DNS, HTTP/3.
    let twin = service.spec.ports.iter().any(|p| p.port == port.port && protocol(&p.protocol) != own);
    if twin || meant.iter().any(|d| protocol(&d.port.protocol) == own) {
        return None;
    }
    if let Some(declared) = meant.first() {
        let theirs = protocol(&declared.port.protocol);
        return Some(Wrong {
            field: "protocol",
            quote: own.to_owned(),
            right: theirs.to_owned(),
            why: format!("container `{}` declares port {} for {theirs}", declared.view.spec.name, declared.port.container_port),
            evidence: vec![declared.evidence()],
            confidence: 0.95,
        });
    }
    let named = [port.app_protocol.as_str(), port.name.as_str()].into_iter().find(|n| is_of_tcp(n))?;
    (own == "UDP").then(|| Wrong {
        field: "protocol",
        quote: own.to_owned(),
        right: "TCP".to_owned(),
        why: format!("by its name `{named}` it is meant for a protocol that runs over TCP"),
        evidence: Vec::new(),
        confidence: 0.8,
    })
}

/// By what a mesh takes from the port's name.
fn in_mesh(backing: &Backing<'_>, offer: &Offer<'_>, port: &ServicePort) -> Option<Wrong> {
    let meshed = backing.pods.iter().any(|p| p.containers().any(|v| v.spec.name == "istio-proxy"));
    let (field, said) =
        if port.app_protocol.is_empty() { ("name", port.name.as_str()) } else { ("appProtocol", port.app_protocol.as_str()) };
    if !meshed || said.split('-').next() != Some("http") {
        return None;
    }
    let number = match Service::target(port) {
        PortName::Number(number) => number,
        PortName::Name(_) => offer.meant(port).next()?.port.container_port,
    };
    let views = || backing.pods.iter().flat_map(|p| p.containers().map(move |v| (*p, v)));
    let (pod, view, field_of_probe) = views().find_map(|(pod, view)| {
        let probes = [("readinessProbe", &view.spec.readiness_probe), ("livenessProbe", &view.spec.liveness_probe)];
        let found = probes.into_iter().find(|(_, p)| p.as_ref().and_then(|p| p.grpc.as_ref()).is_some_and(|g| g.port == number))?;
        Some((pod, view, found.0))
    })?;
    let evidence = pod.evidence(view.spec_pointer(&format!("/{field_of_probe}/grpc/port")), number.to_string());
    let right = if field == "name" { said.replacen("http", "grpc", 1) } else { "grpc".to_owned() };
    let why = format!("the probe of container `{}` speaks gRPC there, and the mesh treats the port as HTTP/1", view.spec.name);
    Some(Wrong { field, quote: said.to_owned(), right, why, evidence: vec![evidence], confidence: 0.7 })
}

fn finding(context: &Context<'_>, backing: &Backing<'_>, index: usize, port: &ServicePort, wrong: Wrong) -> Finding {
    let (service, name) = (backing.service, &backing.service.metadata.name);
    let unset = wrong.field == "protocol" && port.protocol.is_empty();
    let (field, quote) = if unset { ("port", port.port.to_string()) } else { (wrong.field, wrong.quote.clone()) };
    let told = service.evidence(format!("/spec/ports/{index}/{field}"), quote);
    let severity = if wrong.field == "protocol" && service.spec.ports.len() == 1 { Severity::Critical } else { Severity::High };
    Finding::new(
        backing.reference.clone(),
        format!("Service `{name}` carries port {} as `{}`, and its pods speak `{}`", called(port), wrong.quote, wrong.right),
        told,
    )
    .summary(format!("`{}` of the port is `{}`, but {}. Nobody answers its clients.", wrong.field, wrong.quote, wrong.why))
    .severity(severity)
    .confidence(wrong.confidence)
    .evidence(wrong.evidence)
    .evidence(backing.evidence.clone())
    .seen(service.metadata.written_at(), context.snapshot.taken_at)
    .remedy(
        format!("Set `{}` to `{}`. It takes effect at once, and nothing restarts.", wrong.field, wrong.right),
        format!(
            "kubectl patch {}{} --type=json -p '[{{\"op\":\"add\",\"path\":\"/spec/ports/{index}/{}\",\"value\":\"{}\"}}]'",
            target(&backing.reference),
            backing.reference.namespace_flag(),
            wrong.field,
            wrong.right
        ),
    )
}
