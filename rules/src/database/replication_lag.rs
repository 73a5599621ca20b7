//! # replication-lag
//!
//! A secondary is far behind its primary.
//!
//! ## What it detects
//! Secondaries whose newest operation is older than the primary's by more than ten seconds (`replSetGetStatus`), and members that
//! are too stale to catch up at all.
//!
//! ## Why it happens
//! A secondary with less CPU or slower storage than the primary, long index builds, a burst of writes, a slow network; too
//! stale: it was away for longer than the oplog reaches.
//!
//! ## How to confirm
//! `rs.printSecondaryReplicationInfo()` on the primary.
//!
//! ## How to fix
//! Give the secondary what the primary has; enlarge the oplog. A member that is too stale must copy everything anew.
//!
//! ## When it stays silent
//! Below ten seconds, and when there is no primary to compare with (replica-set-without-primary).

use tarbox_model::facts::MongoMember;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::members::{ReplicaSet, replica_sets};
use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "replication-lag",
    title: "A secondary is far behind its primary",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Database Performance Issues",
    needs: &[Need::AnyOf(&["logs", "mongodb"])],
    produces: &[Effect::Slow],
    explained_by: &[Effect::NetworkBroken, Effect::NotReady],
    check,
};

/// Seconds behind that are worth telling.
const BEHIND: i64 = 10;
/// Seconds behind from which on reads are plainly old.
const FAR_BEHIND: i64 = 120;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let sets = replica_sets(context);
    let mut findings: Vec<Finding> = sets.iter().flat_map(|set| set.members.iter().filter_map(|member| lag(set, member))).collect();
    for complaint in complaints(context, |hit| hit.signature == "mongod-stale") {
        let (pod, name) = (&complaint.pod, &complaint.client.name);
        findings.push(
            complaint
                .finding(format!("A member of `{name}` is too stale to catch up"))
                .summary("It was away for longer than the oplog of the others reaches back, and cannot follow them any more.")
                .severity(Severity::High)
                .confidence(0.93)
                .remedy(
                    "Have it copy everything anew: delete its pod and its volume's content. The others serve meanwhile.",
                    format!("kubectl describe pod {}{}", pod.name, pod.namespace_flag()),
                ),
        );
    }
    findings
}

/// How far a secondary is behind.
fn lag(set: &ReplicaSet<'_>, member: &MongoMember<'_>) -> Option<Finding> {
    let primary = set.primary()?;
    let behind = primary.optime?.as_second() - member.optime?.as_second();
    if member.state != "SECONDARY" || behind <= BEHIND {
        return None;
    }
    let pod = set.pod();
    Some(
        Finding::new(pod.clone(), format!("Secondary `{}` is {behind} s behind its primary", member.name), member.evidence.clone())
            .workload(Some(set.server.clone()))
            .summary(format!(
                "In replica set `{}` the newest operation of `{}` is {behind} s older than that of the primary `{}`: whoever reads there reads old data.",
                set.name, member.name, primary.name
            ))
            .severity(if behind >= FAR_BEHIND { Severity::High } else { Severity::Medium })
            .confidence(0.9)
            .evidence([primary.evidence.clone()])
            .remedy("See how it goes on.", format!("kubectl exec {}{} -- mongosh --quiet --eval 'rs.printSecondaryReplicationInfo()'", pod.name, pod.namespace_flag())),
    )
}
