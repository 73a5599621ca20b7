//! Text that arrives piece by piece: logs, and metrics in their text form.
use super::Sink;
use crate::redact::RedactText;
use tarbox_bundle::{EntryPath, EntryWriter};

/// Writes one text.
pub(crate) struct TextSink<'a> {
    sink: &'a Sink,
    entry: Option<EntryWriter<'a>>,
    redact: RedactText<'a>,
    clean: Vec<u8>,
}

impl<'a> TextSink<'a> {
    pub(super) fn new(sink: &'a Sink, path: &EntryPath) -> Self {
        Self { sink, entry: sink.begin(path), redact: sink.redact.text(path), clean: Vec::new() }
    }

    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.redact.push(piece, &mut self.clean);
        self.write();
    }

    /// A line of our own, between pieces of the text. What redaction still holds back is let go first, so that the order stays.
    pub(crate) fn mark(&mut self, line: &str) {
        self.redact.finish(&mut self.clean);
        if self.clean.last().is_some_and(|last| *last != b'\n') {
            self.clean.push(b'\n');
        }
        self.clean.extend_from_slice(line.as_bytes());
        self.clean.push(b'\n');
        self.write();
    }

    /// Ends the text and gives its size; a text that is dropped instead is not written.
    pub(crate) fn finish(mut self) -> u64 {
        self.redact.finish(&mut self.clean);
        self.write();
        self.entry.take().and_then(|entry| self.sink.settle(entry.finish())).map_or(0, |stats| stats.bytes)
    }

    fn write(&mut self) {
        if let Some(entry) = &mut self.entry
            && self.sink.settle(entry.push(&self.clean)).is_none()
        {
            self.entry = None;
        }
        self.clean.clear();
    }
}
