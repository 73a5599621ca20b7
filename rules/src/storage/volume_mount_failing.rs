//! # volume-mount-failing
//!
//! A volume cannot be mounted into a pod.
//!
//! ## What it detects
//! Pods that have a node and wait, of which the kubelet says that a volume cannot be mounted: a file server that does not
//! answer, a path that is not there, a file system that is damaged or of another type, a driver that is not registered, a
//! volume that this node cannot reach. The kubelet's words are told without the layers around them.
//!
//! ## Why it happens
//! The storage behind the volume or its driver on the node is not well, or the volume describes something that is not there.
//!
//! ## How to confirm
//! `kubectl describe pod NAME` under *Events*.
//!
//! ## How to fix
//! Mend what the message names; the kubelet tries again by itself.
//!
//! ## When it stays silent
//! When the pod has begun since, when the volume is not even attached (volume-attach-failing), and when it is a Secret or
//! ConfigMap that is missing (secret-missing, config-map-missing and their keys) or that the kubelet had not yet in its cache.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Event, Volume};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::waiting::{Waiting, waiting};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-mount-failing",
    title: "A volume cannot be mounted into a pod",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Storage Issues",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::NotStarted],
    explained_by: &[Effect::DependencyDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let attached = |w: &&Waiting<'_>| w.events.iter().all(|e| e.reason != "FailedAttachVolume");
    waiting(context).iter().filter(attached).filter_map(|w| finding(context, w)).collect()
}

/// Words of messages that are about configuration, or about a moment.
const OTHERS: [&str; 7] = [
    "\" not found",
    "references non-existent",
    "not registered",
    "failed to sync",
    "failed to fetch token",
    "couldn't propagate object cache",
    "volume \"kube-api-access-",
];

fn finding(context: &Context<'_>, waiting: &Waiting<'_>) -> Option<Finding> {
    let theirs = |e: &Event| OTHERS.iter().any(|words| e.message.contains(words)) && !e.message.contains("driver name");
    let told: Vec<_> = waiting.events.iter().filter(|e| !theirs(e)).collect();
    let timed_out = |e: &Event| e.message.starts_with("Unable to attach or mount") || e.message.starts_with("Unable to mount");
    let specific = told.iter().find(|e| !timed_out(e));
    let event = specific.or_else(|| told.iter().find(|e| waiting.volume(context, &e.message).is_some_and(|v| !is_configuration(v))))?;
    let volume = waiting.volume(context, &event.message);
    if volume.is_some_and(is_configuration) && specific.is_none() {
        return None;
    }
    let (pod, message) = (waiting.pod, event.message.as_str());
    let claim = volume.and_then(|v| waiting.claim_of(v));
    let what = match (&claim, volume) {
        (Some(claim), _) => format!("Claim `{}`", claim.name),
        (None, Some(volume)) => format!("Volume `{}`", volume.name),
        (None, None) => "A volume".to_owned(),
    };
    let finding = Finding::new(
        pod.reference(),
        format!("{what} cannot be mounted into pod `{}`", pod.metadata.name),
        event.evidence("/message", message),
    )
    .summary(format!("The kubelet of node `{}` says: {}.{}", pod.spec.node_name, core(message), advice(message)))
    .workload(waiting.workload.cloned())
    .confidence(if specific.is_some() { 0.92 } else { 0.7 })
    .evidence(
        volume
            .and_then(|v| pod.spec.volumes.iter().position(|o| o.name == v.name))
            .map(|i| pod.evidence(format!("/spec/volumes/{i}/name"), volume.map_or("", |v| v.name.as_str()))),
    )
    .seen(event.first_seen(), event.last_seen())
    .remedy("Read all that the kubelet says of it.", format!("kubectl describe pod {} -n {}", pod.metadata.name, pod.metadata.namespace));
    Some(match claim {
        Some(claim) => finding.cause(claim),
        None => finding,
    })
}

/// Whether a volume is made of Secrets, ConfigMaps or the pod's own facts.
fn is_configuration(volume: &Volume) -> bool {
    volume.secret.is_some() || volume.config_map.is_some() || volume.projected.is_some()
}

/// The message without the layers around it: from the last `failed for volume "…" : ` on, its output preferred.
fn core(message: &str) -> &str {
    let inner =
        message.split_once("failed for volume \"").and_then(|(_, rest)| rest.split_once(": ")).map_or(message, |(_, rest)| rest.trim());
    inner.rsplit_once("Output: ").map_or(inner, |(_, output)| output).trim_end_matches('.').trim()
}

/// What messages of a kind mean.
fn advice(message: &str) -> &'static str {
    const MEANINGS: [(&str, &str); 8] = [
        ("driver name", " The driver has not registered on this node: its DaemonSet's pod there is missing or not well."),
        ("hostPath type check failed", " The path on the node is not of the type that the volume demands."),
        ("NodeAffinity check failed", " The volume belongs to another node or zone than the pod."),
        ("wrong fs type", " The disk has no file system of that type, or it is damaged."),
        ("Connection timed out", " The file server does not answer from this node."),
        ("No route to host", " The file server is not reachable from this node."),
        ("access denied by server", " The file server does not allow this node the export."),
        ("No such file or directory", " The path is not there, on the node or on the file server."),
    ];
    MEANINGS.iter().find(|(words, _)| message.contains(words)).map_or("", |(_, meaning)| meaning)
}
