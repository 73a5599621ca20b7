//! # image-pull-failing
//!
//! An image does not come, and it is not told why.
//!
//! ## What it detects
//! Containers in `ErrImagePull` or `ImagePullBackOff`. A rule that knows the registry's answer explains this one away.
//!
//! ## Why it happens
//! A name or tag that does not exist, missing or lapsed credentials, a registry that cannot be reached, a full disk.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: the event `Failed to pull image` holds the registry's answer.
//!
//! ## How to fix
//! By that answer.
//!
//! ## When it stays silent
//! When the container runs meanwhile, and when the pod is being deleted.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::waiting;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-failing",
    title: "An image does not come",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "ImagePullBackOff Errors",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::ImageUnavailable],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pull in waiting(context) {
        let said = pull.said().to_owned();
        findings.push(
            pull.finding(format!("Image `{}` does not come", pull.image))
                .summary(format!("Container `{}` waits for its image. The runtime says: {said}", pull.view.spec.name))
                .confidence(0.8)
                .remedy(
                    "Read the registry's answer.",
                    format!("kubectl describe pod {} -n {}", pull.pod.metadata.name, pull.pod.metadata.namespace),
                ),
        );
    }
    findings
}
