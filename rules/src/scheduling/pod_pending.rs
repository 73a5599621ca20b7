//! # pod-pending
//!
//! A pod waits for a node, and nothing better is known.
//!
//! ## What it detects
//! Pods without a node that the scheduler has refused. It repeats the scheduler's words; a rule that understands them
//! better explains this one away.
//!
//! ## Why it happens
//! Too little room, labels or taints that do not fit, pods that must keep apart, volumes that are not there.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: the newest `FailedScheduling` event counts the nodes by the reason of their refusal.
//!
//! ## How to fix
//! Remove the reason that refuses most nodes.
//!
//! ## When it stays silent
//! When the pod has a node and only waits for its image or volumes, when its deletion was asked for, and in the first
//! seconds of its life.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::verdict::refused;
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-pending",
    title: "A pod waits for a node",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Pods Stuck in Pending State",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotReady],
    explained_by: &[Effect::Unscheduled],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for verdict in refused(context) {
        let owner = verdict.owner();
        let said = verdict.evidence.quote.clone();
        findings.push(
            Finding::new(verdict.pod.reference(), format!("`{}` waits for a node", owner.name), verdict.evidence.clone())
                .summary(format!("{} without a node. The scheduler says: {said}", capitalised(&counted(verdict.pods, "pod"))))
                .workload(verdict.workload.cloned())
                .confidence(0.8)
                .seen(verdict.first, verdict.last)
                .remedy(
                    "Read what refuses the nodes.",
                    format!("kubectl describe pod {}{}", verdict.pod.metadata.name, owner.namespace_flag()),
                ),
        );
    }
    findings
}
