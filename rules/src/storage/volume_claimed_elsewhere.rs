//! # volume-claimed-elsewhere
//!
//! The volume that a claim needs belongs to another claim.
//!
//! ## What it detects
//! Claims that wait for a volume made by hand, where the one that fits in everything else is bound to another claim, or was
//! and has not been cleaned since (*Released*).
//!
//! ## Why it happens
//! One volume, two claims: a copy of a chart in another namespace, a claim that was made anew while the volume still refers
//! to the old one (the policy *Retain* keeps it so), or a claim without a selector that took the volume first.
//!
//! ## How to confirm
//! `kubectl get pv` shows the claim of each volume.
//!
//! ## How to fix
//! Make another volume, or free this one: delete the claim that holds it, or, when that claim is gone, its `claimRef`.
//!
//! ## When it stays silent
//! When a provisioner makes volumes for the class, and when a free volume fits as well.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::claims::misfits;
use super::fit::Mismatch;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-claimed-elsewhere",
    title: "The volume that a claim needs belongs to another claim",
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
    for (pending, volume, mismatches) in misfits(context, |m| matches!(m, Mismatch::Claimed { .. })) {
        let Some(Mismatch::Claimed { by, released }) = mismatches.first() else { continue };
        let (claim, name) = (&pending.reference, &volume.metadata.name);
        let how = if *released { "was bound to" } else { "is bound to" };
        let finding = pending
            .finding(context, format!("Volume `{name}`, which claim `{}` needs, belongs to claim `{}`", claim.name, by.name))
            .cause(volume.reference())
            .summary(format!(
                "Claim `{}`{} waits. Volume `{name}` comes nearest, but it {how} claim `{}/{}`{}.",
                claim.name,
                pending.mounted(),
                by.namespace,
                by.name,
                if *released { ", which is gone; it keeps the reference until somebody removes it" } else { "" },
            ))
            .confidence(if mismatches.len() == 1 { 0.93 } else { 0.75 })
            .evidence([volume.evidence("/spec/claimRef/name", by.name.as_str())]);
        findings.push(if *released {
            finding.remedy(
                "Free the volume. Whatever the former claim wrote stays on it and comes to the new one.",
                format!("kubectl patch pv {name} --type=json -p '[{{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}}]'"),
            )
        } else {
            finding.remedy("Make another volume for the claim that waits.", "").remedy(
                "Or, if the other claim is not needed, delete it; with the policy Retain the volume must then be freed by hand.",
                format!("kubectl delete {}{}", target(by).replace("persistentvolumeclaim", "pvc"), by.namespace_flag()),
            )
        });
    }
    findings
}
