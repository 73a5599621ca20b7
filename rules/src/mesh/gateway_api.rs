//! Gateways and routes of the Gateway API: what their status complains of, and what they refer to.

use serde_json::Value;
use tarbox_model::object::Custom;
use tarbox_model::{Context, ObjectRef, Timestamp};

use super::parts::elements;

/// API group.
pub(super) const GROUP: &str = "gateway.networking.k8s.io";
/// Kinds of routes.
pub(super) const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// A condition that is not as it should be.
#[derive(Debug, Clone)]
pub(super) struct Complaint<'a> {
    /// JSON pointer of its reason.
    pub(super) pointer: String,
    /// Type of the condition.
    pub(super) condition: &'a str,
    /// Its status.
    pub(super) status: &'a str,
    /// Its reason.
    pub(super) reason: &'a str,
    /// Its message.
    pub(super) message: &'a str,
    /// Since when.
    pub(super) since: Option<Timestamp>,
    /// The listener that it is about.
    pub(super) listener: Option<&'a str>,
    /// Namespace and name of the listener's certificate.
    pub(super) certificate: Option<(&'a str, &'a str)>,
    /// The parent that it is about.
    pub(super) parent: Option<ObjectRef>,
}

/// Conditions that should be `True`, and one that should not.
fn is_bad(condition: &str, status: &str) -> bool {
    match condition {
        "Accepted" | "ResolvedRefs" | "Programmed" => status == "False",
        "Conflicted" => status == "True",
        _ => false,
    }
}

/// Bad conditions of a list, of the object's present generation.
fn complaints<'a>(value: &'a Value, base: &str, generation: i64) -> Vec<Complaint<'a>> {
    let of = |(pointer, c): (String, &'a Value)| {
        let text = |name: &str| c.get(name).and_then(Value::as_str).unwrap_or_default();
        let stale = c.get("observedGeneration").and_then(Value::as_i64).is_some_and(|seen| seen < generation);
        let (condition, status, reason) = (text("type"), text("status"), text("reason"));
        let busy = matches!(reason, "Pending" | "NotReconciled" | "Waiting" | "");
        (is_bad(condition, status) && !stale && !busy).then(|| Complaint {
            pointer: format!("{pointer}/reason"),
            condition,
            status,
            reason,
            message: text("message"),
            since: text("lastTransitionTime").parse().ok(),
            listener: None,
            certificate: None,
            parent: None,
        })
    };
    elements(value, base, "/conditions").into_iter().filter_map(of).collect()
}

/// What a Gateway's status complains of: the listener's own complaint says more than the Gateway's.
pub(super) fn gateway_complaint(gateway: &Custom) -> Option<Complaint<'_>> {
    let generation = gateway.metadata.generation;
    let listeners = elements(&gateway.value, "", "/status/listeners").into_iter().flat_map(|(at, listener)| {
        let name = listener.get("name").and_then(Value::as_str);
        let found = complaints(listener, &at, generation).into_iter();
        found.map(move |c| Complaint { listener: name, certificate: certificate(gateway, name), ..c })
    });
    let mut all: Vec<Complaint<'_>> = listeners.collect();
    let status = gateway.get("/status");
    all.extend(status.into_iter().flat_map(|s| complaints(s, "/status", generation)));
    let rank = |c: &Complaint<'_>| match (c.condition, c.listener.is_some()) {
        ("ResolvedRefs", true) => 0,
        ("Conflicted", true) => 1,
        ("Accepted", _) => 2,
        _ => 3,
    };
    all.into_iter().min_by_key(rank)
}

/// The certificate of a listener.
fn certificate<'a>(gateway: &'a Custom, listener: Option<&str>) -> Option<(&'a str, &'a str)> {
    let listeners = elements(&gateway.value, "", "/spec/listeners");
    let (_, found) = listeners.into_iter().find(|(_, l)| l.get("name").and_then(Value::as_str) == listener)?;
    let reference = found.pointer("/tls/certificateRefs/0")?;
    Some((reference.get("namespace").and_then(Value::as_str).unwrap_or_default(), reference.get("name")?.as_str()?))
}

/// Hosts that a Gateway's listeners take.
pub(super) fn listener_hosts(gateway: &Custom) -> Vec<&str> {
    let listeners = elements(&gateway.value, "", "/spec/listeners").into_iter();
    listeners.filter_map(|(_, l)| l.get("hostname")?.as_str()).collect()
}

/// What a route's status complains of, unless another of its parents has taken it.
pub(super) fn route_complaint(route: &Custom) -> Option<Complaint<'_>> {
    let parents = elements(&route.value, "", "/status/parents").into_iter();
    let all = parents.flat_map(|(at, value)| {
        let parent = value.get("parentRef").map(|r| reference(r, &route.metadata.namespace, "Gateway"));
        complaints(value, &at, route.metadata.generation).into_iter().map(move |c| Complaint { parent: parent.clone(), ..c })
    });
    all.min_by_key(|c| c.condition != "Accepted")
}

/// A parent of a route, by its index.
pub(super) fn parent(route: &Custom, index: usize) -> ObjectRef {
    let value = route.get(&format!("/spec/parentRefs/{index}"));
    value.map_or_else(
        || ObjectRef::new("Gateway", route.metadata.namespace.as_str(), ""),
        |v| reference(v, &route.metadata.namespace, "Gateway"),
    )
}

fn reference(value: &Value, namespace: &str, kind: &str) -> ObjectRef {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    ObjectRef::new(text("kind").unwrap_or(kind), text("namespace").unwrap_or(namespace), text("name").unwrap_or_default())
}

/// The first Service that a route sends requests to and that does not exist, with the pointer of its name.
pub(super) fn absent_backend(context: &Context<'_>, route: &Custom) -> Option<(String, ObjectRef)> {
    let snapshot = context.snapshot;
    let rules = elements(&route.value, "", "/spec/rules").into_iter();
    let backends = rules.flat_map(|(at, rule)| elements(rule, &at, "/backendRefs"));
    let mut missing = backends.filter_map(|(at, value)| {
        let group = value.get("group").and_then(Value::as_str).unwrap_or_default();
        let service = reference(value, &route.metadata.namespace, "Service");
        let looked = snapshot.facts.namespaces.is_empty() || snapshot.facts.namespaces.contains(&service.namespace);
        let gone = group.is_empty() && service.kind == "Service" && snapshot.service(&service.namespace, &service.name).is_none();
        (gone && looked).then(|| (format!("{at}/name"), service))
    });
    missing.next().filter(|_| snapshot.coverage.is_complete("services"))
}

/// The first Gateway that a route belongs to and that does not exist, with the pointer of its name.
pub(super) fn absent_parent(context: &Context<'_>, route: &Custom) -> Option<(String, ObjectRef)> {
    let snapshot = context.snapshot;
    let known: Vec<ObjectRef> = snapshot.custom_of(GROUP, "Gateway").map(Custom::reference).collect();
    let parents = elements(&route.value, "", "/spec/parentRefs")
        .into_iter()
        .map(|(at, v)| (format!("{at}/name"), reference(v, &route.metadata.namespace, "Gateway")));
    let mut missing = parents.filter(|(_, p)| p.kind == "Gateway" && !known.contains(p));
    missing.next().filter(|_| snapshot.coverage.is_complete("gateways") && snapshot.facts.namespaces.is_empty())
}
