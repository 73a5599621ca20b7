//! Objects of the mesh that are for the same hosts or the same pods, so that Istio takes one and passes over the other.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::Snapshot;
use tarbox_model::object::{Custom, Object, Pod};
use tarbox_model::relations::Labelled;
use tarbox_model::selector;

use super::parts::{NETWORKING, elements, full_name, labels, texts};

/// Two objects for the same.
#[derive(Debug, Clone)]
pub(super) struct Overlap<'a> {
    /// The one that Istio takes: the older one.
    pub(super) first: &'a Custom,
    /// The one that it passes over.
    pub(super) second: &'a Custom,
    /// Where the second says what it is for.
    pub(super) pointer: String,
    /// What both are for, in words.
    pub(super) what: String,
    /// Hosts of the second that nobody serves for it.
    pub(super) lost: BTreeSet<&'a str>,
}

/// Objects of a kind, in the order in which Istio takes them: the oldest first.
fn by_age<'a>(snapshot: &'a Snapshot, kind: &'a str) -> Vec<&'a Custom> {
    let mut all: Vec<&Custom> = snapshot.custom_of(NETWORKING, kind).collect();
    all.sort_by_key(|c| (c.metadata.creation_timestamp, c.metadata.name.as_str(), c.metadata.namespace.as_str()));
    all
}

/// VirtualServices for the same host inside the mesh, as far as the same clients see them. Those of gateways are merged.
pub(super) fn of_routes(snapshot: &Snapshot) -> Vec<Overlap<'_>> {
    let mut known: BTreeMap<(&str, String), BTreeMap<&str, &Custom>> = BTreeMap::new();
    let mut overlaps = Vec::new();
    for route in by_age(snapshot, "VirtualService") {
        let gateways = texts(route, "/spec/gateways");
        if !gateways.is_empty() && !gateways.contains(&"mesh") {
            continue;
        }
        let mut found = None;
        for protocol in ["http", "tls", "tcp"].into_iter().filter(|p| !elements(&route.value, "", &format!("/spec/{p}")).is_empty()) {
            for (index, host) in texts(route, "/spec/hosts").into_iter().enumerate() {
                let claims = known.entry((protocol, in_full(host, route))).or_default();
                for scope in scopes(route) {
                    let rival = match scope {
                        "*" => claims.values().next(),
                        own => claims.get(own).or_else(|| claims.get("*")),
                    };
                    match rival {
                        Some(first) if first.reference() != route.reference() => found = found.or(Some((*first, index, host))),
                        Some(_) => {}
                        None => drop(claims.insert(scope, route)),
                    }
                }
            }
        }
        overlaps.extend(found.map(|(first, index, host)| Overlap {
            first,
            second: route,
            pointer: format!("/spec/hosts/{index}"),
            what: format!("`{host}` inside the mesh"),
            lost: BTreeSet::new(),
        }));
    }
    overlaps
}

/// A host by its full name: one without a dot is a Service of the object's namespace.
fn in_full(host: &str, route: &Custom) -> String {
    if host.contains(['.', '*']) {
        return host.to_ascii_lowercase();
    }
    full_name(&tarbox_model::ObjectRef::new("Service", route.metadata.namespace.as_str(), host))
}

/// Namespaces whose clients see an object; `*` is all.
fn scopes(route: &Custom) -> BTreeSet<&str> {
    let named = texts(route, "/spec/exportTo").into_iter().map(|s| if s == "." { route.metadata.namespace.as_str() } else { s });
    let all: BTreeSet<&str> = named.collect();
    if all.is_empty() || all.contains("*") { BTreeSet::from(["*"]) } else { all }
}

/// Servers of Gateways that want TLS for a host which another Gateway of the same pods has on that port: Istio leaves out the
/// later server as a whole.
pub(super) fn of_gateways(snapshot: &Snapshot) -> Vec<Overlap<'_>> {
    let pods = Labelled::new(snapshot.pods.iter().filter(|p| p.is_active()).map(|p| ("", &p.metadata.labels, p)));
    let mut known: BTreeMap<(String, i64, &str, String), &Custom> = BTreeMap::new();
    let mut overlaps = Vec::new();
    for gateway in by_age(snapshot, "Gateway") {
        let place = place(&pods, gateway);
        for (at, server) in elements(&gateway.value, "", "/spec/servers").into_iter().filter(|(_, s)| s.get("tls").is_some()) {
            let Some(port) = server.pointer("/port/number").and_then(serde_json::Value::as_i64) else { continue };
            let bind = server.get("bind").and_then(serde_json::Value::as_str).unwrap_or_default();
            let hosts: Vec<&str> = elements(server, "", "/hosts").into_iter().filter_map(|(_, h)| h.as_str()).collect();
            let key = |host: &str| (place.clone(), port, bind, in_place(host, gateway));
            let taken: Vec<(usize, &Custom)> = hosts
                .iter()
                .enumerate()
                .filter_map(|(i, h)| Some((i, *known.get(&key(h))?)))
                .filter(|(_, g)| g.reference() != gateway.reference())
                .collect();
            match taken.first() {
                Some(&(index, first)) => overlaps.push(Overlap {
                    first,
                    second: gateway,
                    pointer: format!("{at}/hosts/{index}"),
                    what: format!("TLS of `{}` on port {port}", hosts.get(index).map_or("", |h| h.rsplit('/').next().unwrap_or(h))),
                    lost: hosts.iter().enumerate().filter(|(i, _)| taken.iter().all(|(t, _)| t != i)).map(|(_, h)| *h).collect(),
                }),
                None => known.extend(hosts.iter().map(|h| (key(h), gateway))),
            }
        }
    }
    overlaps
}

/// A host of a Gateway's server: for every namespace, or for the one that is named.
fn in_place(host: &str, gateway: &Custom) -> String {
    match host.split_once('/') {
        Some(("*", host)) => host.to_owned(),
        Some((".", host)) => format!("{}/{host}", gateway.metadata.namespace),
        _ => host.to_owned(),
    }
}

/// The pods that serve a Gateway: the first of them by name, or the selector where none is there.
fn place(pods: &Labelled<'_, &Object<Pod>>, gateway: &Custom) -> String {
    let wanted = labels(gateway.get("/spec/selector"));
    let serving = if wanted.is_empty() { None } else { pods.with("", &wanted).map(|p| p.reference().to_string()).min() };
    serving.unwrap_or_else(|| selector::describe(&wanted))
}

/// Sidecars for the same pods: two for a whole namespace, or two whose selectors take the same pod.
pub(super) fn of_sidecars(snapshot: &Snapshot) -> Vec<Overlap<'_>> {
    let pods =
        Labelled::new(snapshot.pods.iter().filter(|p| p.is_active()).map(|p| (p.metadata.namespace.as_str(), &p.metadata.labels, p)));
    let mut wide: BTreeMap<&str, &Custom> = BTreeMap::new();
    let mut narrow: BTreeMap<(&str, &str), &Custom> = BTreeMap::new();
    let mut overlaps = Vec::new();
    for sidecar in by_age(snapshot, "Sidecar") {
        let (namespace, wanted) = (sidecar.metadata.namespace.as_str(), labels(sidecar.get("/spec/workloadSelector/labels")));
        let mut found = None;
        if wanted.is_empty() {
            match wide.get(namespace) {
                Some(first) => found = Some((*first, format!("all pods of namespace `{namespace}`"))),
                None => drop(wide.insert(namespace, sidecar)),
            }
        }
        for pod in pods.with(namespace, &wanted).filter(|_| !wanted.is_empty()) {
            let first = narrow.entry((namespace, &pod.metadata.name)).or_insert(sidecar);
            if first.metadata.name != sidecar.metadata.name && found.is_none() {
                found = Some((*first, format!("pod `{}`", pod.metadata.name)));
            }
        }
        let pointer = "/metadata/name".to_owned();
        overlaps.extend(found.map(|(first, what)| Overlap { first, second: sidecar, pointer, what, lost: BTreeSet::new() }));
    }
    overlaps
}
