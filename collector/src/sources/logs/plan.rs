//! Which logs in which order, and the tally of what came of them.
use super::SOURCE;
use crate::{
    gateway::Failure,
    log_cut::Cut,
    outcome::Ended,
    pods::{ContainerFact, Current, Facts, PodFact},
    run::Run,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tarbox_bundle::EntryPath;

/// One log to read: positions in the facts, so that 200,000 of them are small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogTask {
    pub(super) pod: u32,
    container: u16,
    pub(super) previous: bool,
}

impl LogTask {
    pub(super) fn resolve<'a>(&self, facts: &'a Facts) -> Option<(&'a PodFact, &'a ContainerFact)> {
        let pod = facts.pods().get(self.pod as usize)?;
        Some((pod, facts.containers(pod).get(usize::from(self.container))?))
    }
}

/// All logs worth asking for, the most telling first.
pub(super) fn plan(facts: &Facts) -> Vec<LogTask> {
    let mut tasks: Vec<(u8, LogTask)> = Vec::new();
    for (pod, fact) in (0u32..).zip(facts.pods()) {
        let calm = if facts.namespace(fact).starts_with("kube-") { 3 } else { 2 };
        for (container, log) in (0u16..).zip(facts.containers(fact)) {
            if log.previous {
                tasks.push((if fact.troubled { 0 } else { calm }, LogTask { pod, container, previous: true }));
            }
            if log.current == Current::Here {
                tasks.push((if fact.troubled { 1 } else { calm }, LogTask { pod, container, previous: false }));
            }
        }
    }
    // Stable: within a rank the server's order stays.
    tasks.sort_by_key(|(rank, _)| *rank);
    tasks.into_iter().map(|(_, task)| task).collect()
}

/// Whether a failure says that the node, not the container, has no answer.
pub(super) fn is_nodes_fault(failure: &Failure) -> bool {
    const SIGNS: &[&str] =
        &["dial tcp", "connection refused", "i/o timeout", "no route to host", "TLS handshake", "proxy error", "deadline exceeded"];
    match failure {
        Failure::TimedOut(_) => true,
        Failure::Refused(refusal) => refusal.status >= 500 && SIGNS.iter().any(|sign| refusal.message.contains(sign)),
        _ => false,
    }
}

/// Gaps that get an outcome of their own; beyond that they are only counted.
const LISTED: u64 = 1_000;
/// Failures after which a node is not asked again.
const STRIKES: u32 = 3;

/// What came of the logs.
#[derive(Default)]
pub(super) struct Tally {
    read: AtomicU64,
    bytes: AtomicU64,
    cut_logs: AtomicU64,
    cut_bytes: AtomicU64,
    unread: AtomicU64,
    over_budget: AtomicU64,
    listed: AtomicU64,
    failed: AtomicU64,
    gone: AtomicU64,
    nodes: Mutex<BTreeMap<String, (u32, u64)>>,
}

impl Tally {
    pub(super) fn read(&self, bytes: u64, cut: Cut) {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.cut_logs.fetch_add(u64::from(cut.bytes > 0), Ordering::Relaxed);
        self.cut_bytes.fetch_add(cut.bytes, Ordering::Relaxed);
    }

    pub(super) fn unread(&self) {
        self.unread.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn over_budget(&self) {
        self.over_budget.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes one log that is missing or not whole.
    pub(super) fn gap(&self, run: &Run, path: &EntryPath, ended: Ended, bytes: u64, detail: &str) {
        match ended {
            Ended::Absent => self.gone.fetch_add(1, Ordering::Relaxed),
            Ended::Limited => 0,
            _ => self.failed.fetch_add(1, Ordering::Relaxed),
        };
        let source = path.as_str().trim_end_matches(".log");
        if self.listed.fetch_add(1, Ordering::Relaxed) < LISTED {
            run.outcome(SOURCE.id, source, ended, u64::from(bytes > 0), bytes, detail);
        } else {
            run.count_gap(ended);
        }
    }

    pub(super) fn is_dead(&self, node: &str) -> bool {
        self.nodes().get(node).is_some_and(|(strikes, _)| *strikes >= STRIKES)
    }

    pub(super) fn node_failed(&self, node: &str) {
        self.nodes().entry(node.to_owned()).or_default().0 += 1;
    }

    pub(super) fn on_dead_node(&self, node: &str) {
        self.nodes().entry(node.to_owned()).or_default().1 += 1;
    }

    fn nodes(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (u32, u64)>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the source's own outcome and gives the line for the display.
    pub(super) fn settle(&self, run: &Arc<Run>, planned: usize) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (read, bytes, unread, over) = (get(&self.read), get(&self.bytes), get(&self.unread), get(&self.over_budget));
        for (node, (_, skipped)) in self.nodes().iter().filter(|(_, (_, skipped))| *skipped > 0) {
            let detail = format!("{skipped} logs not asked for: the node did not answer {STRIKES} times");
            run.outcome(SOURCE.id, &format!("logs-of-node/{node}"), Ended::TimedOut, 0, 0, &detail);
        }
        let mut notes = Vec::new();
        let mut note = |count: u64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} {text}"));
            }
        };
        note(unread, "not read before the end of the run");
        note(over, "not read: the bundle had reached --max-size");
        note(get(&self.failed), "could not be read");
        note(get(&self.gone), "were gone or not started when asked for");
        note(get(&self.cut_logs), &format!("cut to head and tail ({} bytes left out)", get(&self.cut_bytes)));
        let facts = run.facts();
        let containers = || facts.pods().iter().flat_map(|pod| facts.containers(pod));
        note(containers().filter(|log| log.current == Current::NeverStarted).count() as u64, "containers never started and have no log");
        note(
            containers().filter(|log| log.current == Current::SameAsPrevious).count() as u64,
            "containers wait for a restart: their log is previous.log",
        );
        let ended = match run.gateway.stop().reason() {
            Some(reason) if unread > 0 => Ended::from(&Failure::Stopped(reason)),
            _ if over > 0 => Ended::Limited,
            _ => Ended::Collected,
        };
        let detail = notes.join("; ");
        run.outcome(SOURCE.id, SOURCE.id, ended, read, bytes, &detail);
        let rest = if detail.is_empty() { detail } else { format!("; {detail}") };
        format!("{read} of {planned} logs, {}{rest}", crate::summary::bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn troubled_pods_previous_logs_come_first_and_kube_system_last() {
        let mut facts = Facts::default();
        let pod = |namespace: &str, name: &str, restarts: u64| {
            let last = if restarts > 0 { json!({"terminated": {"containerID": "x"}}) } else { json!({}) };
            json!({"metadata": {"namespace": namespace, "name": name}, "spec": {"containers": [{"name": "c"}]},
                "status": {"phase": "Running", "containerStatuses": [{"name": "c", "ready": true, "restartCount": restarts, "state": {"running": {}}, "lastState": last}]}})
        };
        for (namespace, name, restarts) in [("kube-system", "dns", 0), ("a", "calm", 0), ("a", "one", 1), ("b", "two", 2)] {
            facts.note_pod(&pod(namespace, name, restarts));
        }
        let order: Vec<(String, bool)> =
            plan(&facts).iter().map(|task| (facts.pod_name(task.resolve(&facts).unwrap().0).to_owned(), task.previous)).collect();
        let expected = [("one", true), ("two", true), ("one", false), ("two", false), ("calm", false), ("dns", false)];
        assert_eq!(order, expected.map(|(name, previous)| (name.to_owned(), previous)));
    }
}
