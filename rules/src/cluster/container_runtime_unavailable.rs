//! # container-runtime-unavailable
//!
//! A node's container runtime does not answer.
//!
//! ## What it detects
//! Nodes whose kubelet says `container runtime is down`, whose runtime (containerd, CRI-O, Docker) is not running, or on
//! which sandboxes and clean-ups fail because nobody listens on the runtime's socket.
//!
//! ## Why it happens
//! The runtime was stopped, crashes, or hangs; its configuration is broken after an upgrade; its disk is full. Containers
//! that run go on, but none can be started, stopped or looked into.
//!
//! ## How to confirm
//! `kubectl describe node NAME`: condition *Ready*, and the event *ContainerGCFailed*; on the machine
//! `systemctl status containerd` and `crictl info`.
//!
//! ## How to fix
//! Start the runtime. The kubelet finds it again by itself, and pods that wait are then started.
//!
//! ## When it stays silent
//! When the runtime answers again: the pods that could not be started run, and the node has been ready since.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Event, Node, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Timestamp};

use super::node::{inhabitants, told, weight};

/// The rule.
pub static RULE: Rule = Rule {
    id: "container-runtime-unavailable",
    title: "A node's container runtime does not answer",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["nodes", "pods", "events"])],
    produces: &[Effect::NodeDown],
    explained_by: &[],
    check,
};

/// Seconds after which a failed clean-up, which is tried every minute, is over.
const RECENT: i64 = 180;

/// What is held against one node's runtime.
#[derive(Default)]
struct Signs {
    evidence: Vec<Evidence>,
    words: String,
    confidence: f64,
    since: Option<Timestamp>,
}

impl Signs {
    fn add(&mut self, evidence: Evidence, words: &str, confidence: f64, since: Option<Timestamp>) {
        if self.words.is_empty() {
            self.words = words.trim_end_matches('.').to_owned();
        }
        self.confidence = self.confidence.max(confidence);
        self.since = [self.since, since].into_iter().flatten().min();
        self.evidence.push(evidence);
    }
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut names: Vec<&str> = snapshot.nodes.iter().map(|n| n.metadata.name.as_str()).collect();
    names.extend(snapshot.pods.iter().map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()));
    names.extend(snapshot.node_units.iter().map(|u| u.node.as_str()));
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter_map(|name| finding(context, name)).collect()
}

fn finding(context: &Context<'_>, name: &str) -> Option<Finding> {
    let mut signs = Signs::default();
    let node = context.snapshot.node(name);
    if let Some(node) = node {
        by_condition(node, &mut signs);
    }
    let runtimes = ["containerd", "crio", "cri-o", "docker", "cri-docker", "cri-dockerd"];
    for unit in context.snapshot.node_units.iter().filter(|u| u.node == name && u.is_down() && runtimes.contains(&u.unit.as_str())) {
        signs.add(unit.evidence(), &format!("its service `{}` is {}", unit.unit, unit.state), 0.97, unit.since);
    }
    by_events(context, name, node.is_some_and(|n| n.is_ready()), &mut signs);
    let runtime = node
        .and_then(|n| n.status.node_info.container_runtime_version.split("://").next())
        .filter(|r| !r.is_empty())
        .unwrap_or("containerd");
    let unit = if runtime == "cri-o" { "crio" } else { runtime };
    let mut evidence = signs.evidence.into_iter();
    Some(
        Finding::new(
            ObjectRef::cluster_wide("Node", name),
            format!("The container runtime of node `{name}` does not answer"),
            evidence.next()?,
        )
        .summary(format!(
            "The kubelet of node `{name}` says: {}. Nothing can be started or stopped there.{}",
            signs.words,
            inhabitants(context, name)
        ))
        .severity(weight(context.snapshot, name))
        .confidence(signs.confidence)
        .evidence(evidence.take(4))
        .seen(signs.since, context.snapshot.taken_at)
        .remedy(
            "See whether the runtime runs, and what it said last.",
            format!("ssh {name} 'systemctl status {unit}; journalctl -u {unit} -n 50 --no-pager'"),
        )
        .remedy(
            "Start it. Containers that run are not touched; pods that wait are started by themselves.",
            format!("ssh {name} sudo systemctl restart {unit}"),
        ),
    )
}

/// By what the node says of itself.
fn by_condition(node: &Object<Node>, signs: &mut Signs) {
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
fn by_events(context: &Context<'_>, name: &str, ready: bool, signs: &mut Signs) {
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
