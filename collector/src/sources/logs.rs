//! Logs: current and previous, of every container of every kind, the troubled ones first.
use super::{Right, Source, Switch};
use crate::{
    gateway::{Answer, Ask, Failure, IN_FLIGHT, Kind, Refusal},
    list::query_escape,
    log_cut::Cut,
    outcome::Ended,
    pods::Facts,
    resume,
    run::Run,
    sink::TextSink,
};
use plan::{LogTask, Tally};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tarbox_bundle::{EntryPath, LogKind};
use tokio::task::JoinSet;

mod plan;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "logs",
    what: "Logs of all containers (init, sidecar, ephemeral too), the current and, where a container was restarted, the previous ones, each line with its time. \
           Pods in trouble come first and their previous logs before all, then the other pods, those of `kube-*` namespaces last.",
    calls: &["GET /api/v1/namespaces/<ns>/pods/<pod>/log?container=<c>&timestamps=true[&previous=true][&sinceSeconds=<n>]&limitBytes=<n>"],
    rights: &[Right { groups: &[""], resources: &["pods/log"], urls: &[], verbs: &["get"] }],
    place: &["logs/<namespace>/<pod>/<container>/current.log", "logs/<namespace>/<pod>/<container>/previous.log"],
    limits: "Of one log at most `--log-bytes` (2 MiB): its head and its tail, with a line between them that counts what was left out; `--since` bounds it in time; \
             no more logs once the bundle has `--max-size` (500 MiB). After three timeouts a node is not asked again.",
    switch: Switch::Always,
    grant: None,
};

/// A log is read through up to this size, so that what is cut is counted exactly; kubelets rotate at 10 MiB by default.
const READ_THROUGH: u64 = 12 << 20;
/// An answer without a time at its beginning is the kubelet's own words; more of them than this is nonsense.
const LONGEST_EXCUSE: usize = 4 << 10;

/// How many logs these pods have.
pub(crate) fn count(facts: &Facts) -> usize {
    plan::plan(facts).len()
}

/// Reads all logs.
pub(crate) async fn collect(run: &Arc<Run>) {
    let tasks: Arc<[LogTask]> = without_carried(run, plan::plan(run.facts())).await.into();
    let tally = Arc::new(Tally::default());
    let next = Arc::new(AtomicUsize::new(0));
    let stage = run.progress.stage("logs", tasks.len() as u64);
    let (steps, mut stepped) = tokio::sync::mpsc::channel::<String>(64);
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (run, tasks, tally, next, steps) = (Arc::clone(run), Arc::clone(&tasks), Arc::clone(&tally), Arc::clone(&next), steps.clone());
        workers.spawn(async move {
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                one(&run, task, &tally).await;
                let facts = run.facts();
                let name = facts.pods().get(task.pod as usize).map_or("", |pod| facts.pod_name(pod));
                // The display is no reason to wait.
                let _ = steps.try_send(name.to_owned());
            }
        });
    }
    drop(steps);
    while let Some(name) = stepped.recv().await {
        stage.step(&name);
    }
    while workers.join_next().await.is_some() {}
    stage.done(&tally.settle(run, tasks.len()));
}

/// Takes over what an earlier bundle has, and leaves what must be asked for.
async fn without_carried(run: &Arc<Run>, mut tasks: Vec<LogTask>) -> Vec<LogTask> {
    if run.earlier.is_none() {
        return tasks;
    }
    let worker = Arc::clone(run);
    let carried = tokio::task::spawn_blocking(move || worker.earlier.as_ref().map(|earlier| earlier.carry(&worker)).unwrap_or_default());
    let carried = carried.await.unwrap_or_default();
    let facts = run.facts();
    tasks.retain(|task| {
        task.resolve(facts).is_none_or(|(pod, container)| !carried.contains(&resume::name(facts, pod, container, task.previous)))
    });
    tasks
}

/// Reads one log and notes what came of it.
async fn one(run: &Arc<Run>, task: &LogTask, tally: &Tally) {
    let facts = run.facts();
    let Some((pod, container)) = task.resolve(facts) else { return };
    let node = facts.node(pod);
    if run.gateway.stop().reason().is_some() {
        return tally.unread();
    }
    if tally.is_dead(node) {
        return tally.on_dead_node(node);
    }
    if run.sink.compressed_bytes() >= run.options.max_size {
        return tally.over_budget();
    }
    let (namespace, pod_name, name) = (facts.namespace(pod), facts.pod_name(pod), facts.container_name(container));
    let kind = if task.previous { LogKind::Previous } else { LogKind::Current };
    let path = EntryPath::log(namespace, pod_name, name, kind);
    let request = request(run, namespace, pod_name, name, task.previous);
    match fetch(run, &request, &path).await {
        Ok((bytes, cut)) => {
            tally.read(bytes, cut);
            if cut.bytes > 0 {
                let detail = format!("{} bytes in {} lines left out between head and tail", cut.bytes, cut.lines);
                tally.gap(run, &path, Ended::Limited, bytes, &detail);
            }
        }
        Err((Failure::Stopped(_), 0)) => tally.unread(),
        Err((failure, bytes)) => {
            if plan::is_nodes_fault(&failure) {
                tally.node_failed(node);
            }
            // Between the list and now a pod may have gone or a container may wait: that is no fault of the collection.
            let ended = if failure.status() == Some(400) { Ended::Absent } else { Ended::from(&failure) };
            tally.gap(run, &path, ended, bytes, &failure.to_string());
        }
    }
}

fn request(run: &Run, namespace: &str, pod: &str, container: &str, previous: bool) -> String {
    let previous = if previous { "&previous=true" } else { "" };
    let since = run.options.since.map(|since| format!("&sinceSeconds={}", since.as_secs().max(1))).unwrap_or_default();
    format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={}&timestamps=true{previous}{since}", query_escape(container))
}

/// Reads a log into its entry. On failure, says how many bytes were kept all the same.
async fn fetch(run: &Arc<Run>, request: &str, path: &EntryPath) -> Result<(u64, Cut), (Failure, u64)> {
    let budget = run.options.log_bytes;
    let limit = READ_THROUGH.max(budget.saturating_mul(2));
    let before = |failure| (failure, 0);
    let mut answer = run.gateway.get(&Ask::any(Kind::Log, format!("{request}&limitBytes={limit}"))).await.map_err(before)?;
    let first = beginning(&mut answer).await.map_err(before)?;
    let mut text = run.sink.text(path, budget);
    let mut total = first.len() as u64;
    text.push(&first);
    let mut failure = None;
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                total += chunk.len() as u64;
                text.push(&chunk);
            }
            Ok(None) => break,
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    drop(answer);
    if total >= limit && failure.is_none() {
        // Larger than what is worth reading through: the tail comes by itself, what lies between is not counted to its end.
        text.restart_tail();
        failure = tail(run, request, &mut text).await.err();
    }
    match failure {
        None => Ok(text.finish(None)),
        Some(failure) => {
            let kept = text.finish(Some(&format!("the log broke off here: {failure}"))).0;
            Err((failure, kept))
        }
    }
}

/// The last lines of a log that is too large to read through.
async fn tail(run: &Arc<Run>, request: &str, text: &mut TextSink<'_>) -> Result<(), Failure> {
    // Lines of ordinary length fill the tail; where they are longer, the last of them stay.
    let lines = text.tail_size() / 80;
    let mut answer = run.gateway.get(&Ask::any(Kind::Log, format!("{request}&tailLines={lines}"))).await?;
    while let Some(chunk) = answer.chunk().await? {
        text.push(&chunk);
    }
    Ok(())
}

/// The first bytes of a log. A kubelet that cannot read a log says so in the body of a 200: without a time, and that is how it is told from a log.
async fn beginning(answer: &mut Answer) -> Result<Vec<u8>, Failure> {
    let mut first = Vec::new();
    while first.len() < 5 {
        match answer.chunk().await? {
            Some(chunk) => first.extend_from_slice(&chunk),
            None => break,
        }
    }
    if first.is_empty() || (first.len() >= 5 && first[..4].iter().all(u8::is_ascii_digit) && first[4] == b'-') {
        return Ok(first);
    }
    while first.len() < LONGEST_EXCUSE {
        match answer.chunk().await? {
            Some(chunk) => first.extend_from_slice(&chunk),
            None => break,
        }
    }
    Err(Failure::Refused(Refusal::read(answer.status(), None, &first)))
}
