//! Kubelet: what the nodes themselves measure, through the API server's node proxy.
use super::{Right, Source, Switch, metrics::reading};
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
    what: "What each kubelet measures: `stats/summary` (CPU, memory, file systems, inodes by node, pod and container) and cadvisor's metrics (throttling, working set), \
           read at the start and again at the end of a run long enough for a second reading. Nodes with troubled pods come first.",
    calls: &["GET /api/v1/nodes/<node>/proxy/stats/summary", "GET /api/v1/nodes/<node>/proxy/metrics/cadvisor"],
    rights: &[Right { groups: &[""], resources: &["nodes/proxy"], urls: &[], verbs: &["get"] }],
    place: &[
        "kubelet/<node>/summary.json",
        "kubelet/<node>/cadvisor.prom",
        "kubelet/<node>/summary.1.json",
        "kubelet/<node>/cadvisor.1.prom",
    ],
    limits: "50 nodes; 16 MiB an answer. The right it needs, nodes/proxy, also lets its holder run commands in pods through the kubelet, \
             so `tarbox-collect rbac` leaves it out unless told `--kubelet`; the collector only ever asks for the two paths above, and a denial is an outcome, not an error.",
    switch: Switch::Off("--no-kubelet"),
    grant: Some("--kubelet"),
};

/// Nodes asked at most: on a larger cluster the interesting ones come first.
const NODES: usize = 50;
/// Largest answer taken.
const LARGEST: usize = 16 << 20;

/// Takes one reading of the nodes.
pub(crate) async fn sample(run: &Arc<Run>, number: u32) {
    if run.options.no_kubelet {
        return;
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
                            run.outcome(SOURCE.id, &format!("{}{}", SOURCE.id, reading(number)), Ended::Denied, 0, 0, &failure.to_string());
                        }
                    }
                    Err(failure) => run.outcome(
                        SOURCE.id,
                        &format!("{}/{node}{}", SOURCE.id, reading(number)),
                        Ended::from(&failure),
                        0,
                        0,
                        &failure.to_string(),
                    ),
                }
            }
        })
        .await;
    if !denied.load(Ordering::Relaxed) {
        let more = nodes.len().saturating_sub(asked);
        let detail = if more > 0 { format!("{more} more nodes were not asked") } else { String::new() };
        let ended = if more > 0 { Ended::Limited } else { Ended::Collected };
        run.outcome(SOURCE.id, &format!("{}{}", SOURCE.id, reading(number)), ended, read.into_inner(), bytes.into_inner(), &detail);
    }
}

async fn one_node(run: &Arc<Run>, node: &str, number: u32) -> Result<u64, Failure> {
    let base = format!("/api/v1/nodes/{node}/proxy");
    let summary = run.gateway.get_all(&Ask::json(Kind::Proxy, format!("{base}/stats/summary")), LARGEST).await?;
    let mut written = run.sink.document(&EntryPath::kubelet(node, &file_name("summary", number, "json")), &summary);
    drop(summary);
    let answer = run.gateway.get(&Ask::any(Kind::Proxy, format!("{base}/metrics/cadvisor"))).await?;
    written += stream_text(run, answer, EntryPath::kubelet(node, &file_name("cadvisor", number, "prom"))).await?;
    Ok(written)
}

/// Streams a text answer into its entry, up to [`LARGEST`].
async fn stream_text(run: &Arc<Run>, mut answer: Answer, path: EntryPath) -> Result<u64, Failure> {
    let mut text = run.sink.text(&path, u64::MAX);
    let mut total = 0;
    while let Some(chunk) = answer.chunk().await? {
        total += chunk.len();
        if total > LARGEST {
            return Err(Failure::Broken(format!("larger than {LARGEST} bytes")));
        }
        text.push(&chunk);
    }
    Ok(text.finish(None).0)
}

/// `summary.json`, and `summary.1.json` for the second reading.
fn file_name(stem: &str, number: u32, suffix: &str) -> String {
    if number == 0 { format!("{stem}.{suffix}") } else { format!("{stem}.{number}.{suffix}") }
}
