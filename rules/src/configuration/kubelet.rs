//! What the kubelet says of a pod that waits for its configuration.

use tarbox_model::object::{Object, Pod};
use tarbox_model::{Context, Evidence, Timestamp};

/// Reasons of containers that have not been made yet.
const WAITING: [&str; 4] = ["", "CreateContainerConfigError", "ContainerCreating", "PodInitializing"];

/// The kubelet's word, with where it stands and when it was last said.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Where.
    pub(super) evidence: Evidence,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

/// Whether a container of the pod waits to be made.
pub(super) fn waits(pod: &Pod) -> bool {
    pod.containers().any(|v| v.status.and_then(|(_, _, s)| s.state.waiting.as_ref()).is_some_and(|w| WAITING.contains(&w.reason.as_str())))
}

/// Where the kubelet says any of these about the pod: in the status, which is true now, else in an event.
pub(super) fn told(context: &Context<'_>, pod: &Object<Pod>, says: &[String]) -> Option<Told> {
    let about = |message: &str| says.iter().any(|s| message.contains(s.as_str()));
    let status = pod.containers().find_map(|view| {
        let waiting = view.status?.2.state.waiting.as_ref().filter(|w| about(&w.message))?;
        Some(pod.evidence(view.status_pointer("/state/waiting/message"), waiting.message.as_str()))
    });
    if let Some(evidence) = status {
        return Some(Told { evidence, last: context.snapshot.taken_at });
    }
    // An event outlives its cause: it counts while the pod still waits.
    let reference = pod.reference();
    let mut events = context.relations.events_about(context.snapshot, &reference).rev();
    let event = events.find(|e| about(&e.message)).filter(|_| waits(pod))?;
    Some(Told { evidence: event.evidence("/message", event.message.as_str()), last: event.last_seen() })
}
