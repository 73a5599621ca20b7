//! Text as it comes: log lines in pieces, cut anywhere.
//!
//! Work is done by whole lines, so that the result does not depend on where the stream was cut; only a line whose end has not come
//! is held back. What spans lines is the business of [`crate::lines`].

use std::borrow::Cow;

use crate::counts::Counts;
use crate::lines::{Carry, MAX_LINE};
use crate::{Redactor, TextKind};

/// Redacts one stream of text, piece by piece. One per stream; not shared.
pub struct TextRedactor {
    redactor: Redactor,
    kind: TextKind,
    /// A line whose end has not come yet; at most one byte longer than a line may be.
    partial: Vec<u8>,
    carry: Carry,
    counts: Counts,
}

impl TextRedactor {
    pub(crate) fn new(redactor: Redactor, kind: TextKind) -> Self {
        Self { redactor, kind, partial: Vec::new(), carry: Carry::default(), counts: Counts::new() }
    }

    /// Takes the next piece and returns what can be written by now. Borrowed when the piece ends with a line and nothing had to change;
    /// give pieces cut at line ends where you can.
    pub fn push<'a>(&mut self, piece: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(last) = memchr::memrchr(b'\n', piece) else {
            self.hold(piece);
            return Cow::Owned(Vec::new());
        };
        let (whole, rest) = piece.split_at(last + 1);
        if self.partial.is_empty() {
            let redacted = self.lines(whole);
            self.hold(rest);
            return redacted;
        }
        let first = memchr::memchr(b'\n', whole).map_or(whole.len(), |end| end + 1);
        let (head, tail) = whole.split_at(first);
        let mut line = std::mem::take(&mut self.partial);
        // A line beyond the bound keeps its end, and one byte too many to be known as such.
        let room = (MAX_LINE + 1).saturating_sub(line.len());
        line.extend_from_slice(head.get(..room).unwrap_or(head));
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        let mut out = self.lines(&line).into_owned();
        out.extend_from_slice(&self.lines(tail));
        self.hold(rest);
        Cow::Owned(out)
    }

    /// The end of the stream: what was held back, and how often what was redacted.
    pub fn finish(mut self) -> (Vec<u8>, Counts) {
        let line = std::mem::take(&mut self.partial);
        let mut out = self.lines(&line).into_owned();
        self.redactor.lines(self.kind).end(&mut self.carry, &mut self.counts, &mut out);
        (out, self.counts)
    }

    /// Redactions so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn lines<'a>(&mut self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let mut carry = std::mem::take(&mut self.carry);
        let mut counts = std::mem::take(&mut self.counts);
        let redacted = self.redactor.lines(self.kind).redact(text, &mut carry, &mut counts);
        (self.carry, self.counts) = (carry, counts);
        redacted
    }

    fn hold(&mut self, piece: &[u8]) {
        let room = (MAX_LINE + 1).saturating_sub(self.partial.len());
        self.partial.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }
}
