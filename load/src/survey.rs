//! A bundle whose objects would take more memory than they may: its namespaces seen at a glance, to read those that are in trouble and to
//! leave out what is well.
//!
//! The glance reads a few fields of every object and keeps four bytes of each, so that the second reading knows without parsing what to pass over.

mod glance;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use glance::Sign;
use rayon::prelude::*;
use tarbox_bundle::{Chunk, Place};
use tarbox_model::snapshot::Snapshot;

/// Bytes of memory for a byte of JSON: the shapes, what relates them, and what the rules make of them.
const HEAP: u64 = 3;
/// What a run takes without objects: the program, batches of chunks, the state of logs.
const BASE: u64 = 96 << 20;

/// Bytes of objects, as JSON, that fit into so much memory.
pub(crate) fn room(memory: u64) -> u64 {
    memory.saturating_sub(BASE) / HEAP
}

/// Whether a chunk holds objects, a line each.
pub(crate) fn has_objects(chunk: &Chunk) -> bool {
    matches!(Place::parse(&chunk.entry.path), Place::Objects { .. } | Place::Secrets)
}

/// What a glance at all objects showed.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    namespaces: Namespaces,
    /// The namespace of each line of a chunk; by the entry's index and the chunk's position in it.
    lines: HashMap<(u32, u32), Vec<u32>>,
}

/// Namespaces by number; without a name: what belongs to the whole cluster.
#[derive(Debug, Default)]
struct Namespaces {
    numbers: BTreeMap<String, u32>,
    areas: Vec<Area>,
}

/// What there is of a namespace.
#[derive(Debug, Default)]
struct Area {
    name: String,
    sums: Sums,
    is_read: bool,
}

/// Of one object or of many.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    bytes: u64,
    objects: u64,
    /// Objects that say that something is wrong.
    troubled: u64,
    /// Warnings, which may have passed.
    warnings: u64,
}

/// What to read.
#[derive(Debug)]
pub(crate) struct Choice(Survey);

impl Survey {
    /// Looks at a batch of chunks.
    pub(crate) fn take(&mut self, batch: Vec<Chunk>) {
        let look = |chunk: Chunk| {
            let seen = has_objects(&chunk).then(|| (key(&chunk), glance(&chunk)));
            chunk.recycle();
            seen
        };
        let seen: Vec<_> = batch.into_par_iter().filter_map(look).collect();
        for (key, (found, mut lines)) in seen {
            let numbers: Vec<u32> = found.areas.iter().map(|area| self.namespaces.add(&area.name, area.sums)).collect();
            for line in &mut lines {
                *line = numbers.get(*line as usize).copied().unwrap_or_default();
            }
            self.lines.insert(key, lines);
        }
    }

    /// As many namespaces as fit, the most troubled first, and never none: whatever belongs to the whole cluster, the system's own, then those
    /// with the most objects that say that something is wrong, then those with the most warnings.
    pub(crate) fn choose(mut self, room: u64) -> Choice {
        let mut order: Vec<&mut Area> = self.namespaces.areas.iter_mut().collect();
        order.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let (mut taken, mut users) = (0, 0);
        for area in order {
            if area.is_always_read() || users == 0 || taken + area.sums.bytes <= room {
                taken += area.sums.bytes;
                users += usize::from(!area.is_always_read());
                area.is_read = true;
            }
        }
        Choice(self)
    }
}

impl Area {
    fn is_always_read(&self) -> bool {
        self.name.is_empty() || Snapshot::is_system_namespace(&self.name)
    }

    /// What is read first has the least.
    fn rank(&self) -> impl Ord {
        (!self.is_always_read(), Reverse((self.sums.troubled, self.sums.warnings)), self.sums.bytes, &self.name)
    }
}

impl Namespaces {
    /// Adds to what there is of a namespace, and gives its number.
    fn add(&mut self, name: &str, more: Sums) -> u32 {
        let number = self.numbers.get(name).copied().unwrap_or_else(|| {
            let number = self.areas.len() as u32;
            self.numbers.insert(name.to_owned(), number);
            self.areas.push(Area { name: name.to_owned(), ..Area::default() });
            number
        });
        if let Some(area) = self.areas.get_mut(number as usize) {
            area.sums.bytes += more.bytes;
            area.sums.objects += more.objects;
            area.sums.troubled += more.troubled;
            area.sums.warnings += more.warnings;
        }
        number
    }
}

impl Choice {
    /// Whether a namespace is read.
    pub(crate) fn has(&self, namespace: &str) -> bool {
        self.0.namespaces.numbers.get(namespace).is_none_or(|number| self.is_kept(*number))
    }

    /// Whether a line of a chunk is read.
    pub(crate) fn has_line(&self, chunk: &Chunk, line: usize) -> bool {
        let number = self.0.lines.get(&key(chunk)).and_then(|lines| lines.get(line));
        number.is_none_or(|number| self.is_kept(*number))
    }

    fn is_kept(&self, number: u32) -> bool {
        self.0.namespaces.areas.get(number as usize).is_none_or(|area| area.is_read)
    }

    /// Takes samples of what is not read out of a part.
    pub(crate) fn trim(&self, part: &mut Snapshot) {
        part.container_usage.retain(|sample| self.has(&sample.namespace));
        part.throttling.retain(|sample| self.has(&sample.namespace));
        part.volume_usage.retain(|sample| self.has(&sample.namespace));
        part.certificates.retain(|certificate| self.has(&certificate.namespace));
    }

    /// The namespaces that are read, in order.
    pub(crate) fn namespaces(&self) -> Vec<String> {
        let numbers = self.0.namespaces.numbers.iter();
        numbers.filter(|(name, number)| !name.is_empty() && self.is_kept(**number)).map(|(name, _)| name.clone()).collect()
    }

    /// What is left out, in words; nothing when nothing is.
    pub(crate) fn says(&self, memory: u64) -> Option<String> {
        let areas = &self.0.namespaces.areas;
        let whole = (areas.iter().map(|area| area.sums.bytes).sum::<u64>() * HEAP + BASE).div_ceil(1 << 20);
        let left_out = || areas.iter().filter(|area| !area.is_read);
        let (left, objects) = (left_out().count(), left_out().map(|area| area.sums.objects).sum::<u64>());
        let troubled = left_out().map(|area| area.sums.troubled).sum::<u64>();
        (left > 0).then(|| {
            format!(
                "{left} namespaces were not looked at, with {objects} objects, of which {troubled} say that something is wrong; those with more of \
                 them came first. All objects would take about {whole} MiB of memory, --max-memory allows {}",
                memory >> 20
            )
        })
    }
}

fn key(chunk: &Chunk) -> (u32, u32) {
    (chunk.entry.index, chunk.seq)
}

/// The namespaces of a chunk's lines, numbered within the chunk, and the number of each line.
fn glance(chunk: &Chunk) -> (Namespaces, Vec<u32>) {
    let resource = match Place::parse(&chunk.entry.path) {
        Place::Objects { resource, .. } => resource,
        _ => String::new(),
    };
    let mut namespaces = Namespaces::default();
    let line = |line: &[u8]| {
        glance::at(line, &resource, |namespace, sign| {
            let sums = Sums {
                bytes: line.len() as u64,
                objects: u64::from(!line.is_empty()),
                troubled: u64::from(sign == Sign::Trouble),
                warnings: u64::from(sign == Sign::Warning),
            };
            namespaces.add(namespace, sums)
        })
    };
    let lines = chunk.bytes.split(|byte| *byte == b'\n').map(line).collect();
    (namespaces, lines)
}
