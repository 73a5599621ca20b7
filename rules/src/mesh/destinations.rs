//! Where VirtualServices send requests, and whether that is anywhere.

use std::collections::BTreeSet;

use serde_json::Value;
use tarbox_model::object::{Custom, Object, Service};
use tarbox_model::{Context, ObjectRef, Snapshot, similarity};

use super::parts::{NETWORKING, covers, elements, texts};

/// One destination of a VirtualService.
#[derive(Debug, Clone)]
pub(super) struct Destination<'a> {
    /// JSON pointer of the destination.
    pub(super) pointer: String,
    /// Host, as it stands.
    pub(super) host: &'a str,
    /// Subset.
    pub(super) subset: Option<&'a str>,
    /// Whether requests are only copied to it.
    pub(super) mirror: bool,
    /// Whether no request is sent there (weight 0 beside others).
    pub(super) idle: bool,
}

/// Every destination of a VirtualService.
pub(super) fn destinations<'a>(object: &'a Custom) -> Vec<Destination<'a>> {
    let mut all = Vec::new();
    let mut add = |pointer: String, value: Option<&'a Value>, mirror: bool, idle: bool| {
        let text = |name: &str| value.and_then(|v| v.get(name)).and_then(Value::as_str);
        if let Some(host) = text("host") {
            all.push(Destination { pointer, host, subset: text("subset"), mirror, idle });
        }
    };
    for protocol in ["http", "tls", "tcp"] {
        for (base, rule) in elements(&object.value, "", &format!("/spec/{protocol}")) {
            for (at, route) in elements(rule, &base, "/route") {
                let idle = route.get("weight").and_then(Value::as_i64) == Some(0);
                add(format!("{at}/destination"), route.get("destination"), false, idle);
            }
            add(format!("{base}/mirror"), rule.get("mirror"), true, false);
            for (at, mirror) in elements(rule, &base, "/mirrors") {
                add(format!("{at}/destination"), mirror.get("destination"), true, false);
            }
        }
    }
    all
}

/// What a host is to the mesh.
#[derive(Debug, Clone)]
pub(super) enum Host<'a> {
    /// A Service.
    Service(&'a Object<Service>),
    /// A host that a ServiceEntry brings in.
    Entry,
    /// A Service that does not exist.
    NoService {
        /// The Service.
        service: ObjectRef,
        /// The one that is probably meant.
        nearest: Option<ObjectRef>,
        /// Whether only the name's form is wrong: `name.namespace` is not completed by the mesh.
        unfinished: bool,
    },
    /// A host outside that nobody has brought in.
    Unregistered,
    /// It cannot be told.
    Unknown,
}

/// Hosts that ServiceEntries bring in.
#[derive(Debug, Clone)]
pub(super) struct Hosts<'a> {
    exact: BTreeSet<&'a str>,
    wide: Vec<&'a str>,
    known: bool,
}

impl<'a> Hosts<'a> {
    /// All hosts of the bundle's ServiceEntries.
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let hosts: Vec<&str> = snapshot.custom_of(NETWORKING, "ServiceEntry").flat_map(|e| texts(e, "/spec/hosts")).collect();
        let (wide, exact): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|h| h.starts_with('*'));
        Self { exact: exact.into_iter().collect(), wide, known: snapshot.coverage.is_complete("serviceentries") }
    }

    /// What a host is in a rule of a namespace: a name without a dot is completed with that namespace, others stand as they
    /// are.
    pub(super) fn find(&self, context: &Context<'a>, host: &str, namespace: &str) -> Host<'a> {
        let snapshot = context.snapshot;
        if host.contains('*') || self.exact.contains(host) || self.wide.iter().any(|w| covers(w, host)) {
            return Host::Entry;
        }
        let parts: Vec<&str> = host.trim_end_matches('.').split('.').collect();
        let (name, of, unfinished) = match parts.as_slice() {
            [name] => (*name, namespace, false),
            [name, of, "svc", ..] => (*name, *of, false),
            [name, of] if snapshot.service(of, name).is_some() => (*name, *of, true),
            _ => return if self.known { Host::Unregistered } else { Host::Unknown },
        };
        let wanted = ObjectRef::new("Service", of, name);
        match snapshot.service(of, name) {
            Some(service) if !unfinished => Host::Service(service),
            Some(_) => Host::NoService { nearest: Some(wanted.clone()), service: wanted, unfinished },
            None if !self.looked(snapshot, of) => Host::Unknown,
            None => Host::NoService { nearest: nearest(snapshot, of, name), service: wanted, unfinished },
        }
    }

    fn looked(&self, snapshot: &Snapshot, namespace: &str) -> bool {
        let asked = &snapshot.facts.namespaces;
        snapshot.coverage.is_complete("services") && (asked.is_empty() || asked.iter().any(|n| n == namespace))
    }
}

/// The Service that is probably meant: one of that name elsewhere, or the nearest name here.
fn nearest(snapshot: &Snapshot, namespace: &str, name: &str) -> Option<ObjectRef> {
    let elsewhere = snapshot.services.iter().find(|s| s.metadata.name == name).map(Object::reference);
    let here = Snapshot::in_namespace(&snapshot.services, namespace).iter().map(|s| s.metadata.name.as_str());
    elsewhere.or_else(|| similarity::nearest(name, here).map(|n| ObjectRef::new("Service", namespace, n)))
}
