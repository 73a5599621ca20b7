//! Lists: selected, in pages, in the form that is asked for, made piece by piece.
use super::objects;
use crate::{
    answer::Answer,
    body::{Body, Pieces},
    recording::{Holding, Recording, Shelf},
    request::{Form, Request},
    selector::{fields::Fields, labels::Labels},
    spool::Span,
    table::Sheet,
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{io, sync::Arc};

/// What of the object goes with a table's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Include {
    /// Nothing.
    Nothing,
    /// Its metadata.
    Metadata,
    /// All of it.
    Object,
}

impl Include {
    /// As the request has it.
    pub(super) fn of(request: &Request) -> Self {
        match request.query("includeObject") {
            Some("None") => Self::Nothing,
            Some("Object") => Self::Object,
            _ => Self::Metadata,
        }
    }
}

/// What is selected of a kind.
pub(super) struct Selection {
    labels: Labels,
    fields: Fields,
}

impl Selection {
    pub(super) fn of(request: &Request, shelf: &Shelf) -> Result<Self, Answer> {
        let labels = Labels::parse(request.query("labelSelector").unwrap_or_default()).map_err(|why| Answer::bad_request(&why))?;
        let fields = Fields::parse(request.query("fieldSelector").unwrap_or_default(), shelf).map_err(|why| Answer::bad_request(&why))?;
        Ok(Self { labels, fields })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether it selects an object.
    pub(super) fn takes(&self, recording: &Recording, key: &str, span: Span) -> io::Result<bool> {
        if self.is_everything() {
            return Ok(true);
        }
        // Most selections of one object name it: then the others need not be parsed.
        if self.fields.name().is_some_and(|name| key.rsplit('/').next() != Some(name)) {
            return Ok(false);
        }
        let object = recording.object(span)?;
        Ok(self.labels.matches(&object) && self.fields.matches(&object))
    }
}

/// Answers a list.
pub(super) fn answer(recording: &Arc<Recording>, shelf: &Shelf, namespace: Option<&str>, request: &Request) -> Answer {
    let page = match page(recording, shelf, namespace, request) {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let mut metadata = json!({"resourceVersion": recording.resource_version()});
    if let Some(next) = page.next {
        metadata["continue"] = next.to_string().into();
    }
    if let Some(remaining) = page.remaining {
        metadata["remainingItemCount"] = remaining.into();
    }
    let pieces = pieces(recording, shelf, request.form, Include::of(request), &metadata, page.spans);
    warned(recording, shelf, namespace, Answer::new(200, "application/json", Body::Pieces(pieces)))
}

/// Says what the bundle lacks, if it does.
pub(super) fn warned(recording: &Recording, shelf: &Shelf, namespace: Option<&str>, answer: Answer) -> Answer {
    let answer = match &shelf.holding {
        Holding::Part(why) => answer.warn(&format!("the bundle does not hold all {}: {why}", shelf.resource.qualified())),
        Holding::Whole | Holding::Missing(..) => answer,
    };
    let some = recording.namespaces();
    let outside = shelf.resource.namespaced && !some.is_empty() && namespace.is_none_or(|namespace| !some.iter().any(|of| of == namespace));
    if outside { answer.warn(&objects::only_some(recording)) } else { answer }
}

/// One page.
struct Page {
    spans: Vec<Span>,
    /// Position of the first object of the next page: a bundle does not change, so it says enough.
    next: Option<usize>,
    remaining: Option<u64>,
}

fn page(recording: &Recording, shelf: &Shelf, namespace: Option<&str>, request: &Request) -> Result<Page, Answer> {
    let selection = Selection::of(request, shelf)?;
    let limit = request.number("limit")?.filter(|limit| *limit > 0);
    let start = request.query("continue").map(|token| token.parse::<usize>().map_err(|_| Answer::bad_request("continue key is not valid")));
    let (mut spans, mut next, mut remaining) = (Vec::new(), None, 0);
    for (at, key, span) in shelf.from(namespace, start.transpose()?.unwrap_or(0)) {
        let full = limit.is_some_and(|limit| spans.len() as u64 >= limit);
        if full && selection.is_everything() {
            next = next.or(Some(at));
            remaining += 1;
        } else if selection.takes(recording, key, span).map_err(|error| Answer::broken(&error))? {
            if full {
                next = Some(at);
                break;
            }
            spans.push(span);
        }
    }
    Ok(Page { spans, next, remaining: (remaining > 0).then_some(remaining) })
}

/// The document's pieces: what stands before the objects, each object, what stands behind.
fn pieces(recording: &Arc<Recording>, shelf: &Shelf, form: Form, include: Include, metadata: &Value, spans: Vec<Span>) -> Pieces {
    let resource = &shelf.resource;
    let sheet = Sheet::of(shelf);
    let (head, foot) = match form {
        Form::Table => sheet.frame(metadata),
        Form::Plain | Form::Aggregated(_) => frame(&resource.list_kind, &resource.api_version(), metadata),
        Form::Metadata => frame("PartialObjectMetadataList", "meta.k8s.io/v1", metadata),
    };
    let recording = Arc::clone(recording);
    let spans = if form == Form::Table { sheet.arrange(&recording, spans) } else { spans };
    let items = spans.into_iter().enumerate().map(move |(at, span)| {
        let bytes = recording.get(span)?;
        let mut piece = if at > 0 { b",".to_vec() } else { Vec::new() };
        match form {
            Form::Table => piece.extend(sheet.row(&serde_json::from_slice(&bytes)?, recording.now(), include).to_string().into_bytes()),
            Form::Plain | Form::Aggregated(_) => piece.extend(bytes),
            Form::Metadata => piece.extend(partial(&bytes)?),
        }
        Ok(Bytes::from(piece))
    });
    Box::new(std::iter::once(Ok(Bytes::from(head))).chain(items).chain(std::iter::once(Ok(Bytes::from(foot)))))
}

/// What stands before and behind the objects of a plain list.
fn frame(kind: &str, api_version: &str, metadata: &Value) -> (String, &'static str) {
    let (kind, api_version) = (Value::from(kind), Value::from(api_version));
    (format!("{{\"kind\":{kind},\"apiVersion\":{api_version},\"metadata\":{metadata},\"items\":["), "]}\n")
}

/// An object's metadata alone.
pub(super) fn partial(object: &[u8]) -> io::Result<Vec<u8>> {
    let mut object: Value = serde_json::from_slice(object)?;
    let metadata = object.get_mut("metadata").map(Value::take).unwrap_or_default();
    Ok(partial_of(metadata).to_string().into_bytes())
}

/// The form in which metadata stands alone.
pub(crate) fn partial_of(metadata: Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
}
