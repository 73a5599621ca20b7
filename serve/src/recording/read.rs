//! From a bundle's chunks to a recording.
use super::{Holding, LogPlace, Objects, Recording, Shelf, custom, order, secret};
use crate::{
    error::ServeError,
    kinds,
    spool::{Span, Spool},
};
use jiff::Timestamp;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    path::Path,
};
use tarbox_bundle::{Chunk, Limits, Manifest, Outcome, Place, Reader};

/// Problems told one by one; beyond that they are only counted.
const TOLD: usize = 20;

/// The group of what nodes and pods use.
const METRICS: &str = "metrics.k8s.io";

/// Reads a whole bundle.
pub(super) fn read(path: &Path) -> Result<Recording, ServeError> {
    let mut reader = Reader::open(path, Limits::default())?;
    let mut intake = Intake::default();
    while let Some(chunk) = reader.next_chunk()? {
        intake.take(&chunk)?;
    }
    let summary = reader.into_summary();
    let Some(header) = summary.header else { return Err(ServeError::NotOurs(path.to_owned())) };
    match &summary.manifest {
        Some(manifest) => intake.apply(manifest),
        None => intake.mark_cut(),
    }
    let mut problems: Vec<String> = summary.problems.iter().take(TOLD).map(ToString::to_string).collect();
    let more = (summary.problems.len() - problems.len()) as u64 + summary.more_problems;
    if more > 0 {
        problems.push(format!("{more} further problems are not listed"));
    }
    if intake.strangers > 0 {
        problems.push(format!("{} lines hold no object with a name: they are not served", intake.strangers));
    }
    let Intake { shelves, logs, kubelets, health, outcomes, spool, newest, latest, .. } = intake;
    let mut recording = Recording {
        now: header.collected_at.or(latest).unwrap_or(Timestamp::UNIX_EPOCH),
        header,
        shelves: shelves.into_values().map(|(shelf, _)| shelf).collect(),
        logs,
        kubelets,
        health,
        outcomes,
        spool,
        resource_version: newest.max(1),
        cut: summary.manifest.is_none(),
        problems,
    };
    custom::describe(&mut recording)?;
    order::arrange(&mut recording)?;
    Ok(recording)
}

/// Group, version, plural.
type Path3 = (String, String, String);

#[derive(Default)]
struct Intake {
    /// Kinds, and which reading of them it is where there are several.
    shelves: BTreeMap<Path3, (Shelf, u32)>,
    logs: BTreeMap<LogPlace, Span>,
    kubelets: BTreeMap<(String, String), Span>,
    health: BTreeMap<String, Span>,
    outcomes: BTreeMap<String, (Outcome, String)>,
    spool: Spool,
    newest: u64,
    latest: Option<Timestamp>,
    strangers: u64,
}

/// What must be known of an object to file it.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    kind: String,
    #[serde(rename = "apiVersion", default)]
    api_version: String,
    metadata: HeadMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadMetadata {
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    resource_version: String,
    #[serde(default)]
    creation_timestamp: Option<String>,
}

impl Intake {
    fn take(&mut self, chunk: &Chunk) -> io::Result<()> {
        match Place::parse(&chunk.entry.path) {
            Place::Objects { group, version, resource, .. } => self.objects((group, version, resource), 0, &chunk.bytes),
            Place::Secrets => {
                let lines = chunk.bytes.split(|byte| *byte == b'\n').filter_map(secret::placeholders);
                let lines: Vec<u8> = lines.flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
                self.objects((String::new(), "v1".to_owned(), "secrets".to_owned()), 0, &lines)
            }
            Place::Metrics { file } => self.metrics(&file, &chunk.bytes),
            Place::Log { namespace, pod, container, kind } => {
                continued(&mut self.spool, &mut self.logs, (namespace, pod, container, kind), chunk)
            }
            Place::Kubelet { node, file } => continued(&mut self.spool, &mut self.kubelets, (node, file), chunk),
            Place::Health { file } => continued(&mut self.spool, &mut self.health, file, chunk),
            // The rest is about the bundle, or no part of an API server's answers.
            _ => Ok(()),
        }
    }

    /// Files lines of one kind. Of several readings the last one counts.
    fn objects(&mut self, place: Path3, reading: u32, lines: &[u8]) -> io::Result<()> {
        let all = self.spool.put(lines)?;
        let mut start = 0;
        for line in lines.split(|byte| *byte == b'\n') {
            let span = all.part(start, line.len());
            start += line.len() + 1;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice::<Head>(line) {
                Ok(head) => self.file(&place, reading, &head, span),
                Err(_) => self.strangers += 1,
            }
        }
        Ok(())
    }

    fn file(&mut self, place: &Path3, reading: u32, head: &Head, span: Span) {
        let (group, version, plural) = place;
        let metadata = &head.metadata;
        let (shelf, known) = self.shelves.entry(place.clone()).or_insert_with(|| {
            let kind = Some(head.kind.as_str()).filter(|kind| !kind.is_empty());
            (Shelf::new(group, version, plural, kind, !metadata.namespace.is_empty()), reading)
        });
        if reading < *known {
            return;
        }
        if reading > *known {
            *known = reading;
            shelf.objects = Objects::default();
        }
        let key = shelf.key(&metadata.namespace, &metadata.name);
        shelf.objects.add(key.into(), span);
        self.newest = self.newest.max(metadata.resource_version.parse().unwrap_or(0));
        let created = metadata.creation_timestamp.as_deref().and_then(|text| text.parse().ok());
        self.latest = self.latest.max(created);
    }

    /// `pods.ndjson`, `pods.1.ndjson` for the second reading, `pods.part-1.ndjson` for the rest of a large one.
    fn metrics(&mut self, file: &str, lines: &[u8]) -> io::Result<()> {
        let Some((plural, rest)) = file.strip_suffix(".ndjson").map(|stem| stem.split_once('.').unwrap_or((stem, ""))) else {
            return Ok(());
        };
        let reading = rest.split('.').find_map(|part| part.parse().ok()).unwrap_or(0);
        let first = lines.split(|byte| *byte == b'\n').find_map(|line| serde_json::from_slice::<Head>(line).ok());
        let Some((group, version)) = first.as_ref().and_then(|head| head.api_version.split_once('/')) else { return Ok(()) };
        self.objects((group.to_owned(), version.to_owned(), plural.to_owned()), reading, lines)
    }

    /// What the manifest says of each kind.
    fn apply(&mut self, manifest: &Manifest) {
        let mut secrets_asked = false;
        for source in &manifest.sources {
            self.outcomes.insert(source.source.clone(), (source.outcome, source.detail.clone()));
            let holding = match (source.outcome, source.items) {
                (Outcome::Collected, _) => Holding::Whole,
                // The cluster had no such kind after all.
                (Outcome::Absent, _) => continue,
                (outcome, 0) => Holding::Missing(outcome, source.detail.clone()),
                _ => Holding::Part(source.detail.clone()),
            };
            let parts: Vec<&str> = source.source.split('/').collect();
            let (group, version, plural) = match *parts.as_slice() {
                ["objects", group, version, plural] => (if group == "core" { "" } else { group }, version, plural),
                ["secrets"] => {
                    secrets_asked = true;
                    ("", "v1", "secrets")
                }
                ["metrics", plural] => {
                    let version = self
                        .shelves
                        .keys()
                        .find(|(group, _, name)| group == METRICS && name == plural)
                        .map(|(_, version, _)| version.clone());
                    self.shelf(METRICS, version.as_deref().unwrap_or("v1beta1"), plural).holding = holding;
                    continue;
                }
                _ => continue,
            };
            self.shelf(group, version, plural).holding = holding;
        }
        if !secrets_asked {
            self.shelf("", "v1", "secrets").holding = Holding::Missing(Outcome::Absent, "the collector was told --no-secrets".to_owned());
        }
    }

    fn shelf(&mut self, group: &str, version: &str, plural: &str) -> &mut Shelf {
        let place = (group.to_owned(), version.to_owned(), plural.to_owned());
        &mut self.shelves.entry(place).or_insert_with(|| (Shelf::new(group, version, plural, None, true), 0)).0
    }

    /// A cut bundle says of no kind that it is whole.
    fn mark_cut(&mut self) {
        for (shelf, _) in self.shelves.values_mut() {
            shelf.holding = Holding::Part("the bundle ends before its manifest".to_owned());
        }
    }
}

impl Shelf {
    /// A kind without objects.
    #[cfg(test)]
    pub(crate) fn empty(group: &str, version: &str, plural: &str) -> Self {
        Self::new(group, version, plural, None, true)
    }

    fn new(group: &str, version: &str, plural: &str, kind: Option<&str>, namespaced: bool) -> Self {
        Self {
            resource: kinds::known(group, version, plural).unwrap_or_else(|| kinds::guessed(group, version, plural, kind, namespaced)),
            columns: None,
            selectable: Vec::new(),
            holding: Holding::Whole,
            objects: Objects::default(),
        }
    }
}

/// Puts a chunk away behind the chunks of the same entry that came before it.
fn continued<K: Ord>(spool: &mut Spool, by_place: &mut BTreeMap<K, Span>, place: K, chunk: &Chunk) -> io::Result<()> {
    match by_place.entry(place) {
        Entry::Occupied(mut known) if chunk.seq > 0 => spool.extend(known.get_mut(), &chunk.bytes),
        Entry::Occupied(_) => Ok(()),
        Entry::Vacant(free) => {
            free.insert(spool.put(&chunk.bytes)?);
            Ok(())
        }
    }
}
