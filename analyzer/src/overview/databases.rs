//! What MongoDB servers say of themselves, as far as they were asked.

use std::collections::BTreeMap;

use serde_json::Value;
use tarbox_model::facts::MongoAnswer;
use tarbox_model::overview::{Database, DatabaseServer, Figure, Health, Member, Operation};
use tarbox_model::{Evidence, Snapshot, quantity};

/// Most operations told of one server; the longest come first.
const OPERATIONS: usize = 20;
/// Milliseconds from which on an operation took long.
const LONG: f64 = 100.0;

/// Every server that answered, by namespace and pod.
pub(super) fn servers(snapshot: &Snapshot) -> Vec<DatabaseServer> {
    let mut by_pod: BTreeMap<_, Vec<&MongoAnswer>> = BTreeMap::new();
    for answer in snapshot.mongo_answers.iter().filter(|a| a.ok) {
        by_pod.entry(answer.pod_reference()).or_default().push(answer);
    }
    let server = |(pod, answers): (_, Vec<&MongoAnswer>)| {
        let of = |command: &str| answers.iter().copied().find(|a| a.command == command);
        let status = of("replSetGetStatus");
        let mut operations: Vec<Operation> = of("currentOp").into_iter().flat_map(running).collect();
        operations.extend(of("databases").into_iter().flat_map(profiled));
        operations.sort_by(|a, b| b.millis.total_cmp(&a.millis).then_with(|| a.place.cmp(&b.place)));
        operations.truncate(OPERATIONS);
        DatabaseServer {
            pod,
            figures: figures(of("buildInfo"), of("serverStatus")),
            replica_set: status.map(|s| text(&s.answer, "/set").to_owned()).unwrap_or_default(),
            members: status.map(members).unwrap_or_default(),
            databases: of("databases").map(databases).unwrap_or_default(),
            operations,
        }
    };
    by_pod.into_iter().map(server).collect()
}

/// How a figure is told.
#[derive(Clone, Copy)]
enum Unit {
    Count,
    Bytes,
    Megabytes,
    Seconds,
}

/// What `serverStatus` tells, by name, pointer and unit.
const STATUS: &[(&str, &str, Unit)] = &[
    ("up for", "/uptime", Unit::Seconds),
    ("connections in use", "/connections/current", Unit::Count),
    ("connections left", "/connections/available", Unit::Count),
    ("cache in use", "/wiredTiger/cache/bytes currently in the cache", Unit::Bytes),
    ("cache, dirty", "/wiredTiger/cache/tracked dirty bytes in the cache", Unit::Bytes),
    ("cache, at most", "/wiredTiger/cache/maximum bytes configured", Unit::Bytes),
    ("pages evicted by clients", "/wiredTiger/cache/pages evicted by application threads", Unit::Count),
    ("readers waiting", "/globalLock/currentQueue/readers", Unit::Count),
    ("writers waiting", "/globalLock/currentQueue/writers", Unit::Count),
    ("queries", "/opcounters/query", Unit::Count),
    ("inserts", "/opcounters/insert", Unit::Count),
    ("updates", "/opcounters/update", Unit::Count),
    ("deletes", "/opcounters/delete", Unit::Count),
    ("memory", "/mem/resident", Unit::Megabytes),
];

fn figures(build: Option<&MongoAnswer>, status: Option<&MongoAnswer>) -> Vec<Figure> {
    let version = build.into_iter().chain(status).find_map(|answer| {
        let version = Some(text(&answer.answer, "/version")).filter(|v| !v.is_empty())?;
        Some(Figure { name: "version", value: version.to_owned(), place: answer.evidence("/version", version) })
    });
    let told = status.into_iter().flat_map(|answer| STATUS.iter().filter_map(move |row| figure(answer, row)));
    version.into_iter().chain(told).collect()
}

fn figure(answer: &MongoAnswer, (name, pointer, unit): &(&'static str, &str, Unit)) -> Option<Figure> {
    let number = answer.number(pointer)?;
    let value = match unit {
        Unit::Count => format!("{number:.0}"),
        Unit::Bytes => quantity::bytes(number),
        Unit::Megabytes => quantity::bytes(number * 1_048_576.0),
        Unit::Seconds => duration(number),
    };
    Some(Figure { name, value, place: answer.evidence(pointer, format!("{number:.0}")) })
}

/// Seconds in the largest unit that says enough: `3 d`, `5 h`, `12 min`, `40 s`.
fn duration(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= 2.0 * size).unwrap_or((1.0, "s"));
    format!("{:.0} {unit}", (seconds / size).floor())
}

fn members(status: &MongoAnswer) -> Vec<Member> {
    let all = status.members();
    let primary = all.iter().find(|m| m.state == "PRIMARY").and_then(|m| m.optime);
    let told = all.into_iter().map(|m| Member {
        health: if m.is_healthy() { Health::Good } else { Health::Bad },
        behind: primary
            .zip(m.optime)
            .map(|(primary, own)| (primary.as_second() - own.as_second()).max(0))
            .filter(|_| m.state == "SECONDARY"),
        name: m.name.to_owned(),
        state: m.state.to_owned(),
        place: m.evidence,
    });
    told.collect()
}

fn databases(answer: &MongoAnswer) -> Vec<Database> {
    let database = |(i, it): (usize, &Value)| {
        let figure = |field: &str| answer.number(&format!("/databases/{i}/stats/{field}"));
        let name = text(it, "/name");
        Database {
            name: name.to_owned(),
            collections: figure("collections"),
            documents: figure("objects"),
            data: figure("dataSize"),
            storage: figure("storageSize").or_else(|| answer.number(&format!("/databases/{i}/sizeOnDisk"))),
            indexes: figure("indexSize"),
            place: answer.evidence(&format!("/databases/{i}/name"), name),
        }
    };
    list(&answer.answer, "/databases").iter().enumerate().map(database).collect()
}

/// Operations that ran when the server was asked.
fn running(answer: &MongoAnswer) -> Vec<Operation> {
    let operation = |(i, it): (usize, &Value)| {
        let base = format!("/inprog/{i}");
        let micros = answer.number(&format!("{base}/microsecs_running"));
        let millis = micros.map(|m| m / 1000.0).or_else(|| Some(answer.number(&format!("{base}/secs_running"))? * 1000.0))?;
        Some(operation(answer, it, &base, millis, true))
    };
    // Without a namespace it is the server's own work.
    let of_clients = list(&answer.answer, "/inprog").iter().enumerate().filter(|(_, it)| !text(it, "/ns").is_empty());
    of_clients.filter_map(operation).filter(|o| o.millis >= LONG).collect()
}

/// Operations that the profiler caught.
fn profiled(answer: &MongoAnswer) -> Vec<Operation> {
    let mut all = Vec::new();
    for (d, database) in list(&answer.answer, "/databases").iter().enumerate() {
        for (i, it) in list(database, "/profiled").iter().enumerate() {
            let base = format!("/databases/{d}/profiled/{i}");
            if let Some(millis) = answer.number(&format!("{base}/millis")).filter(|millis| *millis >= LONG) {
                all.push(operation(answer, it, &base, millis, false));
            }
        }
    }
    all
}

fn operation(answer: &MongoAnswer, it: &Value, base: &str, millis: f64, running: bool) -> Operation {
    let namespace = text(it, "/ns");
    let place: Evidence = answer.evidence(&format!("{base}/ns"), namespace);
    let (kind, plan) = (text(it, "/op").to_owned(), text(it, "/planSummary").to_owned());
    Operation { namespace: namespace.to_owned(), kind, millis, plan, running, place }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
