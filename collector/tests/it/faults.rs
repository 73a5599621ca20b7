//! Faults while listing: what was allowed is there once, and every gap has its reason.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Asked, Fault, Reply, Server},
};
use serde_json::json;
use std::time::{Duration, Instant};

fn pods(asked: &Asked) -> bool {
    asked.path == "/api/v1/pods"
}

fn all_pods(bundle: &crate::support::bundle::Bundle, cluster: &Cluster) {
    let mut expected: Vec<String> =
        cluster.objects("", "pods").iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect();
    expected.sort();
    assert_eq!(bundle.names("objects/core/v1/pods"), expected, "every pod once");
}

#[test]
fn an_expired_snapshot_at_every_page_goes_on_from_the_servers_token() {
    let fault: Fault = Box::new(|asked| {
        let token = asked.query.get("continue")?;
        let position = token.strip_prefix("late-");
        // The first try of each token has expired; the token offered instead works.
        (pods(asked) && position.is_none()).then(|| {
            let mut gone = status(410, "Expired", "The provided continue parameter is too old");
            gone["metadata"]["continue"] = format!("late-{token}").into();
            Reply::Json(410, gone)
        })
    });
    // The plain cluster reads positions; take the prefix off in front of it.
    let cluster = Cluster { pods: 30, ..Cluster::default() };
    let inner = cluster.clone();
    let unwrap: Fault = Box::new(move |asked| {
        let position = asked.query.get("continue")?.strip_prefix("late-")?.to_owned();
        let mut plain = asked.clone();
        plain.query.insert("continue".into(), position);
        Some(inner.answer(&plain))
    });
    let server = Server::start(cluster.clone(), vec![fault, unwrap]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    all_pods(&bundle, &cluster);
    let (outcome, detail) = bundle.outcome("objects/core/v1/pods");
    assert_eq!(outcome, "collected");
    assert!(detail.contains("snapshot expired"), "{detail}");
}

#[test]
fn an_expired_snapshot_without_a_token_is_begun_again_without_doubles() {
    let fault: Fault = Box::new(|asked| {
        (pods(asked) && asked.query.get("continue")? == "10" && asked.before == 0)
            .then(|| Reply::Json(410, status(410, "Expired", "too old")))
    });
    let cluster = Cluster { pods: 30, ..Cluster::default() };
    let server = Server::start(cluster.clone(), vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    all_pods(&bundle, &cluster);
    assert!(bundle.outcome("objects/core/v1/pods").1.contains("begun again"));
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for() {
    let fault: Fault = Box::new(|asked| {
        (pods(asked) && asked.before == 0)
            .then(|| Reply::With(429, vec![("retry-after", "1".into())], status(429, "TooManyRequests", "please slow down")))
    });
    let cluster = Cluster::default();
    let server = Server::start(cluster.clone(), vec![fault]);
    let started = Instant::now();
    let bundle = collect(&server, &[]).ended(0).bundle();
    assert!(started.elapsed() >= Duration::from_secs(2), "three pages, each told to wait a second");
    all_pods(&bundle, &cluster);
    assert!(bundle.lines("requests").iter().any(|request| request["status"] == 429));
}

#[test]
fn flapping_servers_are_asked_again() {
    let fault: Fault = Box::new(|asked| {
        (!asked.path.contains("proxy") && asked.path.starts_with("/api") && asked.before == 0 && !asked.path.ends_with("/log"))
            .then(|| Reply::Json(500, status(500, "InternalError", "etcdserver: leader changed")))
    });
    let cluster = Cluster::default();
    let server = Server::start(cluster.clone(), vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    all_pods(&bundle, &cluster);
}

#[test]
fn a_hang_is_a_gap_with_a_reason_and_nothing_else_is_missing() {
    let fault: Fault = Box::new(|asked| asked.path.ends_with("/deployments").then_some(Reply::Hang));
    let cluster = Cluster::default();
    let server = Server::start(cluster.clone(), vec![fault]);
    let ran = collect(&server, &["--request-timeout", "1s"]);
    let bundle = ran.ended(5).bundle();
    all_pods(&bundle, &cluster);
    let (outcome, detail) = bundle.outcome("objects/apps/v1/deployments");
    assert_eq!(outcome, "timed-out");
    assert!(detail.contains("no answer within 1 s"), "{detail}");
    assert!(ran.stderr.contains("objects/apps/v1/deployments"), "people are told: {}", ran.stderr);
}

#[test]
fn a_dead_aggregated_api_is_an_outcome_and_nothing_more() {
    let cluster = Cluster { aggregated: false, ..Cluster::default() };
    let fault: Fault =
        Box::new(|asked| asked.path.starts_with("/apis/metrics.k8s.io").then(|| Reply::Text(503, "service unavailable".into())));
    let server = Server::start(cluster.clone(), vec![fault]);
    let bundle = collect(&server, &["--request-timeout", "2s"]).ended(0).bundle();
    all_pods(&bundle, &cluster);
    let (outcome, detail) = bundle.outcome("metrics");
    assert_eq!(outcome, "absent");
    assert!(detail.contains("service unavailable"), "{detail}");
}

#[test]
fn another_dead_api_makes_the_bundle_partial() {
    let cluster = Cluster { aggregated: false, ..Cluster::default() };
    let fault: Fault = Box::new(|asked| (asked.path == "/apis/apps/v1").then(|| Reply::Text(503, "service unavailable".into())));
    let server = Server::start(cluster.clone(), vec![fault]);
    let bundle = collect(&server, &["--request-timeout", "2s"]).ended(5).bundle();
    assert_eq!(bundle.outcome("discovery/apps/v1").0, "failed");
}

/// A page of pods as text, cut in its middle.
fn half_a_page(cluster: &Cluster, asked: &Asked) -> String {
    let Reply::Json(_, page) = cluster.answer(asked) else { panic!("a page") };
    let text = page.to_string();
    // Field order is alphabetical here, so the items come before the metadata.
    text[..text.len() / 2].to_owned()
}

#[test]
fn a_page_that_breaks_off_is_asked_for_again_without_doubles() {
    let cluster = Cluster { pods: 30, ..Cluster::default() };
    let inner = cluster.clone();
    let fault: Fault = Box::new(move |asked| (pods(asked) && asked.before == 0).then(|| Reply::Break(half_a_page(&inner, asked))));
    let server = Server::start(cluster.clone(), vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    all_pods(&bundle, &cluster);
    assert!(bundle.outcome("objects/core/v1/pods").1.contains("broke off"));
}

#[test]
fn a_list_that_always_ends_in_the_middle_keeps_what_came() {
    let cluster = Cluster { pods: 8, page: 10, ..Cluster::default() };
    let inner = cluster.clone();
    let fault: Fault = Box::new(move |asked| pods(asked).then(|| Reply::Text(200, half_a_page(&inner, asked))));
    let server = Server::start(cluster, vec![fault]);
    let bundle = collect(&server, &[]).ended(5).bundle();
    let kept = bundle.lines("objects/core/v1/pods").len();
    assert!((1..8).contains(&kept), "{kept}");
    let (outcome, detail) = bundle.outcome("objects/core/v1/pods");
    assert_eq!(outcome, "partial");
    assert!(detail.contains("ends in the middle"), "{detail}");
}

#[test]
fn one_broken_object_does_not_sink_the_list() {
    let fault: Fault = Box::new(|asked| {
        let object = |name: &str| json!({"metadata": {"namespace": "a", "name": name}});
        asked.path.ends_with("/deployments").then(|| {
            Reply::Text(
                200,
                format!(
                    r#"{{"kind":"List","metadata":{{}},"items":[{},{{"metadata":{{"name":nonsense}}}},7,{}]}}"#,
                    object("one"),
                    object("two")
                ),
            )
        })
    });
    let server = Server::start(Cluster::default(), vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    assert_eq!(bundle.names("objects/apps/v1/deployments"), ["one", "two"]);
    assert!(bundle.outcome("objects/apps/v1/deployments").1.contains("2 objects could not be read"));
}
