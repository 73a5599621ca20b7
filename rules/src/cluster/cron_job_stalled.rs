//! # cron-job-stalled
//!
//! A CronJob no longer starts its Jobs.
//!
//! ## What it detects
//! CronJobs whose last start is longer ago than their schedule allows, that have given up because too many starts were
//! missed, or that wait for a Job of theirs that does not end (`concurrencyPolicy: Forbid`).
//!
//! ## Why it happens
//! A Job hangs and blocks those after it; the controller was away for more than a hundred starts; a quota or an admission
//! webhook refuses the Job.
//!
//! ## How to confirm
//! `kubectl describe cronjob NAME`: *Last Schedule Time*, *Active Jobs*, events *FailedNeedsStart*, *TooManyMissedTimes*,
//! *JobAlreadyActive*.
//!
//! ## How to fix
//! End the Job that hangs; give the Job an *activeDeadlineSeconds*; set *startingDeadlineSeconds*, so that missed starts are
//! not counted for ever.
//!
//! ## When it stays silent
//! When the CronJob is suspended, when it is younger than two of its periods, and when its Jobs start but fail (that is
//! job-failed).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{CronJob, Event, Job, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::runs::runs_of;
use super::schedule::longest_rest;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cron-job-stalled",
    title: "A CronJob no longer starts its Jobs",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("cronjobs")],
    produces: &[],
    explained_by: &[Effect::PodsNotCreated, Effect::ControlPlaneDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let awake = context.snapshot.cron_jobs.iter().filter(|c| !c.spec.suspend && c.metadata.deletion_timestamp.is_none());
    awake.filter_map(|cron| finding(context, cron)).collect()
}

fn finding(context: &Context<'_>, cron: &Object<CronJob>) -> Option<Finding> {
    let snapshot = context.snapshot;
    let reference = cron.reference();
    let (name, namespace) = (cron.metadata.name.as_str(), cron.metadata.namespace.as_str());
    let rest = longest_rest(&cron.spec.schedule);
    let last = cron.status.last_schedule_time;
    let idle = snapshot.age_seconds(last.or(cron.metadata.creation_timestamp));
    // One missed start may be on its way; two are not.
    let late = rest.zip(idle).filter(|(rest, idle)| *idle > 2 * rest + 300);
    let running = running_job(context, cron);
    let gave_up = |e: &&Object<Event>| {
        matches!(e.reason.as_str(), "FailedNeedsStart" | "TooManyMissedTimes")
            && last.is_none_or(|l| e.last_seen().is_none_or(|seen| seen > l))
    };
    let given_up = context.relations.events_about(snapshot, &reference).rfind(gave_up);
    let waits = running.filter(|(_, age)| cron.spec.concurrency_policy == "Forbid" && rest.is_some_and(|rest| *age > 2 * rest));
    let ago = idle.map(hours).unwrap_or_default();
    let (evidence, why, confidence) = if let Some((job, age)) = waits {
        let why = format!(
            "Its Job `{}` has been running for {}, and `concurrencyPolicy: Forbid` keeps the next from starting",
            job.metadata.name,
            hours(age)
        );
        (cron.evidence("/spec/concurrencyPolicy", "Forbid"), why, 0.95)
    } else if let Some(event) = given_up {
        (event.evidence("/message", event.message.as_str()), format!("The controller says: {}", event.message.trim_end_matches('.')), 0.95)
    } else {
        let (rest, _) = late?;
        let why = format!(
            "The schedule `{}` starts a Job at least every {}, and {}",
            cron.spec.schedule,
            hours(rest),
            if last.is_some() {
                format!("the last was started {ago} ago")
            } else {
                format!("none was started since the CronJob was made {ago} ago")
            }
        );
        (cron.evidence("/spec/schedule", cron.spec.schedule.as_str()), why, 0.85)
    };
    let finding = Finding::new(reference, format!("CronJob `{name}` no longer starts its Jobs"), evidence)
        .summary(format!("{why}."))
        .workload(Some(cron.reference()))
        .confidence(confidence)
        .seen(last, snapshot.taken_at)
        .evidence(last.map(|_| cron.evidence("/metadata/name", name)));
    Some(match waits {
        Some((job, _)) => finding
            .cause(job.reference())
            .evidence([job.named()])
            .remedy(
                "See what the Job waits for.",
                format!("kubectl logs job/{} -n {namespace} --all-containers --tail=50", job.metadata.name),
            )
            .remedy("End it. The next start then makes a new Job.", format!("kubectl delete job {} -n {namespace}", job.metadata.name)),
        None => finding
            .remedy("See what the controller says of it.", format!("kubectl describe cronjob {name} -n {namespace}"))
            .remedy(
                "Start one Job by hand, to see whether it can.",
                format!("kubectl create job {name}-by-hand --from=cronjob/{name} -n {namespace}"),
            )
            .remedy(
                "Let missed starts be forgotten after five minutes.",
                format!("kubectl patch cronjob {name} -n {namespace} --type merge -p '{{\"spec\":{{\"startingDeadlineSeconds\":300}}}}'"),
            ),
    })
}

/// The longest running Job of a CronJob, with its age in seconds.
fn running_job<'a>(context: &Context<'a>, cron: &'a CronJob) -> Option<(&'a Object<Job>, i64)> {
    let active = runs_of(context.snapshot, &cron.metadata.namespace, &cron.metadata.name).filter(|j| j.status.active > 0);
    active.filter_map(|j| Some((j, context.snapshot.age_seconds(j.status.start_time)?))).max_by_key(|(_, age)| *age)
}

/// Seconds in words.
fn hours(seconds: i64) -> String {
    match seconds {
        s if s < 7200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}
