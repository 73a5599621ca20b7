//! What is held against a node's container runtime: by the node's own word, by failed clean-ups, by failed sandboxes.

use tarbox_model::object::{Event, Node, Object};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use super::node::told;

/// Seconds after which a failed clean-up, which is tried every minute, is over.
const RECENT: i64 = 180;

/// What is held against one node's runtime.
#[derive(Default)]
pub(super) struct Signs {
    /// Where each sign stands.
    pub(super) evidence: Vec<Evidence>,
    /// The first sign, in words.
    pub(super) words: String,
    /// How sure the surest is.
    pub(super) confidence: f64,
    /// Since when, by the oldest.
    pub(super) since: Option<Timestamp>,
}

impl Signs {
    /// Adds one.
    pub(super) fn add(&mut self, evidence: Evidence, words: &str, confidence: f64, since: Option<Timestamp>) {
        if self.words.is_empty() {
            self.words = words.trim_end_matches('.').to_owned();
        }
        self.confidence = self.confidence.max(confidence);
        self.since = [self.since, since].into_iter().flatten().min();
        self.evidence.push(evidence);
    }
}

/// By what the node says of itself.
pub(super) fn by_condition(node: &Object<Node>, signs: &mut Signs) {
    if let Some((i, ready)) = node.condition("Ready").filter(|(_, c)| c.status == "False") {
        let down = ["container runtime is down", "container runtime not ready: RuntimeReady=false", "failed to get runtime status"];
        if down.iter().any(|words| ready.message.contains(words)) {
            signs.add(told(node, i, ready), &ready.message, 0.97, ready.last_transition_time);
        }
    }
    let version = node.status.node_info.container_runtime_version.as_str();
    if version.ends_with("://Unknown") && !node.is_ready() {
        signs.add(node.evidence("/status/nodeInfo/containerRuntimeVersion", version), &format!("its runtime is `{version}`"), 0.9, None);
    }
}

/// By failed clean-ups of the node, and failed sandboxes of pods that still wait.
pub(super) fn by_events(context: &Context<'_>, name: &str, ready: bool, signs: &mut Signs) {
    let snapshot = context.snapshot;
    let about = ObjectRef::cluster_wide("Node", name);
    let recovered =
        context.relations.events_about(snapshot, &about).filter(|e| e.reason == "NodeReady").filter_map(|e| e.last_seen()).max();
    for event in context.relations.events_about(snapshot, &about) {
        let clean_up = matches!(event.reason.as_str(), "ContainerGCFailed" | "ImageGCFailed" | "FreeDiskSpaceFailed");
        let over = ready && (snapshot.age_seconds(event.last_seen()).is_none_or(|age| age > RECENT) || recovered > event.last_seen());
        if clean_up && nobody_listens(event) && !over {
            signs.add(event.evidence("/message", event.message.as_str()), &event.message, 0.9, event.first_seen());
        }
    }
    let waiting = context.relations.pods_on(snapshot, name).filter(|p| p.is_active() && !p.is_ready());
    for pod in waiting {
        let reference = pod.reference();
        let sandbox =
            |e: &&Object<Event>| matches!(e.reason.as_str(), "FailedCreatePodSandBox" | "FailedKillPod" | "FailedPodSandBoxStatus");
        let newest = context.relations.events_about(snapshot, &reference).rfind(sandbox);
        // A sandbox that came about after all is followed by pulls and starts.
        let begun = pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses).any(|s| s.state.running.is_some());
        if let Some(event) = newest.filter(|e| nobody_listens(e) && !begun) {
            signs.add(event.evidence("/message", event.message.as_str()), &event.message, 0.9, event.first_seen());
        }
    }
}

/// Whether an event tells of a runtime's socket with nobody behind it.
fn nobody_listens(event: &Event) -> bool {
    let socket = ["containerd.sock", "crio.sock", "docker.sock", "dockershim.sock", "cri-dockerd.sock"];
    let silent = ["connect: no such file or directory", "connect: connection refused", "DeadlineExceeded", "context deadline exceeded"];
    socket.iter().any(|s| event.message.contains(s)) && silent.iter().any(|s| event.message.contains(s))
        || event.message.contains("Cannot connect to the Docker daemon")
}
