//! Meters are read several times, and nobody waits where there is nothing to read.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};
use std::time::{Duration, Instant};

#[test]
fn a_short_run_waits_for_a_second_reading() {
    let fault: Fault = Box::new(|asked| {
        let text = "container_cpu_cfs_throttled_periods_total{pod=\"p\"} 5 1\ncontainer_tasks_state{pod=\"p\"} 0 1\n";
        asked.path.ends_with("/metrics/cadvisor").then(|| Reply::Text(200, text.into()))
    });
    let server = Server::start(Cluster::default(), vec![fault]);
    let started = Instant::now();
    let ran = collect(&server, &["--observe", "11s"]);
    assert!(started.elapsed() >= Duration::from_secs(11));
    assert!(ran.stderr.contains("for another reading of the meters"), "{}", ran.stderr);
    let bundle = ran.ended(0).bundle();
    for path in ["metrics/nodes.1.ndjson", "metrics/pods.1.ndjson", "kubelet/n/summary.1.json"] {
        assert!(bundle.paths().contains(&path), "{path}");
    }
    assert!(bundle.text("kubelet/n/cadvisor.prom").contains("container_tasks_state"));
    let later = bundle.text("kubelet/n/cadvisor.1.prom");
    assert!(later.contains("throttled_periods") && !later.contains("container_tasks_state"), "{later}");
    assert_eq!(bundle.outcome("kubelet/reading-2").0, "collected");
    assert!(!bundle.paths().contains(&"kubelet/n/summary.2.json"));
}

#[test]
fn nobody_waits_where_there_is_nothing_to_read_or_after_an_interruption() {
    let fault = || -> Fault {
        Box::new(|asked| {
            (asked.path.contains("metrics.k8s.io") || asked.path.contains("/nodes/n/proxy"))
                .then(|| Reply::Json(403, status(403, "Forbidden", "not allowed")))
        })
    };
    let started = Instant::now();
    let bundle = collect(&Server::start(Cluster::default(), vec![fault()]), &["--observe", "1m"]).ended(0).bundle();
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(bundle.outcome("kubelet").0, "denied");
    let server = Server::start(Cluster::default(), Vec::new());
    let running = crate::support::start(&server, &["--observe", "5m"]);
    server.wait_for("/metrics/cadvisor");
    std::thread::sleep(Duration::from_secs(1));
    running.signal("INT");
    let ran = running.wait();
    assert!(started.elapsed() < Duration::from_secs(40));
    assert_eq!(ran.ended(130).bundle().outcome("logs").0, "collected");
}
