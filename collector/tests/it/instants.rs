//! Faults at every instant: a hang at each of the run's requests, signals at random moments, a disk that is full at every hundredth.
use crate::support::{
    bundle::Bundle,
    cluster::Cluster,
    collect,
    server::{Fault, Reply, Server},
    start,
};
use std::{
    collections::BTreeSet,
    process::Command,
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

/// Instants of a run that takes about this long, spread over it and a little behind, and different on each machine.
fn instants(run: Duration, count: u32) -> impl Iterator<Item = Duration> {
    use std::hash::{BuildHasher, RandomState};
    let dice = RandomState::new();
    (0..count).map(move |number| {
        let within = (dice.hash_one(number) % 1_000) as f64 / 1_000.0;
        run.mul_f64((f64::from(number) + within) / f64::from(count) * 1.1)
    })
}

#[test]
fn signals_at_random_instants_leave_a_file_that_opens() {
    let server = Server::start(Cluster { pods: 60, page: 20, ..Cluster::default() }, Vec::new());
    let started = Instant::now();
    collect(&server, &[]).ended(0);
    let run = started.elapsed();
    for signal in ["INT", "TERM", "KILL"] {
        for instant in instants(run, 8) {
            let mut running = start(&server, &[]);
            std::thread::sleep(instant);
            running.signal_if_alive(signal);
            let ran = running.wait();
            let (whole, partial) = (ran.path("out.tar.zst"), ran.path("out.tar.zst.partial"));
            match ran.code {
                0 => drop(ran.bundle()),
                // Before the server's first answer there is nothing to keep.
                130 if !whole.exists() => assert!(!partial.exists(), "{signal} after {instant:?}: {}", ran.stderr),
                130 => drop(ran.bundle()),
                // Before the program obeys signals, or by one it cannot obey.
                _ if whole.exists() => drop(Bundle::open(&whole)),
                _ if std::fs::metadata(&partial).is_ok_and(|file| file.len() > 0) => {
                    Bundle::open_partial(&partial).json("bundle.json");
                }
                _ => {}
            }
        }
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
    let run = |blocks: Option<u64>| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        let limit = blocks.map(|blocks| format!("ulimit -f {blocks};")).unwrap_or_default();
        // A file size limit is the full disk that a test can have; the signal that comes with it is ignored, as on a disk there is none.
        let script = format!("trap '' XFSZ; {limit} exec \"$0\" --kubeconfig kubeconfig -o out.tar.zst --observe 0s -q");
        let output = Command::new("bash").args(["-c", &script, env!("CARGO_BIN_EXE_tarbox-collect")]).current_dir(folder.path()).output();
        (folder, output.unwrap())
    };
    let (folder, output) = run(None);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let size = folder.path().join("out.tar.zst").metadata().unwrap().len();
    assert!(size > 100 << 10, "{size}");
    let mut blocks: Vec<u64> = (1..100).map(|hundredth| size * hundredth / 100 / 1024).collect();
    blocks.dedup();
    for blocks in blocks {
        let (folder, output) = run(Some(blocks));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{blocks} KiB: {stderr}");
        assert!(stderr.contains("written") || stderr.contains("cannot write"), "{stderr}");
        assert!(stderr.contains("make room"), "{stderr}");
        // A unit that did not fit is taken back; the end, being smaller, may fit then.
        let (whole, partial) = (folder.path().join("out.tar.zst"), folder.path().join("out.tar.zst.partial"));
        if whole.exists() {
            let (outcome, why) = Bundle::open(&whole).outcome("bundle");
            assert!(outcome == "failed" && why.contains("not everything could be written"), "{outcome}: {why}");
        } else if partial.metadata().unwrap().len() > 0 {
            Bundle::open_partial(&partial).json("bundle.json");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{blocks} KiB: nothing but the kubeconfig and the bundle: {left:?}");
    }
}
