//! # insufficient-memory
//!
//! Pods find no node with enough memory.
//!
//! ## What it detects
//! Pods that the scheduler refuses because no node has as much memory left as they request. The rule adds up the requests on
//! each node and says whether the pod would fit an empty node (the cluster is full) or none at all (the request is
//! impossible), and by how much.
//!
//! ## Why it happens
//! The scheduler counts *requests*, never use. Allocatable memory is also less than the machine has: the kubelet and the system
//! keep their share.
//!
//! ## How to confirm
//! `kubectl describe nodes`, under *Allocated resources*; compare with the pod's requests.
//!
//! ## How to fix
//! Lower the request to what the process uses, free what others have reserved without need, or add nodes.
//!
//! ## When it stays silent
//! When another reason holds the pod back (labels, taints, volumes) and memory is only what some further node lacks.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::shortage;
use super::verdict::Reason;

/// The rule.
pub static RULE: Rule = Rule {
    id: "insufficient-memory",
    title: "Pods find no node with enough memory",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Insufficient Node Resources",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    shortage::findings(context, |reason| matches!(reason, Reason::Resource(r) if r == "memory"))
}
