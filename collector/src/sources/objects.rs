//! Objects: one list per kind, cluster-wide where that is allowed, namespace by namespace where not.
use super::{Right, Source, Switch, events, metrics, secrets};
use crate::{
    discovery::Resource,
    gateway::{Failure, IN_FLIGHT},
    list::{ListEnd, list},
    outcome::Ended,
    run::Run,
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::JoinSet;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "objects",
    what: "Every object of every kind that the server offers for listing, custom resources included, each in the preferred version of its group. \
           Nodes, pods and namespaces come first.",
    calls: &["GET /api", "GET /apis", "GET /api/v1/<resource>?limit=500", "GET /apis/<group>/<version>/<resource>?limit=500"],
    rights: &[
        Right { groups: &["*"], resources: &["*"], urls: &[], verbs: &["list"] },
        Right { groups: &[], resources: &[], urls: &["/api", "/api/*", "/apis", "/apis/*"], verbs: &["get"] },
    ],
    place: &["objects/<group or core>/<version>/<resource>[.<part>].ndjson"],
    limits: "Pages of 500; a new part after about 8 MiB; objects above 16 MiB are skipped and counted. Of `managedFields` the manager, time and operation stay.",
    switch: Switch::Always,
    grant: None,
};

/// Kinds whose facts other sources wait for.
fn is_first(resource: &Resource) -> bool {
    resource.group.is_empty() && matches!(resource.name.as_str(), "namespaces" | "nodes" | "pods")
}

/// Splits what discovery found into what must come first, and the rest; other sources' kinds left out.
pub(crate) fn in_order(resources: &[Resource]) -> (Vec<Resource>, Vec<Resource>) {
    resources.iter().filter(|resource| !secrets::is_secrets(resource) && !metrics::is_metrics(resource)).cloned().partition(is_first)
}

/// Lists all these kinds, several at once.
pub(crate) async fn collect(run: &Arc<Run>, resources: Vec<Resource>) {
    let stage = run.progress.stage("objects", resources.len() as u64);
    let queue = Arc::new(Mutex::new(VecDeque::from(resources)));
    let (steps, mut stepped) = tokio::sync::mpsc::channel::<String>(64);
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (run, queue, steps) = (Arc::clone(run), Arc::clone(&queue), steps.clone());
        workers.spawn(async move {
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            while let Some(resource) = next() {
                if events::is_events(&resource) {
                    events::collect(&run, &resource).await;
                } else {
                    collect_kind(&run, &resource, SOURCE.id, &mut |_| true).await;
                }
                // The receiver outlives the workers.
                let _ = steps.send(resource.name).await;
            }
        });
    }
    drop(steps);
    let mut kinds = 0;
    while let Some(name) = stepped.recv().await {
        kinds += 1;
        stage.step(&name);
    }
    while workers.join_next().await.is_some() {}
    stage.done(&format!("{kinds} kinds, {} objects so far", run.objects_read()));
}

/// Lists one kind and writes those of its objects that are to be kept.
pub(crate) async fn collect_kind(
    run: &Arc<Run>,
    resource: &Resource,
    source: &str,
    keep: &mut (dyn FnMut(&Value) -> bool + Send),
) -> Ended {
    let mut writer = run.sink.objects(resource);
    let mut on_object = |object: Value| {
        if !keep(&object) {
            return;
        }
        run.note_object(resource, &object);
        writer.push(object);
    };
    let end = list_scopes(run, resource, &mut on_object).await;
    let written = writer.finish();
    let id = format!("objects/{}", resource.id());
    let mut notes = end.notes.clone();
    if end.broken + written.dropped > 0 {
        notes.push(format!("{} objects could not be read or redacted and were left out", end.broken + written.dropped));
    }
    let ended = end.failure.as_ref().map_or(Ended::Collected, Ended::from);
    if let Some(failure) = &end.failure {
        notes.insert(0, failure.to_string());
    }
    run.outcome(source, &id, ended, written.items, written.bytes, &notes.join("; "));
    ended
}

/// Lists one kind in every scope it may be listed in.
pub(crate) async fn list_scopes(run: &Arc<Run>, resource: &Resource, on_object: &mut (dyn FnMut(Value) + Send)) -> ListEnd {
    if !resource.namespaced || run.options.namespaces.is_empty() {
        let end = list(&run.gateway, &resource.path(None), on_object).await;
        let denied = end.items == 0 && end.failure.as_ref().is_some_and(|failure| failure.status() == Some(403));
        if !(denied && resource.namespaced) {
            return end;
        }
        let namespaces = run.namespaces().await;
        let mut within = list_namespaces(run, resource, namespaces, on_object).await;
        if within.items > 0 || within.failure.is_none() {
            within.notes.insert(0, format!("listing cluster-wide is denied; asked {} namespaces one by one", namespaces.len()));
        } else {
            within.failure = end.failure;
        }
        return within;
    }
    list_namespaces(run, resource, &run.options.namespaces, on_object).await
}

async fn list_namespaces(run: &Arc<Run>, resource: &Resource, namespaces: &[String], on_object: &mut (dyn FnMut(Value) + Send)) -> ListEnd {
    let mut whole = ListEnd::default();
    let mut refused: Vec<(&str, Failure)> = Vec::new();
    for namespace in namespaces {
        let end = list(&run.gateway, &resource.path(Some(namespace)), on_object).await;
        whole.items += end.items;
        whole.broken += end.broken;
        for note in end.notes {
            if !whole.notes.contains(&note) {
                whole.notes.push(note);
            }
        }
        if let Some(failure) = end.failure {
            let stopped = matches!(failure, Failure::Stopped(_));
            refused.push((namespace, failure));
            if stopped {
                break;
            }
        }
    }
    if let Some((_, worst)) = refused.iter().rev().find(|(_, failure)| !failure.is_denied()).or(refused.first()) {
        const SHOWN: usize = 20;
        let names: Vec<&str> = refused.iter().take(SHOWN).map(|(name, _)| *name).collect();
        let more = if refused.len() > SHOWN { format!(" and {} more", refused.len() - SHOWN) } else { String::new() };
        whole.notes.push(format!("missing from {} of {} namespaces: {}{more}", refused.len(), namespaces.len(), names.join(", ")));
        whole.failure = Some(worst.clone());
    }
    whole
}
