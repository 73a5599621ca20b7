//! Text as it comes: log lines in pieces, cut anywhere.
//!
//! Work is done by whole lines, so that the result does not depend on where the stream was cut. Held back are only a line whose end has
//! not come, and lines to which the next one may belong, see [`crate::fold`].

use crate::counts::Counts;
use crate::lines::{Carry, MAX_LINE};
use crate::{Redactor, TextKind};

/// Redacts one stream of text, piece by piece. One per stream; not shared.
pub struct TextRedactor {
    redactor: Redactor,
    kind: TextKind,
    /// Whole lines held back, then a line whose end has not come yet; that one at most a byte longer than a line may be.
    held: Vec<u8>,
    /// Where the last line of `held` starts.
    partial: usize,
    carry: Carry,
    counts: Counts,
}

impl TextRedactor {
    pub(crate) fn new(redactor: Redactor, kind: TextKind) -> Self {
        Self { redactor, kind, held: Vec::new(), partial: 0, carry: Carry::default(), counts: Counts::new() }
    }

    /// Takes the next piece, and appends to `out` what can be written by now.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let before = self.partial;
        for line in pieces(piece) {
            // A line beyond the bound keeps its end, and one byte too many to be known as such.
            let (content, ended) = line.strip_suffix(b"\n").map_or((line, false), |content| (content, true));
            let room = (MAX_LINE + 1).saturating_sub(self.held.len() - self.partial);
            // A piece of several lines has no line beyond the bound but, maybe, the first that it ends.
            let first = memchr::memchr(b'\n', content).unwrap_or(content.len());
            self.held.extend_from_slice(content.get(..first.min(room)).unwrap_or_default());
            self.held.extend_from_slice(content.get(first..).unwrap_or_default());
            if ended {
                self.held.push(b'\n');
                self.partial = self.held.len();
            }
        }
        // Without a new line, those held back are held back still.
        if self.partial > before {
            let whole = self.held.get(..self.partial).unwrap_or_default();
            let working = self.redactor.working();
            let kept = working.lines(self.kind).redact(whole, false, &mut self.carry, &mut self.counts, out);
            drop(working);
            self.held.drain(..self.partial - kept);
            self.partial = kept;
        }
    }

    /// The end of the stream: appends what was held back, and tells how often what was redacted.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Counts {
        let held = std::mem::take(&mut self.held);
        self.redactor.working().lines(self.kind).redact(&held, true, &mut self.carry, &mut self.counts, out);
        self.counts
    }

    /// Redactions so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

/// The part of a piece that ends with a line end, and the rest.
fn pieces(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (whole, rest) = piece.split_at(memchr::memrchr(b'\n', piece).map_or(0, |end| end + 1));
    [whole, rest].into_iter().filter(|part| !part.is_empty())
}
