//! # clock-skew
//!
//! The clock of a node goes wrong.
//!
//! ## What it detects
//! Nodes whose lease tells another time than the API server's when it was written, members of etcd that complain about each
//! other's clocks, and certificates or tokens that are refused because they are *not yet* valid.
//!
//! ## Why it happens
//! Time synchronisation does not run, its server cannot be reached, or a virtual machine was paused.
//!
//! ## How to confirm
//! `timedatectl` or `chronyc tracking` on the machine.
//!
//! ## How to fix
//! Start time synchronisation; restart what has issued certificates or tokens with the wrong time.
//!
//! ## When it stays silent
//! When a certificate has really expired (*is after*), and within some seconds.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "clock-skew",
    title: "The clock of a node goes wrong",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["leases", "logs", "events"])],
    produces: &[Effect::Exits, Effect::ProbeFails],
    explained_by: &[],
    check,
};

/// Seconds by which a clock may differ.
const TOLERANCE: i64 = 30;
/// Seconds after which a line no longer speaks of now.
const RECENT: i64 = 3600;

fn check(context: &Context<'_>) -> Vec<Finding> {
    by_leases(context).into_iter().chain(by_logs(context)).collect()
}

/// A lease holds its holder's time; its managed fields hold the API server's time of the same moment.
fn by_leases(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for lease in context.snapshot.leases.iter().filter(|l| l.metadata.namespace == "kube-node-lease") {
        let written = lease.metadata.managed_fields.iter().filter_map(|f| f.time).max();
        let Some((renewed, written)) = lease.spec.renew_time.zip(written) else { continue };
        let skew = renewed.as_second() - written.as_second();
        if skew.abs() <= TOLERANCE {
            continue;
        }
        let name = lease.metadata.name.as_str();
        let how = if skew > 0 { format!("{skew} s fast") } else { format!("{} s slow", -skew) };
        let finding = Finding::new(ObjectRef::cluster_wide("Node", name), format!("The clock of node `{name}` is {how}"), lease.named())
            .summary(format!(
                "The kubelet of node `{name}` renewed its lease at {renewed} by its own clock; by the API server's clock it was {written}."
            ))
            .confidence(0.9)
            .seen(Some(written), Some(written));
        findings.push(remedies(finding, name));
    }
    findings
}

/// What certificates, tokens and etcd say.
fn by_logs(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut findings = Vec::new();
    for log in &snapshot.logs {
        let fresh = log.hits_of("clock-behind").filter(|h| snapshot.age_seconds(h.last.time).is_none_or(|age| age < RECENT));
        let Some(hit) = fresh.last() else { continue };
        let reference = log.pod_reference();
        let pod = snapshot.pod(&log.namespace, &log.pod);
        let node = pod.map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty());
        let subject = node.map_or_else(|| reference.clone(), |n| ObjectRef::cluster_wide("Node", n));
        let mut finding = Finding::new(subject, format!("Clocks differ where `{}` runs", log.pod), log.evidence(hit))
            .summary(format!(
                "`{}` is refused, or refuses others, because of the time ({} times): {}",
                log.pod,
                hit.count,
                hit.last.text.trim()
            ))
            .workload(pod.and_then(|p| context.relations.workload_of_pod(snapshot, p)))
            .confidence(0.7)
            .seen(hit.first.time, hit.last.time);
        finding = match node {
            Some(node) => remedies(finding, node),
            None => finding.remedy(
                "See on which node it runs, and whether that machine's clock is kept.",
                format!("kubectl get pod {}{} -o wide", log.pod, reference.namespace_flag()),
            ),
        };
        findings.push(finding);
    }
    findings
}

fn remedies(finding: Finding, node: &str) -> Finding {
    finding.remedy("See whether the machine's clock is kept.", format!("ssh {node} 'timedatectl; chronyc tracking'")).remedy(
        "Let it be kept, and set it once.",
        format!("ssh {node} 'sudo timedatectl set-ntp true && sudo systemctl restart chronyd || sudo systemctl restart systemd-timesyncd'"),
    )
}
