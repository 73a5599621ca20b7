//! Line after line, with what one line tells about the next: key blocks, YAML blocks, values that are folded or wrapped.

mod carry;

use std::borrow::Cow;

use crate::counts::Counts;
use crate::placeholder::Namer;
use crate::scan::Scanner;
use crate::span;
pub(crate) use carry::Carry;

/// A line is kept up to here.
pub(crate) const MAX_LINE: usize = 1 << 20;
/// Bytes before the cut that go with it: a secret may have been cut in two.
const CUT_MARGIN: usize = 8 << 10;
/// What the first pass looks at in one go; its list of positions stays small.
const BATCH: usize = 64 << 10;
/// Redacting again what was redacted must change nothing; so often is tried until it is so.
const ROUNDS: usize = 4;

/// The machine; its memory between calls is [`Carry`].
pub(crate) struct Lines<'a> {
    pub(crate) scanner: Scanner<'a>,
    pub(crate) namer: &'a Namer,
}

impl Lines<'_> {
    /// Redacts whole lines; the last may lack its line end at the end of a text.
    pub(crate) fn redact<'t>(&self, text: &'t [u8], carry: &mut Carry, counts: &mut Counts) -> Cow<'t, [u8]> {
        let mut out: Option<Vec<u8>> = None;
        let mut at = 0;
        while at < text.len() {
            let batch = batch(text, at);
            let end = at + batch.len();
            let positions = self.scanner.positions(batch);
            if !positions.is_empty() || !carry.is_idle() || batch.len() > MAX_LINE {
                let mut done = out.take().unwrap_or_else(|| text.get(..at).unwrap_or_default().to_vec());
                self.batch(batch, &positions, carry, counts, &mut done);
                out = Some(done);
            } else if let Some(out) = &mut out {
                out.extend_from_slice(batch);
            }
            at = end;
        }
        match out {
            Some(out) if out != text => Cow::Owned(out),
            _ => Cow::Borrowed(text),
        }
    }

    /// Whatever is still held.
    pub(crate) fn end(&self, carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) {
        let unit = carry.take_held();
        if !unit.is_empty() {
            self.unit(&unit, carry, counts, out);
        }
    }

    fn batch(&self, batch: &[u8], positions: &[usize], carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) {
        let mut at = 0;
        let mut positions = positions.iter().copied().peekable();
        while at < batch.len() {
            let start = if carry.is_idle() && batch.len() <= MAX_LINE {
                while positions.next_if(|position| *position < at).is_some() {}
                let Some(position) = positions.peek() else { break };
                memchr::memrchr(b'\n', batch.get(..*position).unwrap_or_default()).map_or(at, |end| at.max(end + 1))
            } else {
                at
            };
            let rest = batch.get(start..).unwrap_or_default();
            let line = rest.get(..memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)).unwrap_or_default();
            out.extend_from_slice(batch.get(at..start).unwrap_or_default());
            self.line(line, carry, counts, out);
            at = start + line.len();
        }
        out.extend_from_slice(batch.get(at..).unwrap_or_default());
    }

    fn line(&self, line: &[u8], carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        if content.len() > MAX_LINE {
            self.end(carry, counts, out);
            return self.long(content, line.len() > content.len(), counts, out);
        }
        self.unit(line, carry, counts, out);
    }

    /// A line beyond the bound: its beginning, and a note.
    fn long(&self, content: &[u8], ended: bool, counts: &mut Counts, out: &mut Vec<u8>) {
        let head = content.get(..MAX_LINE).unwrap_or(content);
        let mut spans = span::settle(head, self.scanner.spans(head));
        let mut cut = MAX_LINE - CUT_MARGIN;
        while let Some(span) = spans.last().filter(|span| span.end > cut) {
            cut = cut.min(span.start);
            spans.pop();
        }
        let start = out.len();
        span::replace(head.get(..cut).unwrap_or_default(), &spans, self.namer, counts, out);
        counts.add("line-cut");
        self.settle(start, counts, out);
        out.extend_from_slice(b" [line cut by tarbox]");
        if ended {
            out.push(b'\n');
        }
    }

    /// Lines that belong together, mostly one.
    fn unit(&self, unit: &[u8], carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) {
        let mut spans = self.scanner.spans(unit);
        carry.read(unit, &mut spans);
        let spans = span::settle(unit, spans);
        if spans.is_empty() {
            return out.extend_from_slice(unit);
        }
        let start = out.len();
        span::replace(unit, &spans, self.namer, counts, out);
        self.settle(start, counts, out);
    }

    /// Scans what was written until nothing more is found, so that redacting twice is redacting once.
    fn settle(&self, start: usize, counts: &mut Counts, out: &mut Vec<u8>) {
        for _ in 0..ROUNDS {
            let written = out.get(start..).unwrap_or_default();
            let spans = span::settle(written, self.scanner.spans(written));
            if spans.is_empty() {
                return;
            }
            let written = written.to_vec();
            out.truncate(start);
            span::replace(&written, &spans, self.namer, counts, out);
        }
    }
}

/// Whole lines from `at` on: about [`BATCH`] bytes, more when a line is longer.
fn batch(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let Some(head) = rest.get(..BATCH) else { return rest };
    let end = memchr::memrchr(b'\n', head).or_else(|| memchr::memchr(b'\n', rest.get(BATCH..)?).map(|end| end + BATCH));
    end.and_then(|end| rest.get(..=end)).unwrap_or(rest)
}
