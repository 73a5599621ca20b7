//! # volume-capacity-mismatch
//!
//! A claim asks for more than any volume holds.
//!
//! ## What it detects
//! Claims that wait for a volume made by hand, where the nearest one fits in everything but its size, with both sizes.
//!
//! ## Why it happens
//! The claim was enlarged, or the volume was made for another one. A volume may be larger than the claim, never smaller.
//!
//! ## How to confirm
//! `kubectl get pv,pvc` shows the sizes side by side.
//!
//! ## How to fix
//! Make the claim anew with a size that fits, or make a larger volume.
//!
//! ## When it stays silent
//! When a provisioner makes volumes for the class, when the claim's size is not shown, and when another reason comes first.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::claims::misfits;
use super::fit::Mismatch;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-capacity-mismatch",
    title: "A claim asks for more than any volume holds",
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
    for (pending, volume, mismatches) in misfits(context, |m| *m == Mismatch::Capacity) {
        let (claim, name) = (&pending.reference, &volume.metadata.name);
        let (asked, given) = (pending.size().unwrap_or("?"), volume.spec.capacity.get("storage").map_or("?", String::as_str));
        findings.push(
            pending
                .finding(context, format!("Claim `{}` asks for {asked}, volume `{name}` holds {given}", claim.name))
                .cause(volume.reference())
                .summary(format!(
                    "Claim `{}`{} waits. Volume `{name}` comes nearest, but it holds {given} and the claim asks for {asked}.",
                    claim.name,
                    pending.mounted()
                ))
                .confidence(if mismatches.len() == 1 { 0.95 } else { 0.8 })
                .evidence([
                    volume.evidence("/spec/capacity/storage", given),
                    pending.claim.evidence("/spec/resources/requests/storage", asked),
                ])
                .remedy(
                    format!("Make the claim anew for at most {given} (a waiting claim's size cannot be changed; it holds no data yet)."),
                    format!("kubectl delete pvc {}{}", claim.name, claim.namespace_flag()),
                )
                .remedy(format!("Or make a volume of at least {asked}."), ""),
        );
    }
    findings
}
