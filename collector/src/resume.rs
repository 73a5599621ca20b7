//! `--resume FILE`: logs that an earlier run has read are taken from its bundle instead of being asked for again.
//!
//! Objects, events and meters are read afresh: they are cheap, and must fit together. A log is taken over only where the container is still the very
//! instance it was then, and where the earlier run read it to its end. It stays as it was then, and so do its placeholders: their key was the earlier run's.
use crate::{
    exit::Exit,
    outcome::Ended,
    pods::{ContainerFact, Facts, PodFact},
    run::Run,
    trouble::Trouble,
};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};
use tarbox_bundle::{Chunk, Limits, LogKind, Place, Reader};

/// How a log ends that the earlier run could not read to its end.
const BROKEN: &str = "--- tarbox: the log broke off here";

/// An earlier bundle, and which container instances it knows.
#[derive(Debug)]
pub(crate) struct Earlier {
    path: PathBuf,
    collected_at: String,
    instances: HashMap<u64, u64>,
}

impl Earlier {
    /// Opens an earlier bundle, whole or cut.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        let trouble = |why: String| {
            let todo = "name a bundle of tarbox-collect, or its .partial; decrypt an encrypted one first";
            Trouble::new(Exit::Usage, format!("cannot resume from {}", path.display()), why, todo)
        };
        let mut reader = Reader::open(path, Limits::default()).map_err(|error| trouble(error.to_string()))?;
        let mut facts = Facts::default();
        // A file that breaks off gives what it has: that is what resuming is for.
        while let Ok(Some(chunk)) = reader.next_chunk() {
            let Place::Objects { group, resource, .. } = Place::parse(&chunk.entry.path) else { continue };
            if group.is_empty() && resource == "pods" {
                chunk
                    .bytes
                    .split(|byte| *byte == b'\n')
                    .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
                    .for_each(|pod| facts.note_pod(&pod));
            }
        }
        let Some(header) = reader.header() else { return Err(trouble("it has no bundle.json".to_owned())) };
        let collected_at = header.collected_at.map(|time| time.to_string()).unwrap_or_default();
        Ok(Self { path: path.to_owned(), collected_at, instances: instances(&facts) })
    }

    /// Takes over the logs that are still right, and tells which those are.
    pub(crate) fn carry(&self, run: &Run) -> HashSet<u64> {
        let now = instances(run.facts());
        let (mut carried, mut bytes) = (HashSet::new(), 0);
        let Ok(mut reader) = Reader::open(&self.path, Limits::default()) else { return carried };
        let mut open = None;
        while let Ok(Some(chunk)) = reader.next_chunk() {
            if run.gateway.stop().reason().is_some() {
                break;
            }
            let Place::Log { namespace, pod, container, kind } = Place::parse(&chunk.entry.path) else { continue };
            let place = place(&namespace, &pod, &container);
            let still = now.get(&place).is_some_and(|instance| self.instances.get(&place) == Some(instance));
            let log = log(place, kind);
            if !still || carried.contains(&log) {
                continue;
            }
            let (text, tail) = open.get_or_insert_with(|| {
                (run.sink.text(&tarbox_bundle::EntryPath::log(&namespace, &pod, &container, kind), u64::MAX), Vec::new())
            });
            text.push(&chunk.bytes);
            keep_tail(tail, &chunk);
            if chunk.last
                && let Some((text, tail)) = open.take()
                && !chunk.cut
                && memchr::memmem::find(&tail, BROKEN.as_bytes()).is_none()
            {
                bytes += text.finish(None).0;
                carried.insert(log);
            }
        }
        let detail = format!("taken from the bundle of {}", self.collected_at);
        run.outcome("logs", "logs-of-earlier-bundle", Ended::Collected, carried.len() as u64, bytes, &detail);
        carried
    }
}

/// How [`Earlier::carry`] names a log.
pub(crate) fn name(facts: &Facts, pod: &PodFact, container: &ContainerFact, previous: bool) -> u64 {
    let kind = if previous { LogKind::Previous } else { LogKind::Current };
    log(place(facts.namespace(pod), facts.pod_name(pod), facts.container_name(container)), kind)
}

fn place(namespace: &str, pod: &str, container: &str) -> u64 {
    hash((namespace, pod, container))
}

fn log(place: u64, kind: LogKind) -> u64 {
    hash((place, kind))
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Which instance each container is.
fn instances(facts: &Facts) -> HashMap<u64, u64> {
    let of_pod = |pod: &PodFact| {
        let (namespace, name) = (facts.namespace(pod).to_owned(), facts.pod_name(pod).to_owned());
        facts.containers(pod).iter().map(move |container| (place(&namespace, &name, facts.container_name(container)), container.instance))
    };
    facts.pods().iter().flat_map(of_pod).collect()
}

/// The last bytes of a log, in which our own last words would stand.
fn keep_tail(tail: &mut Vec<u8>, chunk: &Chunk) {
    const TAIL: usize = 4 << 10;
    tail.extend_from_slice(&chunk.bytes[chunk.bytes.len().saturating_sub(TAIL)..]);
    tail.drain(..tail.len().saturating_sub(TAIL));
}
