//! # external-traffic-policy-gap
//!
//! A Service takes traffic only on nodes that have a pod of it, and a node that is asked has none.
//!
//! ## What it detects
//! Services with `externalTrafficPolicy: Local` whose address leads to nodes without a ready pod, or, for a NodePort, some of
//! the nodes; and Services with `internalTrafficPolicy: Local` that are called from nodes without one. Both kinds of nodes are
//! named.
//!
//! ## Why it happens
//! `Local` keeps the client's address and spares a hop, but a node without a pod of its own drops what comes. A cloud's load
//! balancer leaves such nodes out by a health check; one that points at fixed nodes does not.
//!
//! ## How to confirm
//! `kubectl get endpointslices -l kubernetes.io/service-name=NAME -o wide` shows the nodes; a request to another node times out.
//!
//! ## How to fix
//! Set the policy to `Cluster`, or run a pod on every node that is asked (a DaemonSet, or spread constraints).
//!
//! ## When it stays silent
//! When every node has a ready pod, when no pod is ready at all (service-without-ready-endpoints), and when an external load
//! balancer with an address of its own leaves the other nodes out.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::local_nodes::{ByAddress, addressed, by_address, nodes_with, workers_without};
use crate::addresses::{Heard, heard};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "external-traffic-policy-gap",
    title: "A Service takes traffic only on nodes that have a pod of it",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Load Balancer Issues",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::Unreachable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let local = context.snapshot.services.iter().any(|s| s.spec.internal_traffic_policy == "Local");
    let mut heard_of: BTreeMap<ObjectRef, Vec<Heard<'_>>> = BTreeMap::new();
    for heard in if local { heard(context) } else { Vec::new() } {
        if let Some(target) = context.relations.resolve_host(context.snapshot, heard.host, &heard.log.namespace) {
            heard_of.entry(target).or_default().push(heard);
        }
    }
    let nodes = by_address(context.snapshot);
    let findings = context.snapshot.services.iter().flat_map(|s| [outside(context, &nodes, s), inside(context, &heard_of, s)]);
    findings.flatten().collect()
}

fn outside(context: &Context<'_>, nodes: &ByAddress<'_>, service: &Object<Service>) -> Option<Finding> {
    let local = service.spec.external_traffic_policy == "Local" && matches!(service.spec.r#type.as_str(), "LoadBalancer" | "NodePort");
    if !local || service.spec.selector.is_empty() {
        return None;
    }
    let with = nodes_with(context, service);
    if with.is_empty() {
        return None;
    }
    let asked = addressed(nodes, service);
    // Addresses of nodes: no load balancer stands in between that could leave one out.
    let direct: Vec<&str> = asked.iter().map(|n| n.metadata.name.as_str()).filter(|name| !with.contains(name)).collect();
    let open = service.spec.r#type == "NodePort" && context.snapshot.coverage.is_complete("nodes");
    let (gaps, severity, confidence) = if direct.is_empty() {
        (if open { workers_without(context, &with) } else { Vec::new() }, Severity::Medium, 0.75)
    } else if direct.len() == asked.len() {
        (direct, Severity::Critical, 0.95)
    } else {
        (direct, Severity::High, 0.93)
    };
    if gaps.is_empty() {
        return None;
    }
    let quote = service.evidence("/spec/externalTrafficPolicy", "Local");
    let reached = if asked.is_empty() { "" } else { ", to which its address leads," };
    Some(
        finding(context, service, quote, &with, &gaps, "external")
            .summary(format!(
                "`externalTrafficPolicy: Local` answers only on nodes with a ready pod of it ({}). What comes to {}{reached} is dropped.",
                listed(with.iter().copied()),
                listed(gaps.iter().copied()),
            ))
            .severity(severity)
            .confidence(confidence),
    )
}

fn inside(context: &Context<'_>, heard_of: &BTreeMap<ObjectRef, Vec<Heard<'_>>>, service: &Object<Service>) -> Option<Finding> {
    if service.spec.internal_traffic_policy != "Local" || service.spec.selector.is_empty() {
        return None;
    }
    let with = nodes_with(context, service);
    if with.is_empty() {
        return None;
    }
    let failing = heard_of.get(&service.reference())?.iter().find(|h| {
        let pod = context.snapshot.pod(&h.log.namespace, &h.log.pod);
        pod.is_some_and(|p| !p.spec.node_name.is_empty() && !with.contains(p.spec.node_name.as_str()))
    })?;
    let node = context.snapshot.pod(&failing.log.namespace, &failing.log.pod).map(|p| p.spec.node_name.as_str())?;
    let quote = service.evidence("/spec/internalTrafficPolicy", "Local");
    Some(finding(context, service, quote, &with, &[node], "internal").summary(format!(
        "`internalTrafficPolicy: Local` answers callers only on nodes with a ready pod of it ({}). `{}` calls it from node `{node}` and gets no answer.",
        listed(with.iter().copied()),
        failing.client.name,
    )).evidence([failing.log.evidence(failing.hit)]).confidence(0.92))
}

fn finding(
    context: &Context<'_>,
    service: &Object<Service>,
    quote: tarbox_model::Evidence,
    with: &BTreeSet<&str>,
    gaps: &[&str],
    which: &str,
) -> Finding {
    let reference = service.reference();
    let pod = context.relations.pods_behind(context.snapshot, &reference).find(|p| with.contains(p.spec.node_name.as_str()));
    Finding::new(
        reference.clone(),
        format!("Service `{}` drops what comes to {}: no pod of it is there", reference.name, listed(gaps.iter().copied())),
        quote,
    )
    .evidence(pod.map(|p| p.evidence("/spec/nodeName", p.spec.node_name.as_str())))
    .seen(service.metadata.written_at(), context.snapshot.taken_at)
    .remedy(
        "Let every node take the traffic. Clients' addresses are then hidden behind the node's.",
        format!(
            "kubectl patch service {} -n {} -p '{{\"spec\":{{\"{which}TrafficPolicy\":\"Cluster\"}}}}'",
            reference.name, reference.namespace
        ),
    )
    .remedy("Or run a pod of it on each of these nodes.", "")
}
