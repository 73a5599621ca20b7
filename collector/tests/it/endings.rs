//! However a run ends, what it leaves opens.
use crate::support::{
    bundle::Bundle,
    cluster::Cluster,
    server::{Fault, Reply, Server},
    start,
};
use std::time::{Duration, Instant};

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
