//! # image-architecture-mismatch
//!
//! An image is not made for the processor of its node.
//!
//! ## What it detects
//! Images that have nothing for the node's architecture, by the registry's word; and programs that the kernel refuses with
//! *exec format error*, compared with the architecture of the node and of nodes where the same image runs.
//!
//! ## Why it happens
//! The image was built on one kind of machine (`arm64`, say) and pushed for that alone, and the cluster has another, or both.
//!
//! ## How to confirm
//! `docker manifest inspect IMAGE`, against `kubectl get nodes -L kubernetes.io/arch`.
//!
//! ## How to fix
//! Build for both (`docker buildx build --platform linux/amd64,linux/arm64 --push`), or keep the pods on nodes that fit.
//!
//! ## When it stays silent
//! When the container has run before on the same node with this image, and when it is a script without its first line: the
//! kernel says the same of it, and the finding is then less sure.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule};

use super::pull::{Failure, Pull, waiting};
use crate::commands::merge_template;
use crate::containers::start::refused_by_kernel;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-architecture-mismatch",
    title: "An image is not made for the processor of its node",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Image Build Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable, Effect::NotStarted, Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let pulls = waiting(context).into_iter().filter(|p| p.failure == Failure::Architecture);
    let pulling = pulls.map(|pull| pulling(context, &pull)).collect::<Vec<_>>();
    pulling.into_iter().chain(running(context)).collect()
}

/// A node's architecture, with its place.
fn architecture<'a>(context: &Context<'a>, node: &str) -> Option<(&'a str, Evidence)> {
    let node = context.snapshot.node(node).filter(|n| !n.status.node_info.architecture.is_empty())?;
    let architecture = node.status.node_info.architecture.as_str();
    Some((architecture, node.evidence("/status/nodeInfo/architecture", architecture)))
}

fn pulling(context: &Context<'_>, pull: &Pull<'_>) -> Finding {
    let node = pull.pod.spec.node_name.as_str();
    let own = architecture(context, node);
    let what = own.as_ref().map_or("the node's architecture".to_owned(), |(a, _)| format!("`{a}`"));
    let finding = pull
        .finding(format!("Image `{}` has nothing for {what}", pull.image))
        .confidence(0.97)
        .summary(format!(
            "Node `{node}` needs an image for {what}, and the registry has none under this name. The runtime says: {}",
            pull.said()
        ))
        .evidence(own.as_ref().map(|(_, evidence)| evidence.clone()));
    remedies(context, finding, &pull.owner(), pull.image, own.map(|(a, _)| a))
}

/// Programs that the kernel cannot execute.
fn running(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for refused in refused_by_kernel(context) {
        let trouble = &refused.trouble;
        let (node, image) = (trouble.pod.spec.node_name.as_str(), trouble.view.spec.image.as_str());
        let own = architecture(context, node);
        let all: BTreeSet<&str> =
            context.snapshot.nodes.iter().map(|n| n.status.node_info.architecture.as_str()).filter(|a| !a.is_empty()).collect();
        let mixed = all.len() > 1;
        let (name, owner) = (trouble.view.spec.name.as_str(), trouble.owner());
        let here = own.as_ref().map(|(a, _)| format!(" Node `{node}` is of architecture `{a}`.")).unwrap_or_default();
        let others = if mixed {
            format!(" The cluster has nodes of {}.", all.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(" and "))
        } else {
            String::new()
        };
        let (first, last) = trouble.seen();
        let finding = Finding::new(trouble.pod.reference(), format!("The program in image `{image}` is not made for node `{node}`"), refused.evidence.clone())
            .summary(format!("The kernel refuses the program of container `{name}`: `{}`.{here}{others} (A script without its first line, `#!`, fails in the same words.)", refused.words))
            .workload(trouble.workload.cloned())
            .confidence(if mixed { 0.92 } else { 0.8 })
            .evidence(own.as_ref().map(|(_, evidence)| evidence.clone()))
            .evidence([trouble.pod.evidence(trouble.view.spec_pointer("/image"), image)])
            .seen(first, last);
        findings.push(remedies(context, finding, &owner, image, own.map(|(a, _)| a)));
    }
    findings
}

fn remedies(context: &Context<'_>, finding: Finding, owner: &ObjectRef, image: &str, own: Option<&str>) -> Finding {
    let other = context
        .snapshot
        .nodes
        .iter()
        .map(|n| n.status.node_info.architecture.as_str())
        .find(|a| !a.is_empty() && own.is_some_and(|own| own != *a));
    let finding = finding.remedy(
        "Build and push the image for every architecture in use.",
        format!("docker buildx build --platform linux/amd64,linux/arm64 -t {image} --push ."),
    );
    match other {
        Some(other) => finding.remedy(
            format!("Or keep the pods on `{other}` nodes. This starts new pods."),
            merge_template(owner, &format!("{{\"nodeSelector\":{{\"kubernetes.io/arch\":\"{other}\"}}}}")),
        ),
        None => finding,
    }
}
