//! # insufficient-extended-resource
//!
//! Pods find no node with a device or another special resource.
//!
//! ## What it detects
//! Pods that ask for ephemeral storage, huge pages or an extended resource (`nvidia.com/gpu`) of which no node has enough left, or
//! which no node offers at all.
//!
//! ## Why it happens
//! The nodes that have the device are taken or gone, or its device plugin does not run, so that the kubelet offers none.
//!
//! ## How to confirm
//! `kubectl describe node NAME`, under *Allocatable*; then the device plugin's pods, usually in `kube-system`.
//!
//! ## How to fix
//! Bring the device plugin back, free a device, add a node that has one, or ask for less.
//!
//! ## When it stays silent
//! When CPU or memory is what the pod lacks; those have rules of their own.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::shortage;
use super::verdict::Reason;

/// The rule.
pub static RULE: Rule = Rule {
    id: "insufficient-extended-resource",
    title: "Pods find no node with a device or another special resource",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Insufficient Node Resources",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    shortage::findings(context, |reason| matches!(reason, Reason::Resource(r) if r != "cpu" && r != "memory"))
}
