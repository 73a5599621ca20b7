//! Objects as they come together: a table shows some of an object, `describe` more; the fuller showing wins, field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tarbox_model::coverage::{InputProblem, Outcome, SourceCoverage};
use tarbox_model::evidence::{Origin, Shown};
use tarbox_model::facts::{HelmRelease, HelmRevision};
use tarbox_model::snapshot::Snapshot;

use super::clock::Clock;
use crate::objects::{Json, Resource, read_one, resource_of};
use crate::order;

/// Kind, namespace, name.
type Key = (String, String, String);

/// How much a command shows of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fullness {
    /// Named in passing, by another object.
    Mention,
    /// A row of a table.
    Row,
    /// `describe`.
    Described,
    /// The object itself.
    Whole,
}

/// All objects of a transcript.
#[derive(Debug)]
pub(crate) struct Drafts {
    pub(crate) clock: Clock,
    objects: BTreeMap<Key, Draft>,
    events: Vec<(Value, Vec<(u32, String)>)>,
    /// Resources that were listed as a whole.
    listed: BTreeMap<String, u64>,
    releases: Vec<(String, String, Vec<HelmRow>)>,
}

#[derive(Debug)]
struct Draft {
    value: Value,
    fullness: Fullness,
    lines: Vec<(u32, String)>,
}

/// A row of `helm history`.
#[derive(Debug)]
pub(crate) struct HelmRow {
    pub(crate) revision: i64,
    pub(crate) status: String,
    pub(crate) chart: String,
    pub(crate) app_version: String,
    pub(crate) description: String,
    pub(crate) line: (u32, String),
}

impl Drafts {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, objects: BTreeMap::new(), events: Vec::new(), listed: BTreeMap::new(), releases: Vec::new() }
    }

    /// Adds a showing of an object.
    pub(crate) fn add(&mut self, kind: &str, namespace: &str, name: &str, mut value: Value, fullness: Fullness, lines: Vec<(u32, String)>) {
        if name.is_empty() {
            return;
        }
        if let Some(map) = value.as_object_mut() {
            let metadata = map.entry("metadata").or_insert_with(|| json!({}));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("name".to_owned(), Value::from(name));
                metadata.insert("namespace".to_owned(), Value::from(namespace));
            }
        }
        let key = (kind.to_owned(), namespace.to_owned(), name.to_owned());
        match self.objects.get_mut(&key) {
            Some(known) => {
                // Later showings of the same fullness are newer.
                if fullness >= known.fullness {
                    let older = std::mem::replace(&mut known.value, value);
                    fill(&mut known.value, older);
                    known.fullness = fullness;
                    known.lines.splice(0..0, lines);
                } else {
                    fill(&mut known.value, value);
                    known.lines.extend(lines);
                }
            }
            None => {
                self.objects.insert(key, Draft { value, fullness, lines });
            }
        }
    }

    /// Whether the cluster is seen to have an object.
    pub(crate) fn knows(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.objects.contains_key(&(kind.to_owned(), namespace.to_owned(), name.to_owned()))
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, value: Value, line: (u32, String)) {
        self.events.push((value, vec![line]));
    }

    /// Notes that a resource was listed as a whole.
    pub(crate) fn listed(&mut self, resource: &str, items: usize) {
        *self.listed.entry(resource.to_owned()).or_insert(0) += items as u64;
    }

    /// Adds the history of a Helm release.
    pub(crate) fn release(&mut self, namespace: &str, name: &str, rows: Vec<HelmRow>) {
        self.releases.push((namespace.to_owned(), name.to_owned(), rows));
    }

    /// The snapshot, sorted.
    pub(crate) fn finish(self, path: &Arc<str>) -> Snapshot {
        let mut snapshot = Snapshot { taken_at: self.clock.now(), ..Snapshot::default() };
        let origin = |mut lines: Vec<(u32, String)>| {
            let line = lines.first().map_or(0, |(number, _)| *number);
            lines.dedup();
            Origin { shown: Some(Arc::new(Shown { lines })), ..Origin::new(path, line, "") }
        };
        for ((kind, _, name), draft) in self.objects {
            let api_version = draft.value.get("apiVersion").and_then(Value::as_str);
            let resource = resource_of(api_version, &kind).unwrap_or(Resource { group: "?", name: "?" });
            let mut value = draft.value;
            if let Some(map) = value.as_object_mut() {
                map.entry("kind").or_insert_with(|| Value::from(kind.as_str()));
            }
            if let Err(error) = read_one(resource, Json::Value(value), origin(draft.lines), &mut snapshot) {
                snapshot.problems.push(InputProblem {
                    path: Some(path.to_string()),
                    line: None,
                    message: format!("{kind} {name} skipped: {error}"),
                });
            }
        }
        for (value, lines) in self.events {
            // What cannot be an event was no table of events.
            let _ = read_one(Resource { group: "", name: "events" }, Json::Value(value), origin(lines), &mut snapshot);
        }
        for (namespace, name, rows) in self.releases {
            let history = rows.into_iter().map(|row| HelmRevision {
                revision: row.revision,
                status: row.status,
                chart: row.chart,
                app_version: row.app_version,
                description: row.description,
                origin: origin(vec![row.line]),
                pointer: "/status".to_owned(),
                ..HelmRevision::default()
            });
            let history: Vec<HelmRevision> = history.collect();
            let first = history.first().map_or_else(|| Origin::new(path, 0, ""), |r| r.origin.clone());
            snapshot.helm_releases.push(HelmRelease { origin: first, namespace, name, history, notes: String::new() });
        }
        for (source, items) in self.listed {
            let detail = "listed in the transcript".to_owned();
            snapshot.coverage.record(SourceCoverage { source, outcome: Outcome::Collected, items, detail });
        }
        order::sort(&mut snapshot);
        snapshot
    }
}

/// Puts what is missing in a value from another one. Lists stay as they are: half of one and half of another would be neither.
fn fill(value: &mut Value, other: Value) {
    match (value, other) {
        (Value::Object(map), Value::Object(other)) => {
            for (key, more) in other {
                match map.get_mut(&key) {
                    Some(known) => fill(known, more),
                    None => {
                        map.insert(key, more);
                    }
                }
            }
        }
        (value @ Value::Null, other) => *value = other,
        (Value::Array(list), Value::Array(other)) if list.is_empty() => *list = other,
        _ => {}
    }
}

/// An object out of pairs, leaving out what is not told.
pub(crate) fn object<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Value {
    Value::Object(pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>())
}

/// `a=b` lines as a map.
pub(crate) fn labels<'a>(pairs: impl IntoIterator<Item = &'a str>) -> Value {
    let split =
        |pair: &'a str| pair.split_once('=').or_else(|| pair.split_once(": ")).map(|(k, v)| (k.trim().to_owned(), Value::from(v.trim())));
    Value::Object(pairs.into_iter().filter_map(split).collect())
}

/// `a=b,c=d` as a map.
pub(crate) fn label_list(text: &str) -> Value {
    labels(text.split(','))
}
