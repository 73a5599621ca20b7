//! # permission-denied
//!
//! A process may not do what it needs to start.
//!
//! ## What it detects
//! Containers whose program may not be executed, or whose log says that a file, folder or port was denied to the process. The
//! path is compared with the container's volumes, and the user with what the pod sets.
//!
//! ## Why it happens
//! A process that does not run as root and a volume or image folder that belongs to root; a file in the image without its
//! execute bit; a port below 1024; a `chown` that the user may not do.
//!
//! ## How to confirm
//! `kubectl exec NAME -- id`, and `ls -ln` of the path.
//!
//! ## How to fix
//! For a volume, let Kubernetes give it to the process's group (`fsGroup`); for the image, correct owner and mode when it is
//! built; for a port, use one above 1024.
//!
//! ## When it stays silent
//! When the container is ready, and when the whole file system is read-only: that is read-only-filesystem.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::mounts::covering;
use super::start::{Refusal, Refused, refused};
use super::told::{Told, told};
use super::trouble::Trouble;
use crate::commands::{edit, merge_template};

/// The rule.
pub static RULE: Rule = Rule {
    id: "permission-denied",
    title: "A process may not do what it needs to start",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"Permission denied\"",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits, Effect::NotStarted],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let refused = refused(context);
    let by_runtime = refused.iter().filter(|r| r.refusal == Refusal::PermissionDenied).map(by_runtime);
    let told = told(context, &["permission-denied"]);
    let known = |t: &&Told<'_>| {
        refused.iter().any(|r| std::ptr::eq(r.trouble.pod, t.trouble.pod) && r.trouble.view.spec.name == t.trouble.view.spec.name)
    };
    by_runtime.chain(told.iter().filter(|t| !known(t)).map(by_log)).collect()
}

fn by_runtime(refused: &Refused<'_>) -> Finding {
    let (trouble, owner) = (&refused.trouble, refused.trouble.owner());
    let program = refused.program().unwrap_or("its command");
    let finding = refused
        .finding(format!("`{}` may not execute `{program}`", owner.name))
        .summary(format!(
            "Container `{}` cannot begin: `{program}` is there, but may not be executed by {}. The runtime says: {}",
            trouble.view.spec.name,
            user(trouble),
            refused.words
        ))
        .confidence(0.96)
        .evidence(refused.command());
    let image = trouble.view.spec.image.as_str();
    finding
        .remedy(
            "Give the file its execute bit when the image is built.",
            format!(
                "printf 'FROM {image}\\nRUN chmod +x {program}\\n' | docker build -t {}-executable -",
                image.split('@').next().unwrap_or(image)
            ),
        )
        .remedy(format!("Or run `{program}` by its interpreter (`command: [sh, …]`). This starts new pods."), edit(&owner))
}

fn by_log(told: &Told<'_>) -> Finding {
    let (trouble, owner) = (&told.trouble, told.trouble.owner());
    let (pod, view) = (trouble.pod, trouble.view);
    let port = told.hit.field("listen").or_else(|| told.hit.field("bind")).filter(|p| !p.is_empty());
    let path = told.name().filter(|p| p.starts_with('/') && port.is_none());
    let mount = path.and_then(|p| covering(trouble, p)).or_else(|| only_claim(trouble));
    let title = match (port, path) {
        (Some(port), _) => format!("`{}` may not listen on `{}`", owner.name, port.trim_start_matches("listen tcp ")),
        (_, Some(path)) => format!("`{}` has no right to `{path}`", owner.name),
        (_, None) => format!("`{}` is denied what it needs", owner.name),
    };
    let place = match (&mount, port) {
        (_, Some(_)) => " Ports below 1024 are for root alone.".to_owned(),
        (Some(covered), None) if covered.mount.read_only => format!(" Volume `{}` is mounted read-only there.", covered.mount.name),
        (Some(covered), None) => format!(" `{}` is where volume `{}` lies.", covered.mount.mount_path, covered.mount.name),
        (None, None) => String::new(),
    };
    let group = if pod.spec.security_context.fs_group.is_none() && mount.is_some() {
        " The pod sets no `fsGroup`, so the volume keeps the owner that it has."
    } else {
        ""
    };
    let finding = told
        .finding(title)
        .summary(format!(
            "Container `{}`, which runs as {}, says: `{}`.{place}{group}",
            view.spec.name,
            user(trouble),
            told.hit.first.text.trim()
        ))
        .confidence(0.9)
        .evidence(mount.as_ref().map(|m| m.evidence.clone()));
    if port.is_some() {
        return finding
            .remedy("Let the process listen on a port above 1024; the Service may keep its own. This starts new pods.", edit(&owner));
    }
    let finding = match mount {
        Some(_) if pod.spec.security_context.fs_group.is_none() => {
            let id = view.spec.security_context.run_as_user.or(pod.spec.security_context.run_as_user).unwrap_or(1000);
            finding.remedy(
                "Give the volume to the process's group. This starts new pods; on a large volume the first start takes a while.",
                merge_template(&owner, &format!("{{\"securityContext\":{{\"fsGroup\":{id}}}}}")),
            )
        }
        _ => finding,
    };
    finding.remedy("Or run the process as the user to whom the path belongs (`runAsUser`), or correct owner and mode in the image. This starts new pods.", edit(&owner))
}

/// A message without a path mostly speaks of the one volume that the container writes to.
fn only_claim<'a>(trouble: &Trouble<'a>) -> Option<super::mounts::Covered<'a>> {
    let claim = |name: &str| trouble.pod.spec.volumes.iter().any(|v| v.name == name && v.persistent_volume_claim.is_some());
    let mut claims = trouble.view.spec.volume_mounts.iter().filter(|m| claim(&m.name));
    let only = claims.next().filter(|_| claims.next().is_none())?;
    covering(trouble, &only.mount_path)
}

/// As whom the container runs, as far as the pod sets it.
fn user(trouble: &Trouble<'_>) -> String {
    let id = trouble.view.spec.security_context.run_as_user.or(trouble.pod.spec.security_context.run_as_user);
    id.map_or_else(|| "the image's own user".to_owned(), |id| format!("user {id}"))
}
