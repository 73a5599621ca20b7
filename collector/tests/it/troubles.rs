//! Errors that end a run before there is a bundle: a sentence for people, the documented exit code, and no file.
use crate::support::{
    bare,
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
    start_with,
};
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn no_kubeconfig() {
    let ran = bare(&[], &[]);
    assert!(ran.ended(4).stderr.contains("no kubeconfig found"), "{}", ran.stderr);
    let ran = bare(&["--kubeconfig", "nowhere.yaml"], &[]);
    assert!(ran.ended(4).stderr.contains("nowhere.yaml"), "{}", ran.stderr);
    let ran = bare(&[], &[("KUBECONFIG", "/nowhere/a:/nowhere/b")]);
    assert!(ran.ended(4).stderr.contains("/nowhere/a, /nowhere/b"), "{}", ran.stderr);
}

#[test]
fn no_such_context() {
    let server = Server::start(Cluster::default(), Vec::new());
    let ran = collect(&server, &["--context", "prod"]);
    assert!(ran.ended(4).stderr.contains("no context \"prod\"") && ran.stderr.contains("known contexts: test"), "{}", ran.stderr);
}

#[test]
fn nobody_listens() {
    let server = Server::start(Cluster::default(), Vec::new());
    let kubeconfig = server.kubeconfig();
    drop(server);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kubeconfig");
    std::fs::write(&path, kubeconfig).unwrap();
    let ran = bare(&["--kubeconfig", path.to_str().unwrap(), "-o", "out.tar.zst"], &[]);
    assert!(
        ran.ended(3).stderr.contains("cannot reach the API server http://127.0.0.1:") && ran.stderr.contains("connection refused"),
        "{}",
        ran.stderr
    );
    assert!(!ran.path("out.tar.zst").exists() && !ran.path("out.tar.zst.partial").exists(), "nothing is left behind");
    assert_eq!(ran.stdout, "");
}

#[test]
fn not_let_in() {
    let fault: Fault = Box::new(|_| Some(Reply::Json(401, status(401, "Unauthorized", "Unauthorized"))));
    let server = Server::start(Cluster::default(), vec![fault]);
    let ran = collect(&server, &[]);
    assert!(ran.ended(3).stderr.contains("does not accept our login"), "{}", ran.stderr);
    assert!(!ran.path("out.tar.zst.partial").exists());
}

#[test]
fn no_rights_at_all() {
    // As most clusters do it: discovery is open to everybody who is known, nothing else is.
    let lists_only: Fault = Box::new(|asked| {
        let discovery = matches!(asked.path.as_str(), "/version" | "/api" | "/apis");
        (!discovery).then(|| Reply::Json(403, status(403, "Forbidden", "is forbidden: User \"u\" cannot list")))
    });
    let everything: Fault = Box::new(|_| Some(Reply::Json(403, status(403, "Forbidden", "is forbidden: User \"u\" cannot"))));
    for fault in [lists_only, everything] {
        let server = Server::start(Cluster::default(), vec![fault]);
        let ran = collect(&server, &[]);
        assert!(ran.ended(7).stderr.contains("may not list a single kind") && ran.stderr.contains("tarbox-collect rbac"), "{}", ran.stderr);
        assert!(ran.stderr.contains("User \"u\" cannot"), "the server's own words: {}", ran.stderr);
        assert!(!ran.path("out.tar.zst").exists() && !ran.path("out.tar.zst.partial").exists(), "nothing is left behind");
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_login_that_ends_during_the_run() {
    let fault: Fault =
        Box::new(|asked| asked.path.ends_with("/log").then(|| Reply::Json(401, status(401, "Unauthorized", "Unauthorized"))));
    let server = Server::start(Cluster::default(), vec![fault]);
    let bundle = collect(&server, &[]).ended(5).bundle();
    assert_eq!(bundle.lines("objects/core/v1/pods").len(), 12);
    assert_eq!(bundle.outcome("logs/a/pod-00001/app/current").0, "denied");
}

#[test]
fn a_login_helper_that_hangs_fails_or_is_not_there() {
    let server = Server::start(Cluster::default(), Vec::new());
    let helper = |command: &str, arguments: &[&str]| {
        let exec =
            json!({"apiVersion": "client.authentication.k8s.io/v1", "command": command, "args": arguments, "interactiveMode": "Never"});
        server.kubeconfig_with(json!({}), json!({"exec": exec}))
    };
    let started = Instant::now();
    let ran = start_with(&helper("/bin/sleep", &["60"]), &["--deadline", "1s"]).wait();
    assert!(ran.ended(4).stderr.contains("the run's deadline passed") && ran.stderr.contains("login helper"), "{}", ran.stderr);
    let running = start_with(&helper("/bin/sleep", &["60"]), &[]);
    std::thread::sleep(Duration::from_millis(500));
    running.signal("INT");
    assert!(running.wait().ended(130).stderr.contains("interrupted before the login"));
    assert!(started.elapsed() < Duration::from_secs(10));
    let ran = start_with(&helper("/nowhere/helper", &[]), &[]).wait();
    assert!(ran.ended(4).stderr.contains("/nowhere/helper"), "{}", ran.stderr);
    let ran = start_with(&helper("/bin/false", &[]), &[]).wait();
    assert!(ran.ended(4).stderr.contains("cannot be used"), "{}", ran.stderr);
}

#[test]
fn a_server_that_never_answers_ends_with_the_deadline() {
    let fault: Fault = Box::new(|_| Some(Reply::Hang));
    let server = Server::start(Cluster::default(), vec![fault]);
    let ran = collect(&server, &["--deadline", "1s"]);
    assert!(ran.ended(3).stderr.contains("within the run's deadline"), "{}", ran.stderr);
    assert!(!ran.path("out.tar.zst.partial").exists());
}

#[test]
fn an_unreadable_kubeconfig() {
    for (content, words) in
        [("not: [yaml", "cannot read kubeconfig"), ("{}", "no current context"), ("\u{0}\u{1}", "cannot read kubeconfig")]
    {
        let ran = start_with(content, &[]).wait();
        assert!(ran.ended(4).stderr.contains(words), "{content:?}: {}", ran.stderr);
        assert!(!ran.path("out.tar.zst.partial").exists());
    }
}

#[test]
fn the_version_may_be_hidden() {
    let fault: Fault = Box::new(|asked| (asked.path == "/version").then(|| Reply::Json(403, status(403, "Forbidden", "no"))));
    let server = Server::start(Cluster::default(), vec![fault]);
    assert_eq!(collect(&server, &[]).ended(0).bundle().lines("objects/core/v1/pods").len(), 12);
}

#[test]
fn a_taken_name_and_a_missing_folder() {
    let server = Server::start(Cluster::default(), Vec::new());
    let ran = collect(&server, &["-o", "kubeconfig"]);
    assert_eq!(ran.ended(2).code, 2, "-o twice is a usage error");
    let folder = tempfile::tempdir().unwrap();
    let (config, taken) = (folder.path().join("kubeconfig"), folder.path().join("taken"));
    std::fs::write(&config, server.kubeconfig()).unwrap();
    std::fs::write(&taken, "mine").unwrap();
    for output in [taken.to_str().unwrap(), "nowhere/out.tar.zst"] {
        let ran = bare(&["--kubeconfig", config.to_str().unwrap(), "-o", output], &[]);
        assert!(ran.ended(6).stderr.contains("cannot write"), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read_to_string(taken).unwrap(), "mine", "somebody's file is not touched");
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let ran = bare(&["--help"], &[]);
    assert!(ran.ended(0).stdout.contains("Examples:") && ran.stdout.contains("130  interrupted"), "{}", ran.stdout);
    bare(&["--frobnicate"], &[]).ended(2);
    assert!(bare(&["rbac"], &[]).ended(0).stdout.contains("kind: ClusterRole"));
}

#[test]
fn as_a_kubectl_plugin_it_is_called_by_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("kubectl-tarbox");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tarbox-collect"), &plugin).unwrap();
    let output = std::process::Command::new(plugin).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("Usage: kubectl tarbox [OPTIONS]"), "{help}");
}

#[test]
fn quiet_is_quiet_and_json_is_json() {
    let server = Server::start(Cluster::default(), Vec::new());
    let ran = collect(&server, &["-q"]);
    assert_eq!(ran.ended(0).stderr, "");
    let ran = collect(&server, &["--progress", "json"]);
    for line in ran.ended(0).stderr.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert!(ran.stderr.contains("\"event\":\"finished\""));
}
