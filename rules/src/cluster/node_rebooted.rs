//! # node-rebooted
//!
//! A node has rebooted, and its pods have not come back.
//!
//! ## What it detects
//! Nodes with an event *Rebooted* of the last half hour on which pods are still not ready: with the boot id and the pods.
//!
//! ## Why it happens
//! A kernel panic, a power cut, an update that reboots by itself, or somebody's hand. Every container on the node begins
//! anew, all at once, and in no order.
//!
//! ## How to confirm
//! `kubectl get events --field-selector reason=Rebooted`, and `last -x reboot` on the machine.
//!
//! ## How to fix
//! Look at what the pods that do not come back wait for; drain a node before it is rebooted on purpose.
//!
//! ## When it stays silent
//! When all pods of the node are ready again, and when the reboot is longer ago: what fails then has a reason of its own.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-rebooted",
    title: "A node has rebooted, and its pods have not come back",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("events"), Need::Objects("pods")],
    produces: &[Effect::NodeDown],
    explained_by: &[Effect::NodeDown],
    check,
};

/// Seconds after a reboot for which pods may blame it.
const RECENT: i64 = 1800;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut findings = Vec::new();
    for event in snapshot.events.iter().filter(|e| e.reason == "Rebooted" && e.involved_object.kind == "Node") {
        let name = event.involved_object.name.as_str();
        let at = event.last_seen();
        let down: Vec<&str> = context
            .relations
            .pods_on(snapshot, name)
            .filter(|p| p.is_active() && !p.is_ready())
            .map(|p| p.metadata.name.as_str())
            .collect();
        let recent = snapshot.age_seconds(at).is_some_and(|age| age <= RECENT);
        if !recent || down.is_empty() {
            continue;
        }
        let minutes = snapshot.age_seconds(at).unwrap_or(0) / 60;
        findings.push(
            Finding::new(
                ObjectRef::cluster_wide("Node", name),
                format!("Node `{name}` has rebooted {minutes} min ago"),
                event.evidence("/message", event.message.as_str()),
            )
            .summary(format!(
                "{}. {} on it {} not ready since ({}).",
                event.message.trim_end_matches('.'),
                counted(down.len(), "pod"),
                if down.len() == 1 { "is" } else { "are" },
                listed(down.iter().copied())
            ))
            .confidence(0.7)
            .seen(at, snapshot.taken_at)
            .remedy("See why it rebooted.", format!("ssh {name} 'last -x reboot | head -5; journalctl -b -1 -n 50 --no-pager'"))
            .remedy("See which pods have not come back.", format!("kubectl get pods -A --field-selector spec.nodeName={name}")),
        );
    }
    findings
}
