//! However a run ends, what it leaves opens.
use crate::support::{
    bundle::Bundle,
    cluster::Cluster,
    server::{Fault, Reply, Server},
    start,
};
use std::{
    process::Command,
    time::{Duration, Instant},
};

fn hanging_logs() -> Server {
    let fault: Fault = Box::new(|asked| asked.path.ends_with("/log").then_some(Reply::Hang));
    Server::start(Cluster::default(), vec![fault])
}

#[test]
fn ctrl_c_and_sigterm_end_the_run_in_good_order() {
    for signal in ["INT", "TERM"] {
        let server = hanging_logs();
        let running = start(&server, &[]);
        server.wait_for("/log");
        let stopped = Instant::now();
        running.signal(signal);
        let ran = running.wait();
        assert!(stopped.elapsed() < Duration::from_secs(3));
        let bundle = ran.ended(130).bundle();
        assert_eq!(bundle.lines("objects/core/v1/pods").len(), 12);
        let (outcome, detail) = bundle.outcome("logs");
        assert_eq!(outcome, "failed");
        assert!(detail.contains("not read before the end"), "{detail}");
    }
}

#[test]
fn ctrl_c_while_listing_says_so_for_every_kind_that_is_missing() {
    let fault: Fault = Box::new(|asked| asked.path.ends_with("/deployments").then_some(Reply::Hang));
    let server = Server::start(Cluster::default(), vec![fault]);
    let running = start(&server, &[]);
    server.wait_for("/deployments");
    running.signal("INT");
    let bundle = running.wait().ended(130).bundle();
    let (outcome, detail) = bundle.outcome("objects/apps/v1/deployments");
    assert_eq!((outcome.as_str(), detail.as_str()), ("failed", "interrupted"));
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_what_is_left_opens() {
    // The end itself cannot be held up from outside, so both signals come as close as they can.
    let server = hanging_logs();
    let running = start(&server, &[]);
    server.wait_for("/log");
    running.signal("INT");
    running.signal("INT");
    let ran = running.wait();
    ran.ended(130);
    let (whole, partial) = (ran.path("out.tar.zst"), ran.path("out.tar.zst.partial"));
    assert!(whole.exists() != partial.exists(), "one of the two is there");
    Bundle::open_partial(if whole.exists() { &whole } else { &partial }).json("bundle.json");
}

#[test]
fn the_deadline_ends_the_run_in_good_order() {
    let server = hanging_logs();
    let started = Instant::now();
    let bundle = start(&server, &["--deadline", "2s"]).wait().ended(5).bundle();
    assert!(started.elapsed() < Duration::from_secs(2 + 5));
    assert_eq!(bundle.outcome("logs").0, "timed-out");
    assert_eq!(bundle.lines("objects/core/v1/pods").len(), 12);
}

#[test]
fn a_kill_at_any_moment_leaves_a_file_that_opens() {
    for millis in [20, 60, 120, 250] {
        let server = hanging_logs();
        let running = start(&server, &[]);
        std::thread::sleep(Duration::from_millis(millis));
        running.signal("KILL");
        let ran = running.wait();
        let partial = ran.path("out.tar.zst.partial");
        assert!(!ran.path("out.tar.zst").exists());
        if std::fs::metadata(&partial).is_ok_and(|file| file.len() > 0) {
            Bundle::open_partial(&partial).json("bundle.json");
        }
    }
}

#[test]
fn a_full_disk_is_said_so_and_what_was_written_opens() {
    let server = Server::start(Cluster { pods: 200, ..Cluster::default() }, Vec::new());
    for blocks in [1, 2, 4, 8] {
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = folder.path().join("kubeconfig");
        std::fs::write(&kubeconfig, server.kubeconfig()).unwrap();
        // A file size limit is the full disk that a test can have; the signal that comes with it is ignored, as on a disk there is none.
        let script =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --kubeconfig kubeconfig -o out.tar.zst --observe 0s --no-secrets");
        let output =
            Command::new("bash").args(["-c", &script, env!("CARGO_BIN_EXE_tarbox-collect")]).current_dir(folder.path()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{blocks} blocks: {stderr}");
        assert!(stderr.contains("cannot write"), "{stderr}");
        assert!(!folder.path().join("out.tar.zst").exists());
        let partial = folder.path().join("out.tar.zst.partial");
        assert!(partial.exists(), "{stderr}");
        if partial.metadata().unwrap().len() > 0 {
            Bundle::open_partial(&partial).json("bundle.json");
        }
    }
}
