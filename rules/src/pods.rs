//! Pods that do not do well: what they say themselves.

use tarbox_model::Evidence;
use tarbox_model::object::{Object, Pod, condition};

/// Why a container of a pod waits or ended, or else why the pod is not ready: in words, and where that stands.
pub(crate) fn trouble(pod: &Object<Pod>) -> Option<(Evidence, String)> {
    let found = pod.containers().find_map(|view| {
        let (_, _, status) = view.status.filter(|(_, _, s)| !s.ready)?;
        let waiting = status.state.waiting.as_ref().map(|w| ("/state/waiting/reason", w.reason.clone()));
        let ended = status.state.terminated.as_ref().filter(|t| t.exit_code != 0).map(|t| ("/state/terminated/reason", t.reason.clone()));
        let (pointer, words) = waiting.or(ended).filter(|(_, words)| !words.is_empty())?;
        Some((pod.evidence(view.status_pointer(pointer), words.as_str()), words))
    });
    found.or_else(|| {
        let (i, ready) = condition(&pod.status.conditions, "Ready").filter(|(_, c)| !c.message.is_empty())?;
        Some((pod.evidence(format!("/status/conditions/{i}/message"), ready.message.as_str()), ready.message.clone()))
    })
}
