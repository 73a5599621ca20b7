//! # job-failed
//!
//! A Job has failed for good.
//!
//! ## What it detects
//! Jobs with the condition *Failed*: the reason, the tries, and how the last pod ended. In a bundle without Jobs, those all of whose
//! pods have failed. A rule that knows why its pods fail explains this one away.
//!
//! ## Why it happens
//! The container ends with an error as often as *backoffLimit* allows (six times), or the Job took longer than
//! *activeDeadlineSeconds*, or a pod failure policy ended it.
//!
//! ## How to confirm
//! `kubectl describe job NAME`, and `kubectl logs job/NAME`.
//!
//! ## How to fix
//! By what the pod's log says. A Job does not try again by itself: it has to be made anew.
//!
//! ## When it stays silent
//! When the Job has completed after failed tries, when it failed more than a day ago, and when a later Job of the same
//! CronJob has succeeded.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Job, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Timestamp};

use super::job_pods::{self, ended};
use super::runs::runs_of;
use crate::containers::told::last_words_in;
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "job-failed",
    title: "A Job has failed for good",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::AnyOf(&["jobs", "pods"])],
    produces: &[Effect::NotReady],
    explained_by: &[
        Effect::Exits,
        Effect::NotStarted,
        Effect::ImageUnavailable,
        Effect::Unscheduled,
        Effect::PodsNotCreated,
        Effect::DependencyDown,
        Effect::NodeDown,
    ],
    check,
};

/// Seconds after which a failed Job is history.
const RECENT: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.snapshot.coverage.has("jobs") {
        return job_pods::failed(context);
    }
    context.snapshot.jobs.iter().filter_map(|job| finding(context, job)).collect()
}

fn finding(context: &Context<'_>, job: &Object<Job>) -> Option<Finding> {
    let (index, failed) = condition(&job.status.conditions, "Failed").filter(|(_, c)| c.status == "True")?;
    let at = failed.last_transition_time;
    let old = context.snapshot.age_seconds(at).is_some_and(|age| age > RECENT);
    if old || job.status.completion_time.is_some() || overtaken(context, job, at) {
        return None;
    }
    let (name, namespace) = (job.metadata.name.as_str(), job.metadata.namespace.as_str());
    let reference = job.reference();
    let top = job.metadata.controller().map_or_else(|| reference.clone(), |o| ObjectRef::new(o.kind.as_str(), namespace, o.name.as_str()));
    let why = match failed.reason.as_str() {
        "DeadlineExceeded" => format!("It did not end within its {} s.", job.spec.active_deadline_seconds.unwrap_or(0)),
        "BackoffLimitExceeded" => {
            format!("{} failed, as many as it may try.", counted(usize::try_from(job.status.failed.max(1)).unwrap_or(1), "pod"))
        }
        "PodFailurePolicy" => "Its pod failure policy ended it.".to_owned(),
        _ => String::new(),
    };
    let said =
        if failed.message.is_empty() { String::new() } else { format!(" The controller says: {}.", failed.message.trim_end_matches('.')) };
    let pods = context.relations.pods_of(context.snapshot, &top).filter(|p| p.metadata.controller().is_some_and(|o| o.name == name));
    let last = pods.filter_map(|p| ended(p).map(|(pointer, code)| (p, pointer, code))).last();
    let last_pod = last.as_ref().map(|(pod, ..)| pod.reference());
    let logs = last_pod.iter().flat_map(|pod| context.snapshot.logs_of(pod, None)).filter(|l| l.lines > 0);
    let words = logs.last().and_then(|log| Some((log, last_words_in(log)?)));
    let said_last = words.map(|(_, line)| format!(": `{}`", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let code = last
        .as_ref()
        .map(|(pod, _, code)| format!(" The last pod, `{}`, ended with code {code}{said_last}.", pod.metadata.name))
        .unwrap_or_default();
    let told = if failed.message.is_empty() {
        job.evidence(format!("/status/conditions/{index}/type"), "Failed")
    } else {
        job.evidence(format!("/status/conditions/{index}/message"), failed.message.as_str())
    };
    let mut finding = Finding::new(reference, format!("Job `{name}` has failed"), told)
        .summary(format!("{why}{said}{code}").trim_start())
        .workload(Some(top))
        .confidence(0.9)
        .evidence(words.map(|(log, line)| log.line_evidence(line)))
        .evidence(last.map(|(pod, pointer, code)| pod.evidence(pointer, code.to_string())))
        .seen(job.status.start_time, at)
        .remedy("Read what its last pod says.", format!("kubectl logs job/{name} -n {namespace} --all-containers --tail=100"));
    if failed.reason == "DeadlineExceeded" {
        finding = finding.remedy(
            "If it needs longer, say so in its manifest (`activeDeadlineSeconds`), and make it anew.",
            format!("kubectl delete job {name} -n {namespace}"),
        );
    }
    Some(finding)
}

/// Whether a later Job of the same CronJob has succeeded.
fn overtaken(context: &Context<'_>, job: &Object<Job>, at: Option<Timestamp>) -> bool {
    let Some(owner) = job.metadata.controller().filter(|o| o.kind == "CronJob") else { return false };
    let cron = tarbox_model::Snapshot::find(&context.snapshot.cron_jobs, &job.metadata.namespace, &owner.name);
    let succeeded = cron.and_then(|c| c.status.last_successful_time);
    succeeded.is_some_and(|s| at.is_none_or(|at| s > at))
        || runs_of(context.snapshot, &job.metadata.namespace, &owner.name).any(|j| j.status.succeeded > 0 && j.status.completion_time > at)
}
