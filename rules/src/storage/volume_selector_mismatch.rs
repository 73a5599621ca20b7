//! # volume-selector-mismatch
//!
//! A claim selects labels, or a class, that no volume has.
//!
//! ## What it detects
//! Claims that wait for a volume made by hand, where the nearest one does not have the labels of the claim's selector, or is
//! of another class.
//!
//! ## Why it happens
//! Labels of the volume and selector of the claim were written apart, or a slip of the pen. A claim with a selector never
//! takes a volume without the labels, and most provisioners make none for it.
//!
//! ## How to confirm
//! `kubectl get pv --show-labels`, against `spec.selector` of the claim.
//!
//! ## How to fix
//! Label the volume; the claim takes it by itself.
//!
//! ## When it stays silent
//! When a provisioner makes volumes for the class, when the claim's selector is not shown, and when the volume belongs to
//! another claim.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use super::claims::misfits;
use super::fit::Mismatch;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-selector-mismatch",
    title: "A claim selects labels that no volume has",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Check PVC status",
    needs: &[Need::Objects("persistentvolumeclaims"), Need::Objects("persistentvolumes")],
    produces: &[Effect::VolumeUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mine = |m: &Mismatch| matches!(m, Mismatch::Selector | Mismatch::Class);
    for (pending, volume, mismatches) in misfits(context, mine) {
        let (claim, name, labels) = (&pending.reference, &volume.metadata.name, &volume.metadata.labels);
        let wanted = pending.claim.spec.selector.clone().unwrap_or_default();
        let of_class = mismatches.first() == Some(&Mismatch::Class);
        let terms: Vec<String> = wanted
            .match_labels
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .chain(wanted.match_expressions.iter().map(|r| r.describe()))
            .collect();
        let class = |name: &str| if name.is_empty() { "no class".to_owned() } else { format!("class `{name}`") };
        let (asked, has) = if of_class {
            (class(pending.class), class(&volume.spec.storage_class_name))
        } else {
            (
                listed(terms.iter().map(String::as_str)),
                if labels.is_empty() { "no labels".to_owned() } else { format!("`{}`", selector::describe(labels)) },
            )
        };
        let mut finding = pending
            .finding(context, format!("Claim `{}` asks for {asked}, volume `{name}` has {has}", claim.name))
            .cause(volume.reference())
            .summary(format!(
                "Claim `{}`{} waits. Volume `{name}` comes nearest and has {has}, but the claim asks for {asked}.",
                claim.name,
                pending.mounted()
            ))
            .confidence(if mismatches.len() == 1 { 0.95 } else { 0.8 })
            .evidence([volume.named()]);
        if !of_class && wanted.match_expressions.is_empty() {
            finding = finding.remedy(
                "Label the volume. The claim takes it by itself.",
                format!("kubectl label pv {name} {} --overwrite", terms.join(" ")),
            );
        }
        let anew = if of_class { "with the class of the volume" } else { "without the selector, or with labels that are there" };
        findings.push(finding.remedy(
            format!("Or make the claim anew {anew} (it holds no data yet)."),
            format!("kubectl delete pvc {}{}", claim.name, claim.namespace_flag()),
        ));
    }
    findings
}
