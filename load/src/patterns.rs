//! The log's patterns: a million lines become some dozens, with counts, first and last times, and stack traces whole.
//!
//! Every line goes through it. Its hash ([`mask`]) finds the pattern; only the first copy of each is written out. A log
//! comes in chunks: [`Mined`] is what one holds, and joins with what follows. Events at the edges stay raw until then, so
//! that a stack trace across an edge is one trace. Memory is bounded: [`ledger`] folds and counts what has no room.

mod fold;
mod json;
mod ledger;
mod mask;
mod trace;

use memchr::memchr;
use tarbox_model::patterns::Patterns;

use ledger::Ledger;
use trace::Shape;

/// Longest event that is kept raw at a chunk's edge; a longer one is told in two.
const EDGE_LIMIT: usize = 64 * 1024;

/// The patterns of consecutive lines of a log.
#[derive(Debug, Default)]
pub(crate) struct Mined {
    /// Lines that may belong to an event that began before.
    head: Edge,
    ledger: Ledger,
    /// The last event, which may go on. Empty together with `ledger` as long as all is in `head`.
    tail: Edge,
}

/// Whole lines at an edge of a chunk.
#[derive(Debug, Default)]
struct Edge {
    bytes: Vec<u8>,
    /// Number of the first.
    line: u32,
}

impl Edge {
    fn append(&mut self, next: &Self) {
        if self.bytes.is_empty() {
            self.line = next.line;
        } else if !next.bytes.is_empty() && self.bytes.last() != Some(&b'\n') {
            self.bytes.push(b'\n');
        }
        self.bytes.extend(&next.bytes);
    }
}

impl Mined {
    /// The patterns of whole lines; `line` is the number of the first.
    pub(crate) fn new(bytes: &[u8], line: u32) -> Self {
        let at = head(bytes);
        let (head, rest) = bytes.split_at(at);
        let mut mined = Self { head: Edge { bytes: head.to_vec(), line }, ..Self::default() };
        let skipped = u32::try_from(memchr::memchr_iter(b'\n', head).count()).unwrap_or(u32::MAX);
        mined.take(rest, line.saturating_add(skipped));
        mined
    }

    /// Adds what follows.
    pub(crate) fn join(&mut self, next: Self) {
        if next.is_undecided() {
            let undecided = self.is_undecided();
            let edge = if undecided { &mut self.head } else { &mut self.tail };
            edge.append(&next.head);
            if !undecided || edge.bytes.len() > EDGE_LIMIT {
                let edge = std::mem::take(edge);
                self.take(&edge.bytes, edge.line);
            }
            return;
        }
        if self.is_undecided() {
            let mut edge = std::mem::take(&mut self.head);
            edge.append(&next.head);
            *self = Self::new(&edge.bytes, edge.line);
            self.close_tail();
        } else {
            self.tail.append(&next.head);
            self.close_tail();
        }
        self.ledger.join(next.ledger);
        self.tail = next.tail;
    }

    /// The finished patterns.
    pub(crate) fn finish(mut self) -> Patterns {
        if self.is_undecided() {
            let head = std::mem::take(&mut self.head);
            self.take(&head.bytes, head.line);
            self.close_tail();
            return self.ledger.finish();
        }
        let mut whole = Ledger::default();
        whole.take_all(&self.head.bytes, self.head.line);
        self.close_tail();
        whole.join(self.ledger);
        whole.finish()
    }

    fn is_undecided(&self) -> bool {
        self.ledger.is_empty() && self.tail.bytes.is_empty()
    }

    /// Takes lines, and keeps the last event raw.
    fn take(&mut self, bytes: &[u8], line: u32) {
        let Some(event) = self.ledger.take(bytes, line) else { return };
        let open = bytes.get(event.start..).unwrap_or_default();
        if open.len() > EDGE_LIMIT {
            self.ledger.take_all(open, event.line);
        } else {
            self.tail = Edge { bytes: open.to_vec(), line: event.line };
        }
    }

    fn close_tail(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        self.ledger.take_all(&tail.bytes, tail.line);
    }
}

/// Where the lines end that an event before this chunk may claim: one line, with all that is the middle of something. An
/// event that begins among them stays whole.
fn head(bytes: &[u8]) -> usize {
    let (mut at, mut whole) = (0, false);
    let mut shape = None;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (raw, length) = first_line(rest);
        let text = timed(raw).1;
        let continued = shape.and_then(|shape: Shape| shape.next(b"", text));
        if continued.is_none() && !trace::is_fragment(text) {
            if whole {
                return at;
            }
            whole = true;
        }
        shape = Some(continued.unwrap_or_else(|| Shape::begin(text)));
        at += length;
        if at > EDGE_LIMIT {
            return 0;
        }
    }
    at
}

/// The first line without its end, and its length with it.
fn first_line(bytes: &[u8]) -> (&[u8], usize) {
    let (line, length) = match memchr(b'\n', bytes) {
        Some(end) => (bytes.get(..end).unwrap_or_default(), end + 1),
        None => (bytes, bytes.len()),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), length)
}

/// The time that the runtime put before a line, not read yet, and the line.
pub(crate) fn timed(line: &[u8]) -> (&[u8], &[u8]) {
    let is_time = matches!(line, [b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', ..]);
    let end = if is_time { line.get(19..line.len().min(40)).and_then(|rest| memchr(b' ', rest)) } else { None };
    match end {
        Some(end) => (line.get(..19 + end).unwrap_or_default(), line.get(20 + end..).unwrap_or_default()),
        // The runtime's blank after the time of an empty line may be lost.
        None if is_time && (20..=36).contains(&line.len()) && line.ends_with(b"Z") => (line, b""),
        None => (b"", line),
    }
}

/// A pattern's identity, which costs nothing to write: lines of one pattern have the same.
pub(crate) fn identity(line: &str) -> u64 {
    ledger::identity(line.as_bytes())
}

/// A line's pattern: what it says, with values masked.
pub(crate) fn text(line: &str) -> String {
    ledger::text(line.as_bytes())
}

#[cfg(test)]
mod tests;
