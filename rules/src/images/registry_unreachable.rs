//! # registry-unreachable
//!
//! The node gets no answer from the registry.
//!
//! ## What it detects
//! Containers that wait for an image because the connection to its registry is refused or times out. Whether the image
//! exists is then not known: the registry was never asked.
//!
//! ## Why it happens
//! The registry is down, a firewall or a proxy stands in between, or the address points at a machine where no registry
//! listens (`localhost` means the node itself, not yours).
//!
//! ## How to confirm
//! From the node: `curl -I https://REGISTRY/v2/`.
//!
//! ## How to fix
//! Bring the registry back, open the way from the nodes, or use a registry that they reach.
//!
//! ## When it stays silent
//! When the registry answers, be it with an error, and when its name has no address: that is registry-dns-failure.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "registry-unreachable",
    title: "The node gets no answer from the registry",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Connectivity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let unreachable = waiting(context).into_iter().filter(|p| p.failure == Failure::Unreachable);
    unreachable.map(|pull| finding(&pull)).collect()
}

fn finding(pull: &Pull<'_>) -> Finding {
    let (registry, ..) = parts(pull.image);
    let node = pull.pod.spec.node_name.as_str();
    let local = ["127.", "localhost", "[::1]"].iter().any(|l| registry.starts_with(l));
    let hint = if local { format!(" `{registry}` is the node itself: the registry would have to run there.") } else { String::new() };
    let secure = if local { "http" } else { "https" };
    pull.finding(format!("Registry `{registry}` does not answer node `{node}`"))
        .confidence(0.95)
        .summary(format!(
            "Image `{}` was never asked for: the connection to `{registry}` fails.{hint} The runtime says: {}",
            pull.image,
            pull.said(),
        ))
        .remedy(
            "Try the registry from the node.",
            format!("kubectl debug node/{node} -it --image=curlimages/curl -- curl -I {secure}://{registry}/v2/"),
        )
        .remedy("Or use a registry that the nodes reach. This starts new pods.", edit(&pull.owner()))
}
