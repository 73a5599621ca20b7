//! # config-file-missing
//!
//! A process does not find a file that it needs to start.
//!
//! ## What it detects
//! Containers that are not ready and whose log names a file that is not there. The path is compared with the container's
//! mounts: nothing is mounted there, the ConfigMap or Secret that is has no such key, or the revision before did mount it.
//!
//! ## Why it happens
//! A mount that was left out, a key under another name, a path that changed with the image, or a variable that points at the
//! wrong place.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`, under *Mounts*, against the path in the log.
//!
//! ## How to fix
//! Mount what holds the file, or let the process look where it is.
//!
//! ## When it stays silent
//! When the container is ready, and when it is the command itself that is not there: that is command-not-found.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, similarity};

use super::mounts::covering;
use super::told::{Told, told};
use crate::commands::{edit, undo};
use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-file-missing",
    title: "A process does not find a file that it needs to start",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods"), Need::Logs],
    produces: &[Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told = told(context, &["file-missing"]);
    // Code 126 and 127: what is missing is the command.
    let file = told.iter().filter(|t| !matches!(t.trouble.end.as_ref().map(|(end, _)| end.exit_code), Some(126 | 127)));
    file.filter_map(|t| finding(context, t)).collect()
}

/// What the mounts tell of a path.
struct Place {
    words: String,
    cause: Option<ObjectRef>,
    evidence: Option<Evidence>,
}

fn finding(context: &Context<'_>, told: &Told<'_>) -> Option<Finding> {
    let path = told.name()?.trim_end_matches(['.', ',', ';', ')']);
    let (trouble, owner) = (&told.trouble, told.trouble.owner());
    let container = trouble.view.spec.name.as_str();
    let place = place(context, told, path);
    let before = mounted_before(context, told, path);
    let lost =
        before.as_ref().map(|(set, _)| format!(" An older revision (ReplicaSet `{set}`) did mount something there.")).unwrap_or_default();
    let set = named_by(told, path);
    let by = set.as_ref().map(|(name, _)| format!(" The path comes from the variable `{name}`.")).unwrap_or_default();
    let mut finding = told
        .finding(format!("`{}` does not find the file `{path}`", owner.name))
        .summary(format!("Container `{container}` says: `{}`. {}{by}{lost}", told.hit.first.text.trim(), place.words))
        .confidence(0.93)
        .evidence(place.evidence)
        .evidence(set.map(|(_, evidence)| evidence))
        .evidence(before.map(|(_, evidence)| evidence));
    if let Some(cause) = place.cause {
        let (kind, name) = (cause.kind.to_lowercase(), cause.name.clone());
        finding = finding
            .remedy(
                format!("Add the file to the {} as a key, or correct the key's name.", cause.kind),
                format!("kubectl edit {kind} {name} -n {}", cause.namespace),
            )
            .cause(cause);
    } else {
        finding = finding.remedy("Mount the ConfigMap, Secret or volume that holds the file. This starts new pods.", edit(&owner));
    }
    if let Some(undo) = undo(&owner) {
        finding = finding.remedy("Or, if the revision before ran, go back to it. This starts new pods.", undo);
    }
    Some(finding)
}

fn place(context: &Context<'_>, told: &Told<'_>, path: &str) -> Place {
    let nothing = |words: String| Place { words, cause: None, evidence: None };
    if !path.starts_with('/') {
        return nothing("The path is relative: it is looked for from the process's working folder.".to_owned());
    }
    let Some(covered) = covering(&told.trouble, path) else {
        return nothing("Nothing is mounted at that path, so the file must be in the image itself, and is not.".to_owned());
    };
    let namespace = told.trouble.pod.metadata.namespace.as_str();
    let mount = &covered.mount.mount_path;
    match covered.source(context, namespace) {
        Some((object, files)) if !files.is_empty() && covered.mount.sub_path.is_empty() && !files.contains(&covered.below) => Place {
            words: format!(
                "At `{mount}` lies {} `{}`, which has {}{}.",
                object.kind,
                object.name,
                listed(files.iter().map(String::as_str)),
                did_you_mean(similarity::nearest(&covered.below, files.iter().map(String::as_str))),
            ),
            cause: Some(object),
            evidence: Some(covered.evidence),
        },
        Some((object, _)) => Place {
            words: format!("At `{mount}` lies {} `{}`, which does not seem to bring it.", object.kind, object.name),
            cause: None,
            evidence: Some(covered.evidence),
        },
        None => Place {
            words: format!("At `{mount}` lies volume `{}`, which does not hold it.", covered.mount.name),
            cause: None,
            evidence: Some(covered.evidence),
        },
    }
}

/// The environment variable whose value is the path.
fn named_by<'a>(told: &Told<'a>, path: &str) -> Option<(&'a str, Evidence)> {
    let view = told.trouble.view;
    let (i, env) = view.spec.env.iter().enumerate().find(|(_, e)| e.value.as_deref() == Some(path))?;
    Some((&env.name, told.trouble.pod.evidence(view.spec_pointer(&format!("/env/{i}/value")), path)))
}

/// An older ReplicaSet of the workload that mounted something at, or above, the path, where this one does not.
fn mounted_before(context: &Context<'_>, told: &Told<'_>, path: &str) -> Option<(String, Evidence)> {
    if covering(&told.trouble, path).is_some() {
        return None;
    }
    super::told::older_templates(context, &told.trouble).find_map(|(set, c, container)| {
        let mut mounts = container.volume_mounts.iter().enumerate();
        let (m, mount) =
            mounts.find(|(_, m)| path.starts_with(&format!("{}/", m.mount_path.trim_end_matches('/'))) || path == m.mount_path)?;
        let pointer = format!("/spec/template/spec/containers/{c}/volumeMounts/{m}/mountPath");
        Some((set.metadata.name.clone(), set.evidence(pointer, mount.mount_path.as_str())))
    })
}
