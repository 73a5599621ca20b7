//! Addresses in configuration that lead nowhere: a name that no Service bears, a port that its Service does not take.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use tarbox_model::object::{Object, Service};
use tarbox_model::{Context, ObjectRef, similarity};

use super::{Client, Heard, Mention, Place, clients, heard, offers, place};

/// What is wrong with an address.
#[derive(Debug, Clone)]
pub(crate) enum Fault<'a> {
    /// The Service is there and does not take the port.
    Port(&'a Object<Service>),
    /// No Service has the name.
    Name {
        /// Namespace and name that were meant.
        service: ObjectRef,
        /// The Service whose name comes nearest; of the same name in another namespace, if there is one.
        nearest: Option<&'a Object<Service>>,
        /// The workload of that name, which no Service leads to, or the StatefulSet that takes its pods' names from it.
        bearer: Option<ObjectRef>,
        /// How many clients name it.
        callers: usize,
    },
}

/// One address that leads nowhere.
#[derive(Debug, Clone)]
pub(crate) struct Wrong<'a> {
    /// Whose configuration names it.
    pub(crate) client: Client<'a>,
    /// Where.
    pub(crate) mention: Mention<'a>,
    /// What is wrong.
    pub(crate) fault: Fault<'a>,
    /// The client's own word in its log.
    pub(crate) complaint: Option<Heard<'a>>,
    /// Whether pods of the client run and are not well.
    pub(crate) unwell: bool,
}

/// Every such address. Databases by `mongodb:` are left to the rules about them, which know more.
pub(crate) fn wrong<'a>(context: &Context<'a>) -> Vec<Wrong<'a>> {
    every(context, |mention| !is_of_mongodb(mention))
}

/// Such addresses of MongoDB servers.
pub(crate) fn wrong_of_mongodb<'a>(context: &Context<'a>) -> Vec<Wrong<'a>> {
    every(context, is_of_mongodb)
}

fn is_of_mongodb(mention: &Mention<'_>) -> bool {
    mention.scheme.starts_with("mongodb") || mention.port == Some(27017)
}

/// Such addresses among the chosen ones.
fn every<'a>(context: &Context<'a>, chosen: impl Fn(&Mention<'_>) -> bool) -> Vec<Wrong<'a>> {
    let mut complaints: BTreeMap<(ObjectRef, &str), Vec<Heard<'a>>> = BTreeMap::new();
    for heard in heard(context) {
        complaints.entry((heard.client.clone(), heard.host)).or_default().push(heard);
    }
    // Only a name that is borne by none needs them.
    let neighbours = LazyCell::new(|| Neighbours::new(context));
    let mut all = Vec::new();
    for client in clients(context) {
        for mention in client.mentions(context) {
            let of_host = complaints.get(&(client.reference.clone(), mention.host)).into_iter().flatten();
            let complaint = of_host.clone().find(|h| h.port.is_none() || mention.port.is_none() || h.port == mention.port).cloned();
            if !chosen(&mention) || !(mention.sure || complaint.is_some()) {
                continue;
            }
            let Some(fault) = fault(context, &neighbours, &client, &mention) else { continue };
            let unwell = is_unwell(context, &client.reference);
            all.push(Wrong { client: client.clone(), mention, fault, complaint, unwell });
        }
    }
    count_callers(&mut all);
    all
}

/// Notes for every missing name how many clients use it.
fn count_callers(all: &mut [Wrong<'_>]) {
    let mut callers: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
    for wrong in all.iter() {
        if let Fault::Name { service, .. } = &wrong.fault {
            callers.entry(service.clone()).or_default().insert(wrong.client.reference.clone());
        }
    }
    for wrong in all.iter_mut() {
        if let Fault::Name { service, callers: count, .. } = &mut wrong.fault {
            *count = callers.get(service).map_or(0, BTreeSet::len);
        }
    }
}

fn fault<'a>(
    context: &Context<'a>,
    neighbours: &impl Deref<Target = Neighbours<'a>>,
    client: &Client<'a>,
    mention: &Mention<'a>,
) -> Option<Fault<'a>> {
    match place(context, mention.host, &client.reference.namespace, Some(client.spec)) {
        Place::Service(service) => {
            let refused = mention.port.is_some_and(|port| offers(context, service, port) == Some(false));
            refused.then_some(Fault::Port(service))
        }
        Place::NoService { namespace, name } => {
            let nearest = neighbours.nearest(&namespace, &name, mention.port);
            let bearer = neighbours.bearers.get(&(namespace.as_str(), name.as_str())).cloned();
            Some(Fault::Name { service: ObjectRef::new("Service", namespace, name), nearest, bearer, callers: 0 })
        }
        Place::Pod(_) | Place::Elsewhere => None,
    }
}

/// Services by namespace and by name, and workloads that no Service leads to.
struct Neighbours<'a> {
    by_namespace: BTreeMap<&'a str, Vec<&'a Object<Service>>>,
    by_name: BTreeMap<&'a str, &'a Object<Service>>,
    bearers: BTreeMap<(&'a str, &'a str), ObjectRef>,
}

impl<'a> Neighbours<'a> {
    fn new(context: &Context<'a>) -> Self {
        let (mut by_namespace, mut by_name): (BTreeMap<&str, Vec<_>>, BTreeMap<&str, _>) = Default::default();
        for service in &context.snapshot.services {
            by_namespace.entry(service.metadata.namespace.as_str()).or_default().push(service);
            by_name.entry(service.metadata.name.as_str()).or_insert(service);
        }
        let alone = tarbox_model::relations::workloads(context.snapshot).into_iter();
        let alone = alone.filter(|w| context.relations.services_of(context.snapshot, &w.reference).next().is_none());
        let mut bearers: BTreeMap<(&str, &str), ObjectRef> =
            alone.map(|w| ((w.metadata.namespace.as_str(), w.metadata.name.as_str()), w.reference)).collect();
        for set in context.snapshot.stateful_sets.iter().filter(|s| !s.spec.service_name.is_empty()) {
            bearers.entry((&set.metadata.namespace, &set.spec.service_name)).or_insert_with(|| set.reference());
        }
        Self { by_namespace, by_name, bearers }
    }

    /// The Service that was probably meant: one that takes the port before others, then the nearest name.
    fn nearest(&self, namespace: &str, name: &str, port: Option<u16>) -> Option<&'a Object<Service>> {
        let elsewhere = self.by_name.get(name).copied();
        let here = self.by_namespace.get(namespace).map(Vec::as_slice).unwrap_or_default();
        let takes = |s: &&&Object<Service>| port.is_some_and(|port| s.spec.ports.iter().any(|p| p.port == i32::from(port)));
        let among = |candidates: Vec<&'a Object<Service>>| {
            let found = similarity::nearest(name, candidates.iter().map(|s| s.metadata.name.as_str()))?;
            candidates.iter().copied().find(|s| s.metadata.name == found)
        };
        elsewhere.or_else(|| among(here.iter().filter(takes).copied().collect())).or_else(|| among(here.to_vec()))
    }
}

/// Whether pods of a client have begun and are not ready.
fn is_unwell(context: &Context<'_>, client: &ObjectRef) -> bool {
    let of_workload = context.relations.pods_of(context.snapshot, client);
    let alone = context.snapshot.pod(&client.namespace, &client.name).filter(|_| client.kind == "Pod");
    of_workload.chain(alone).any(|pod| {
        let begun = pod.containers().any(|v| {
            v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.state.terminated.is_some() || s.last_state.terminated.is_some())
        });
        pod.is_active() && !pod.is_ready() && begun
    })
}

impl Wrong<'_> {
    /// Whether it is the Service that is missing, rather than the name that is wrong.
    pub(crate) fn lacks_service(&self) -> bool {
        matches!(&self.fault, Fault::Name { nearest, bearer, callers, .. } if bearer.is_some() || nearest.is_none() && *callers > 1)
    }

    /// Whether it leads to something that a service can do without, and whose absence nobody complains of.
    pub(crate) fn is_dispensable(&self) -> bool {
        const TELEMETRY: [&str; 22] = [
            "otel",
            "opentelemetry",
            "otlp",
            "jaeger",
            "zipkin",
            "tempo",
            "statsd",
            "datadog",
            "dd_",
            "newrelic",
            "sentry",
            "loki",
            "fluent",
            "prometheus",
            "pushgateway",
            "collector",
            "telemetry",
            "tracing",
            "metrics",
            "apm",
            "pyroscope",
            "profil",
        ];
        let (host, setting) = (self.mention.host.to_ascii_lowercase(), self.mention.setting.to_ascii_lowercase());
        self.complaint.is_none() && TELEMETRY.iter().any(|word| host.contains(word) || setting.contains(word))
    }
}
