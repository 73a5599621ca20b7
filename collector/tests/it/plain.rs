//! A plain run: everything is there, once, and nothing but GET was sent.

use crate::support::{cluster::Cluster, collect, server::Server};
use tarbox_redaction::{Key, Level, Redactor};

#[test]
fn everything_is_there_once() {
    for aggregated in [true, false] {
        let server = Server::start(Cluster { aggregated, ..Cluster::default() }, Vec::new());
        let ran = collect(&server, &[]);
        let bundle = ran.ended(0).bundle();
        assert_eq!(bundle.lines("objects/core/v1/pods").len(), 12);
        assert_eq!(bundle.names("objects/apps/v1/deployments"), ["web", "web"]);
        assert!(bundle.lines("objects/core/v1/pods").iter().all(|pod| pod["kind"] == "Pod" && pod["apiVersion"] == "v1"));
        assert_eq!(bundle.lines("objects/core/v1/events").len(), 2);
        assert!(!bundle.paths().iter().any(|path| path.contains("events.k8s.io")), "one event API is enough");
        assert_eq!(bundle.text("logs/a/pod-00001/app/current.log"), Cluster::default().log);
        assert!(bundle.paths().contains(&"logs/a/pod-00001/init/current.log"));
        assert!(bundle.paths().contains(&"logs/a/pod-00000/app/previous.log"));
        assert!(!bundle.paths().contains(&"logs/a/pod-00000/app/current.log"), "a waiting container's log is its previous one");
        for path in [
            "metrics/nodes.ndjson",
            "metrics/pods.ndjson",
            "kubelet/n/summary.json",
            "kubelet/n/cadvisor.prom",
            "health/version.json",
            "health/readyz",
            "health/livez",
        ] {
            assert!(bundle.paths().contains(&path), "{path}");
        }
        let header = bundle.json("bundle.json");
        assert_eq!((header["cluster"]["uid"].as_str(), header["cluster"]["version"].as_str()), (Some("the-uid"), Some("v1.34.4")));
        assert_eq!(header["collected_at"], "2026-11-24T08:00:00Z", "the server's clock");
        assert_eq!(bundle.outcome("objects/core/v1/pods").0, "collected");
        assert_eq!(bundle.outcome("logs").0, "collected");
        let asked = server.asked();
        assert!(asked.iter().all(|asked| asked.method == "GET" && asked.agent.starts_with("tarbox-collect/")));
        assert_eq!(bundle.lines("requests").len(), asked.len(), "every request is in the request log");
    }
}

#[test]
fn secret_values_are_nowhere() {
    let log = "2026-11-24T07:00:00Z logging in with Hx7-kk2Q9zLw-v3\n".to_owned();
    let server = Server::start(Cluster { log, ..Cluster::default() }, Vec::new());
    let bundle = collect(&server, &[]).ended(0).bundle();
    assert_eq!(bundle.lines("secrets").len(), 2);
    for form in ["Hx7-kk2Q9zLw-v3", "SHg3LWtrMlE5ekx3LXYz"] {
        assert!(!bundle.contains(form), "{form}");
    }
}

#[test]
fn a_key_that_is_kept_gives_the_same_placeholders_again() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("our.key");
    let flags = ["--key", key.to_str().unwrap()];
    let log = "2026-11-24T07:00:00Z logging in with Hx7-kk2Q9zLw-v3\n".to_owned();
    let server = Server::start(Cluster { log, ..Cluster::default() }, Vec::new());
    let ran = collect(&server, &flags);
    assert!(ran.ended(0).stderr.contains("a new key is in"), "{}", ran.stderr);
    let kept = Key::read(&key).unwrap();
    let placeholder = Redactor::new(kept.bytes(), Level::Default).placeholder_of("Hx7-kk2Q9zLw-v3");
    assert!(ran.bundle().contains(&placeholder));
    assert!(collect(&server, &flags).ended(0).bundle().contains(&placeholder));
    assert!(!collect(&server, &[]).ended(0).bundle().contains(&placeholder));
    std::fs::write(&key, "no key").unwrap();
    let refused = collect(&server, &flags);
    assert!(refused.code == 2 && refused.stderr.contains("no key of tarbox") && refused.left().len() == 1, "{}", refused.stderr);
}

#[test]
fn no_secrets_means_never_asked_for() {
    let server = Server::start(Cluster::default(), Vec::new());
    let bundle = collect(&server, &["--no-secrets"]).ended(0).bundle();
    assert!(!server.asked().iter().any(|asked| asked.path.contains("secrets")));
    assert!(!bundle.paths().contains(&"secrets.ndjson"));
    assert_eq!(bundle.json("bundle.json")["options"]["no-secrets"], "true");
}

#[test]
fn only_the_namespaces_asked_for() {
    let server = Server::start(Cluster::default(), Vec::new());
    let bundle = collect(&server, &["-n", "b"]).ended(0).bundle();
    assert!(bundle.lines("objects/core/v1/pods").iter().all(|pod| pod["metadata"]["namespace"] == "b"));
    assert!(!bundle.paths().iter().any(|path| path.starts_with("logs/a/")));
    assert_eq!(bundle.names("objects/core/v1/nodes"), ["n"], "cluster-wide kinds stay");
}

#[test]
fn a_large_log_keeps_head_and_tail_and_counts_the_rest() {
    let log: String = (0..5_000).map(|line| format!("2026-11-24T07:00:00.{line:09}Z a line of some length\n")).collect();
    let server = Server::start(Cluster { log: log.clone(), pods: 2, ..Cluster::default() }, Vec::new());
    let ran = collect(&server, &["--log-bytes", "16K"]);
    let bundle = ran.ended(0).bundle();
    let text = bundle.text("logs/a/pod-00000/init/current.log");
    let (head, rest) = text.split_once("--- tarbox: ").unwrap();
    let (mark, tail) = rest.split_once(" ---\n").unwrap();
    assert!(log.starts_with(head) && log.ends_with(tail) && text.len() < 17 << 10);
    let left_out = log.len() - head.len() - tail.len();
    assert!(mark.starts_with(&format!("{left_out} bytes in ")), "{mark}");
    assert_eq!(bundle.outcome("logs/a/pod-00000/init/current").0, "cut");
}

#[test]
fn a_clock_that_goes_wrong_by_hours_is_told_and_harms_nothing() {
    for hours in [-2i64, 2] {
        // The server's clock is the bundle's; the machine's is off by so much.
        let time = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC) + jiff::SignedDuration::from_hours(hours);
        let date = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let server = Server::start_at(Cluster::default(), Vec::new(), date);
        let bundle = collect(&server, &["--since", "1h"]).ended(0).bundle();
        let header = bundle.json("bundle.json");
        let skew = header["clock_skew_seconds"].as_f64().unwrap();
        assert!((skew + (hours * 3600) as f64).abs() < 60.0, "{skew}");
        let at: jiff::Timestamp = header["collected_at"].as_str().unwrap().parse().unwrap();
        assert!(at.duration_since(time.timestamp()).abs() < jiff::SignedDuration::from_secs(2), "{at}");
        assert_eq!(bundle.text("logs/a/pod-00001/app/current.log"), Cluster::default().log);
        // A span, never a time of day: so that the clocks need not agree.
        let logs = server.asked();
        let mut logs = logs.iter().filter(|asked| asked.path.ends_with("/log"));
        assert!(
            logs.all(|asked| asked.query.get("sinceSeconds").is_some_and(|span| span == "3600") && !asked.query.contains_key("sinceTime"))
        );
    }
}

#[test]
fn never_more_than_eight_requests_at_once_and_no_faster_than_told() {
    let server = Server::start(Cluster { pods: 60, pause: Some(std::time::Duration::from_millis(20)), ..Cluster::default() }, Vec::new());
    collect(&server, &[]).ended(0);
    assert!((4..=8).contains(&server.most_at_once()), "{}", server.most_at_once());
    let server = Server::start(Cluster::default(), Vec::new());
    let started = std::time::Instant::now();
    collect(&server, &["--qps", "20"]).ended(0);
    let least = std::time::Duration::from_secs_f64((server.asked().len() - 3) as f64 / 20.0);
    assert!(started.elapsed() >= least, "{} requests in {:?}", server.asked().len(), started.elapsed());
}
