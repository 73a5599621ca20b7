//! Events: what the cluster said about its objects.
use super::{Right, Source, Switch, objects};
use crate::{discovery::Resource, outcome::Ended, run::Run};
use serde_json::Value;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "events",
    what: "Events of every namespace, each once. Clusters offer the same events in two API groups: the core one is read; where it is denied, events.k8s.io is read for what is missing.",
    calls: &["GET /api/v1/events?limit=500", "GET /apis/events.k8s.io/v1/events?limit=500"],
    rights: &[Right { groups: &["", "events.k8s.io"], resources: &["events"], urls: &[], verbs: &["list"] }],
    place: &["objects/core/v1/events.ndjson", "objects/events.k8s.io/v1/events.ndjson"],
    limits: "The cluster itself forgets events, after one hour by default; `--since` does not shorten them.",
    switch: Switch::Always,
    grant: None,
};

/// Whether this resource is events.
pub(crate) fn is_events(resource: &Resource) -> bool {
    resource.name == "events" && (resource.group.is_empty() || resource.group == "events.k8s.io")
}

/// Reads them.
pub(crate) async fn collect(run: &Arc<Run>, resource: &Resource) {
    let mut seen = HashSet::new();
    let ended = objects::collect_kind(run, resource, SOURCE.id, &mut |event| seen.insert(identity(event))).await;
    if ended == Ended::Denied && resource.group.is_empty() {
        let other = Resource { group: "events.k8s.io".to_owned(), ..resource.clone() };
        objects::collect_kind(run, &other, SOURCE.id, &mut |event| seen.insert(identity(event))).await;
    }
}

/// The same in both groups: an event is one object in the store, whichever way it is looked at.
fn identity(event: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    let metadata = &event["metadata"];
    match metadata["uid"].as_str() {
        Some(uid) => uid.hash(&mut hasher),
        None => (metadata["namespace"].as_str(), metadata["name"].as_str()).hash(&mut hasher),
    }
    hasher.finish()
}
