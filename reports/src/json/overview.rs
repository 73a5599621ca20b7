//! The cluster at the bundle's time as machines read it: who leads to whom, usage, database servers.

use serde::Serialize;
use tarbox_model::overview::{self, Gauge};

use super::{Object, Quote, object, quote};

/// Who leads to whom.
#[derive(Debug, Serialize)]
pub(super) struct Topology<'a> {
    routes: Vec<Route<'a>>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Route<'a> {
    health: &'static str,
    ingresses: Vec<Site<'a>>,
    services: Vec<Site<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload: Option<Site<'a>>,
    pods: Vec<Site<'a>>,
    pods_left_out: usize,
    nodes: Vec<Site<'a>>,
}

#[derive(Debug, Serialize)]
struct Site<'a> {
    object: Object<'a>,
    health: &'static str,
    state: &'a str,
}

/// Usage, the hardest pressed first.
#[derive(Debug, Serialize)]
pub(super) struct Resources<'a> {
    nodes: Loads<Node<'a>>,
    containers: Loads<Container<'a>>,
    volumes: Loads<Volume<'a>>,
}

#[derive(Debug, Serialize)]
struct Loads<T> {
    items: Vec<T>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Node<'a> {
    node: Object<'a>,
    cpu_cores: Usage,
    memory_bytes: Usage,
    disk_bytes: Usage,
    evidence: Vec<Quote<'a>>,
}

#[derive(Debug, Serialize)]
struct Container<'a> {
    pod: Object<'a>,
    container: &'a str,
    cpu_cores: Usage,
    memory_bytes: Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttled: Option<f64>,
    restarts: i32,
    evidence: Vec<Quote<'a>>,
}

#[derive(Debug, Serialize)]
struct Volume<'a> {
    pod: Object<'a>,
    volume: &'a str,
    used_bytes: Usage,
    evidence: Vec<Quote<'a>>,
}

#[derive(Debug, Serialize)]
struct Usage {
    samples: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<f64>,
}

/// What a database server says of itself.
#[derive(Debug, Serialize)]
pub(super) struct Server<'a> {
    pod: Object<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    replica_set: &'a str,
    figures: Vec<Figure<'a>>,
    members: Vec<Member<'a>>,
    databases: Vec<Database<'a>>,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Serialize)]
struct Figure<'a> {
    name: &'static str,
    value: &'a str,
    evidence: Quote<'a>,
}

#[derive(Debug, Serialize)]
struct Member<'a> {
    name: &'a str,
    state: &'a str,
    health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_behind: Option<i64>,
    evidence: Quote<'a>,
}

#[derive(Debug, Serialize)]
struct Database<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    collections: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_bytes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_bytes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_bytes: Option<f64>,
    evidence: Quote<'a>,
}

#[derive(Debug, Serialize)]
struct Operation<'a> {
    namespace: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    millis: Option<f64>,
    plan: &'a str,
    running: bool,
    evidence: Quote<'a>,
}

pub(super) fn topology(it: &overview::Overview) -> Topology<'_> {
    Topology { routes: it.routes.items.iter().map(route).collect(), left_out: it.routes.left_out }
}

fn route(it: &overview::Route) -> Route<'_> {
    Route {
        health: it.health().as_str(),
        ingresses: it.ingresses.iter().map(site).collect(),
        services: it.services.iter().map(site).collect(),
        workload: it.workload.as_ref().map(site),
        pods: it.pods.items.iter().map(site).collect(),
        pods_left_out: it.pods.left_out,
        nodes: it.nodes.iter().map(site).collect(),
    }
}

fn site(it: &overview::Site) -> Site<'_> {
    Site { object: object(&it.object), health: it.health.as_str(), state: &it.state }
}

pub(super) fn resources(it: &overview::Overview) -> Resources<'_> {
    Resources {
        nodes: loads(&it.nodes, |load| Node {
            node: object(&load.node),
            cpu_cores: usage(&load.cpu),
            memory_bytes: usage(&load.memory),
            disk_bytes: usage(&load.disk),
            evidence: load.places.iter().map(quote).collect(),
        }),
        containers: loads(&it.containers, |load| Container {
            pod: object(&load.pod),
            container: &load.container,
            cpu_cores: usage(&load.cpu),
            memory_bytes: usage(&load.memory),
            throttled: finite(load.throttled),
            restarts: load.restarts,
            evidence: load.places.iter().map(quote).collect(),
        }),
        volumes: loads(&it.volumes, |load| Volume {
            pod: object(&load.pod),
            volume: &load.volume,
            used_bytes: usage(&load.bytes),
            evidence: load.places.iter().map(quote).collect(),
        }),
    }
}

fn loads<'a, L, T>(shown: &'a overview::Shown<L>, one: impl Fn(&'a L) -> T) -> Loads<T> {
    Loads { items: shown.items.iter().map(one).collect(), left_out: shown.left_out }
}

fn usage(it: &Gauge) -> Usage {
    Usage { samples: it.samples.iter().copied().filter(|n| n.is_finite()).collect(), request: finite(it.request), limit: finite(it.limit) }
}

/// JSON has no NaN; a number that is none is not known.
fn finite(n: Option<f64>) -> Option<f64> {
    n.filter(|n| n.is_finite())
}

pub(super) fn servers(it: &overview::Overview) -> Vec<Server<'_>> {
    it.databases.iter().map(server).collect()
}

fn server(it: &overview::DatabaseServer) -> Server<'_> {
    Server {
        pod: object(&it.pod),
        replica_set: &it.replica_set,
        figures: it.figures.iter().map(|f| Figure { name: f.name, value: &f.value, evidence: quote(&f.place) }).collect(),
        members: it.members.iter().map(member).collect(),
        databases: it.databases.iter().map(database).collect(),
        operations: it.operations.iter().map(operation).collect(),
    }
}

fn member(it: &overview::Member) -> Member<'_> {
    Member { name: &it.name, state: &it.state, health: it.health.as_str(), seconds_behind: it.behind, evidence: quote(&it.place) }
}

fn database(it: &overview::Database) -> Database<'_> {
    Database {
        name: &it.name,
        collections: finite(it.collections),
        documents: finite(it.documents),
        data_bytes: finite(it.data),
        disk_bytes: finite(it.storage),
        index_bytes: finite(it.indexes),
        evidence: quote(&it.place),
    }
}

fn operation(it: &overview::Operation) -> Operation<'_> {
    Operation {
        namespace: &it.namespace,
        kind: &it.kind,
        millis: finite(Some(it.millis)),
        plan: &it.plan,
        running: it.running,
        evidence: quote(&it.place),
    }
}
