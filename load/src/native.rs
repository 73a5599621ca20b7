//! Our own format: what each entry's place means, decoded chunk by chunk.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use tarbox_bundle::{Chunk, EntryInfo, Header, LogKind, Manifest, Place};
use tarbox_model::coverage::{Coverage, InputProblem, Outcome, SourceCoverage};
use tarbox_model::log::Run;
use tarbox_model::snapshot::Snapshot;

use crate::facts;
use crate::logs::{LogPart, LogScanner};
use crate::metrics::{self, Counters};
use crate::objects::{self, Resource};
use crate::survey::Choice;

/// Puts a snapshot together out of the chunks of a tarbox bundle.
#[derive(Debug)]
pub(crate) struct Native<'s> {
    scanner: &'s LogScanner,
    /// What is read, where not all is.
    choice: Option<&'s Choice>,
    snapshot: Snapshot,
    logs: BTreeMap<u32, OpenLog>,
    counters: Counters,
}

/// A log whose parts are coming in.
#[derive(Debug)]
struct OpenLog {
    path: Arc<str>,
    place: (String, String, String, Run),
    part: LogPart,
}

/// What one chunk turned out to hold.
enum Part {
    Snapshot(Box<Snapshot>),
    Log(Box<LogPart>),
    Counters(Counters),
    Nothing,
}

impl<'s> Native<'s> {
    /// An empty snapshot that waits for chunks.
    pub(crate) fn new(scanner: &'s LogScanner, choice: Option<&'s Choice>) -> Self {
        Self { scanner, choice, snapshot: Snapshot::default(), logs: BTreeMap::new(), counters: Counters::default() }
    }

    /// Takes a batch of chunks, in the bundle's order.
    pub(crate) fn take(&mut self, batch: Vec<Chunk>) {
        let (scanner, choice) = (self.scanner, self.choice);
        let parts: Vec<(Arc<EntryInfo>, Part)> = batch.into_par_iter().map(|chunk| decoded(scanner, choice, chunk)).collect();
        for (entry, part) in parts {
            self.join(&entry, part);
        }
    }

    fn join(&mut self, entry: &EntryInfo, part: Part) {
        match part {
            Part::Snapshot(part) => self.snapshot.append(*part),
            Part::Counters(counters) => self.counters.join(counters),
            Part::Nothing => {}
            Part::Log(part) => match self.logs.get_mut(&entry.index) {
                Some(open) => open.part.join(*part),
                None => {
                    if let Place::Log { namespace, pod, container, kind } = Place::parse(&entry.path) {
                        let run = if kind == LogKind::Previous { Run::Previous } else { Run::Current };
                        let open = OpenLog { path: Arc::from(entry.path.as_str()), place: (namespace, pod, container, run), part: *part };
                        self.logs.insert(entry.index, open);
                    }
                }
            },
        }
    }

    /// The snapshot, with time and coverage by the word of the bundle's describing files.
    pub(crate) fn finish(mut self, header: Option<&Header>, manifest: Option<&Manifest>) -> Snapshot {
        for open in self.logs.into_values() {
            let (namespace, pod, container, run) = open.place;
            self.snapshot.logs.push(open.part.finish(open.path, &namespace, &pod, &container, run));
        }
        self.counters.finish(&mut self.snapshot);
        facts::releases_from_secrets(&mut self.snapshot);
        if let Some(header) = header {
            let facts = &mut self.snapshot.facts;
            facts.format = format!("tarbox bundle, format {}", header.format);
            facts.cluster = header.cluster.server.clone();
            facts.server_version = header.cluster.version.clone();
            facts.redaction = header.redaction.clone();
            facts.namespaces = header.namespaces.clone();
        }
        if let Some(choice) = self.choice {
            self.snapshot.facts.namespaces = choice.namespaces();
        }
        self.snapshot.coverage = manifest.map_or_else(|| of_a_cut_bundle(&self.snapshot), by_the_ledger);
        let collected_at = header.and_then(|h| h.collected_at);
        self.snapshot.taken_at = collected_at.or_else(|| latest(&self.snapshot));
        self.snapshot
    }
}

/// Coverage as the collector's ledger has it.
fn by_the_ledger(manifest: &Manifest) -> Coverage {
    let mut coverage = Coverage::default();
    for source in &manifest.sources {
        let outcome = match source.outcome {
            tarbox_bundle::Outcome::Collected => Outcome::Collected,
            tarbox_bundle::Outcome::Partial | tarbox_bundle::Outcome::Unknown => Outcome::Partial,
            tarbox_bundle::Outcome::Denied => Outcome::Denied,
            tarbox_bundle::Outcome::TimedOut => Outcome::TimedOut,
            tarbox_bundle::Outcome::Cut => Outcome::Cut,
            tarbox_bundle::Outcome::Absent => Outcome::Absent,
            tarbox_bundle::Outcome::Failed => Outcome::Failed,
        };
        coverage.record(SourceCoverage {
            source: topic(&source.source).to_owned(),
            outcome,
            items: source.items,
            detail: source.detail.clone(),
        });
    }
    coverage
}

/// Coverage of a bundle that was cut before its manifest: what is there is a part of something.
fn of_a_cut_bundle(snapshot: &Snapshot) -> Coverage {
    let mut coverage = Coverage::default();
    let logs = ("logs", snapshot.logs.len() as u64);
    for (source, items) in snapshot.counts().chain([logs]).filter(|(_, items)| *items > 0) {
        let detail = "the bundle is cut before its manifest".to_owned();
        coverage.record(SourceCoverage { source: source.to_owned(), outcome: Outcome::Partial, items, detail });
    }
    coverage
}

/// The name by which rules ask for a source: a resource's plural (`objects/apps/v1/deployments` → `deployments`), or the
/// part of the cluster that was asked (`kubelet/node-1/summary` → `kubelet`).
fn topic(source: &str) -> &str {
    match source.split_once('/') {
        Some(("objects", rest)) => rest.rsplit('/').next().unwrap_or(rest),
        Some((family, _)) => family,
        None => source,
    }
}

/// Decodes one chunk, and gives its memory back.
fn decoded(scanner: &LogScanner, choice: Option<&Choice>, chunk: Chunk) -> (Arc<EntryInfo>, Part) {
    let part = decode(scanner, choice, &chunk);
    let entry = Arc::clone(&chunk.entry);
    chunk.recycle();
    (entry, part)
}

/// Decodes one chunk, as far as it is read.
fn decode(scanner: &LogScanner, choice: Option<&Choice>, chunk: &Chunk) -> Part {
    let path: Arc<str> = Arc::from(chunk.entry.path.as_str());
    let first_line = u32::try_from(chunk.first_line).unwrap_or(u32::MAX);
    let mut part = Snapshot::default();
    let has_line = |line: usize| choice.is_none_or(|choice| choice.has_line(chunk, line));
    match Place::parse(&chunk.entry.path) {
        Place::Log { namespace, .. } | Place::Helm { namespace, .. } | Place::Mongodb { namespace, .. } | Place::Http { namespace, .. }
            if choice.is_some_and(|choice| !choice.has(&namespace)) =>
        {
            return Part::Nothing;
        }
        Place::Log { .. } => return Part::Log(Box::new(scanner.scan(&chunk.bytes, first_line))),
        Place::Objects { group, resource, .. } => {
            objects::read_lines(Resource { group: &group, name: &resource }, &path, first_line, &chunk.bytes, has_line, &mut part);
        }
        Place::Secrets => {
            objects::read_lines(Resource { group: "", name: "secrets" }, &path, first_line, &chunk.bytes, has_line, &mut part);
        }
        Place::Metrics { .. } => metrics::read_metrics_api(&path, first_line, &chunk.bytes, &mut part),
        Place::Kubelet { file, .. } if file.ends_with(".prom") => return Part::Counters(Counters::read(&path, first_line, &chunk.bytes)),
        Place::Certificates => facts::read_certificates(&path, first_line, &chunk.bytes, &mut part),
        Place::Health { file } if !file.ends_with(".json") => facts::read_health(&path, &file, &chunk.bytes, &mut part),
        place => {
            let bytes = chunk.bytes.as_slice();
            let read = match &place {
                Place::Kubelet { .. } => metrics::read_summary(&path, bytes, &mut part),
                Place::Http { .. } => facts::read_http(&path, bytes, &mut part),
                Place::Helm { namespace, release } => facts::read_helm(&path, namespace, release, bytes, &mut part),
                Place::Mongodb { namespace, pod, file } => facts::read_mongodb(&path, (namespace, pod, file), bytes, &mut part),
                _ => return Part::Nothing,
            };
            if let Err(error) = read {
                part.problems.push(InputProblem { path: Some(path.to_string()), line: None, message: format!("not read: {error}") });
            }
        }
    }
    if let Some(choice) = choice {
        choice.trim(&mut part);
    }
    Part::Snapshot(Box::new(part))
}

/// The latest moment that the bundle speaks of: its time, when it does not say it itself. Where nothing happens, nodes still renew their
/// leases every ten seconds, and say how they are every few minutes.
pub(crate) fn latest(snapshot: &Snapshot) -> Option<tarbox_model::Timestamp> {
    let events = snapshot.events.iter().filter_map(|e| e.last_seen());
    let logs = snapshot.logs.iter().filter_map(|l| l.last_time);
    let pods = snapshot.pods.iter().flat_map(|p| p.status.conditions.iter().filter_map(|c| c.last_transition_time));
    let leases = snapshot.leases.iter().filter_map(|l| l.spec.renew_time);
    let nodes = snapshot.nodes.iter().flat_map(|n| n.status.conditions.iter().filter_map(|c| c.last_heartbeat_time));
    let samples = snapshot.container_usage.iter().filter_map(|u| u.time).chain(snapshot.node_usage.iter().filter_map(|u| u.time));
    events.chain(logs).chain(pods).chain(leases).chain(nodes).chain(samples).max()
}
