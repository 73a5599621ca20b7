//! # insufficient-cpu
//!
//! Pods find no node with enough CPU.
//!
//! ## What it detects
//! Pods that the scheduler refuses because no node has as much CPU left as they request. The rule adds up the requests on each
//! node and says whether the pod would fit an empty node (the cluster is full) or none at all (the request is impossible),
//! and by how much.
//!
//! ## Why it happens
//! The scheduler counts *requests*, never use: a cluster that idles can still be full. A slip of the unit is common, too:
//! `64` is sixty-four cores, `64m` is a fifteenth of one.
//!
//! ## How to confirm
//! `kubectl describe nodes`, under *Allocated resources*; compare with the pod's requests.
//!
//! ## How to fix
//! Lower the request to what the process uses, free what others have reserved without need, or add nodes.
//!
//! ## When it stays silent
//! When another reason holds the pod back (labels, taints, volumes) and CPU is only what some further node lacks.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::shortage;
use super::verdict::Reason;

/// The rule.
pub static RULE: Rule = Rule {
    id: "insufficient-cpu",
    title: "Pods find no node with enough CPU",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Insufficient Node Resources",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    shortage::findings(context, |reason| matches!(reason, Reason::Resource(r) if r == "cpu"))
}
