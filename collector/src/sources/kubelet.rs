//! Kubelet: what the nodes themselves measure, through the API server's node proxy.
use super::{Right, Source, Switch};
use crate::{
    gateway::{Answer, Ask, Failure, Kind},
    outcome::Ended,
    run::Run,
};
use futures::StreamExt;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tarbox_bundle::EntryPath;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "kubelet",
    what: "What each kubelet measures: `stats/summary` (CPU, memory, file systems, inodes by node, pod and container) and cadvisor's metrics (throttling, working set, kills), \
           read at the start and again over the run (see metrics), so that growth and throttling can be seen. Nodes with troubled pods come first. \
           Asked with whatever right the user has: API servers know only nodes/proxy for this, whichever finer rights (nodes/stats, nodes/metrics) kubelets know.",
    calls: &["GET /api/v1/nodes/<node>/proxy/stats/summary", "GET /api/v1/nodes/<node>/proxy/metrics/cadvisor"],
    rights: &[Right { groups: &[""], resources: &["nodes/proxy"], urls: &[], verbs: &["get"] }],
    place: &[
        "kubelet/<node>/summary.json",
        "kubelet/<node>/cadvisor.prom",
        "kubelet/<node>/summary.<n>.json",
        "kubelet/<node>/cadvisor.<n>.prom",
    ],
    limits: "50 nodes; 8 readings; 16 MiB an answer; of cadvisor's later readings only the counters that move and matter (CPU, memory, kills, file systems, network errors). The right it needs, nodes/proxy, also lets its holder run commands in pods through the kubelet, \
             so `tarbox-collect rbac` leaves it out unless told `--kubelet`; the collector only ever asks for the two paths above, and a denial is an outcome, not an error.",
    switch: Switch::Off("--no-kubelet"),
    grant: Some("--kubelet"),
};

/// Nodes asked at most: on a larger cluster the interesting ones come first.
const NODES: usize = 50;
/// Largest answer taken.
const LARGEST: usize = 16 << 20;

/// Families of which later readings are kept: what is compared between two times.
const MOVING: &[&str] = &[
    "container_cpu_cfs_",
    "container_cpu_usage_seconds_total",
    "container_fs_usage_bytes",
    "container_memory_rss",
    "container_memory_working_set_bytes",
    "container_network_receive_errors_total",
    "container_network_transmit_errors_total",
    "container_oom_events_total",
];

/// Takes one reading of the nodes; tells whether any could be read.
pub(crate) async fn sample(run: &Arc<Run>, number: u32) -> bool {
    if run.options.no_kubelet {
        return false;
    }
    let nodes = run.facts().nodes_by_interest();
    let (denied, read, bytes) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let asked = nodes.len().min(NODES);
    futures::stream::iter(nodes.iter().take(NODES))
        .for_each_concurrent(3, |(node, _)| {
            let (denied, read, bytes) = (&denied, &read, &bytes);
            async move {
                if denied.load(Ordering::Relaxed) {
                    return;
                }
                match one_node(run, node, number).await {
                    Ok(written) => {
                        read.fetch_add(1, Ordering::Relaxed);
                        bytes.fetch_add(written, Ordering::Relaxed);
                    }
                    // A right missing for one node is missing for all: ask no more.
                    Err(failure) if failure.is_denied() => {
                        if !denied.swap(true, Ordering::Relaxed) {
                            run.outcome(SOURCE.id, &super::reading(SOURCE.id, number), Ended::Denied, 0, 0, &failure.to_string());
                        }
                    }
                    Err(failure) => run.outcome(
                        SOURCE.id,
                        &super::reading(&format!("{}/{node}", SOURCE.id), number),
                        Ended::from(&failure),
                        0,
                        0,
                        &failure.to_string(),
                    ),
                }
            }
        })
        .await;
    let read = read.into_inner();
    if !denied.load(Ordering::Relaxed) {
        let more = nodes.len().saturating_sub(asked);
        let detail = if more > 0 { format!("{more} more nodes were not asked") } else { String::new() };
        let ended = if more > 0 { Ended::Limited } else { Ended::Collected };
        run.outcome(SOURCE.id, &super::reading(SOURCE.id, number), ended, read, bytes.into_inner(), &detail);
    }
    read > 0
}

async fn one_node(run: &Arc<Run>, node: &str, number: u32) -> Result<u64, Failure> {
    let base = format!("/api/v1/nodes/{node}/proxy");
    let summary = run.gateway.get_all(&Ask::json(Kind::Proxy, format!("{base}/stats/summary")), LARGEST).await?;
    let mut written = run.sink.document(&EntryPath::kubelet(node, &file_name("summary", number, "json")), &summary);
    drop(summary);
    let answer = run.gateway.get(&Ask::any(Kind::Proxy, format!("{base}/metrics/cadvisor"))).await?;
    written += stream_text(run, answer, EntryPath::kubelet(node, &file_name("cadvisor", number, "prom")), number > 0).await?;
    Ok(written)
}

/// Streams a text answer into its entry, up to [`LARGEST`]; with `only_moving`, only the lines of those families.
async fn stream_text(run: &Arc<Run>, mut answer: Answer, path: EntryPath, only_moving: bool) -> Result<u64, Failure> {
    let mut text = run.sink.text(&path, u64::MAX);
    let mut filter = Filter::default();
    let mut total = 0;
    while let Some(chunk) = answer.chunk().await? {
        total += chunk.len();
        if total > LARGEST {
            return Err(Failure::Broken(format!("larger than {LARGEST} bytes")));
        }
        if only_moving { filter.push(&chunk, &mut |line| text.push(line)) } else { text.push(&chunk) }
    }
    Ok(text.finish(None).0)
}

/// Lets whole lines of [`MOVING`] families pass, whatever the pieces they come in.
#[derive(Default)]
struct Filter {
    partial: Vec<u8>,
}

impl Filter {
    fn push(&mut self, piece: &[u8], pass: &mut dyn FnMut(&[u8])) {
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(line);
            if line.ends_with(b"\n") {
                if MOVING.iter().any(|family| self.partial.starts_with(family.as_bytes())) {
                    pass(&self.partial);
                }
                self.partial.clear();
            }
        }
    }
}

/// `summary.json`, and `summary.1.json` for the second reading.
fn file_name(stem: &str, number: u32, suffix: &str) -> String {
    if number == 0 { format!("{stem}.{suffix}") } else { format!("{stem}.{number}.{suffix}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_readings_keep_what_moves() {
        let text = b"# HELP x y\ncontainer_cpu_cfs_periods_total{a=\"b\"} 7 1\ncontainer_tasks_state{} 1\ncontainer_memory_rss{} 5\n";
        for step in 1..text.len() {
            let (mut filter, mut kept) = (Filter::default(), Vec::new());
            text.chunks(step).for_each(|piece| filter.push(piece, &mut |line| kept.extend_from_slice(line)));
            assert_eq!(kept, b"container_cpu_cfs_periods_total{a=\"b\"} 7 1\ncontainer_memory_rss{} 5\n", "step {step}");
        }
    }
}
