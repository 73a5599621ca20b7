//! The patterns found so far, each with its counts; bounded.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use tarbox_model::evidence::QUOTE_LIMIT;
use tarbox_model::log::LogLine;
use tarbox_model::patterns::{Loudness, Pattern, Patterns};

use super::fold::fold;
use super::json::Told;
use super::mask::{Hash, Sink, Text, walk};
use super::trace::Shape;
use super::{first_line, timed};
use crate::level;
use crate::logs::{self, lossy};

/// Patterns while lines are read; beyond, they are folded and the rarest are left to the count of the unlisted.
pub(super) const ROOM: usize = 512;
/// Patterns that remain of a chunk, and of the whole.
pub(super) const KEPT: usize = 96;
/// Hashes by which one pattern is found, when it is folded out of many.
const HASHES: usize = 64;
/// Longest line that is looked at.
const LINE_LIMIT: usize = 16 * 1024;
/// Lines of a stack trace that are kept: its beginning and its end.
const TRACE_HEAD: usize = 40;
const TRACE_TAIL: usize = 20;

/// Patterns by first appearance.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    index: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    unlisted: u64,
    blank: u64,
}

/// One pattern, with what finds it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) pattern: Pattern,
    pub(super) hashes: Vec<u64>,
    /// Whether it is several that differ in a word.
    pub(super) folded: bool,
    /// Where the last copy stands in the lines at hand; its time is not read yet.
    last_at: Option<usize>,
}

/// Lines that are one event.
#[derive(Debug)]
pub(super) struct Event {
    /// Where it begins in the lines at hand, and its line.
    pub(super) start: usize,
    pub(super) line: u32,
    lines: u32,
    shape: Shape,
    /// The first line, and the last that told what went wrong.
    head: (usize, usize),
    told: Option<(usize, usize)>,
}

impl Ledger {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.blank == 0 && self.unlisted == 0
    }

    /// Takes lines but for the last event, which may go on.
    pub(super) fn take(&mut self, bytes: &[u8], line: u32) -> Option<Event> {
        let (mut at, mut number) = (0, line);
        let mut open: Option<Event> = None;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (raw, length) = first_line(rest);
            let raw = raw.get(..LINE_LIMIT).unwrap_or(raw);
            let text = timed(raw).1;
            let end = at + raw.len();
            let place = (end - text.len(), end);
            let head = |event: &Event| bytes.get(event.head.0..event.head.1).unwrap_or_default();
            match open.as_mut().and_then(|event| Some((event.shape.next(head(event), text)?, event))) {
                Some((shape, event)) => {
                    event.shape = shape;
                    event.lines += 1;
                    if shape.tells(text) {
                        event.told = Some(place);
                    }
                }
                None => {
                    if let Some(event) = open.take() {
                        self.note(bytes, &event);
                    }
                    if text.trim_ascii().is_empty() {
                        self.blank += 1;
                    } else {
                        open = Some(Event { start: at, line: number, lines: 1, shape: Shape::begin(text), head: place, told: None });
                    }
                }
            }
            at += length;
            number = number.saturating_add(1);
        }
        self.read_times(bytes);
        self.tidy(KEPT);
        open
    }

    /// Takes lines whose last event is over.
    pub(super) fn take_all(&mut self, bytes: &[u8], line: u32) {
        if let Some(event) = self.take(bytes, line) {
            self.note(bytes, &event);
            self.read_times(bytes);
        }
    }

    /// Counts an event.
    fn note(&mut self, bytes: &[u8], event: &Event) {
        let part = |(from, to): (usize, usize)| bytes.get(from..to).unwrap_or_default();
        let head = part(event.head);
        // A trace is not the line that begins it.
        let mut hash = Hash::new(event.shape.is_trace());
        put(head, &mut hash);
        if let Some(told) = event.told {
            put(part(told), &mut hash);
        }
        let hash = hash.finish();
        let known = self.index.get(&hash).and_then(|&i| self.entries.get_mut(i as usize));
        if let Some(Entry { pattern, last_at, .. }) = known {
            pattern.count += 1;
            pattern.lines += u64::from(event.lines);
            pattern.last_number = event.line;
            *last_at = Some(event.start);
            return;
        }
        if self.entries.len() >= ROOM {
            self.read_times(bytes);
            self.tidy(ROOM / 2);
        }
        let first = first_copy(bytes, event);
        let pattern = Pattern {
            text: if event.shape.is_trace() { trace_text(event.shape, head, event.told.map(part)) } else { text(head) },
            loudness: match event.shape.is_trace() {
                true => Loudness::Error,
                false if first.is_option_help() => Loudness::Other,
                false => loudness(head),
            },
            count: 1,
            lines: u64::from(event.lines),
            first,
            trace: if event.shape.is_trace() { kept_trace(bytes, event) } else { Vec::new() },
            last_time: None,
            last_number: event.line,
        };
        self.push(Entry { pattern, hashes: vec![hash], folded: false, last_at: Some(event.start) });
    }

    fn push(&mut self, entry: Entry) {
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.index.extend(entry.hashes.iter().map(|hash| (*hash, place)));
        self.entries.push(entry);
    }

    /// Reads the times of last copies, while the lines are at hand.
    fn read_times(&mut self, bytes: &[u8]) {
        for entry in &mut self.entries {
            let Some(at) = entry.last_at.take() else { continue };
            let line = first_line(bytes.get(at..).unwrap_or_default()).0;
            let time = std::str::from_utf8(timed(line).0).ok().and_then(|time| time.parse().ok());
            // A mongod's line has its time inside.
            let time =
                time.or_else(|| if line.starts_with(b"{") { logs::read_line(line.get(..256).unwrap_or(line), 0).time } else { None });
            entry.pattern.last_time = time.or(entry.pattern.last_time);
        }
    }

    /// Adds what stands in the lines that follow.
    pub(super) fn join(&mut self, next: Self) {
        self.unlisted += next.unlisted;
        self.blank += next.blank;
        for entry in next.entries {
            let place = entry.hashes.iter().find_map(|hash| self.index.get(hash)).copied();
            match place.and_then(|place| Some((place, self.entries.get_mut(place as usize)?))) {
                Some((place, known)) => {
                    self.index.extend(entry.hashes.iter().map(|hash| (*hash, place)));
                    known.absorb(entry);
                }
                None => self.push(entry),
            }
        }
        self.tidy(KEPT);
    }

    /// The patterns, by first line.
    pub(super) fn finish(mut self) -> Patterns {
        self.tidy(KEPT);
        let mut list: Vec<Pattern> = self.entries.into_iter().map(|entry| entry.pattern).collect();
        list.sort_by_key(|pattern| pattern.first.number);
        Patterns { list, unlisted: self.unlisted, blank: self.blank }
    }

    /// Folds patterns that differ in a name. Where more than `room` are left, errors keep half of it, and the most
    /// frequent of all the rest.
    fn tidy(&mut self, room: usize) {
        let (before, mut entries) = (self.entries.len(), fold(std::mem::take(&mut self.entries)));
        if entries.len() > room {
            entries.sort_by(|a, b| b.pattern.count.cmp(&a.pattern.count).then_with(|| a.pattern.first.number.cmp(&b.pattern.first.number)));
            let (mut kept, mut rest): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
            for entry in entries {
                let is_error = entry.pattern.loudness == Loudness::Error;
                if is_error && kept.len() < room / 2 { kept.push(entry) } else { rest.push(entry) }
            }
            let mut rest = rest.into_iter();
            kept.extend(rest.by_ref().take(room - kept.len()));
            self.unlisted += rest.map(|entry| entry.pattern.lines).sum::<u64>();
            kept.sort_by_key(|entry| entry.pattern.first.number);
            entries = kept;
        }
        let same = entries.len() == before;
        self.entries = entries;
        if !same {
            self.index.clear();
            for (place, entry) in (0..).zip(&self.entries) {
                self.index.extend(entry.hashes.iter().map(|hash| (*hash, place)));
            }
        }
    }
}

impl Entry {
    /// Takes copies in that follow.
    pub(super) fn absorb(&mut self, next: Self) {
        self.pattern.count += next.pattern.count;
        self.pattern.lines += next.pattern.lines;
        if next.pattern.last_number >= self.pattern.last_number {
            self.pattern.last_number = next.pattern.last_number;
            self.pattern.last_time = next.pattern.last_time.or(self.pattern.last_time);
            self.last_at = next.last_at.or(self.last_at);
        }
        let room = HASHES.saturating_sub(self.hashes.len());
        let new: Vec<u64> = next.hashes.into_iter().filter(|hash| !self.hashes.contains(hash)).take(room).collect();
        self.hashes.extend(new);
    }
}

/// Puts a line's pattern, or what a JSON line says.
fn put(line: &[u8], sink: &mut impl Sink) {
    match if line.first() == Some(&b'{') { Told::of(line) } else { None } {
        Some(told) => told.put(sink),
        None => walk(line, sink),
    }
}

/// The identity of a line's pattern.
pub(super) fn identity(line: &[u8]) -> u64 {
    let mut hash = Hash::new(false);
    put(line, &mut hash);
    hash.finish()
}

/// A line's pattern.
pub(super) fn text(line: &[u8]) -> String {
    let mut text = Text::default();
    put(line, &mut text);
    text.finish()
}

/// A stack trace's pattern: its exception. Python tells it last, others first, with what it was caused by.
fn trace_text(shape: Shape, head: &[u8], told: Option<&[u8]>) -> String {
    match told {
        None => text(head),
        Some(told) if matches!(shape, Shape::Frames | Shape::Interrupted | Shape::Raised | Shape::Chained) => text(told),
        Some(told) => format!("{} … {}", text(head), text(told)),
    }
}

/// The lines of a stack trace, cut in the middle when they are very many.
fn kept_trace(bytes: &[u8], event: &Event) -> Vec<(u32, String)> {
    let (mut lines, mut at) = (Vec::new(), event.start);
    let count = event.lines as usize;
    for (i, number) in (event.line..).enumerate().take(count) {
        let (raw, length) = first_line(bytes.get(at..).unwrap_or_default());
        if i < TRACE_HEAD || i + TRACE_TAIL >= count {
            lines.push((number, logs::read_line(raw.get(..2 * QUOTE_LIMIT).unwrap_or(raw), number).text));
        }
        at += length;
    }
    while lines.last().is_some_and(|(_, text)| text.trim().is_empty()) {
        lines.pop();
    }
    lines
}

/// An event's first line, as much of it as is quoted.
fn first_copy(bytes: &[u8], event: &Event) -> LogLine {
    let mut line = logs::read_line(bytes.get(event.start..event.head.1).unwrap_or_default(), event.line);
    let end = line.text.char_indices().nth(QUOTE_LIMIT).map_or(line.text.len(), |(end, _)| end);
    line.text.truncate(end);
    line.text.shrink_to_fit();
    line
}

/// How loud a line is that is no trace.
fn loudness(line: &[u8]) -> Loudness {
    let text = lossy(line);
    let told = Told::of(line).map(|told| told.level()).filter(|level| !level.is_empty());
    let stated = match told {
        Some(level) => level::Level::named(&String::from_utf8_lossy(level)),
        None => level::of(&text),
    };
    match stated {
        Some(level) if level >= level::Level::Error => Loudness::Error,
        Some(level::Level::Warning) => Loudness::Warning,
        Some(_) => Loudness::Other,
        None if tarbox_model::log::speaks_of_error(&text) => Loudness::Error,
        None => Loudness::Other,
    }
}

/// A hash is spread already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
