//! # registry-dns-failure
//!
//! The name of a registry has no address for the node.
//!
//! ## What it detects
//! Containers that wait for an image because the node's resolver does not know its registry, or does not answer. Other images
//! of the bundle show which registry was probably meant.
//!
//! ## Why it happens
//! A typing error in the registry's name, a registry that only another network knows, or a node whose own DNS is broken. The
//! kubelet asks the node's resolver, not the cluster's: the name of a Service is unknown to it.
//!
//! ## How to confirm
//! On the node: `getent hosts REGISTRY`.
//!
//! ## How to fix
//! Correct the name, or give the nodes' resolver the zone that is missing.
//!
//! ## When it stays silent
//! When the name has an address but nobody answers there: that is registry-unreachable.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "registry-dns-failure",
    title: "The name of a registry has no address for the node",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Connectivity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let pulls: Vec<Pull<'_>> = waiting(context).into_iter().filter(|p| p.failure == Failure::NoAddress).collect();
    if pulls.is_empty() {
        return Vec::new();
    }
    let running =
        context.snapshot.pods.iter().flat_map(|p| p.containers()).filter(|v| v.status.is_some_and(|(_, _, s)| s.state.waiting.is_none()));
    let known: BTreeSet<&str> = running.map(|v| parts(&v.spec.image).0).collect();
    pulls.iter().map(|pull| finding(pull, &known)).collect()
}

fn finding(pull: &Pull<'_>, known: &BTreeSet<&str>) -> Finding {
    let (registry, repository, tag) = parts(pull.image);
    let node = pull.pod.spec.node_name.as_str();
    let unknown = pull.error.contains("no such host") || pull.error.contains("Name or service not known");
    let nearest =
        similarity::nearest(registry, known.iter().copied()).filter(|n| *n != registry && similarity::distance(n, registry, 3).is_some());
    let service = registry.contains(".svc") || !registry.contains('.');
    let hint = match (nearest, unknown) {
        (Some(nearest), _) => format!(" Other images come from `{nearest}`; was that meant?"),
        (None, true) if service => {
            " It looks like a Service of the cluster: the kubelet asks the node's resolver, which does not know those.".to_owned()
        }
        (None, true) => " The node's resolver says that there is no such name.".to_owned(),
        (None, false) => " The node's resolver itself does not answer.".to_owned(),
    };
    let mut finding = pull.finding(format!("Registry `{registry}` has no address")).confidence(0.96).summary(format!(
        "Node `{node}` cannot resolve `{registry}`, so `{}` was never asked for.{hint} The runtime says: {}",
        pull.image,
        pull.said()
    ));
    if let Some(nearest) = nearest {
        let separator = if tag.starts_with("sha") && tag.contains(':') { '@' } else { ':' };
        finding = finding.remedy(
            "Name the registry that the other images come from. This starts new pods.",
            pull.set_image(&format!("{nearest}/{repository}{separator}{tag}")),
        );
    }
    finding
        .remedy(
            "Ask the node's resolver.",
            format!("kubectl debug node/{node} -it --image=busybox -- chroot /host getent hosts {registry}"),
        )
        .remedy("Or use a registry that the nodes know. This starts new pods.", edit(&pull.owner()))
}
