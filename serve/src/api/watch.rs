//! Watches: what is there, and then nothing more, for as long as the client wants to wait.
use super::list::{self, Include, Selection};
use crate::{
    answer::Answer,
    body::{Body, Open},
    recording::{Recording, Shelf},
    request::{Form, Request},
    table::Sheet,
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, interval_at, sleep};

/// Time between bookmarks.
const BEAT: Duration = Duration::from_secs(60);
/// A watch without a timeout of its own ends after this, as on a server.
const LONGEST: Duration = Duration::from_secs(3600);

/// Answers a watch.
pub(super) fn answer(recording: &Arc<Recording>, shelf: &Shelf, namespace: Option<&str>, request: &Request) -> Answer {
    let (selection, timeout) = match (Selection::of(request, shelf), request.number("timeoutSeconds")) {
        (Ok(selection), Ok(timeout)) => (selection, timeout),
        (Err(refusal), _) | (_, Err(refusal)) => return refusal,
    };
    // A client that has listed already says up to where; nothing has happened since.
    let begins = matches!(request.query("resourceVersion"), None | Some("0"));
    let (bookmarks, wants_all) = (request.flag("allowWatchBookmarks"), request.flag("sendInitialEvents"));
    let mut spans = Vec::new();
    if begins || wants_all {
        for (_, key, span) in shelf.from(namespace, 0) {
            match selection.takes(recording, key, span) {
                Ok(true) => spans.push(span),
                Ok(false) => {}
                Err(error) => return Answer::broken(&error),
            }
        }
    }
    let (form, include, sheet) = (request.form, Include::of(request), Sheet::of(shelf));
    let source = Arc::clone(recording);
    let version = json!({"resourceVersion": recording.resource_version()});
    let metadata = version.clone();
    let added = spans.into_iter().map(move |span| {
        let object: Value = source.object(span)?;
        let object = match form {
            Form::Plain | Form::Aggregated(_) => object,
            Form::Metadata => list::partial_of(object["metadata"].clone()),
            Form::Table => sheet.table(&metadata, &[sheet.row(&object, source.now(), include)]),
        };
        Ok(line("ADDED", &object))
    });
    let bookmark = |annotations: Option<Value>| {
        let mut object = match form {
            Form::Table => {
                json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": version, "columnDefinitions": [], "rows": []})
            }
            _ => json!({"kind": shelf.resource.kind, "apiVersion": shelf.resource.api_version(), "metadata": version}),
        };
        if let Some(annotations) = annotations {
            object["metadata"]["annotations"] = annotations;
        }
        line("BOOKMARK", &object)
    };
    let all_there = (bookmarks && wants_all).then(|| Ok(bookmark(Some(json!({"k8s.io/initial-events-end": "true"})))));
    let pieces = Box::new(added.chain(all_there));
    let end = timeout.map_or(LONGEST, Duration::from_secs).min(LONGEST);
    let open = Open::new(pieces, bookmarks.then(|| bookmark(None)), interval_at(Instant::now() + BEAT, BEAT), sleep(end));
    list::warned(recording, shelf, namespace, Answer::new(200, "application/json", Body::Open(Box::new(open))))
}

fn line(what: &str, object: &Value) -> Bytes {
    format!("{{\"type\":\"{what}\",\"object\":{object}}}\n").into()
}
