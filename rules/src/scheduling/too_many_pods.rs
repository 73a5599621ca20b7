//! # too-many-pods
//!
//! Nodes hold as many pods as they may.
//!
//! ## What it detects
//! Pods that the scheduler refuses because every node already runs as many pods as its kubelet allows (110 unless configured).
//!
//! ## Why it happens
//! Many small pods, or a limit that comes from the network: on some clouds a node has only so many addresses.
//!
//! ## How to confirm
//! `kubectl get node NAME -o jsonpath='{.status.allocatable.pods}'` against the number of pods on the node.
//!
//! ## How to fix
//! Remove what nobody needs (ended Jobs do not count), add nodes, or raise `maxPods` of the kubelet where addresses allow.
//!
//! ## When it stays silent
//! When pods have ended but are still listed: only running and pending ones take a place.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::shortage;
use super::verdict::Reason;

/// The rule.
pub static RULE: Rule = Rule {
    id: "too-many-pods",
    title: "Nodes hold as many pods as they may",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Insufficient Node Resources",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    shortage::findings(context, |reason| matches!(reason, Reason::TooManyPods))
}
