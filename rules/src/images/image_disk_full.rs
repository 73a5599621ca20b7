//! # image-disk-full
//!
//! A node has no room for images.
//!
//! ## What it detects
//! Containers whose image cannot be unpacked because the node's disk is full, and kubelets that say that they cannot free
//! enough of it by removing images. Where the kubelet was asked, what is left on the disk.
//!
//! ## Why it happens
//! Large images, many versions of them, logs or scratch files on the same disk; or a disk that was made too small.
//!
//! ## How to confirm
//! On the node: `df -h /var/lib/containerd`, `crictl images`.
//!
//! ## How to fix
//! Remove what nobody needs, then give the node a larger disk or move logs and scratch files elsewhere.
//!
//! ## When it stays silent
//! When the kubelet's complaint is older than half an hour and no image is refused for it.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, quantity};

use super::pull::{Failure, Pull, waiting};

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-disk-full",
    title: "A node has no room for images",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Image Build Issues",
    needs: &[Need::AnyOf(&["pods", "events"])],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

/// Seconds for which the kubelet's complaint counts.
const RECENT: i64 = 1800;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        waiting(context).iter().filter(|p| p.failure == Failure::DiskFull).map(|pull| pulling(context, pull)).collect();
    for event in context.snapshot.events.iter().filter(|e| e.reason == "FreeDiskSpaceFailed" && e.involved_object.kind == "Node") {
        let node = ObjectRef::cluster_wide("Node", event.involved_object.name.as_str());
        let recent = context.snapshot.age_seconds(event.last_seen()).is_none_or(|age| age <= RECENT);
        if recent && !findings.iter().any(|f| f.cause.as_ref() == Some(&node)) {
            let (left, evidence) = left(context, &node.name);
            findings.push(remedies(
                Finding::new(
                    node.clone(),
                    format!("Node `{}` cannot free enough disk for images", node.name),
                    event.evidence("/message", event.message.as_str()),
                )
                .summary(format!("The kubelet says: {}.{left}", event.message.trim_end_matches('.')))
                .severity(Severity::Medium)
                .confidence(0.75)
                .evidence(evidence)
                .seen(event.first_seen(), event.last_seen()),
                &node.name,
            ));
        }
    }
    findings
}

fn pulling(context: &Context<'_>, pull: &Pull<'_>) -> Finding {
    let node = pull.pod.spec.node_name.as_str();
    let (left, evidence) = left(context, node);
    let finding = pull
        .finding(format!("Node `{node}` has no room for image `{}`", pull.image))
        .confidence(0.95)
        .summary(format!("The disk that holds images is full.{left} The runtime says: {}", pull.said()))
        .cause(ObjectRef::cluster_wide("Node", node))
        .evidence(evidence);
    remedies(finding, node)
}

/// What is left on the node's disk, in words and as evidence.
fn left(context: &Context<'_>, node: &str) -> (String, Option<Evidence>) {
    let usage = context.snapshot.node_usage.iter().rfind(|u| u.node == node && u.disk_available.is_some());
    let Some((usage, available)) = usage.and_then(|u| Some((u, u.disk_available?))) else { return (String::new(), None) };
    let of = usage.disk_capacity.map(|c| format!(" of {}", quantity::bytes(c))).unwrap_or_default();
    let pressure = context.snapshot.node(node).and_then(|n| {
        let (i, condition) = n.condition("DiskPressure").filter(|(_, c)| c.status == "True")?;
        Some(n.evidence(format!("/status/conditions/{i}/reason"), condition.reason.as_str()))
    });
    (format!(" {}{of} are left.", quantity::bytes(available)), pressure)
}

fn remedies(finding: Finding, node: &str) -> Finding {
    finding
        .remedy(
            "See what takes the room.",
            format!(
                "kubectl debug node/{node} -it --image=busybox -- chroot /host sh -c 'df -h; du -xsh /var/lib/containerd /var/log/pods'"
            ),
        )
        .remedy(
            "Remove images that no container uses; those of running pods stay.",
            format!("kubectl debug node/{node} -it --image=busybox -- chroot /host crictl rmi --prune"),
        )
}
