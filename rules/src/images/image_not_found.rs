//! # image-not-found
//!
//! The registry has no image of that name or tag.
//!
//! ## What it detects
//! Containers that wait because the registry answered that it knows neither such a repository nor such a tag. Other images
//! in the bundle show what was probably meant: the same repository with another tag, or a name that differs by a letter.
//!
//! ## Why it happens
//! A typing error, a tag that the build never pushed, or a tag that the registry's clean-up has removed.
//!
//! ## How to confirm
//! `docker manifest inspect IMAGE`, with the same rights as the cluster.
//!
//! ## How to fix
//! Deploy a tag that exists, or push the missing one; the kubelet tries again by itself.
//!
//! ## When it stays silent
//! When the registry hides the repository behind *denied* (that is image-pull-unauthorized) or did not answer at all, and
//! when the container runs meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, Snapshot, similarity};

use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::undo;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-not-found",
    title: "The registry has no image of that name or tag",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Image Not Found",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let missing = waiting(context).into_iter().filter(|p| p.failure == Failure::NotFound);
    let there = standing(context.snapshot);
    missing.map(|pull| finding(&there, &pull)).collect()
}

fn finding(there: &Images<'_>, pull: &Pull<'_>) -> Finding {
    let (registry, repository, tag) = parts(pull.image);
    let meant = nearest(pull.image, there);
    let hint = match meant {
        Some(meant) => format!(" Elsewhere in this cluster stands `{meant}`; was that meant?"),
        None => String::new(),
    };
    let mut finding = pull.finding(format!("Image `{}` does not exist", pull.image)).confidence(0.95).summary(format!(
        "Registry `{registry}` has no tag `{tag}` of `{repository}`, or no such repository; container `{}` cannot start.{hint} The runtime says: {}",
        pull.view.spec.name,
        pull.said(),
    ));
    if let Some(meant) = meant {
        finding = finding.remedy("Use the image that exists. This starts new pods.", pull.set_image(meant));
    }
    if let Some(undo) = undo(&pull.owner()) {
        finding = finding.remedy("Or go back to the revision before. This starts new pods.", undo);
    }
    finding.remedy("Or push the missing tag; waiting pods start by themselves.", format!("docker push {}", pull.image))
}

/// Images by registry and repository.
type Images<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

/// Images that stand in pods and templates of the bundle.
fn standing(snapshot: &Snapshot) -> Images<'_> {
    let running = snapshot
        .pods
        .iter()
        .flat_map(|p| p.containers())
        .filter(|v| v.status.is_some_and(|(_, _, s)| s.state.waiting.is_none()))
        .map(|v| v.spec);
    let older = snapshot.replica_sets.iter().flat_map(|r| r.spec.template.spec.containers.iter());
    let mut images = Images::new();
    for image in running.chain(older).map(|c| c.image.as_str()) {
        let (registry, repository, _) = parts(image);
        images.entry((registry, repository)).or_default().insert(image);
    }
    images
}

/// The image that was probably meant: another tag of the same repository, else a name that is near.
fn nearest<'a>(image: &str, there: &Images<'a>) -> Option<&'a str> {
    let (registry, repository, tag) = parts(image);
    let same: Vec<&str> = there.get(&(registry, repository)).into_iter().flatten().copied().filter(|i| *i != image).collect();
    let tags = same.iter().map(|i| parts(i).2);
    let by_tag = similarity::nearest(tag, tags).and_then(|t| same.iter().copied().find(|i| parts(i).2 == t));
    let name = image.rsplit('/').next().unwrap_or(image);
    let near = |i: &&str| *i != image && similarity::distance(i.rsplit('/').next().unwrap_or(i), name, 2).is_some();
    let by_name = || there.values().flatten().copied().filter(near).min();
    by_tag.or_else(|| same.first().copied()).or_else(by_name)
}
