//! Events: what the cluster said about its objects.
use super::{Right, Source, objects};
use crate::{discovery::Resource, run::Run};
use std::sync::Arc;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "events",
    what: "Events of every namespace, once: clusters offer them in two API groups, the core one is read and events.k8s.io is left out unless it is the only one.",
    calls: &["GET /api/v1/events?limit=500"],
    rights: &[Right { groups: &[""], resources: &["events"], urls: &[], verbs: &["list"] }],
    place: &["objects/core/v1/events.ndjson"],
    limits: "The cluster itself forgets events, after one hour by default; `--since` does not shorten them.",
    off: None,
};

/// Whether this resource is events.
pub(crate) fn is_events(resource: &Resource) -> bool {
    resource.name == "events" && (resource.group.is_empty() || resource.group == "events.k8s.io")
}

/// Reads them.
pub(crate) async fn collect(run: &Arc<Run>, resource: &Resource) {
    objects::collect_kind(run, resource, SOURCE.id).await;
}
