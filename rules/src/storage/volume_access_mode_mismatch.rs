//! # volume-access-mode-mismatch
//!
//! A claim asks for an access mode, or a volume mode, that the volume does not have.
//!
//! ## What it detects
//! Claims that wait for a volume made by hand, where the nearest one lacks an access mode of the claim (`ReadWriteMany`
//! against `ReadWriteOnce`), or is a block device where a file system is asked for.
//!
//! ## Why it happens
//! Claim and volume were written apart. Every mode of the claim must be among the volume's; more modes on the volume do not
//! harm.
//!
//! ## How to confirm
//! `kubectl get pv,pvc` shows the modes side by side.
//!
//! ## How to fix
//! Make the claim anew with a mode that the volume has; or, if the storage can do it, give the volume the mode.
//!
//! ## When it stays silent
//! When a provisioner makes volumes for the class, when the claim's modes are not shown, and when another reason comes first
//! (the volume belongs to another claim, or its labels do not match).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::claims::misfits;
use super::fit::Mismatch;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-access-mode-mismatch",
    title: "A claim asks for an access mode that the volume does not have",
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
    let mine = |m: &Mismatch| matches!(m, Mismatch::AccessModes(_) | Mismatch::VolumeMode);
    for (pending, volume, mismatches) in misfits(context, mine) {
        let (claim, name, modes) = (&pending.reference, &volume.metadata.name, &volume.spec.access_modes);
        let filesystem = |mode: &str| if mode.is_empty() { "Filesystem".to_owned() } else { mode.to_owned() };
        let (wanted, has, at) = match mismatches.first() {
            Some(Mismatch::AccessModes(missing)) => {
                (listed(missing.iter().map(String::as_str)), listed(modes.iter().map(String::as_str)), "/spec/accessModes")
            }
            _ => (
                format!("`{}`", filesystem(&pending.claim.spec.volume_mode)),
                format!("`{}`", filesystem(&volume.spec.volume_mode)),
                "/metadata/name",
            ),
        };
        let quote = if at == "/spec/accessModes" { modes.first() } else { Some(name) };
        findings.push(
            pending
                .finding(context, format!("Claim `{}` asks for {wanted}, volume `{name}` has {has}", claim.name))
                .cause(volume.reference())
                .summary(format!(
                    "Claim `{}`{} waits. Volume `{name}` comes nearest and has {has}, but the claim asks for {wanted}.",
                    claim.name,
                    pending.mounted()
                ))
                .confidence(if mismatches.len() == 1 { 0.95 } else { 0.8 })
                .evidence(quote.map(|q| volume.evidence(at, q.as_str())))
                .remedy(
                    "Make the claim anew with a mode of the volume (a claim's modes cannot be changed; it holds no data yet).",
                    format!("kubectl delete pvc {}{}", claim.name, claim.namespace_flag()),
                )
                .remedy("Or, if its storage can do that, give the volume the mode.", format!("kubectl edit pv {name}")),
        );
    }
    findings
}
