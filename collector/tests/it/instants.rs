//! Faults at every instant: a hang at each of the run's requests, a disk that is full at every hundredth.
use crate::support::{
    bundle::Bundle,
    cluster::Cluster,
    collect,
    server::{Fault, Reply, Server},
    start_limited,
};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

#[test]
fn a_hang_at_each_request_costs_what_it_was_for_and_nothing_else() {
    let small = || Cluster { pods: 2, page: 1, namespaces: vec!["a"], ..Cluster::default() };
    let whole = Server::start(small(), Vec::new());
    let everything = collect(&whole, &[]).ended(0).bundle();
    let everything: BTreeSet<&str> = everything.paths().into_iter().collect();
    let requests = whole.asked().len();
    assert!(requests > 15, "{requests}");
    for number in 0..requests {
        let count = AtomicUsize::new(0);
        let fault: Fault = Box::new(move |_| (count.fetch_add(1, Ordering::Relaxed) == number).then_some(Reply::Hang));
        let server = Server::start(small(), vec![fault]);
        let started = Instant::now();
        let ran = collect(&server, &["--request-timeout", "1s", "--deadline", "8s"]);
        assert!(started.elapsed() < Duration::from_secs(8 + 5), "request {number}: {:?}", started.elapsed());
        if number == 0 {
            // The very first words with the server: there is no bundle without them.
            assert!(ran.ended(3).stderr.contains("does not answer"), "{}", ran.stderr);
            continue;
        }
        assert!([0, 5].contains(&ran.code), "request {number}: {}", ran.stderr);
        let bundle = ran.bundle();
        let there: BTreeSet<&str> = bundle.paths().into_iter().collect();
        let missing: Vec<_> = everything.difference(&there).collect();
        // Lists are asked again; what is fetched from elsewhere is not. A node's two documents hang together.
        assert!(missing.len() <= 2, "request {number}: {missing:?}");
        if !missing.is_empty() {
            let hung = bundle.json("manifest.json")["sources"].as_array().unwrap().iter().any(|source| source["outcome"] == "timed-out");
            assert!(hung, "request {number}: {missing:?} without a reason");
        }
        assert_eq!(bundle.lines("objects/core/v1/pods").len(), 2, "request {number}");
    }
}

#[test]
fn a_disk_full_at_every_hundredth_of_the_bundle() {
    // Enough different text that the bundle has a hundred kilobytes, the steps of a file size limit.
    use std::hash::{DefaultHasher, Hasher};
    let word = |number: u64| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(number);
        format!("{:x}", hasher.finish() & 0xff_ffff)
    };
    let line =
        |number: u64| format!("2026-11-24T07:00:00.{number:09}Z {}\n", (0..8).map(|n| word(number * 8 + n)).collect::<Vec<_>>().join(" "));
    let log: String = (0..2_500).map(line).collect();
    let server = Server::start(Cluster { pods: 2, namespaces: vec!["a"], log, ..Cluster::default() }, Vec::new());
    let whole = collect(&server, &[]);
    let size = whole.ended(0).path("out.tar.zst").metadata().unwrap().len();
    assert!(size > 100 << 10, "{size}");
    let mut blocks: Vec<u64> = (1..100).map(|hundredth| size * hundredth / 100 / 1024).collect();
    blocks.dedup();
    for blocks in blocks {
        let ran = start_limited(&server, &["-q"], blocks).wait();
        let stderr = &ran.stderr;
        assert_eq!(ran.code, 6, "{blocks} KiB: {stderr}");
        assert!(stderr.contains("written") || stderr.contains("cannot write"), "{stderr}");
        assert!(stderr.contains("make room"), "{stderr}");
        // A unit that did not fit is taken back; the end, being smaller, may fit then.
        let (whole, partial) = (ran.path("out.tar.zst"), ran.path("out.tar.zst.partial"));
        if whole.exists() {
            let (outcome, why) = Bundle::open(&whole).outcome("bundle");
            assert!(outcome == "failed" && why.contains("not everything could be written"), "{outcome}: {why}");
        } else if partial.metadata().unwrap().len() > 0 {
            Bundle::open_partial(&partial).json("bundle.json");
        }
        assert_eq!(ran.left().len(), 2, "{blocks} KiB: nothing but the kubeconfig and the bundle: {:?}", ran.left());
    }
}
