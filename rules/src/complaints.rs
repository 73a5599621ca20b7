//! What processes complain of in their logs, as far as it still holds at the bundle's time: not in a start-up that is over,
//! not in a run that another has replaced, not before the pod became ready.

use tarbox_model::log::{ContainerLog, LogHit, Run, TAIL};
use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::{Context, ObjectRef, Timestamp};

/// Seconds after which a complaint of a container that is well counts as over.
const RECENT: i64 = 300;
/// The same for a container that is not well: it may wait long between two tries.
const PATIENT: i64 = 900;

/// Seconds between a process's first words and its pod's readiness, where no probe stands in between.
const AT_ONCE: i64 = 5;
/// Lines from a log's end within which a complaint is the last word.
const LAST: u64 = 2;

/// Lines of one log that say the same, and who wrote them.
#[derive(Debug, Clone)]
pub(crate) struct Complaint<'a> {
    /// The log.
    pub(crate) log: &'a ContainerLog,
    /// The lines.
    pub(crate) hit: &'a LogHit,
    /// The pod.
    pub(crate) pod: ObjectRef,
    /// The workload, or the pod itself.
    pub(crate) client: ObjectRef,
    /// The workload, if it is known.
    pub(crate) workload: Option<ObjectRef>,
}

/// Every complaint of the chosen signatures that still holds, in the order of the logs.
pub(crate) fn complaints<'a>(context: &Context<'a>, chosen: impl Fn(&LogHit) -> bool) -> Vec<Complaint<'a>> {
    let mut all = Vec::new();
    for log in &context.snapshot.logs {
        let mut who: Option<(Option<&Object<Pod>>, Option<ObjectRef>)> = None;
        for hit in log.hits.iter().filter(|hit| chosen(hit)) {
            let (pod, workload) = who.get_or_insert_with(|| {
                let pod = context.snapshot.pod(&log.namespace, &log.pod);
                (pod, pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)))
            });
            if holds(context, *pod, log, hit.last.time, hit.last.number) {
                let pod = log.pod_reference();
                let client = workload.clone().unwrap_or_else(|| pod.clone());
                all.push(Complaint { log, hit, pod, client, workload: workload.clone() });
            }
        }
    }
    all
}

/// Whether what a line of a log says still holds, by its last time, or where there are no times by its last line.
pub(crate) fn holds(context: &Context<'_>, pod: Option<&Object<Pod>>, log: &ContainerLog, time: Option<Timestamp>, line: u32) -> bool {
    let fresh = |limit: i64| match time {
        Some(time) => {
            let now = context.snapshot.taken_at.map_or(log.last_time, |t| Some(log.last_time.map_or(t, |l| l.max(t))));
            now.is_none_or(|now| now.as_second() - time.as_second() <= limit)
        }
        None => u64::from(line) + TAIL as u64 >= log.lines,
    };
    // Without the pod's state its log is all there is: measured by the log's own end.
    let Some(pod) = pod.filter(|p| !p.status.phase.is_empty()) else {
        let end = log.last_time.zip(time).is_none_or(|(end, time)| end.as_second() - time.as_second() <= PATIENT);
        return end && (time.is_some() || fresh(RECENT));
    };
    if pod.metadata.deletion_timestamp.is_some() || pod.status.phase == "Succeeded" || pod.status.reason == "Evicted" {
        return false;
    }
    let status = pod.containers().find_map(|v| v.status.filter(|(_, _, s)| log.container.is_empty() || s.name == log.container));
    let well = pod.is_ready() && status.is_none_or(|(_, _, s)| s.ready && s.state.running.is_some());
    if well {
        let since = condition(&pod.status.conditions, "Ready").and_then(|(_, c)| c.last_transition_time);
        // Without a readiness probe a pod counts as ready as soon as it runs: that is no sign that its last words are void.
        let probed = pod.containers().any(|v| v.spec.readiness_probe.is_some());
        let slack = if !probed && u64::from(line) + LAST >= log.lines { AT_ONCE } else { 0 };
        let recovered = since.zip(time).is_some_and(|(since, time)| time.as_second() + slack < since.as_second());
        return log.run == Run::Current && !recovered && fresh(RECENT);
    }
    let end = log.last_time.zip(time).is_none_or(|(end, time)| end.as_second() - time.as_second() <= RECENT);
    match log.run {
        Run::Current => fresh(PATIENT) || end && pod.status.phase == "Failed",
        Run::Previous => end && (time.is_some() || fresh(RECENT)),
    }
}

impl Complaint<'_> {
    /// What all findings from a complaint share.
    pub(crate) fn finding(&self, title: impl Into<String>) -> tarbox_model::Finding {
        tarbox_model::Finding::new(self.pod.clone(), title, self.log.evidence(self.hit))
            .workload(self.workload.clone())
            .seen(self.hit.first.time, self.hit.last.time)
    }

    /// The first of the pattern's groups whose name begins so.
    pub(crate) fn field(&self, stem: &str) -> Option<&str> {
        field(self.hit, stem)
    }

    /// `kubectl logs` for the log.
    pub(crate) fn logs_command(&self) -> String {
        let container = if self.log.container.is_empty() { String::new() } else { format!(" -c {}", self.log.container) };
        let previous = if self.log.run == Run::Previous { " --previous" } else { "" };
        format!("kubectl logs {}{container}{}{previous}", self.log.pod, self.pod.namespace_flag())
    }
}

/// The first of a hit's groups whose name begins so: patterns with alternatives number their groups by suffix.
pub(crate) fn field<'a>(hit: &'a LogHit, stem: &str) -> Option<&'a str> {
    hit.fields.iter().find(|(name, value)| name.starts_with(stem) && !value.is_empty()).map(|(_, value)| value.as_str())
}
