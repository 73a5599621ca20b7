//! # image-name-invalid
//!
//! An image reference cannot be read.
//!
//! ## What it detects
//! Containers in `InvalidImageName`: the reference breaks the grammar, so that nobody was ever asked for it. The flaw is named,
//! with a reference that would be read, where it can be told.
//!
//! ## Why it happens
//! Capital letters, a space, a scheme (`https://`), a second colon, or a template variable that nobody filled in.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: *Failed to apply default image tag … invalid reference format*.
//!
//! ## How to fix
//! Correct the reference in the workload; this starts new pods.
//!
//! ## When it stays silent
//! When the reference can be read, but no such image exists: that is image-not-found.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::{Failure, Pull, waiting};
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-name-invalid",
    title: "An image reference cannot be read",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Image Not Found",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    waiting(context).iter().filter(|p| p.failure == Failure::InvalidName).map(finding).collect()
}

fn finding(pull: &Pull<'_>) -> Finding {
    let (flaw, corrected) = flaw(pull.image);
    let finding = pull
        .finding(format!("The image reference `{}` cannot be read", pull.image))
        .summary(format!("{flaw}; container `{}` cannot start. The runtime says: {}", pull.view.spec.name, pull.said()))
        .confidence(0.97);
    let command = corrected.map_or_else(|| edit(&pull.owner()), |image| pull.set_image(&image));
    finding.remedy("Correct the reference. This starts new pods.", command)
}

/// What is wrong with a reference, and what may have been meant.
fn flaw(image: &str) -> (String, Option<String>) {
    let corrected = |text: String| (text != image && !text.is_empty()).then_some(text);
    let trimmed: String = image.chars().filter(|c| !c.is_whitespace()).collect();
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (image, None),
    };
    if image.trim().is_empty() {
        ("The reference is empty".to_owned(), None)
    } else if let Some((_, rest)) = image.split_once("://") {
        ("A reference has no scheme such as `https://`".to_owned(), corrected(rest.to_owned()))
    } else if image.contains(['$', '{', '<']) {
        ("A placeholder of a template was not filled in".to_owned(), None)
    } else if trimmed != image {
        ("The reference contains white space".to_owned(), corrected(trimmed))
    } else if tag == Some("") {
        ("The tag after the colon is empty".to_owned(), None)
    } else if name.chars().any(|c| c.is_ascii_uppercase()) {
        let lower = name.to_ascii_lowercase();
        let fixed = tag.map_or_else(|| lower.clone(), |tag| format!("{lower}:{tag}"));
        ("The name of a repository must be in lower case".to_owned(), corrected(fixed))
    } else if name.rsplit('/').next().is_some_and(|last| last.contains(':')) {
        ("There are two colons after the last slash; a reference has one tag".to_owned(), None)
    } else {
        ("The reference breaks the grammar of image names".to_owned(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_flaw() {
        for (image, word, meant) in [
            ("registry.example.com/Shop/App:1", "lower case", Some("registry.example.com/shop/app:1")),
            ("https://registry.example.com/app:1", "scheme", Some("registry.example.com/app:1")),
            ("nginx: 1.27", "white space", Some("nginx:1.27")),
            ("nginx:", "empty", None),
            ("app:${VERSION}", "placeholder", None),
            ("nginx:1.27:latest", "two colons", None),
            ("app:-x", "grammar", None),
        ] {
            let (flaw, corrected) = flaw(image);
            assert!(flaw.contains(word), "{image}: {flaw}");
            assert_eq!(corrected.as_deref(), meant, "{image}");
        }
    }
}
