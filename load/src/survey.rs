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
    bytes: u64,
    objects: u64,
    /// Objects that say that something is wrong.
    troubled: u64,
    /// Warnings, which may have passed.
    warnings: u64,
}

/// What to read.
#[derive(Debug)]
pub(crate) struct Choice {
    survey: Survey,
    kept: Vec<bool>,
}

impl Survey {
    /// Looks at a batch of chunks.
    pub(crate) fn take(&mut self, batch: Vec<Chunk>) {
        let seen: Vec<_> = batch.into_par_iter().filter(has_objects).map(|chunk| (key(&chunk), glance(&chunk))).collect();
        for (key, (found, mut lines)) in seen {
            let numbers: Vec<u32> = found.areas.iter().map(|area| self.namespaces.add(area)).collect();
            for line in &mut lines {
                *line = numbers.get(*line as usize).copied().unwrap_or_default();
            }
            self.lines.insert(key, lines);
        }
    }

    /// As many namespaces as fit, the most troubled first, and never none: whatever belongs to the whole cluster, the system's own, then those
    /// with the most objects that say that something is wrong, then those with the most warnings.
    pub(crate) fn choose(self, room: u64) -> Choice {
        let mut kept = vec![false; self.namespaces.areas.len()];
        let mut order: Vec<(&Area, &mut bool)> = self.namespaces.areas.iter().zip(&mut kept).collect();
        order.sort_by_key(|(area, _)| (!area.is_always_read(), Reverse((area.troubled, area.warnings)), area.bytes, &area.name));
        let (mut taken, mut users) = (0, 0);
        for (area, kept) in order {
            if area.is_always_read() || users == 0 || taken + area.bytes <= room {
                taken += area.bytes;
                users += usize::from(!area.is_always_read());
                *kept = true;
            }
        }
        Choice { kept, survey: self }
    }
}

impl Area {
    fn is_always_read(&self) -> bool {
        self.name.is_empty() || Snapshot::is_system_namespace(&self.name)
    }
}

impl Namespaces {
    /// The number of a namespace.
    fn number(&mut self, name: &str) -> u32 {
        self.numbers.get(name).copied().unwrap_or_else(|| {
            let number = self.areas.len() as u32;
            self.numbers.insert(name.to_owned(), number);
            self.areas.push(Area { name: name.to_owned(), ..Area::default() });
            number
        })
    }

    /// Adds to what there is of a namespace, and gives its number.
    fn add(&mut self, more: &Area) -> u32 {
        let number = self.number(&more.name);
        if let Some(area) = self.areas.get_mut(number as usize) {
            area.bytes += more.bytes;
            area.objects += more.objects;
            area.troubled += more.troubled;
            area.warnings += more.warnings;
        }
        number
    }
}

impl Choice {
    /// Whether a namespace is read.
    pub(crate) fn has(&self, namespace: &str) -> bool {
        self.survey.namespaces.numbers.get(namespace).is_none_or(|number| self.is_kept(*number))
    }

    /// Whether a line of a chunk is read.
    pub(crate) fn has_line(&self, chunk: &Chunk, line: usize) -> bool {
        let number = self.survey.lines.get(&key(chunk)).and_then(|lines| lines.get(line));
        number.is_none_or(|number| self.is_kept(*number))
    }

    fn is_kept(&self, number: u32) -> bool {
        self.kept.get(number as usize).copied().unwrap_or(true)
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
        let numbers = self.survey.namespaces.numbers.iter();
        numbers.filter(|(name, number)| !name.is_empty() && self.is_kept(**number)).map(|(name, _)| name.clone()).collect()
    }

    /// What is left out, in words; nothing when nothing is.
    pub(crate) fn says(&self, memory: u64) -> Option<String> {
        let of = |kept: bool| {
            let areas = self.survey.namespaces.areas.iter().zip(&self.kept);
            areas.filter(move |(_, is)| **is == kept).map(|(area, _)| area)
        };
        let (left, objects) = (of(false).count(), of(false).map(|area| area.objects).sum::<u64>());
        let troubled = of(false).map(|area| area.troubled).sum::<u64>();
        let whole = (of(true).chain(of(false)).map(|area| area.bytes).sum::<u64>() * HEAP + BASE).div_ceil(1 << 20);
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
            let number = namespaces.number(namespace);
            if let Some(area) = namespaces.areas.get_mut(number as usize) {
                area.bytes += line.len() as u64;
                area.objects += u64::from(!line.is_empty());
                area.troubled += u64::from(sign == Sign::Trouble);
                area.warnings += u64::from(sign == Sign::Warning);
            }
            number
        })
    };
    let lines = chunk.bytes.split(|byte| *byte == b'\n').map(line).collect();
    (namespaces, lines)
}
