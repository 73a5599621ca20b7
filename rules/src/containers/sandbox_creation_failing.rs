//! # sandbox-creation-failing
//!
//! A node cannot make the sandbox that a pod's containers live in.
//!
//! ## What it detects
//! Pods that have a node but no containers, because the sandbox fails: no address left, the network plugin, the runtime, the
//! runtime's own pause image, or a runtime class that the node does not have.
//!
//! ## Why it happens
//! Before any container the runtime makes a sandbox with a network. What fails there is the node's own, not the pod's.
//!
//! ## How to confirm
//! Events `FailedCreatePodSandBox` in `kubectl describe pod NAME`; then the kubelet's journal on that node.
//!
//! ## How to fix
//! By the words of the event; other nodes may serve meanwhile (`kubectl cordon` the one that cannot).
//!
//! ## When it stays silent
//! When the pod's containers have begun since, and when the memory limit is too low even for the sandbox: that is
//! out-of-memory-killed.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Event, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sandbox-creation-failing",
    title: "A node cannot make the sandbox of a pod",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::NotStarted],
    explained_by: &[Effect::NodeDown, Effect::NetworkBroken, Effect::NotStarted],
    check,
};

/// Words of runtimes and plugins, and what they mean.
const MEANINGS: [(&[&str], &str); 6] = [
    (
        &[
            "failed to assign an ip",
            "no available ip",
            "no ip addresses available",
            "failed to allocate for range",
            "ipam",
            "insufficient free addresses",
        ],
        "no address is left for another pod on the node",
    ),
    (&["failed to get sandbox image", "failed to pull image"], "the runtime cannot get its own pause image"),
    (&["no runtime for", "runtime handler"], "the node does not have the runtime that the pod's runtime class asks for"),
    (&["containerd.sock", "crio.sock", "dockershim.sock", "cri-dockerd.sock"], "the container runtime does not answer"),
    (&["no space left on device", "too many open files", "resource temporarily unavailable"], "the node has run out of something"),
    (&["plugin type=", "cni", "networkplugin", "network for pod", "failed to set up sandbox", "setup network"], "the network plugin fails"),
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let begun = pod
            .containers()
            .any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.state.terminated.is_some() || s.ready));
        if pod.is_active() && !begun && !pod.spec.node_name.is_empty() {
            findings.extend(newest(context, pod).map(|event| finding(pod, event).workload(workload.cloned())));
        }
    }
    findings
}

/// The newest failed sandbox, if no container was begun after it.
fn newest<'a>(context: &Context<'a>, pod: &Object<Pod>) -> Option<&'a Object<Event>> {
    let reference = pod.reference();
    let same = |e: &Event| e.involved_object.uid.is_empty() || pod.metadata.uid.is_empty() || e.involved_object.uid == pod.metadata.uid;
    let newest = context
        .relations
        .events_about(context.snapshot, &reference)
        .rfind(|e| same(e) && matches!(e.reason.as_str(), "FailedCreatePodSandBox" | "Created" | "Started" | "Pulling"))?;
    let memory = newest.message.contains("OOM-killed") || newest.message.contains("memory limit too low");
    (newest.reason == "FailedCreatePodSandBox" && !memory).then_some(newest)
}

fn finding(pod: &Object<Pod>, event: &Object<Event>) -> Finding {
    let node = ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str());
    let lower = event.message.to_ascii_lowercase();
    let meaning = MEANINGS.iter().find(|(words, _)| words.iter().any(|w| lower.contains(w))).map(|(_, meaning)| *meaning);
    let why = meaning.map(|m| format!(": {m}")).unwrap_or_default();
    let said = event.message.rsplit_once("desc = ").map_or(event.message.as_str(), |(_, said)| said);
    Finding::new(
        pod.reference(),
        format!("Node `{}` cannot make a sandbox for `{}`{why}", node.name, pod.metadata.name),
        event.evidence("/message", event.message.as_str()),
    )
    .summary(format!("No container of the pod can begin. It was tried {}. The runtime says: {said}", times(event.times())))
    .confidence(if meaning.is_some() { 0.9 } else { 0.8 })
    .evidence([pod.evidence("/spec/nodeName", node.name.as_str())])
    .seen(event.first_seen(), event.last_seen())
    .remedy(
        "See whether the node's network pods and runtime are well.",
        format!("kubectl get pods -A -o wide --field-selector spec.nodeName={}", node.name),
    )
    .remedy("Keep new pods off the node meanwhile; those that run stay.", format!("kubectl cordon {}", node.name))
    .remedy("Then let the pod be placed anew.", format!("kubectl delete pod {} -n {}", pod.metadata.name, pod.metadata.namespace))
    .depends_on(node.clone())
    .cause(node)
}
