//! The fault matrix: every kind of fault that we know, on clusters, at requests and at moments that a seed chooses. Whatever happens, the
//! run ends in time, the file that is left opens, nothing is there twice, what was allowed is there, and every gap has its reason.
//!
//! Two seeds of each case by default. More, with the table: `TARBOX_SEEDS=100 cargo test -p tarbox-collector --test it matrix -- --nocapture`
use crate::support::{
    Ran,
    bundle::Bundle,
    cluster::{Cluster, status},
    collect,
    server::{Asked, Fault, Reply, Server},
    start, start_limited,
};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

const DEADLINE: Duration = Duration::from_secs(15);
/// Where everything must be there in the end, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is looked at one by one: group, resource, place in the bundle.
const KINDS: &[(&str, &str, &str)] = &[
    ("", "pods", "core/v1/pods"),
    ("", "configmaps", "core/v1/configmaps"),
    ("", "events", "core/v1/events"),
    ("", "services", "core/v1/services"),
    ("apps", "deployments", "apps/v1/deployments"),
];

/// Chance that is the same for the same seed and question, in whatever order requests arrive.
#[derive(Clone, Copy)]
struct Dice(u64);

impl Dice {
    /// A number below `of`.
    fn roll(self, what: impl Hash, of: u64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.0, what).hash(&mut hasher);
        hasher.finish() % of
    }

    fn percent(self, what: impl Hash, chance: u64) -> bool {
        self.roll(what, 100) < chance
    }

    /// A small cluster whose logs have at most so many lines.
    fn cluster(self, lines: u64) -> Cluster {
        let line =
            |number: u64| format!("2026-11-24T07:00:{:02}.{number:09}Z {:0>40x}\n", number % 60, self.roll(("line", number), u64::MAX));
        Cluster {
            pods: 1 + self.roll("pods", 40) as usize,
            page: 1 + self.roll("page", 9) as usize,
            namespaces: ["a", "b", "c", "d"][..1 + self.roll("namespaces", 4) as usize].to_vec(),
            aggregated: self.percent("aggregated", 70),
            log: (0..self.roll("lines", lines)).map(line).collect(),
            ..Cluster::default()
        }
    }
}

/// How a run is disturbed from outside.
enum Disturbance {
    None,
    /// One of these signals, at some moment.
    Signal(&'static [&'static str]),
    FullDisk,
}

/// What must be there in the end.
#[derive(PartialEq)]
enum Expect {
    /// Patience mends it: nothing is missing.
    Everything,
    /// What [`denied`] leaves, and all of that.
    Allowed,
    /// What came; the rest has its reason.
    Reasons,
}

struct Case {
    name: &'static str,
    /// The server's faults.
    faults: fn(Dice, &Cluster) -> Vec<Fault>,
    flags: &'static [&'static str],
    disturbance: Disturbance,
    expect: Expect,
    /// Most lines of a log.
    lines: u64,
    /// Runs of one seed.
    runs: usize,
}

const CASE: Case = Case { name: "", faults: none, flags: &[], disturbance: Disturbance::None, expect: Expect::Reasons, lines: 60, runs: 1 };

fn none(_: Dice, _: &Cluster) -> Vec<Fault> {
    Vec::new()
}

/// One fault, of these words.
fn fault(of: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Vec<Fault> {
    vec![Box::new(of)]
}

fn is_log(asked: &Asked) -> bool {
    asked.path.ends_with("/log")
}

/// Whether this asks for a list of objects.
fn is_list(asked: &Asked) -> bool {
    asked.query.contains_key("limit") && !is_log(asked)
}

fn token(asked: &Asked) -> &str {
    asked.query.get("continue").map_or("", String::as_str)
}

/// The group, resource and namespace of a list.
fn listed(asked: &Asked) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match *parts.as_slice() {
        ["api", "v1", resource] => Some(("", resource, "")),
        ["apis", group, _, resource] => Some((group, resource, "")),
        ["api", "v1", "namespaces", namespace, resource] => Some(("", resource, namespace)),
        ["apis", group, _, "namespaces", namespace, resource] => Some((group, resource, namespace)),
        _ => None,
    }
}

/// An answer of a server that is in trouble for a moment.
fn flap(dice: Dice, asked: &Asked) -> Reply {
    match dice.roll((&asked.path, token(asked), asked.before, "flap"), 5) {
        0 => Reply::Json(500, status(500, "InternalError", "etcdserver: leader changed")),
        1 => Reply::Text(502, "bad gateway".into()),
        2 => Reply::Text(503, "upstream connect error".into()),
        3 => Reply::Json(504, status(504, "Timeout", "request did not complete within the allotted timeout")),
        _ => Reply::With(429, vec![("retry-after", "0".into())], status(429, "TooManyRequests", "slow down")),
    }
}

/// The beginning of the answer that the cluster would give, cut anywhere.
fn beginning(dice: Dice, cluster: &Cluster, asked: &Asked) -> Option<String> {
    let text = match cluster.answer(asked) {
        Reply::Json(200, value) => value.to_string(),
        Reply::Text(200, text) => text,
        _ => return None,
    };
    let end = dice.roll((&asked.path, token(asked), "cut"), text.len().max(1) as u64) as usize;
    Some(text[..end].to_owned())
}

const CASES: &[Case] = &[
    Case {
        name: "410 Gone at any page, with and without a token to go on",
        faults: |dice, cluster| {
            let (inner, offers) = (cluster.clone(), dice.percent("offers a token", 50));
            fault(move |asked| {
                let (list, late) = (is_list(asked), token(asked).strip_prefix("late-").map(str::to_owned));
                if let Some(position) = late {
                    let mut plain = asked.clone();
                    plain.query.insert("continue".into(), position);
                    return Some(inner.answer(&plain));
                }
                (list && !token(asked).is_empty() && asked.before == 0 && dice.percent((&asked.path, token(asked)), 40)).then(|| {
                    let mut gone = status(410, "Expired", "The provided continue parameter is too old");
                    if offers {
                        gone["metadata"]["continue"] = format!("late-{}", token(asked)).into();
                    }
                    Reply::Json(410, gone)
                })
            })
        },
        expect: Expect::Everything,
        ..CASE
    },
    Case {
        name: "429 with Retry-After",
        faults: |dice, _| {
            fault(move |asked| {
                (is_list(asked) && asked.before == 0 && dice.percent((&asked.path, token(asked)), 10)).then(|| {
                    let wait = dice.roll((&asked.path, "wait"), 2).to_string();
                    Reply::With(429, vec![("retry-after", wait)], status(429, "TooManyRequests", "please slow down"))
                })
            })
        },
        expect: Expect::Everything,
        ..CASE
    },
    Case {
        name: "5xx and 429 that come and go",
        faults: |dice, _| {
            fault(move |asked| {
                let hit = is_list(asked) && asked.before < 2 && dice.percent((&asked.path, token(asked), asked.before), 30);
                hit.then(|| flap(dice, asked))
            })
        },
        flags: &["--request-timeout", "10s"],
        expect: Expect::Everything,
        ..CASE
    },
    Case {
        name: "lists that break off, once",
        faults: |dice, cluster| {
            let inner = cluster.clone();
            fault(move |asked| {
                let hit = is_list(asked) && asked.before == 0 && dice.percent((&asked.path, token(asked)), 30);
                hit.then(|| beginning(dice, &inner, asked)).flatten().map(Reply::Break)
            })
        },
        expect: Expect::Everything,
        ..CASE
    },
    Case {
        name: "a hang, a stall or a broken connection at any request, again and again",
        faults: |dice, cluster| {
            let inner = cluster.clone();
            fault(move |asked| {
                // Discovery and the first words are the ground that everything stands on.
                let hit = (is_list(asked) || is_log(asked)) && dice.percent((&asked.path, token(asked), "hit"), 6);
                if !hit {
                    return None;
                }
                let text = beginning(dice, &inner, asked)?;
                Some(match dice.roll((&asked.path, token(asked), "how"), 3) {
                    0 => Reply::Hang,
                    1 => Reply::Stall(text),
                    _ => Reply::Break(text),
                })
            })
        },
        flags: &["--request-timeout", "1s"],
        ..CASE
    },
    Case {
        name: "half of (group, resource, namespace) denied",
        faults: |dice, _| {
            fault(move |asked| {
                let (group, resource, namespace) = listed(asked).filter(|(_, resource, _)| !matches!(*resource, "namespaces" | "nodes"))?;
                // Cluster-wide lists are all denied, so that every kind goes namespace by namespace.
                let denied = namespace.is_empty() || denied(dice, group, resource, namespace);
                denied.then(|| Reply::Json(403, status(403, "Forbidden", &format!("{resource} is forbidden"))))
            })
        },
        flags: &["--no-kubelet"],
        expect: Expect::Allowed,
        ..CASE
    },
    Case {
        name: "a dead aggregated API",
        faults: |dice, _| {
            let group = ["metrics.k8s.io", "apps", "events.k8s.io", "admissionregistration.k8s.io"][dice.roll("group", 4) as usize];
            let hangs = dice.percent("hangs", 30);
            fault(move |asked| {
                let dead = asked.path.starts_with(&format!("/apis/{group}/"));
                dead.then(|| if hangs { Reply::Hang } else { Reply::Text(503, "service unavailable".into()) })
            })
        },
        flags: &["--request-timeout", "1s"],
        ..CASE
    },
    Case {
        name: "nodes that give no logs",
        faults: |dice, _| {
            let refused = "Get \"https://10.0.0.1:10250/…\": dial tcp 10.0.0.1:10250: connect: connection refused";
            fault(move |asked| {
                (is_log(asked) && dice.percent(&asked.path, 60)).then(|| Reply::Json(500, status(500, "InternalError", refused)))
            })
        },
        ..CASE
    },
    Case { name: "logs larger than the budget", flags: &["--log-bytes", "64K", "--max-size", "200K"], lines: 4_000, ..CASE },
    Case { name: "SIGINT, SIGTERM, SIGKILL at any moment", disturbance: Disturbance::Signal(&["INT", "TERM", "KILL"]), runs: 8, ..CASE },
    Case {
        name: "a full disk at any moment",
        flags: &["--log-bytes", "64K"],
        disturbance: Disturbance::FullDisk,
        lines: 2_000,
        runs: 4,
        ..CASE
    },
    Case {
        name: "all of it at once, and a signal",
        faults: |dice, cluster| {
            let faults = CASES.iter().take(8).enumerate();
            // Every second seed without one, so that they do not always hide each other.
            faults.filter(|(number, _)| dice.percent(("part", number), 60)).flat_map(|(_, case)| (case.faults)(dice, cluster)).collect()
        },
        flags: &["--request-timeout", "1s"],
        disturbance: Disturbance::Signal(&["INT", "TERM"]),
        ..CASE
    },
];

fn denied(dice: Dice, group: &str, resource: &str, namespace: &str) -> bool {
    dice.percent((group, resource, namespace), 50)
}

/// Runs one case with one seed; panics where something does not hold.
fn run(case: &Case, seed: u64) {
    let dice = Dice(seed);
    let cluster = dice.cluster(case.lines);
    // The server's clock is wrong by up to two hours either way.
    let clock = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC)
        + jiff::SignedDuration::from_secs(dice.roll("clock", 4 * 3600) as i64 - 2 * 3600);
    let date = clock.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let server = Server::start_at(cluster.clone(), (case.faults)(dice, &cluster), date);
    let deadline = if case.expect == Expect::Reasons { DEADLINE } else { PATIENCE };
    let seconds = deadline.as_secs().to_string() + "s";
    let flags: Vec<&str> = case.flags.iter().copied().chain(["--deadline", &seconds]).collect();
    let started = Instant::now();
    let ran = match case.disturbance {
        Disturbance::None => collect(&server, &flags),
        Disturbance::Signal(signals) => {
            let mut running = start(&server, &flags);
            // Runs take from a hundred milliseconds to the deadline; most of what happens, happens early.
            let limit = if case.flags.is_empty() { 400 } else { 4_000 };
            std::thread::sleep(Duration::from_millis(dice.roll("moment", limit)));
            running.signal_if_alive(signals[dice.roll("signal", signals.len() as u64) as usize]);
            running.wait()
        }
        Disturbance::FullDisk => start_limited(&server, &flags, dice.roll("blocks", 30)).wait(),
    };
    let took = started.elapsed();
    assert!(took < deadline + Duration::from_secs(5), "took {took:?}");
    let (whole, partial) = (ran.path("out.tar.zst"), ran.path("out.tar.zst.partial"));
    if case.expect == Expect::Everything {
        ran.ended(0);
    } else {
        // -1: killed, by a signal that cannot be obeyed or before the program obeys any.
        let expected: &[i32] = match case.disturbance {
            Disturbance::None => &[0, 5],
            Disturbance::Signal(_) => &[0, 5, 130, -1],
            Disturbance::FullDisk => &[0, 6],
        };
        assert!(expected.contains(&ran.code), "exit code {}:\n{}", ran.code, ran.stderr);
    }
    if whole.exists() {
        let bundle = Bundle::open(&whole);
        objects_hold(case, dice, &cluster, &bundle);
        logs_hold(&cluster, &bundle);
        exit_code_holds(&ran, &bundle);
    } else if partial.metadata().is_ok_and(|file| file.len() > 0) {
        let bundle = Bundle::open_partial(&partial);
        bundle.json("bundle.json");
        for (group, resource, place) in KINDS {
            subset(&cluster, group, resource, &bundle, place);
        }
    } else {
        // Killed or interrupted before the server's first answer, or no room for a byte: there was nothing to keep.
        assert!([130, 6, -1].contains(&ran.code), "exit code {} and no file:\n{}", ran.code, ran.stderr);
    }
}

/// Namespace and name of what the bundle has of a kind: each once, and only what the cluster has. With what the cluster has.
fn subset(cluster: &Cluster, group: &str, resource: &str, bundle: &Bundle, place: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = |object: &serde_json::Value| {
        let field = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
        format!("{}/{}", field("namespace"), field("name"))
    };
    let all: BTreeSet<String> = cluster.objects(group, resource).iter().map(name).collect();
    let lines = bundle.lines(&format!("objects/{place}"));
    let there: BTreeSet<String> = lines.iter().map(name).collect();
    assert_eq!(there.len(), lines.len(), "{place}: something is there twice");
    assert!(there.is_subset(&all), "{place}: {:?} are of no cluster", there.difference(&all));
    (there, all)
}

/// Every object that was allowed is there, or the ledger says why it is not.
fn objects_hold(case: &Case, dice: Dice, cluster: &Cluster, bundle: &Bundle) {
    for (group, resource, place) in KINDS {
        let (there, mut all) = subset(cluster, group, resource, bundle, place);
        let discovery = if group.is_empty() {
            ["discovery/api".into(), "discovery/v1".into()]
        } else {
            ["discovery/apis".into(), format!("discovery/{group}/v1")]
        };
        let (gone, told) = gap(bundle, &[&[format!("objects/{place}"), "bundle".into()], &discovery[..]].concat());
        match case.expect {
            Expect::Everything => assert_eq!(there, all, "{place}: {told:?}"),
            Expect::Allowed => {
                all.retain(|name| !denied(dice, group, resource, name.split('/').next().unwrap()));
                assert_eq!(there, all, "{place}: {told:?}");
            }
            Expect::Reasons => {
                assert!(gone || there == all, "{place}: {} of {} are there, and nothing says why: {told:?}", there.len(), all.len())
            }
        }
    }
}

/// Whether one of these sources has an outcome that tells of a gap, with a reason.
fn gap(bundle: &Bundle, names: &[String]) -> (bool, Vec<(String, String, String)>) {
    let mut of = bundle.sources();
    of.retain(|(name, ..)| names.contains(name));
    (of.iter().any(|(_, outcome, why)| outcome != "collected" && !why.is_empty()), of)
}

/// Every log of every pod that is in the bundle is there, whole or marked, or the ledger says why it is not.
fn logs_hold(cluster: &Cluster, bundle: &Bundle) {
    let paths: BTreeSet<&str> = bundle.paths().into_iter().collect();
    let of_all = ["logs".to_owned(), "logs-of-node/n".to_owned(), "bundle".to_owned()];
    for pod in bundle.lines("objects/core/v1/pods") {
        let (namespace, name) = (pod["metadata"]["namespace"].as_str().unwrap(), pod["metadata"]["name"].as_str().unwrap());
        for container in ["app", "init"] {
            // A container that waits for its restart has its log in the previous one.
            let run = if name == "pod-00000" && container == "app" { "previous" } else { "current" };
            let source = format!("logs/{namespace}/{name}/{container}/{run}");
            let (told, outcomes) = gap(bundle, &[&of_all[..], std::slice::from_ref(&source)].concat());
            let path = format!("{source}.log");
            if !paths.contains(path.as_str()) {
                assert!(told, "{source} is missing, and nothing says why: {outcomes:?}");
            } else if bundle.text(&path) != cluster.log {
                assert!(told && bundle.text(&path).contains("--- tarbox: "), "{source} is not whole, and nothing says why: {outcomes:?}");
            }
        }
    }
}

/// 5 says that something is missing, and only then. What a cluster or a role often lacks does not make a bundle partial.
fn exit_code_holds(ran: &Ran, bundle: &Bundle) {
    let often = ["health", "helm", "http", "kubelet", "metrics"];
    let mut gaps = bundle.sources();
    gaps.retain(|(source, outcome, _)| {
        !matches!(outcome.as_str(), "collected" | "absent" | "cut") && !often.iter().any(|id| source.split('/').next() == Some(id))
    });
    match ran.code {
        0 => assert!(gaps.is_empty(), "complete, with gaps: {gaps:?}"),
        5 => assert!(!gaps.is_empty(), "partial, without a gap"),
        _ => {}
    }
}

#[test]
fn every_fault_at_every_seed() {
    let seeds: usize = std::env::var("TARBOX_SEEDS").map_or(2, |count| count.parse().unwrap());
    let runs: Vec<(&Case, u64)> = CASES
        .iter()
        .enumerate()
        .flat_map(|(number, case)| (0..seeds * case.runs).map(move |run| (case, (run * CASES.len() + number) as u64)))
        .collect();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    // Most of a run is waiting for what does not come.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((case, seed)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = catch_unwind(AssertUnwindSafe(|| run(case, *seed))) {
                        let why = why
                            .downcast_ref::<String>()
                            .map_or_else(|| why.downcast_ref::<&str>().unwrap_or(&"").to_string(), String::clone);
                        failed.lock().unwrap().push((case.name, format!("{}, seed {seed}: {why}", case.name)));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    eprintln!("| fault | runs | failures |\n|---|---|---|");
    for case in CASES {
        let failures = failed.iter().filter(|(name, _)| *name == case.name).count();
        eprintln!("| {} | {} | {failures} |", case.name, seeds * case.runs);
    }
    assert!(failed.is_empty(), "{}", failed.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("\n"));
}
