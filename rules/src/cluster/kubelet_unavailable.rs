//! # kubelet-unavailable
//!
//! A node's kubelet has stopped reporting.
//!
//! ## What it detects
//! Nodes whose condition *Ready* is *Unknown* (`Kubelet stopped posting node status.`), that carry the taint
//! `node.kubernetes.io/unreachable`, or whose lease falls behind those of the others: with the time of the last sign of
//! life, and with the pods that are on the node.
//!
//! ## Why it happens
//! The kubelet was stopped or crashes, the machine is off or hangs, or the network between node and API server is cut.
//! Containers may well run on; but their pods count as not ready, get no traffic through Services, and after five minutes
//! are made anew elsewhere. In lists such pods may still show as *Running 1/1*.
//!
//! ## How to confirm
//! `kubectl describe node NAME`, and on the machine `systemctl status kubelet` and `journalctl -u kubelet`.
//!
//! ## How to fix
//! Start the kubelet, or the machine. If it is lost, take the node out, so that its pods and volumes move.
//!
//! ## When it stays silent
//! When the kubelet still reports, and reports trouble itself (that is node-not-ready or container-runtime-unavailable), and
//! when the node is being deleted.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::node::{Silence, inhabitants, newest_renewal, silence, weight};

/// The rule.
pub static RULE: Rule = Rule {
    id: "kubelet-unavailable",
    title: "A node's kubelet has stopped reporting",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("nodes")],
    produces: &[Effect::NodeDown],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let present = context.snapshot.nodes.iter().filter(|n| n.metadata.deletion_timestamp.is_none());
    let newest = newest_renewal(context.snapshot);
    present.filter_map(|node| silence(context.snapshot, node, newest).map(|s| finding(context, node, s))).collect()
}

fn finding(context: &Context<'_>, node: &Object<Node>, silence: Silence) -> Finding {
    let name = node.metadata.name.as_str();
    let sign = silence.last_sign.map(|t| format!(" Its last sign of life was at {t}.")).unwrap_or_default();
    let lives = lives(context, name, &silence).map(|component| {
        format!(" The machine itself lives: `{component}`, which runs there, still renews its lease. So it is the kubelet that was stopped or has crashed.")
    });
    let reason =
        lives.clone().unwrap_or_else(|| " The kubelet was stopped, the machine is down, or the network between them is cut.".to_owned());
    let mut evidence = silence.evidence.into_iter();
    let mut finding = Finding::new(
        node.reference(),
        format!("The kubelet of node `{name}` has stopped reporting"),
        evidence.next().unwrap_or_else(|| node.named()),
    )
    .summary(format!("{}{sign}{reason}{}", silence.words, inhabitants(context, name)))
    .severity(weight(context.snapshot, name))
    .confidence(silence.confidence)
    .evidence(evidence)
    .seen(silence.since, context.snapshot.taken_at)
    .remedy(
        "See whether the kubelet runs, and what it said last.",
        format!("ssh {name} 'systemctl status kubelet; journalctl -u kubelet -n 50 --no-pager'"),
    )
    .remedy("Start it. Its pods count as ready again by themselves.", format!("ssh {name} sudo systemctl restart kubelet"));
    if lives.is_none() {
        finding = finding.remedy(
            "If the machine is lost for good: let its pods and volumes move to other nodes at once.",
            format!("kubectl taint nodes {name} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"),
        );
    }
    finding
}

/// A component on the same machine that has renewed its lease since the kubelet's last sign of life.
fn lives<'a>(context: &Context<'a>, node: &str, silence: &Silence) -> Option<&'a str> {
    let last = silence.last_sign?;
    let mut leases = context.snapshot.leases.iter().filter(|l| l.metadata.namespace == "kube-system");
    let here = |holder: &str| holder.strip_prefix(node).is_some_and(|rest| rest.starts_with('_'));
    let lease =
        leases.find(|l| here(&l.spec.holder_identity) && l.spec.renew_time.is_some_and(|t| t.as_second() > last.as_second() + 20))?;
    Some(lease.metadata.name.as_str())
}
