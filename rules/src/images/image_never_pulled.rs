//! # image-never-pulled
//!
//! An image must not be pulled, and is not on the node.
//!
//! ## What it detects
//! Containers in `ErrImageNeverPull`: their pull policy is `Never`, and the node does not have the image.
//!
//! ## Why it happens
//! The policy was meant for a machine on which the image had been built or loaded; the pod was placed on another node, or the
//! kubelet's clean-up has removed the image.
//!
//! ## How to confirm
//! On the node: `crictl images`.
//!
//! ## How to fix
//! Let the kubelet pull (`IfNotPresent`), or load the image on every node that may run the pod.
//!
//! ## When it stays silent
//! With every other pull policy, and when the container runs.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::{Failure, Pull, waiting};
use crate::commands::patch_template;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-never-pulled",
    title: "An image must not be pulled, and is not on the node",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Image Build Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    waiting(context).iter().filter(|p| p.failure == Failure::Never).map(finding).collect()
}

fn finding(pull: &Pull<'_>) -> Finding {
    let node = pull.pod.spec.node_name.as_str();
    let policy = (!pull.view.spec.image_pull_policy.is_empty())
        .then(|| pull.pod.evidence(pull.view.spec_pointer("/imagePullPolicy"), pull.view.spec.image_pull_policy.as_str()));
    let pointer = pull.view.spec_pointer("/imagePullPolicy");
    let place = pointer.strip_prefix("/spec").unwrap_or(&pointer);
    pull.finding(format!("Image `{}` is not on node `{node}` and must not be pulled", pull.image))
        .confidence(0.98)
        .summary(format!("The pull policy of container `{}` is `Never`, so the kubelet only looks on the node.", pull.view.spec.name))
        .evidence(policy)
        .remedy(
            "Let the kubelet pull what the node does not have. This starts new pods.",
            patch_template(&pull.owner(), &[format!("{{\"op\":\"add\",\"path\":\"TEMPLATE{place}\",\"value\":\"IfNotPresent\"}}")]),
        )
        .remedy(
            format!("Or load the image on node `{node}`, and on every other that may run the pod."),
            format!("docker save {} | ssh {node} sudo ctr -n k8s.io images import -", pull.image),
        )
}
