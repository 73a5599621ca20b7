//! # mutable-image-tag
//!
//! An image is named by a tag that moves.
//!
//! ## What it detects
//! Containers whose image has no tag, or one that is moved from build to build: `latest`, `main`, `stable` and the like.
//! When pods of one workload already run different images under the same tag, their digests are told.
//!
//! ## Why it happens
//! `latest` is what is meant when nothing is said, and it is convenient until two pods of one Deployment differ.
//!
//! ## How to confirm
//! `kubectl get pods -o jsonpath='{..image}'`, and `{..imageID}` for what really runs.
//!
//! ## How to fix
//! Name a version that is never moved, or the digest. Only then does a rollback bring back what ran before.
//!
//! ## When it stays silent
//! For images with a digest, for every other tag, and in the system's own namespaces.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use super::templates::{Template, templates};
use crate::commands;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mutable-image-tag",
    title: "An image is named by a tag that moves",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "pods"])],
    produces: &[],
    explained_by: &[],
    check,
};

/// Tags that name a branch or a channel, not a version.
const MOVING: [&str; 14] = [
    "latest",
    "main",
    "master",
    "head",
    "trunk",
    "develop",
    "development",
    "dev",
    "edge",
    "nightly",
    "snapshot",
    "staging",
    "stable",
    "current",
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    templates(context).iter().filter_map(|template| finding(context, template)).collect()
}

/// The moving tag of an image; the empty one means `latest`.
fn moving(image: &str) -> Option<&str> {
    let name = image.rsplit('/').next().unwrap_or(image);
    // `auto` is what an injector replaces by the proxy's own image.
    if image.is_empty() || image == "auto" || name.contains('@') {
        return None;
    }
    match name.split_once(':') {
        None => Some(""),
        Some((_, tag)) => MOVING.contains(&tag.to_ascii_lowercase().as_str()).then_some(tag),
    }
}

fn finding(context: &Context<'_>, template: &Template<'_>) -> Option<Finding> {
    let (pointer, container, tag) = template.containers().find_map(|(pointer, c)| Some((pointer, c, moving(&c.image)?)))?;
    let owner = &template.owner;
    let running = running(context, template, &container.name, &container.image);
    let named =
        if tag.is_empty() { "without a tag, which means `latest`".to_owned() } else { format!("with the tag `{tag}`, which moves") };
    let differ = match running.len() {
        0 | 1 => "what a restart or a rollback brings is not what ran before.".to_owned(),
        n => format!("its pods run {n} different images under that name already."),
    };
    let name = container.image.strip_suffix(&format!(":{tag}")).unwrap_or(&container.image);
    let digest = running.keys().next().filter(|_| running.len() == 1).and_then(|id| Some(id.rsplit_once('@')?.1));
    let fix = |digest| commands::set(owner, "image", &format!("{}={name}@{digest}", container.name));
    Some(
        Finding::new(
            owner.clone(),
            format!("`{}` runs `{}`, a name that moves", owner.name, container.image),
            template.evidence(&format!("{pointer}/image"), &container.image),
        )
        .summary(format!("Container `{}` names its image {named}: {differ}", container.name))
        .severity(if running.len() > 1 { Severity::Medium } else { Severity::Low })
        .workload(Some(owner.clone()))
        .evidence(running.into_values().take(3))
        .confidence(0.9)
        .remedy(
            "Name what is meant: a version that is never moved, or the digest. This replaces its pods.",
            digest.map_or_else(|| commands::edit(owner), fix),
        ),
    )
}

/// Digests that pods of the workload run under this name, each with a place.
fn running<'a>(context: &Context<'a>, template: &Template<'_>, container: &str, image: &str) -> BTreeMap<&'a str, Evidence> {
    let pods = context.relations.pods_of(context.snapshot, &template.owner).filter(|p| p.is_active());
    let mut found = BTreeMap::new();
    for pod in pods {
        for view in pod.containers().filter(|v| v.spec.name == container && v.spec.image == image) {
            if let Some((_, _, status)) = view.status.filter(|(_, _, s)| s.image_id.contains("sha256:")) {
                found
                    .entry(status.image_id.as_str())
                    .or_insert_with(|| pod.evidence(view.status_pointer("/imageID"), status.image_id.as_str()));
            }
        }
    }
    found
}
