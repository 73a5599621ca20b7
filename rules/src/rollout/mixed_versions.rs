//! # mixed-versions
//!
//! Pods of one workload run different versions, and have done so for a while.
//!
//! ## What it detects
//! Workloads whose ready pods run different images in the same container, and workloads whose pods run different builds under
//! the same tag.
//!
//! ## Why it happens
//! A rollout or a rollback has come to a halt in the middle; or a tag was moved in the registry, and pods that were made
//! later have pulled another build.
//!
//! ## How to confirm
//! `kubectl get pods -o custom-columns=POD:.metadata.name,IMAGE:.spec.containers[0].image,BUILD:.status.containerStatuses[0].imageID`.
//!
//! ## How to fix
//! Let the rollout end; pin images by digest, or give each build a tag of its own.
//!
//! ## When it stays silent
//! While a rollout is on its way (the youngest pod is younger than ten minutes), and for pods that are not ready.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mixed-versions",
    title: "Pods of one workload run different versions",
    level: Level::Symptom,
    severity: Severity::Medium,
    guide: "Rollback Failures",
    needs: &[Need::Objects("pods")],
    produces: &[],
    explained_by: &[Effect::RolloutBlocked, Effect::NotReady],
    check,
};

/// Seconds that a rollout may take from one pod to the next.
const PATIENCE: i64 = 600;

/// Of one container's versions: pods that run each, with the place where it is told.
type Versions<'a> = BTreeMap<String, Vec<(&'a Object<Pod>, String)>>;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut images: BTreeMap<(&ObjectRef, &str), Versions<'_>> = BTreeMap::new();
    let mut builds: BTreeMap<(&ObjectRef, &str, &str), Versions<'_>> = BTreeMap::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let Some(workload) = workload.filter(|w| matches!(w.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"))
        else {
            continue;
        };
        if !pod.is_active() || !pod.is_ready() {
            continue;
        }
        for view in pod.containers().filter(|v| !v.init) {
            let name = view.spec.name.as_str();
            images
                .entry((workload, name))
                .or_default()
                .entry(view.spec.image.clone())
                .or_default()
                .push((pod, view.spec_pointer("/image")));
            if let Some((_, _, status)) = view.status.filter(|(_, _, s)| s.image_id.contains("sha256:")) {
                builds
                    .entry((workload, name, &view.spec.image))
                    .or_default()
                    .entry(status.image_id.clone())
                    .or_default()
                    .push((pod, view.status_pointer("/imageID")));
            }
        }
    }
    let of_images = images.iter().filter_map(|((workload, container), versions)| finding(context, workload, container, versions, "images"));
    let of_builds = builds
        .iter()
        .filter_map(|((workload, container, _), versions)| finding(context, workload, container, versions, "builds of one tag"));
    of_images.chain(of_builds).collect()
}

fn finding(context: &Context<'_>, workload: &ObjectRef, container: &str, versions: &Versions<'_>, what: &str) -> Option<Finding> {
    let made = versions.values().flatten().filter_map(|(p, _)| p.metadata.creation_timestamp).max();
    if versions.len() < 2 || context.snapshot.age_seconds(made).is_some_and(|age| age < PATIENCE) {
        return None;
    }
    let all: Vec<String> = versions.iter().map(|(version, pods)| format!("{} × `{}`", pods.len(), short(version))).collect();
    let mut places =
        versions.iter().filter_map(|(version, pods)| pods.first().map(|(pod, pointer)| pod.evidence(pointer, version.as_str())));
    Some(
        Finding::new(workload.clone(), format!("Pods of `{}` run different {what}", workload.name), places.next()?)
            .summary(format!(
                "The ready pods of {} `{}` run {} {what} in container `{container}`: {}.",
                workload.kind,
                workload.name,
                versions.len(),
                all.join(", ")
            ))
            .workload(Some(workload.clone()))
            .confidence(0.85)
            .evidence(places.take(3))
            .seen(made, context.snapshot.taken_at)
            .remedy(
                "See whether a rollout is under way.",
                format!("kubectl rollout status {} -n {} --timeout=10s", target(workload), workload.namespace),
            )
            .remedy(
                "Make all pods anew, of one version. This replaces them one after the other.",
                format!("kubectl rollout restart {} -n {}", target(workload), workload.namespace),
            ),
    )
}

/// A version without the registry's host; of a digest its beginning.
fn short(version: &str) -> String {
    match version.split_once("sha256:") {
        Some((_, digest)) => format!("sha256:{}", digest.chars().take(12).collect::<String>()),
        None => version.rsplit('/').next().unwrap_or(version).to_owned(),
    }
}
