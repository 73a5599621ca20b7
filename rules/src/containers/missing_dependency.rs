//! # missing-dependency
//!
//! A program misses a library or module that it needs to start.
//!
//! ## What it detects
//! Containers that are not ready and whose log says that a module, class or shared library is not there: Python, Node, Java,
//! Ruby, and the system's loader. Whether the image changed with the revision is told.
//!
//! ## Why it happens
//! A dependency that was not installed when the image was built, a version that no longer has a name, a start command in the
//! wrong folder, or a base image with another C library.
//!
//! ## How to confirm
//! `kubectl logs NAME --previous`; then run the image by hand and look for the module.
//!
//! ## How to fix
//! Build the image anew with the dependency, or go back to the image before.
//!
//! ## When it stays silent
//! When the container is ready: a module that is missing for one function only.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::told::{Told, older_templates, told};
use crate::commands::{edit, undo};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-dependency",
    title: "A program misses a library or module that it needs to start",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods"), Need::Logs],
    produces: &[Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    told(context, &["dependency-missing"]).iter().filter_map(|told| finding(context, told)).collect()
}

/// What is missing, in words: kind and name.
fn what<'a>(told: &'a Told<'_>) -> Option<(&'static str, &'a str)> {
    let kinds = [
        ("python", "the Python module"),
        ("import", "the Python name"),
        ("node", "the Node module"),
        ("library", "the shared library"),
        ("java", "the Java class"),
        ("ruby", "the Ruby file"),
        ("glibc", "the C library"),
    ];
    kinds.iter().find_map(|(field, kind)| Some((*kind, told.hit.field(field)?)))
}

fn finding(context: &Context<'_>, told: &Told<'_>) -> Option<Finding> {
    let (kind, name) = what(told)?;
    let (trouble, owner) = (&told.trouble, told.trouble.owner());
    let view = trouble.view;
    let (container, image) = (view.spec.name.as_str(), view.spec.image.as_str());
    let before = older_templates(context, trouble).find(|(_, _, c)| c.image != image);
    let changed =
        before.map(|(set, _, c)| format!(" An older revision (ReplicaSet `{}`) ran `{}`.", set.metadata.name, c.image)).unwrap_or_default();
    // A path of one's own is not a package: the process looks in the wrong folder, or the build left the file out.
    let own = name.starts_with(['/', '.']) || told.hit.first.text.contains("Failed to find attribute");
    let hint = if own {
        " It is a file of the application itself: look at the working folder, the command, and what the build copies."
    } else {
        ""
    };
    let mut finding = told
        .finding(format!("`{}` misses {kind} `{name}`", owner.name))
        .summary(format!("Container `{container}` says: `{}`. Its image is `{image}`.{hint}{changed}", told.hit.first.text.trim()))
        .confidence(0.93)
        .evidence([trouble.pod.evidence(view.spec_pointer("/image"), image)])
        .evidence(
            before.map(|(set, c, container)| set.evidence(format!("/spec/template/spec/containers/{c}/image"), container.image.as_str())),
        );
    if let Some(undo) = undo(&owner) {
        finding = finding.remedy("If the image before ran, go back to it. This starts new pods.", undo);
    }
    let text = if own {
        "Or correct command and working folder, or build the image with the file."
    } else {
        "Or build the image with the dependency, and deploy it. This starts new pods."
    };
    Some(finding.remedy(text, edit(&owner)))
}
