//! The Jobs that a CronJob has started.

use tarbox_model::Snapshot;
use tarbox_model::object::{Job, Object};

/// Jobs of a CronJob. Their names begin with its own, so that they stand together in the snapshot.
pub(super) fn runs_of<'a>(snapshot: &'a Snapshot, namespace: &'a str, cron_job: &'a str) -> impl Iterator<Item = &'a Object<Job>> {
    let start = snapshot.jobs.partition_point(|j| (j.metadata.namespace.as_str(), j.metadata.name.as_str()) < (namespace, cron_job));
    let near =
        snapshot.jobs.iter().skip(start).take_while(move |j| j.metadata.namespace == namespace && j.metadata.name.starts_with(cron_job));
    near.filter(move |j| j.metadata.controller().is_some_and(|o| o.kind == "CronJob" && o.name == cron_job))
}
