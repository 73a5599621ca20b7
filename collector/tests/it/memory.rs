//! Memory does not depend on the cluster's size.
use crate::support::{cluster::Cluster, server::Server, start};

/// What the collector may take at any cluster size, in KiB.
const MOST: u64 = 64 << 10;

fn peak(pods: usize) -> u64 {
    let log =
        (0..400).map(|line| format!("2026-11-24T07:00:00.{line:09}Z a line of an ordinary length that says nothing much\n")).collect();
    let server = Server::start(Cluster { pods, page: 500, weight: 4 << 10, log, ..Cluster::default() }, Vec::new());
    let (ran, peak) = start(&server, &["--request-timeout", "30s"]).wait_with_peak();
    assert_eq!(ran.ended(0).bundle().lines("objects/core/v1/pods").len(), pods);
    peak
}

#[test]
fn ten_times_the_cluster_is_not_ten_times_the_memory() {
    let (small, large) = (peak(200), peak(2_000));
    assert!(large < MOST, "{large} KiB for 2,000 pods");
    assert!(large < small + (8 << 10), "{small} KiB for 200 pods, {large} KiB for 2,000");
}
