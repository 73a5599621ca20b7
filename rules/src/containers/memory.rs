//! Memory: who was killed for it, and who comes near to it.

use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp, quantity};

/// A container that was killed because it used more memory than it may, at the bundle's time or a short while before.
#[derive(Debug, Clone)]
pub(super) struct Kill<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// The container.
    pub(super) view: ContainerView<'a>,
    /// Where it is told.
    pub(super) evidence: Evidence,
    /// How long the run lasted, in seconds; `None` when it never began.
    pub(super) lasted: Option<i64>,
    /// When it was killed.
    pub(super) at: Option<Timestamp>,
}

/// Seconds after which a kill of a container that is ready again no longer counts.
const RECENT: i64 = 3600;

/// Every kill that still matters: the container is not ready, or it was killed within the last hour.
pub(super) fn kills<'a>(context: &Context<'a>) -> Vec<Kill<'a>> {
    let mut all = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.metadata.deletion_timestamp.is_none())
    {
        for view in pod.containers() {
            if let Some(kill) = by_status(context, pod, workload, view).or_else(|| before_start(context, pod, workload, view)) {
                all.push(kill);
            }
        }
    }
    all
}

fn by_status<'a>(
    context: &Context<'a>,
    pod: &'a Object<Pod>,
    workload: Option<&'a ObjectRef>,
    view: ContainerView<'a>,
) -> Option<Kill<'a>> {
    let (_, _, status) = view.status?;
    let now = status.state.terminated.as_ref().map(|t| (t, "/state/terminated"));
    let before = status.last_state.terminated.as_ref().map(|t| (t, "/lastState/terminated"));
    let (end, pointer) = [now, before].into_iter().flatten().find(|(t, _)| t.reason == "OOMKilled")?;
    let recent = context.snapshot.age_seconds(end.finished_at).is_none_or(|age| age <= RECENT);
    if status.ready && !recent || pod.status.phase == "Succeeded" {
        return None;
    }
    let lasted = end.started_at.zip(end.finished_at).map(|(from, to)| to.as_second() - from.as_second());
    let evidence = pod.evidence(format!("{}/reason", view.status_pointer(pointer)), "OOMKilled");
    Some(Kill { pod, workload, view, evidence, lasted, at: end.finished_at })
}

/// The runtime's own init process already needs more than the limit: the container never begins.
fn before_start<'a>(
    context: &Context<'a>,
    pod: &'a Object<Pod>,
    workload: Option<&'a ObjectRef>,
    view: ContainerView<'a>,
) -> Option<Kill<'a>> {
    let words = |text: &str| text.contains("OOM-killed") || text.contains("memory limit too low");
    if !pod.is_active() || pod.is_ready() || !view.spec.resources.limits.contains_key("memory") {
        return None;
    }
    let waiting = view.status.and_then(|(_, _, s)| s.state.waiting.as_ref());
    let ended = view.status.and_then(|(_, _, s)| s.state.terminated.as_ref().or(s.last_state.terminated.as_ref()));
    if let Some(waiting) = waiting.filter(|w| words(&w.message)) {
        let evidence = pod.evidence(view.status_pointer("/state/waiting/message"), waiting.message.as_str());
        return Some(Kill { pod, workload, view, evidence, lasted: None, at: context.snapshot.taken_at });
    }
    let start_error = ended.filter(|t| words(&t.message));
    if let Some(end) = start_error {
        let now = view.status.is_some_and(|(_, _, s)| s.state.terminated.is_some());
        let pointer = if now { "/state/terminated/message" } else { "/lastState/terminated/message" };
        let evidence = pod.evidence(view.status_pointer(pointer), end.message.as_str());
        return Some(Kill { pod, workload, view, evidence, lasted: None, at: end.finished_at });
    }
    let begun = view.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.ready);
    let reference = pod.reference();
    let mut events = context.relations.events_about(context.snapshot, &reference);
    let event = events.rfind(|e| matches!(e.reason.as_str(), "FailedCreatePodSandBox" | "Failed") && words(&e.message));
    let smallest = || {
        let limits = pod.containers().filter_map(|v| Some((limit(&v)?, v.spec.name.as_str())));
        limits.min_by(|a, b| a.0.total_cmp(&b.0)).is_some_and(|(_, name)| name == view.spec.name)
    };
    let event = event.filter(|e| !begun && e.container().map_or_else(smallest, |c| c == view.spec.name))?;
    Some(Kill { pod, workload, view, evidence: event.evidence("/message", event.message.as_str()), lasted: None, at: event.last_seen() })
}

/// A container's memory limit in bytes.
pub(super) fn limit(view: &ContainerView<'_>) -> Option<f64> {
    view.spec.resources.limits.get("memory").and_then(|l| quantity::parse(l))
}

/// The limit as evidence.
pub(super) fn limit_evidence(pod: &Object<Pod>, view: &ContainerView<'_>) -> Option<Evidence> {
    let text = view.spec.resources.limits.get("memory")?;
    Some(pod.evidence(view.spec_pointer("/resources/limits/memory"), text.as_str()))
}

/// Samples of a container's working set, oldest first, with their evidence's place.
pub(super) fn samples<'a>(context: &Context<'a>, pod: &Pod, container: &str) -> Vec<(f64, &'a tarbox_model::metrics::ContainerUsage)> {
    let mine = context.snapshot.usage_of(&pod.metadata.namespace, &pod.metadata.name, container);
    mine.iter().filter_map(|u| Some((u.memory?, u))).collect()
}

/// A sample as evidence: the number where it stands as such; a quantity with a unit is shown by its container.
pub(super) fn sample_evidence((value, usage): &(f64, &tarbox_model::metrics::ContainerUsage)) -> Evidence {
    let quote = if usage.origin.path.starts_with("kubelet/") { format!("{value:.0}") } else { usage.container.clone() };
    usage.origin.at(&usage.pointer, quote)
}
