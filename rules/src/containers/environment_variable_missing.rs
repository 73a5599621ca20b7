//! # environment-variable-missing
//!
//! A process says that an environment variable is missing.
//!
//! ## What it detects
//! Containers that are not ready and whose log names an environment variable that is not set. It compares the name with the
//! container's environment: not declared, declared but empty, declared under a similar name, or declared by the revision
//! before.
//!
//! ## Why it happens
//! The template lost the variable, gives it an empty value, spells it differently from the application, or takes it from an
//! optional reference that leads nowhere.
//!
//! ## How to confirm
//! `kubectl set env deployment/NAME --list`, against the name in the log.
//!
//! ## How to fix
//! Give the variable a value in the workload, best from a Secret or ConfigMap; this starts new pods.
//!
//! ## When it stays silent
//! When the container is ready, and when the log says that a default is used instead.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule, similarity};

use super::told::{Told, environment, older_templates, told};
use crate::commands::set;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "environment-variable-missing",
    title: "A process says that an environment variable is missing",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"Environment variable not set\"",
    needs: &[Need::Objects("pods"), Need::Logs],
    produces: &[Effect::Exits],
    explained_by: &[Effect::Misconfigured],
    check,
};

const SIGNATURES: [&str; 3] = ["environment-variable-missing", "environment-variable-named", "environment-key-error"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    told(context, &SIGNATURES).iter().filter_map(|told| finding(context, told)).collect()
}

fn finding(context: &Context<'_>, told: &Told<'_>) -> Option<Finding> {
    let variable = told.name()?;
    let (trouble, owner) = (&told.trouble, told.trouble.owner());
    let container = trouble.view.spec.name.as_str();
    let declared = environment(trouble);
    let has_more = !trouble.view.spec.env_from.is_empty();
    let (how, evidence): (String, Option<Evidence>) = match declared.get(variable) {
        Some((i, Some(""))) => {
            let name = trouble.pod.evidence(trouble.view.spec_pointer(&format!("/env/{i}/name")), variable);
            ("The pod sets it to an empty value.".to_owned(), Some(name))
        }
        Some((i, None)) => {
            let name = trouble.pod.evidence(trouble.view.spec_pointer(&format!("/env/{i}/name")), variable);
            ("The pod takes it from elsewhere, and nothing comes from there.".to_owned(), Some(name))
        }
        Some((i, Some(_))) => {
            let name = trouble.pod.evidence(trouble.view.spec_pointer(&format!("/env/{i}/name")), variable);
            ("The pod does set it: the application may refuse the value, or the log is of an older template.".to_owned(), Some(name))
        }
        None => {
            let nearest = similarity::nearest(variable, declared.keys().copied());
            let rest = if has_more { " in place; what `envFrom` brings does not hold it either" } else { "" };
            (format!("Container `{container}` does not declare it{rest}{}.", did_you_mean(nearest)), None)
        }
    };
    let before = revision_with(context, told, variable);
    let lost = before.as_ref().map(|(name, _)| format!(" An older revision (ReplicaSet `{name}`) did declare it.")).unwrap_or_default();
    let sure = !matches!(declared.get(variable), Some((_, Some(value))) if !value.is_empty());
    let finding = told
        .finding(format!("`{}` misses the environment variable `{variable}`", owner.name))
        .summary(format!("Container `{container}` says: `{}`. {how}{lost}", told.hit.first.text.trim()))
        .confidence(if sure { 0.95 } else { 0.7 })
        .evidence(evidence)
        .evidence(before.map(|(_, evidence)| evidence))
        .remedy(
            "Give it a value (for a secret one, refer to a Secret instead). This starts new pods.",
            set(&owner, "env", &format!("-c {container} {variable}=VALUE")),
        );
    Some(finding)
}

/// An older ReplicaSet of the workload whose template declares the variable, with a value that is not empty.
fn revision_with(context: &Context<'_>, told: &Told<'_>, variable: &str) -> Option<(String, Evidence)> {
    older_templates(context, &told.trouble).find_map(|(set, c, container)| {
        let e = container.env.iter().position(|e| e.name == variable && e.value.as_deref() != Some(""))?;
        let pointer = format!("/spec/template/spec/containers/{c}/env/{e}/name");
        Some((set.metadata.name.clone(), set.evidence(pointer, variable)))
    })
}
