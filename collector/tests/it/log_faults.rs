//! Faults while reading logs: an error is an outcome, never the content of a log.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};

const LINE: &str = "2026-11-24T07:00:00.000000000Z a line\n";

fn of_pod(pod: &'static str, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Fault {
    Box::new(move |asked| {
        (asked.path.ends_with(&format!("/{pod}/log")) && asked.query.get("container").is_some_and(|name| name == "app")).then(&reply)
    })
}

#[test]
fn errors_are_outcomes_and_never_content() {
    let faults = vec![
        of_pod("pod-00000", || Reply::Json(400, status(400, "BadRequest", "previous terminated container \"app\" not found"))),
        of_pod("pod-00001", || Reply::Json(404, status(404, "NotFound", "pods \"pod-00001\" not found"))),
        of_pod("pod-00002", || Reply::Text(200, "unable to retrieve container logs for containerd://abc".into())),
        of_pod("pod-00003", || Reply::Json(500, status(500, "InternalError", "an error on the server"))),
        of_pod("pod-00004", || Reply::Break(LINE.repeat(3))),
        of_pod("pod-00005", || Reply::Text(200, String::new())),
    ];
    let server = Server::start(Cluster { pods: 14, ..Cluster::default() }, faults);
    let bundle = collect(&server, &[]).ended(5).bundle();
    let outcome = |pod: &str, which: &str| bundle.outcome(&format!("logs/a/{pod}/app/{which}"));
    assert_eq!(outcome("pod-00000", "previous").0, "absent");
    assert_eq!(outcome("pod-00001", "current").0, "absent");
    assert!(outcome("pod-00002", "current").1.contains("unable to retrieve"), "the kubelet's words are the reason");
    assert_eq!(outcome("pod-00003", "current").0, "failed");
    assert_eq!(outcome("pod-00004", "current").0, "partial");
    for pod in ["pod-00000", "pod-00001", "pod-00002", "pod-00003"] {
        assert!(!bundle.paths().iter().any(|path| path.starts_with(&format!("logs/a/{pod}/app/"))), "{pod}");
    }
    let kept = bundle.text("logs/a/pod-00004/app/current.log");
    assert!(kept.starts_with(&LINE.repeat(3)) && kept.contains("--- tarbox: the log broke off here"), "{kept}");
    assert_eq!(bundle.text("logs/a/pod-00005/app/current.log"), "", "an empty log is empty, not missing");
    assert_eq!(bundle.text("logs/a/pod-00006/app/current.log"), Cluster::default().log);
}

#[test]
fn a_dead_node_is_not_asked_for_ever() {
    let fault: Fault = Box::new(|asked| {
        asked.path.ends_with("/log").then(|| {
            Reply::Json(
                500,
                status(500, "InternalError", "Get \"https://10.0.0.1:10250/…\": dial tcp 10.0.0.1:10250: connect: connection refused"),
            )
        })
    });
    let server = Server::start(Cluster { pods: 60, ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &[]).ended(5).bundle();
    let asked = server.asked().iter().filter(|asked| asked.path.ends_with("/log")).count();
    assert!(asked < 20, "{asked} requests to a node that does not answer");
    let (outcome, detail) = bundle.outcome("logs-of-node/n");
    assert_eq!(outcome, "timed-out");
    assert!(detail.contains("logs not asked for"), "{detail}");
}

#[test]
fn a_log_that_stalls_keeps_what_came() {
    let server = Server::start(Cluster { pods: 4, ..Cluster::default() }, vec![of_pod("pod-00001", || Reply::Stall(LINE.repeat(2)))]);
    let bundle = collect(&server, &["--request-timeout", "1s"]).ended(5).bundle();
    assert_eq!(bundle.outcome("logs/a/pod-00001/app/current").0, "timed-out");
    assert!(bundle.text("logs/a/pod-00001/app/current.log").starts_with(&LINE.repeat(2)));
}

#[test]
fn a_log_too_large_to_read_through_gets_its_tail_by_itself() {
    let line = |number: usize| format!("2026-11-24T07:00:00.{number:09}Z {}\n", "x".repeat(200));
    let log: String = (0..70_000).map(line).collect();
    let server = Server::start(Cluster { pods: 1, log: log.clone(), ..Cluster::default() }, Vec::new());
    let bundle = collect(&server, &["--log-bytes", "64K"]).ended(0).bundle();
    let text = bundle.text("logs/a/pod-00000/init/current.log");
    assert!(text.contains("--- tarbox: at least ") && text.ends_with(&line(69_999)) && text.starts_with(&line(0)));
    assert!(text.len() < 70 << 10);
}

#[test]
fn no_more_logs_than_the_size_allows_and_troubled_pods_first() {
    let server = Server::start(Cluster::default(), Vec::new());
    let bundle = collect(&server, &["--max-size", "1"]).ended(0).bundle();
    assert!(!bundle.paths().iter().any(|path| path.starts_with("logs/")));
    let (outcome, detail) = bundle.outcome("logs");
    assert_eq!(outcome, "cut");
    assert!(detail.contains("--max-size"), "{detail}");
    let server = Server::start(Cluster { pods: 100, ..Cluster::default() }, Vec::new());
    collect(&server, &[]).ended(0);
    let asked = server.asked();
    let logs = asked.iter().filter(|asked| asked.path.ends_with("/log"));
    // Eight are under way at once; which of them arrives first is chance.
    let first: Vec<_> = logs.take(24).filter(|asked| asked.query.contains_key("previous")).collect();
    assert_eq!(first.len(), 2, "both previous logs are among the first");
}
