//! # read-only-filesystem
//!
//! A process must write where nothing can be written.
//!
//! ## What it detects
//! Containers that are not ready and whose log (or the runtime) says that a path is read-only: because the root file system is
//! set so, because a mount is, because ConfigMaps and Secrets always are, or because the node's disk has become so.
//!
//! ## Why it happens
//! A hardening (`readOnlyRootFilesystem`) without a writable place for caches, logs and pid files; or a disk with errors.
//!
//! ## How to confirm
//! `kubectl get pod NAME -o yaml`: `readOnlyRootFilesystem`, and `readOnly` of the mounts.
//!
//! ## How to fix
//! Mount an `emptyDir` at the path. When a disk has become read-only, move the pods and look at the node.
//!
//! ## When it stays silent
//! When the container is ready.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule};

use super::mounts::covering;
use super::start::{Refusal, refused};
use super::told::told;
use super::trouble::Trouble;
use crate::commands::{edit, merge_template};

/// The rule.
pub static RULE: Rule = Rule {
    id: "read-only-filesystem",
    title: "A process must write where nothing can be written",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"Permission denied\"",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits, Effect::NotStarted],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for refused in refused(context).iter().filter(|r| r.refusal == Refusal::ReadOnly) {
        let path = refused.program().filter(|p| p.starts_with('/'));
        findings.push(finished(context, refused.finding(title(&refused.trouble, path)), &refused.trouble, path, &refused.words));
    }
    for told in told(context, &["filesystem-read-only"]) {
        let path = told.name().filter(|p| p.starts_with('/'));
        findings.push(finished(context, told.finding(title(&told.trouble, path)), &told.trouble, path, told.hit.first.text.trim()));
    }
    findings
}

fn title(trouble: &Trouble<'_>, path: Option<&str>) -> String {
    let owner = trouble.owner();
    path.map_or_else(
        || format!("`{}` must write to a read-only file system", owner.name),
        |p| format!("`{}` must write to `{p}`, which is read-only", owner.name),
    )
}

fn finished(context: &Context<'_>, finding: Finding, trouble: &Trouble<'_>, path: Option<&str>, words: &str) -> Finding {
    let (view, owner) = (trouble.view, trouble.owner());
    let covered = path.and_then(|p| covering(trouble, p));
    let root = (view.spec.security_context.read_only_root_filesystem == Some(true))
        .then(|| trouble.pod.evidence(view.spec_pointer("/securityContext/readOnlyRootFilesystem"), "true"));
    let said = format!("Container `{}` says: `{}`.", view.spec.name, words.trim_matches('`'));
    if let Some(covered) = covered {
        let volume = covered.volume.filter(|v| v.config_map.is_some() || v.secret.is_some() || v.projected.is_some());
        let why = if volume.is_some() {
            "ConfigMaps and Secrets are always mounted read-only."
        } else {
            "The mount, or the disk behind it, is read-only."
        };
        return finding
            .summary(format!("{said} `{}` is where volume `{}` lies. {why}", covered.mount.mount_path, covered.mount.name))
            .confidence(0.93)
            .evidence([covered.evidence])
            .remedy("Let the process write elsewhere, or take `readOnly` off the mount. This starts new pods.", edit(&owner));
    }
    if let Some(root) = root {
        let place = path.map_or("/tmp", |p| p.rsplit_once('/').map_or(p, |(folder, _)| if folder.is_empty() { p } else { folder }));
        let patch = format!(
            "{{\"volumes\":[{{\"name\":\"scratch\",\"emptyDir\":{{}}}}],\"containers\":[{{\"name\":\"{}\",\"volumeMounts\":[{{\"name\":\"scratch\",\"mountPath\":\"{place}\"}}]}}]}}",
            view.spec.name
        );
        return finding
            .summary(format!("{said} `readOnlyRootFilesystem` is set, and nothing writable is mounted there."))
            .confidence(0.96)
            .evidence([root])
            .remedy(
                format!("Mount an `emptyDir` at `{place}` (it hides what the image has there). This starts new pods."),
                merge_template(&owner, &patch),
            );
    }
    let node = trouble.pod.spec.node_name.as_str();
    let told = disk(context, node);
    let sure = told.is_some();
    let finding = finding
        .summary(format!("{said} The pod does not ask for it, so the disk of node `{node}` may have become read-only after errors."))
        .confidence(if sure { 0.9 } else { 0.6 })
        .evidence(told)
        .remedy("See whether the node's disk has errors.", format!("kubectl debug node/{node} -it --image=busybox -- chroot /host dmesg"))
        .remedy("Keep new pods off the node meanwhile.", format!("kubectl cordon {node}"));
    if sure { finding.cause(ObjectRef::cluster_wide("Node", node)) } else { finding }
}

/// The node's own word that a file system became read-only.
fn disk(context: &Context<'_>, node: &str) -> Option<Evidence> {
    let node = ObjectRef::cluster_wide("Node", node);
    let event = context
        .relations
        .events_about(context.snapshot, &node)
        .rfind(|e| e.reason == "FilesystemIsReadOnly" || e.message.contains("filesystem read-only"));
    event.map(|e| e.evidence("/message", e.message.as_str()))
}
