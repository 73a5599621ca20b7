//! What other tools wrote, into the same snapshot: told apart by what is in it, each layout in a file of its own.
//!
//! A layout only says what each path means ([`Item`]); documents, logs and samples are then read the same way for all. Two passes: the
//! first learns the names, the second reads.

mod cluster_info_dump;
mod crashd;
mod crust_gather;
pub(crate) mod documents;
mod eck;
mod kubectl_gather;
mod masks;
mod mongo_data;
mod must_gather;
mod plain_files;
mod sections;
mod sonobuoy;
mod support_bundle_kit;
mod times;
mod troubleshoot;
mod troubleshoot_files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use tarbox_bundle::{Chunk, EntryInfo, Limits, ProblemKind, Reader};
use tarbox_model::Timestamp;
use tarbox_model::coverage::{Coverage, InputProblem, Outcome, SourceCoverage};
use tarbox_model::log::Run;
use tarbox_model::snapshot::Snapshot;

use crate::logs::{LogPart, LogScanner};
use crate::metrics::{self, Counters};
use crate::order;
use crate::{LoadError, each_batch, native};

/// A layout of files that some tool writes.
pub(crate) struct Layout {
    /// The tool's name, for people.
    name: &'static str,
    /// Whether these entry paths are of this layout.
    marks: fn(&[&str]) -> bool,
    /// What a path means.
    item: fn(&str) -> Item,
    /// Resources that the tool lists without being asked: absent files then mean that there are none.
    whole: &'static [&'static str],
    /// Whether empty strings were replaced by the word `null`.
    null_words: bool,
    /// The folder under which everything is: where several have that name, that of the shortest path is meant.
    anchor: Option<&'static str>,
    /// What is known only when everything was read.
    settle: fn(&mut Snapshot),
}

impl Layout {
    /// What most layouts have in common.
    const PLAIN: Self =
        Self { name: "", marks: |_| false, item: |_| Item::Other, whole: &[], null_words: false, anchor: None, settle: |_| {} };
}

/// What a file of a layout is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// Objects, JSON or YAML: lists, arrays or single ones. The kind is for objects that do not say theirs.
    Objects { kind: Option<&'static str> },
    /// A container's log.
    Log { namespace: String, pod: String, container: String, run: Run },
    /// Logs of all containers of a pod, between START and END lines.
    Sections { namespace: String, pod: String, run: Run },
    /// A kubelet's `stats/summary`.
    Summary,
    /// cadvisor's counters.
    Counters,
    /// Why a resource is not here.
    Refusals { resource: String },
    /// What the collector was allowed to do in a namespace.
    Rights { namespace: String },
    /// Troubleshoot's list of Helm releases.
    Releases,
    /// Troubleshoot's list of certificates.
    Certificates,
    /// The API server's version.
    Version,
    /// The bundle's time, behind this word or in the last line that is one; the API server's version may stand beside it.
    Time { behind: &'static str },
    /// Nothing that the snapshot knows; the index has it.
    Other,
}

/// Layouts, the most telling marks first; the last takes everything.
static LAYOUTS: &[&Layout] = &[
    &troubleshoot::LAYOUT,
    &crust_gather::LAYOUT,
    &support_bundle_kit::LAYOUT,
    &kubectl_gather::LAYOUT,
    &must_gather::LAYOUT,
    &sonobuoy::LAYOUT,
    &crashd::LAYOUT,
    &eck::LAYOUT,
    &cluster_info_dump::LAYOUT,
    &plain_files::LAYOUT,
];

/// Reads a bundle that is not ours.
pub(crate) fn load(path: &Path, scanner: &LogScanner) -> Result<Snapshot, LoadError> {
    let mut names = BTreeSet::new();
    let mut reader = Reader::open(path, Limits::default())?;
    while let Some(chunk) = reader.next_chunk()? {
        if chunk.seq == 0 {
            names.insert(chunk.entry.path.clone());
        }
    }
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let layout = LAYOUTS.iter().find(|layout| (layout.marks)(&paths)).copied().unwrap_or(&plain_files::LAYOUT);
    let mut reader = Reader::open(path, Limits::default())?;
    let mut gathering = Gathering::new(scanner, layout, layout.anchor.and_then(|anchor| root(anchor, &paths)));
    each_batch(&mut reader, |batch| gathering.take(batch))?;
    let summary = reader.into_summary();
    let mut snapshot = gathering.finish();
    // Links beside what they lead to are these tools' habit, not news.
    let problems = summary.problems.into_iter().filter(|p| p.kind != ProblemKind::UnsupportedType);
    snapshot.problems.extend(problems.map(|p| InputProblem { path: p.entry, line: None, message: p.message }));
    order::sort(&mut snapshot);
    Ok(snapshot)
}

/// A snapshot being put together.
struct Gathering<'s> {
    scanner: &'s LogScanner,
    layout: &'static Layout,
    /// What stands before the anchor of the files that are meant.
    root: Option<String>,
    snapshot: Snapshot,
    /// The bundle's time, where it says it.
    told: Option<Timestamp>,
    /// By namespace: resources that the collector was not allowed to list.
    forbidden: Vec<(String, &'static str)>,
    logs: BTreeMap<u32, (Arc<EntryInfo>, Item, LogPart)>,
    /// Files that must be whole before they can be taken apart.
    whole: BTreeMap<u32, (Arc<EntryInfo>, Item, Vec<u8>)>,
    counters: Counters,
    /// Resources of which some file was there, and what refused others.
    seen: BTreeSet<String>,
    refused: BTreeMap<String, String>,
}

/// What one chunk turned out to hold.
enum Part {
    Snapshot(Box<Snapshot>),
    Log(Box<LogPart>),
    Counters(Counters),
    Bytes(Vec<u8>),
    Nothing,
}

impl<'s> Gathering<'s> {
    fn new(scanner: &'s LogScanner, layout: &'static Layout, root: Option<String>) -> Self {
        Self {
            scanner,
            layout,
            root,
            snapshot: Snapshot::default(),
            told: None,
            forbidden: Vec::new(),
            logs: BTreeMap::new(),
            whole: BTreeMap::new(),
            counters: Counters::default(),
            seen: BTreeSet::new(),
            refused: BTreeMap::new(),
        }
    }

    fn take(&mut self, batch: Vec<Chunk>) {
        let (scanner, layout, root) = (self.scanner, self.layout, self.root.as_deref());
        let parts: Vec<_> = batch
            .into_par_iter()
            .map(|chunk| {
                // How a file is packed says nothing of what it is.
                let path = chunk.entry.path.as_str();
                let path = [".gz", ".zst", ".xz"].iter().find_map(|packed| path.strip_suffix(packed)).unwrap_or(path);
                let copy = layout.anchor.is_some_and(|anchor| root.is_some_and(|root| before(anchor, path).is_some_and(|b| b != root)));
                let item = if copy { Item::Other } else { (layout.item)(path) };
                let part = decode(scanner, layout, &item, &chunk);
                let entry = Arc::clone(&chunk.entry);
                chunk.recycle();
                (entry, item, part)
            })
            .collect();
        for (entry, item, part) in parts {
            self.join(entry, item, part);
        }
    }

    fn join(&mut self, entry: Arc<EntryInfo>, item: Item, part: Part) {
        match part {
            Part::Snapshot(part) => {
                if let Item::Objects { kind: Some(kind) } = item {
                    self.seen.insert(documents::topic(kind));
                }
                self.snapshot.append(*part);
            }
            Part::Counters(counters) => self.counters.join(counters),
            Part::Log(part) => match self.logs.get_mut(&entry.index) {
                Some((_, _, open)) => open.join(*part),
                None => {
                    self.logs.insert(entry.index, (entry, item, *part));
                }
            },
            Part::Bytes(bytes) => {
                self.whole.entry(entry.index).or_insert_with(|| (entry, item, Vec::new())).2.extend(bytes);
            }
            Part::Nothing => {}
        }
    }

    fn finish(mut self) -> Snapshot {
        for (entry, item, bytes) in std::mem::take(&mut self.whole).into_values() {
            self.take_whole(&entry.path, &item, &bytes);
        }
        for (entry, item, part) in std::mem::take(&mut self.logs).into_values() {
            if let Item::Log { namespace, pod, container, run } = item {
                self.snapshot.logs.push(part.finish(Arc::from(entry.path.as_str()), &namespace, &pod, &container, run));
            }
        }
        self.counters.finish(&mut self.snapshot);
        conclude(&mut self.snapshot, self.layout.name);
        (self.layout.settle)(&mut self.snapshot);
        self.snapshot.taken_at = self.told.or(self.snapshot.taken_at);
        self.note_forbidden();
        self.snapshot.coverage = coverage(&self.snapshot, self.layout.whole, &self.seen, &self.refused);
        self.snapshot
    }

    /// What was not allowed to be listed is missing for that reason, where it is missing.
    fn note_forbidden(&mut self) {
        let counts: BTreeMap<&str, u64> = self.snapshot.counts().collect();
        let cluster_wide = ["nodes", "namespaces", "persistentvolumes", "storageclasses", "ingressclasses"];
        for (namespace, resource) in std::mem::take(&mut self.forbidden) {
            let there = counts.get(resource).is_some_and(|count| *count > 0);
            if !(there && cluster_wide.contains(&resource)) {
                let why = format!("the collector was not allowed to list it in namespace {namespace}");
                self.refused.entry(resource.to_owned()).or_insert(why);
            }
        }
    }

    /// Takes apart what had to be whole.
    fn take_whole(&mut self, path: &str, item: &Item, bytes: &[u8]) {
        match item {
            Item::Sections { namespace, pod, run } => {
                let path = Arc::from(path);
                for section in sections::split(bytes).into_iter().filter(|s| !s.is_refusal()) {
                    let part = self.scanner.scan(section.text, section.first_line);
                    let log = part.finish(Arc::clone(&path), namespace, pod, section.container, *run);
                    self.snapshot.logs.push(log);
                }
            }
            Item::Refusals { resource } => {
                let text = String::from_utf8_lossy(bytes);
                let words = text.trim();
                if !matches!(words, "" | "null" | "{}" | "[]") {
                    self.refused.insert(resource.clone(), words.chars().take(300).collect());
                }
            }
            Item::Rights { namespace } => {
                let forbidden = troubleshoot_files::forbidden(bytes, self.layout.whole).unwrap_or_default();
                self.forbidden.extend(forbidden.into_iter().map(|resource| (namespace.clone(), resource)));
            }
            Item::Releases | Item::Certificates => {
                let path = Arc::from(path);
                let read = if *item == Item::Releases { troubleshoot_files::releases } else { troubleshoot_files::certificates };
                if let Err(error) = read(&path, bytes, &mut self.snapshot) {
                    let message = format!("not read: {error}");
                    self.snapshot.problems.push(InputProblem { path: Some(path.to_string()), line: None, message });
                }
            }
            Item::Time { behind } => {
                let text = String::from_utf8_lossy(bytes);
                let place =
                    if behind.is_empty() { Some(&*text) } else { text.split_once(behind).and_then(|(_, rest)| rest.lines().next()) };
                self.told = place.and_then(times::last).max(self.told);
                if let Some(version) = documents::version(bytes) {
                    self.snapshot.facts.server_version = version;
                }
            }
            Item::Version => self.snapshot.facts.server_version = documents::version(bytes).unwrap_or_default(),
            _ => {}
        }
    }
}

/// What is there was collected; what the tool always lists and is not there, there is none of; all else says nothing.
fn coverage(snapshot: &Snapshot, whole: &[&str], seen: &BTreeSet<String>, refused: &BTreeMap<String, String>) -> Coverage {
    let mut coverage = Coverage::default();
    let counts: BTreeMap<&str, u64> = snapshot.counts().collect();
    let note = |coverage: &mut Coverage, source: &str, outcome, detail: &str| {
        let items = counts.get(source).copied().unwrap_or(0);
        coverage.record(SourceCoverage { source: source.to_owned(), outcome, items, detail: detail.to_owned() });
    };
    for (&source, &items) in &counts {
        let whole = whole.contains(&source);
        match refused.get(source) {
            Some(why) if items == 0 => note(&mut coverage, source, Outcome::Denied, why),
            Some(why) => note(&mut coverage, source, Outcome::Partial, why),
            None if whole && (items > 0 || seen.contains(source)) => note(&mut coverage, source, Outcome::Collected, ""),
            None if items > 0 || seen.contains(source) => {
                note(&mut coverage, source, Outcome::Partial, "this kind of bundle holds what somebody chose to put into it");
            }
            None => {}
        }
    }
    for (source, items) in [
        ("logs", snapshot.logs.len()),
        ("kubelet", snapshot.throttling.len() + snapshot.volume_usage.len() + snapshot.container_usage.len()),
        ("mongodb", snapshot.mongo_answers.len()),
        ("helm", snapshot.helm_releases.len()),
        ("certificates", snapshot.certificates.len()),
    ] {
        if items > 0 {
            let detail = "this kind of bundle may not hold all of them".to_owned();
            coverage.record(SourceCoverage { source: source.to_owned(), outcome: Outcome::Partial, items: items as u64, detail });
        }
    }
    coverage
}

/// What follows from everything that was read; `format` says what it was.
pub(crate) fn conclude(snapshot: &mut Snapshot, format: &str) {
    snapshot.facts.format = format.to_owned();
    crate::facts::releases_from_secrets(snapshot);
    order::sort(snapshot);
    documents::without_repetitions(snapshot);
    documents::home_of_logs(snapshot);
    documents::without_repeated_logs(snapshot);
    snapshot.coverage = coverage(snapshot, &[], &BTreeSet::new(), &BTreeMap::new());
    snapshot.taken_at = native::latest(snapshot);
}

/// Reads documents and logs as they follow each other in one text: what `kubectl cluster-info dump` prints, `kubectl get -o json`, or what
/// `getMongoData.js` says.
pub(crate) fn stream(name: &str, bytes: &[u8], scanner: &LogScanner) -> Snapshot {
    let mut snapshot = stream_at(&Arc::from(name), bytes, 1, scanner);
    let format = if snapshot.logs.is_empty() { "documents" } else { "kubectl cluster-info dump" };
    conclude(&mut snapshot, format);
    snapshot
}

/// The same of a part of a text, which begins at this line.
pub(crate) fn stream_at(path: &Arc<str>, bytes: &[u8], first_line: u32, scanner: &LogScanner) -> Snapshot {
    let mut snapshot = Snapshot::default();
    documents::read(path, &sections::outside(bytes), None, false, &mut snapshot);
    for section in sections::split(bytes).into_iter().filter(|s| !s.is_refusal()) {
        let part = scanner.scan(section.text, section.first_line + first_line - 1);
        snapshot.logs.push(part.finish(Arc::clone(path), section.namespace, section.pod, section.container, Run::Current));
    }
    snapshot
}

/// Decodes one chunk.
fn decode(scanner: &LogScanner, layout: &Layout, item: &Item, chunk: &Chunk) -> Part {
    let path: Arc<str> = Arc::from(chunk.entry.path.as_str());
    let first_line = u32::try_from(chunk.first_line).unwrap_or(u32::MAX);
    match item {
        Item::Log { .. } => {
            // A tar quirk of one tool leaves a NUL behind.
            let text = if chunk.last { chunk.bytes.strip_suffix(b"\0") } else { None };
            Part::Log(Box::new(scanner.scan(text.unwrap_or(&chunk.bytes), first_line)))
        }
        Item::Counters => Part::Counters(Counters::read(&path, first_line, &chunk.bytes)),
        Item::Sections { .. }
        | Item::Refusals { .. }
        | Item::Rights { .. }
        | Item::Releases
        | Item::Certificates
        | Item::Version
        | Item::Time { .. } => Part::Bytes(chunk.bytes.clone()),
        Item::Objects { kind } => {
            let mut part = Snapshot::default();
            documents::read(&path, &chunk.bytes, *kind, layout.null_words, &mut part);
            Part::Snapshot(Box::new(part))
        }
        Item::Summary => {
            let mut part = Snapshot::default();
            if let Err(error) = metrics::read_summary(&path, &chunk.bytes, &mut part) {
                part.problems.push(InputProblem { path: Some(path.to_string()), line: None, message: format!("not read: {error}") });
            }
            Part::Snapshot(Box::new(part))
        }
        Item::Other => Part::Nothing,
    }
}

/// The parts of a path from `anchor` on, the anchor itself left out; the first place where it stands counts.
fn after<'a>(path: &'a str, anchor: &str) -> Option<Vec<&'a str>> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == anchor)?;
    Some(parts.get(at + 1..)?.to_vec())
}

/// What stands before an anchor in a path.
fn before<'a>(anchor: &str, path: &'a str) -> Option<&'a str> {
    let at =
        path.split('/').scan(0, |at, part| Some((std::mem::replace(at, *at + part.len() + 1), part))).find(|(_, part)| *part == anchor)?.0;
    path.get(..at)
}

/// What stands before an anchor where that is shortest.
fn root(anchor: &str, paths: &[&str]) -> Option<String> {
    paths.iter().filter_map(|path| before(anchor, path)).min_by_key(|before| (before.matches('/').count(), before.len())).map(str::to_owned)
}

/// Whether a name ends as a document does.
fn is_document(name: &str) -> bool {
    [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending))
}

/// A file name without its ending.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A container's log.
fn log(namespace: &str, pod: &str, container: &str, previous: bool) -> Item {
    let run = if previous { Run::Previous } else { Run::Current };
    Item::Log { namespace: namespace.to_owned(), pod: pod.to_owned(), container: container.to_owned(), run }
}
