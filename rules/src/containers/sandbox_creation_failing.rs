//! # sandbox-creation-failing
//!
//! A node cannot make a container, or the sandbox that a pod's containers live in.
//!
//! ## What it detects
//! Pods that have a node but no containers, because the sandbox fails: no address left, the network plugin, the runtime, the
//! runtime's own pause image, or a runtime class that the node does not have. And containers that the runtime cannot make in
//! their sandbox (`CreateContainerError`), for a reason that no other rule knows.
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
//! When the pod's containers have begun since; when the memory limit is too low even for the sandbox (out-of-memory-killed);
//! and when the runtime's words are of the command, a right, or a hook: those have rules of their own.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Event, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::start::is_told;
use super::trouble::{Trouble, troubled};
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sandbox-creation-failing",
    title: "A node cannot make a pod's sandbox, or a container in it",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods")],
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
    for trouble in troubled(context) {
        let Some(waiting) = trouble.view.status.and_then(|(_, _, s)| s.state.waiting.as_ref()) else { continue };
        if NOT_MADE.contains(&waiting.reason.as_str()) && !is_told(&waiting.message) && !is_for_memory(&waiting.message) {
            findings.push(not_made(&trouble, &waiting.reason, &waiting.message));
        }
    }
    findings
}

/// Reasons for which a container waits that the runtime cannot make or begin.
const NOT_MADE: [&str; 5] =
    ["CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError", "ImageVolumeMountFailed"];

fn is_for_memory(message: &str) -> bool {
    message.contains("OOM-killed") || message.contains("memory limit too low")
}

fn not_made(trouble: &Trouble<'_>, reason: &str, message: &str) -> Finding {
    let (pod, name) = (trouble.pod, trouble.view.spec.name.as_str());
    let node = pod.spec.node_name.as_str();
    let (field, said) = if message.is_empty() { ("reason", reason) } else { ("message", message) };
    Finding::new(
        pod.reference(),
        format!("Node `{node}` cannot make container `{name}` of `{}`", trouble.owner().name),
        pod.evidence(trouble.view.status_pointer(&format!("/state/waiting/{field}")), said),
    )
    .workload(trouble.workload.cloned())
    .summary(format!("The container waits in `{reason}`. The runtime says: {}", said.rsplit_once("desc = ").map_or(said, |(_, said)| said)))
    .confidence(0.75)
    .seen(trouble.seen().0, None)
    .remedy(
        "See what else the kubelet says of the pod.",
        format!("kubectl describe pod {} -n {}", pod.metadata.name, pod.metadata.namespace),
    )
    .depends_on(ObjectRef::cluster_wide("Node", node))
}

/// The newest failed sandbox, if no container was begun after it.
fn newest<'a>(context: &Context<'a>, pod: &Object<Pod>) -> Option<&'a Object<Event>> {
    let reference = pod.reference();
    let same = |e: &Event| e.involved_object.uid.is_empty() || pod.metadata.uid.is_empty() || e.involved_object.uid == pod.metadata.uid;
    let newest = context
        .relations
        .events_about(context.snapshot, &reference)
        .rfind(|e| same(e) && matches!(e.reason.as_str(), "FailedCreatePodSandBox" | "Created" | "Started" | "Pulling"))?;
    (newest.reason == "FailedCreatePodSandBox" && !is_for_memory(&newest.message)).then_some(newest)
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
