//! # deployment-timeout
//!
//! A deployment was given up because its tool did not wait long enough.
//!
//! ## What it detects
//! Helm releases whose newest revision failed only because Helm's time was over, while every workload of the release is ready
//! by now; and tools that run in the cluster (`kubectl rollout status`, `kubectl wait`, `helm`) whose log says that the wait
//! ended. How long the pods took is told.
//!
//! ## Why it happens
//! Pods take longer than the pipeline waits: images are pulled for the first time, start-up is slow, and a rolling update
//! takes one pod after the other. The release is marked as failed although it is there.
//!
//! ## How to confirm
//! `helm history NAME`; `kubectl rollout status` of its workloads says that they are complete.
//!
//! ## How to fix
//! Wait longer (`--timeout`), and run the deployment again so that its state is put right. A faster start is better still.
//!
//! ## When it stays silent
//! When a workload of the release is not ready (its cause is the answer), and when a later revision is in force.

use tarbox_model::facts::HelmRelease;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::condition;
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::complaints::{Complaint, complaints};
use crate::rollout::helm::{Members, describe, given_up_too_early, timed_out};
use crate::wording::{listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "deployment-timeout",
    title: "A deployment was given up because its tool did not wait long enough",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Timeout Issues",
    needs: &[Need::AnyOf(&["helm", "secrets", "logs"])],
    produces: &[],
    explained_by: &[
        Effect::RolloutBlocked,
        Effect::NotReady,
        Effect::PodsNotCreated,
        Effect::Unscheduled,
        Effect::ImageUnavailable,
        Effect::NotStarted,
        Effect::Exits,
        Effect::ControlPlaneDown,
    ],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let members = Members::of(context.snapshot);
    let mut findings: Vec<Finding> =
        context.snapshot.helm_releases.iter().filter_map(|release| of_release(context, &members, release)).collect();
    let all = workloads(context.snapshot);
    for complaint in complaints(context, |hit| hit.signature == "deployment-wait-ended") {
        findings.extend(of_tool(context, &all, &complaint));
    }
    findings
}

/// Seconds from the making of a workload's newest pod to its readiness, the longest of them.
fn took(context: &Context<'_>, workload: &ObjectRef) -> Option<i64> {
    let pods = context.relations.pods_of(context.snapshot, workload).filter(|p| p.is_active() && p.is_ready());
    let spans = pods.filter_map(|p| {
        let (_, ready) = condition(&p.status.conditions, "Ready")?;
        // A pod that lost its readiness since says nothing of its start.
        let restarted = p.status.container_statuses.iter().any(|s| s.restart_count > 0);
        Some(ready.last_transition_time?.as_second() - p.metadata.creation_timestamp?.as_second()).filter(|s| *s >= 0 && !restarted)
    });
    spans.max()
}

fn of_release(context: &Context<'_>, members: &Members<'_>, release: &HelmRelease) -> Option<Finding> {
    let newest = given_up_too_early(members, release)?;
    let (own, told) = (members.of_release(release), timed_out(newest));
    let slowest = own.iter().filter_map(|w| Some((took(context, &w.reference)?, &w.reference))).max();
    let name = release.name.as_str();
    let long =
        slowest.map(|(seconds, w)| format!(" The pods of `{}` took up to {seconds} s each to become ready.", w.name)).unwrap_or_default();
    // A rolling update may take its pods one after the other.
    let pods = slowest.and_then(|(_, w)| own.iter().find(|o| o.reference == *w)).map_or(1, |w| i64::from(w.desired.max(1)));
    let wait = slowest.map_or(600, |(seconds, _)| (seconds * pods * 2).max(300));
    let mut finding = Finding::new(release.reference(), format!("Helm gave up release `{name}` too early"), newest.evidence())
        .summary(format!("{} is marked as failed{}, but {} ready by now.{long}", crate::wording::capitalised(&describe(newest)), if told { " because Helm's time was over" } else { "" }, all_ready(own)))
        .confidence(if told { 0.93 } else { 0.75 })
        .evidence(own.iter().take(3).map(|w| w.origin.at("/metadata/name", w.reference.name.as_str())))
        .seen(newest.updated, newest.updated)
        .remedy(
            "Run it again with the same values and more patience: the release is then marked as deployed. Pods stay when nothing else has changed.",
            format!("helm upgrade {name} CHART -n {} --reuse-values --wait --timeout {wait}s", release.namespace),
        );
    if let Some((_, slowest)) = slowest.or_else(|| own.first().map(|w| (0, &w.reference))) {
        finding = finding.cause(slowest.clone());
    }
    Some(finding)
}

fn all_ready(own: &[Workload<'_>]) -> String {
    let names = listed(own.iter().map(|w| w.reference.name.as_str()));
    if own.len() == 1 { format!("{names} is") } else { format!("{names} are all") }
}

/// By the log of a tool that runs in the cluster.
fn of_tool(context: &Context<'_>, all: &[Workload<'_>], complaint: &Complaint<'_>) -> Option<Finding> {
    let named = complaint.hit.field("deployment").or_else(|| complaint.hit.field("name")).filter(|n| !n.is_empty());
    let workload = named.and_then(|n| {
        let of_name = || all.iter().filter(|w| w.reference.name == n);
        of_name().find(|w| w.reference.namespace == complaint.pod.namespace).or_else(|| of_name().next().filter(|_| of_name().count() == 1))
    });
    let ready = workload.is_some_and(|w| w.desired > 0 && w.ready >= w.desired);
    let long = workload.and_then(|w| took(context, &w.reference));
    let state = match (workload, ready) {
        (Some(w), true) => format!(
            "{} `{}` is ready by now{}.",
            w.reference.kind,
            w.reference.name,
            long.map(|s| format!("; its pods took up to {s} s each")).unwrap_or_default()
        ),
        (Some(w), false) => format!("{} `{}` is still not ready.", w.reference.kind, w.reference.name),
        _ => "Its log does not say for what it waited.".to_owned(),
    };
    let mut finding = complaint
        .finding(format!("`{}` waited in vain for a deployment", complaint.client.name))
        .summary(format!("Its log says that the wait ended. {state}"))
        .confidence(if ready { 0.85 } else { 0.6 });
    if let Some(workload) = workload {
        let flag = workload.reference.namespace_flag();
        finding = finding.cause(workload.reference.clone()).depends_on(workload.reference.clone()).remedy(
            "See how far it is.",
            format!(
                "kubectl rollout status {}{flag} --timeout={}s",
                target(&workload.reference),
                long.map_or(600, |s| (s * i64::from(workload.desired.max(1)) * 2).max(300))
            ),
        );
    }
    Some(finding.remedy("Read what the tool said before.", complaint.logs_command()))
}
