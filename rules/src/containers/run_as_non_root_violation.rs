//! # run-as-non-root-violation
//!
//! A container must not run as root, and its image would.
//!
//! ## What it detects
//! Containers that the kubelet does not make because `runAsNonRoot` is set and the image names no user, names root, or names
//! a user by a name that the kubelet cannot look up; or because `runAsUser: 0` contradicts it.
//!
//! ## Why it happens
//! Most images run as root unless told otherwise; a hardening of the template was not tried with this image.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: *container has runAsNonRoot and image will run as root*.
//!
//! ## How to fix
//! Name a user id that is not 0 and that can read what the process needs, or give the image a `USER` by number.
//!
//! ## When it stays silent
//! When the container runs.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use super::start::{Refusal, Refused, refused};
use crate::commands::{merge_template, undo};

/// The rule.
pub static RULE: Rule = Rule {
    id: "run-as-non-root-violation",
    title: "A container must not run as root, and its image would",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"Permission denied\"",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    refused(context).iter().filter(|r| r.refusal == Refusal::Root).map(finding).collect()
}

fn finding(refused: &Refused<'_>) -> Finding {
    let (trouble, owner) = (&refused.trouble, refused.trouble.owner());
    let container = trouble.view.spec.name.as_str();
    let why = if refused.words.contains("non-numeric user") {
        let user = refused.words.split_once("user (").and_then(|(_, rest)| rest.split_once(')')).map_or("by name", |(user, _)| user);
        format!("its image names its user `{user}` by name, and the kubelet cannot tell whether that is root")
    } else if refused.words.contains("breaks non-root policy") || run_as(refused).is_some_and(|(user, _)| user == 0) {
        "`runAsUser: 0` is set beside it".to_owned()
    } else {
        "its image names no user, so it would run as root".to_owned()
    };
    let list = if trouble.view.init { "initContainers" } else { "containers" };
    let patch = format!("{{\"{list}\":[{{\"name\":\"{container}\",\"securityContext\":{{\"runAsUser\":1000}}}}]}}");
    let mut finding = refused
        .finding(format!("Container `{container}` of `{}` would run as root, and must not", owner.name))
        .summary(format!("`runAsNonRoot` is set, but {why}. The kubelet does not make the container. It says: {}", refused.words))
        .confidence(0.98)
        .evidence(set_at(refused))
        .evidence(run_as(refused).map(|(_, evidence)| evidence))
        .remedy(
            "Name a user that is not root and can read what the process needs (1000 stands for one). This starts new pods.",
            merge_template(&owner, &patch),
        );
    if let Some(undo) = undo(&owner) {
        finding = finding.remedy("Or, if the setting is new, go back to the revision before. This starts new pods.", undo);
    }
    finding
}

/// Where `runAsNonRoot` is set.
fn set_at(refused: &Refused<'_>) -> Option<Evidence> {
    let (pod, view) = (refused.trouble.pod, &refused.trouble.view);
    if view.spec.security_context.run_as_non_root == Some(true) {
        return Some(pod.evidence(view.spec_pointer("/securityContext/runAsNonRoot"), "true"));
    }
    (pod.spec.security_context.run_as_non_root == Some(true)).then(|| pod.evidence("/spec/securityContext/runAsNonRoot", "true"))
}

/// The user that the pod names, and where.
fn run_as(refused: &Refused<'_>) -> Option<(i64, Evidence)> {
    let (pod, view) = (refused.trouble.pod, &refused.trouble.view);
    let own =
        view.spec.security_context.run_as_user.map(|u| (u, pod.evidence(view.spec_pointer("/securityContext/runAsUser"), u.to_string())));
    own.or_else(|| pod.spec.security_context.run_as_user.map(|u| (u, pod.evidence("/spec/securityContext/runAsUser", u.to_string()))))
}
