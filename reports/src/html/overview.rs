//! What is drawn beside the findings: routes with the state of their parts, bars of usage, and the database page.

use std::collections::BTreeMap;

use serde::Serialize;
use tarbox_model::ObjectRef;
use tarbox_model::analysis::Analysis;
use tarbox_model::overview::{self, Gauge, Health};
use tarbox_model::quantity;
use tarbox_model::rule::Level;

use super::view::{Object, Quote, quote};
use crate::words;

/// The sections of the overview.
#[derive(Serialize)]
pub(super) struct Overview<'a> {
    routes: usize,
    troubled: Vec<Route<'a>>,
    well: Vec<Route<'a>>,
    well_count: String,
    routes_more: usize,
    loads: bool,
    nodes: Vec<Load<'a>>,
    nodes_more: usize,
    containers: Vec<Load<'a>>,
    containers_more: usize,
    volumes: Vec<Load<'a>>,
    volumes_more: usize,
    servers: Vec<Server<'a>>,
}

#[derive(Serialize)]
struct Route<'a> {
    namespace: &'a str,
    health: &'static str,
    hops: Vec<Hop<'a>>,
}

/// One column of a route.
#[derive(Serialize)]
struct Hop<'a> {
    name: &'static str,
    sites: Vec<Site<'a>>,
    more: usize,
}

#[derive(Serialize)]
struct Site<'a> {
    health: &'static str,
    kind: &'a str,
    name: &'a str,
    state: &'a str,
    /// The finding that speaks of it: `f12`.
    finding: Option<String>,
}

/// A row of bars.
#[derive(Serialize)]
struct Load<'a> {
    name: &'a str,
    object: Object<'a>,
    bars: Vec<Bar>,
    counts: Vec<Count>,
    evidence: Vec<Quote<'a>>,
}

/// Usage against what is reserved and allowed; positions in percent of the bar.
#[derive(Serialize)]
struct Bar {
    name: &'static str,
    tone: &'static str,
    used: String,
    /// The least and the greatest sample, where they differ to the eye.
    range: Option<(String, String)>,
    request: Option<String>,
    text: String,
    asked: String,
}

#[derive(Serialize)]
struct Count {
    name: &'static str,
    tone: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Server<'a> {
    object: Object<'a>,
    replica_set: &'a str,
    figures: Vec<Figure<'a>>,
    members: Vec<Member<'a>>,
    databases: Vec<[String; 6]>,
    operations: Vec<Operation<'a>>,
    evidence: Vec<Quote<'a>>,
}

#[derive(Serialize)]
struct Figure<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Member<'a> {
    health: &'static str,
    name: &'a str,
    state: &'a str,
    behind: Option<String>,
}

#[derive(Serialize)]
struct Operation<'a> {
    took: String,
    kind: &'a str,
    namespace: &'a str,
    plan: &'a str,
    scan: bool,
    when: &'static str,
}

impl<'a> Overview<'a> {
    pub(super) fn new(analysis: &'a Analysis) -> Self {
        let it = &analysis.overview;
        let told = told(analysis);
        let (troubled, well): (Vec<_>, Vec<_>) =
            it.routes.items.iter().partition(|route| matches!(route.health(), Health::Bad | Health::Partial));
        let rows = |list: Vec<&'a overview::Route>| list.into_iter().map(|r| route(&told, r)).collect();
        Self {
            routes: it.routes.items.len() + it.routes.left_out,
            troubled: rows(troubled),
            well_count: words::counted(well.len() as u64, "route"),
            well: rows(well),
            routes_more: it.routes.left_out,
            loads: !(it.nodes.items.is_empty() && it.containers.items.is_empty() && it.volumes.items.is_empty()),
            nodes: it.nodes.items.iter().map(node).collect(),
            nodes_more: it.nodes.left_out,
            containers: it.containers.items.iter().map(container).collect(),
            containers_more: it.containers.left_out,
            volumes: it.volumes.items.iter().map(volume).collect(),
            volumes_more: it.volumes.left_out,
            servers: it.databases.iter().map(server).collect(),
        }
    }
}

/// The first finding of every object that one is about: findings stand in telling order.
fn told(analysis: &Analysis) -> BTreeMap<&ObjectRef, usize> {
    let mut told = BTreeMap::new();
    for (index, it) in analysis.findings.iter().enumerate().filter(|(_, it)| it.level != Level::Prevention) {
        let finding = &it.finding;
        for object in [Some(&finding.subject), finding.workload.as_ref(), finding.cause.as_ref()].into_iter().flatten() {
            told.entry(object).or_insert(index);
        }
    }
    told
}

fn route<'a>(told: &BTreeMap<&ObjectRef, usize>, it: &'a overview::Route) -> Route<'a> {
    let sites = |list: &'a [overview::Site]| {
        let site = |s: &'a overview::Site| Site {
            health: s.health.as_str(),
            kind: &s.object.kind,
            name: &s.object.name,
            state: &s.state,
            finding: told.get(&s.object).map(|index| format!("f{index}")),
        };
        list.iter().map(site).collect()
    };
    let hop = |name, list| Hop { name, sites: sites(list), more: 0 };
    let own = it.workload.iter().chain(&it.services).chain(&it.pods.items).map(|s| s.object.namespace.as_str());
    Route {
        namespace: own.into_iter().find(|n| !n.is_empty()).unwrap_or_default(),
        health: it.health().as_str(),
        hops: vec![
            hop("Ingress", &it.ingresses),
            hop("Service", &it.services),
            hop("Workload", it.workload.as_slice()),
            Hop { more: it.pods.left_out, ..hop("Pods", &it.pods.items) },
            hop("Nodes", &it.nodes),
        ],
    }
}

fn container(it: &overview::ContainerLoad) -> Load<'_> {
    let percent = |share: f64| format!("{} %", words::percent(share));
    let throttled =
        it.throttled.map(|share| Count { name: "Throttled", tone: if share >= 0.25 { "high" } else { "low" }, value: percent(share) });
    let restarts = u64::try_from(it.restarts).unwrap_or_default();
    let restarts = Count { name: "Restarts", tone: if restarts > 0 { "high" } else { "low" }, value: words::number(restarts) };
    Load {
        name: &it.container,
        object: Object::new(&it.pod),
        bars: vec![bar("CPU", &it.cpu, quantity::cores, "no limit"), bar("Memory", &it.memory, quantity::bytes, "no limit")],
        counts: [throttled.unwrap_or(Count { name: "Throttled", tone: "low", value: "–".to_owned() }), restarts].into(),
        evidence: it.places.iter().map(quote).collect(),
    }
}

fn node(it: &overview::NodeLoad) -> Load<'_> {
    let unknown = "allocatable not known";
    Load {
        name: &it.node.name,
        object: Object::new(&it.node),
        bars: vec![
            bar("CPU", &it.cpu, quantity::cores, unknown),
            bar("Memory", &it.memory, quantity::bytes, unknown),
            bar("Disk", &it.disk, quantity::bytes, "size not known"),
        ],
        counts: Vec::new(),
        evidence: it.places.iter().map(quote).collect(),
    }
}

fn volume(it: &overview::VolumeLoad) -> Load<'_> {
    Load {
        name: &it.volume,
        object: Object::new(&it.pod),
        bars: vec![bar("Used", &it.bytes, quantity::bytes, "size not known")],
        counts: Vec::new(),
        evidence: it.places.iter().map(quote).collect(),
    }
}

/// A bar as long as the limit; without one a quarter longer than what is used or reserved.
fn bar(name: &'static str, gauge: &Gauge, spell: fn(f64) -> String, boundless: &str) -> Bar {
    let used = gauge.used();
    let longest = gauge.samples.iter().copied().chain(gauge.request).fold(0.0, f64::max);
    let full = gauge.limit.filter(|l| *l > 0.0).unwrap_or(longest * 1.25);
    let at = |value: f64| if full > 0.0 { format!("{:.1}", (value / full * 100.0).clamp(0.0, 100.0)) } else { "0".to_owned() };
    let (least, most) = (gauge.samples.iter().copied().fold(f64::INFINITY, f64::min), gauge.samples.iter().copied().fold(0.0, f64::max));
    let text = match (used, gauge.limit) {
        (None, _) => "not measured".to_owned(),
        (Some(used), Some(limit)) => format!("{} of {}", spell(used), spell(limit)),
        (Some(used), None) => format!("{}, {boundless}", spell(used)),
    };
    Bar {
        name,
        tone: match gauge.share() {
            Some(0.9..) => "critical",
            Some(0.75..) => "medium",
            _ => "low",
        },
        used: at(used.unwrap_or_default()),
        range: (most - least > full * 0.01).then(|| (at(least), at(most - least))),
        request: gauge.request.filter(|r| *r > 0.0).map(at),
        text,
        asked: gauge.request.filter(|r| *r > 0.0).map(|r| format!("asks for {}", spell(r))).unwrap_or_default(),
    }
}

fn server(it: &overview::DatabaseServer) -> Server<'_> {
    let figure = |n: Option<f64>, spell: fn(f64) -> String| n.map_or_else(|| "–".to_owned(), spell);
    let count = |n: f64| words::number(n.max(0.0) as u64);
    let database = |d: &overview::Database| {
        let sizes = [d.data, d.storage, d.indexes].map(|n| figure(n, quantity::bytes));
        let [data, storage, indexes] = sizes;
        [d.name.clone(), figure(d.collections, count), figure(d.documents, count), data, storage, indexes]
    };
    let behind = |m: &overview::Member| m.behind.map(|s| format!("{s} s behind"));
    Server {
        object: Object::new(&it.pod),
        replica_set: &it.replica_set,
        figures: it.figures.iter().map(|f| Figure { name: f.name, value: &f.value }).collect(),
        members: it
            .members
            .iter()
            .map(|m| Member { health: m.health.as_str(), name: &m.name, state: &m.state, behind: behind(m) })
            .collect(),
        databases: it.databases.iter().map(database).collect(),
        operations: it.operations.iter().map(operation).collect(),
        evidence: it.places().map(quote).collect(),
    }
}

fn operation(it: &overview::Operation) -> Operation<'_> {
    let took = if it.millis >= 10_000.0 { format!("{:.0} s", it.millis / 1000.0) } else { format!("{:.0} ms", it.millis) };
    Operation {
        took,
        kind: &it.kind,
        namespace: &it.namespace,
        plan: &it.plan,
        scan: it.plan.starts_with("COLLSCAN"),
        when: if it.running { "running" } else { "profiled" },
    }
}
