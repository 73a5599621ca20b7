//! A run that goes on where an earlier one ended.
use crate::support::{
    cluster::Cluster,
    collect,
    server::{Fault, Reply, Server},
    start,
};
use serde_json::json;

#[test]
fn logs_that_are_there_are_not_asked_for_again() {
    // In the first run one log never ends, and one breaks off.
    let fault: Fault = Box::new(|asked| {
        if asked.path.ends_with("/a/pods/pod-00002/log") && asked.query["container"] == "app" {
            return Some(Reply::Hang);
        }
        let broken = asked.path.ends_with("/a/pods/pod-00003/log") && asked.query["container"] == "app";
        broken.then(|| Reply::Break("2026-11-24T07:00:00Z half a\n".into()))
    });
    let first = Server::start(Cluster::default(), vec![fault]);
    let ran = collect(&first, &["--request-timeout", "1s"]);
    ran.ended(5);
    let earlier = ran.path("out.tar.zst");
    // Meanwhile one pod is another one of the same name.
    let other = json!({"metadata": {"namespace": "a", "name": "pod-00009", "uid": "new"}, "spec": {"containers": [{"name": "app"}]}, "status": {"phase": "Running"}});
    let second = Server::start(Cluster { extra: vec![("", "pods", other)], ..Cluster::default() }, Vec::new());
    let bundle = collect(&second, &["--resume", earlier.to_str().unwrap()]).ended(0).bundle();
    let logs: Vec<_> = second.asked().into_iter().filter(|asked| asked.path.ends_with("/log")).map(|asked| asked.path).collect();
    let mut asked: Vec<&str> =
        logs.iter().map(|path| path.trim_start_matches("/api/v1/namespaces/a/pods/").trim_end_matches("/log")).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["pod-00002", "pod-00003"], "only what is missing");
    for pod in ["pod-00001", "pod-00002", "pod-00003"] {
        assert_eq!(bundle.text(&format!("logs/a/{pod}/app/current.log")), Cluster::default().log, "{pod}");
    }
    let (outcome, why) = bundle.outcome("logs-of-earlier-bundle");
    assert!(outcome == "collected" && why.contains("2026-11-24T08:00:00Z"), "{outcome}: {why}");
}

#[test]
fn a_killed_runs_partial_file_is_enough() {
    let fault: Fault = Box::new(|asked| (asked.path.contains("/b/pods/") && asked.path.ends_with("/log")).then_some(Reply::Hang));
    let first = Server::start(Cluster { pods: 200, page: 100, ..Cluster::default() }, vec![fault]);
    let running = start(&first, &[]);
    first.wait_for("/b/pods/");
    running.signal("KILL");
    let ran = running.wait();
    let partial = ran.path("out.tar.zst.partial");
    let second = Server::start(Cluster { pods: 200, page: 100, ..Cluster::default() }, Vec::new());
    let bundle = collect(&second, &["--resume", partial.to_str().unwrap()]).ended(0).bundle();
    let logs = bundle.paths().iter().filter(|path| path.starts_with("logs/")).count();
    assert_eq!(logs, 400, "every log, from here or from there");
}

#[test]
fn what_is_no_bundle_is_a_usage_error() {
    let server = Server::start(Cluster::default(), Vec::new());
    let ran = collect(&server, &["--resume", "kubeconfig"]);
    assert!(ran.ended(2).stderr.contains("cannot resume from kubeconfig"), "{}", ran.stderr);
    assert!(!ran.path("out.tar.zst.partial").exists());
}
