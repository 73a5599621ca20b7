//! How long a probe waits before the kubelet acts, against how long the container takes.

use tarbox_model::log::Family;
use tarbox_model::object::Probe;
use tarbox_model::{Context, Timestamp};

use super::failing::Failing;

/// Seconds from the container's start to the first moment at which the probe can have it killed.
pub(super) fn window(probe: &Probe) -> i64 {
    let (delay, period, tries) =
        (probe.initial_delay_seconds.unwrap_or(0), probe.period_seconds.unwrap_or(10), probe.failure_threshold.unwrap_or(3).max(1));
    delay + period * (tries - 1) + timeout(probe)
}

/// Seconds that the probe waits for an answer.
pub(super) fn timeout(probe: &Probe) -> i64 {
    probe.timeout_seconds.unwrap_or(1).max(1)
}

/// How long the newest ended run lasted, its exit code, and where both stand.
pub(super) fn last_run(failing: &Failing<'_>) -> Option<(i64, i32, &'static str)> {
    let (_, _, status) = failing.view.status?;
    let now = status.state.terminated.as_ref().map(|t| (t, "/state/terminated"));
    let (end, pointer) = now.or_else(|| status.last_state.terminated.as_ref().map(|t| (t, "/lastState/terminated")))?;
    let (from, to) = (end.started_at?, end.finished_at?);
    Some((to.as_second() - from.as_second(), end.exit_code, pointer))
}

/// Seconds from a run's first log line to its listening line: the start as the process itself tells it.
pub(super) fn start_up(context: &Context<'_>, failing: &Failing<'_>) -> Option<(i64, tarbox_model::Evidence)> {
    let reference = failing.pod.reference();
    let mut longest: Option<(i64, tarbox_model::Evidence)> = None;
    for log in context.snapshot.logs_of(&reference, Some(&failing.view.spec.name)) {
        let ready = log.hits_of("listening").filter_map(|h| Some((h.first.time?, h))).max_by_key(|(t, _)| *t);
        let begun = [log.first_time, started(failing, log.first_time)].into_iter().flatten().min();
        if let Some(((at, hit), begun)) = ready.zip(begun) {
            let seconds = at.as_second() - begun.as_second();
            if longest.as_ref().is_none_or(|(l, _)| seconds > *l) {
                longest = Some((seconds, log.evidence(hit)));
            }
        }
    }
    longest
}

/// Start of the run that a log with this first line belongs to.
fn started(failing: &Failing<'_>, first: Option<Timestamp>) -> Option<Timestamp> {
    let (_, _, status) = failing.view.status?;
    let running = status.state.running.as_ref().and_then(|r| r.started_at);
    let ended = status.last_state.terminated.as_ref().and_then(|t| t.started_at);
    let near = |t: &Timestamp| first.is_some_and(|f| (0..120).contains(&(f.as_second() - t.as_second())));
    [running, ended].into_iter().flatten().filter(near).max()
}

/// Whether the log shows another reason for which the container does not answer: then patience would not help.
pub(super) fn has_another_reason(context: &Context<'_>, failing: &Failing<'_>) -> bool {
    let reference = failing.pod.reference();
    context.snapshot.logs_of(&reference, Some(&failing.view.spec.name)).any(|log| log.hits.iter().any(|h| h.family != Family::Fact))
}

/// Whether there is a log of the container, which would show such a reason.
pub(super) fn is_logged(context: &Context<'_>, failing: &Failing<'_>) -> bool {
    let reference = failing.pod.reference();
    context.snapshot.logs_of(&reference, Some(&failing.view.spec.name)).next().is_some()
}
