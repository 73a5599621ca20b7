//! Text that arrives piece by piece: logs, and metrics in their text form. Redacted first and cut afterwards, so that no cut can hide
//! from redaction what a text is about.
use super::Sink;
use crate::{
    log_cut::{Cut, HeadTail},
    redact::RedactText,
};
use tarbox_bundle::{EntryPath, EntryWriter};

/// Writes one text.
pub(crate) struct TextSink<'a> {
    sink: &'a Sink,
    entry: Option<EntryWriter<'a>>,
    redact: RedactText<'a>,
    clean: Vec<u8>,
    cut: HeadTail,
    at_least: bool,
}

impl<'a> TextSink<'a> {
    pub(super) fn new(sink: &'a Sink, path: &EntryPath, budget: u64) -> Self {
        let cut = HeadTail::new(usize::try_from(budget).unwrap_or(usize::MAX));
        Self { sink, entry: sink.begin(path), redact: sink.redact.text(path), clean: Vec::new(), cut, at_least: false }
    }

    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.redact.push(piece, &mut self.clean);
        self.pass_on();
    }

    /// Forgets the tail so far: the text's real tail comes next.
    pub(crate) fn restart_tail(&mut self) {
        self.redact.finish(&mut self.clean);
        self.pass_on();
        self.cut.restart_tail();
        self.at_least = true;
    }

    /// Bytes the tail may have.
    pub(crate) fn tail_size(&self) -> usize {
        self.cut.tail_size()
    }

    /// Ends the text, with a last line of our own if there is one to say; gives its size and what was cut. A text that is dropped instead is not written.
    pub(crate) fn finish(mut self, last_words: Option<&str>) -> (u64, Cut) {
        self.redact.finish(&mut self.clean);
        self.pass_on();
        let Self { sink, mut entry, cut, at_least, .. } = self;
        let (cut, mut tail) = cut.finish();
        if cut.bytes > 0 {
            let at_least = if at_least { "at least " } else { "" };
            let mark = format!("--- tarbox: {at_least}{} bytes in {} lines left out here ---\n", cut.bytes, cut.lines);
            tail.splice(..0, mark.into_bytes());
        }
        if let Some(words) = last_words {
            if tail.last().is_some_and(|last| *last != b'\n') {
                tail.push(b'\n');
            }
            tail.extend_from_slice(format!("--- tarbox: {words} ---\n").as_bytes());
        }
        write(sink, &mut entry, &tail);
        (entry.and_then(|entry| sink.settle(entry.finish())).map_or(0, |stats| stats.bytes), cut)
    }

    fn pass_on(&mut self) {
        let Self { sink, entry, clean, cut, .. } = self;
        cut.push(clean, &mut |head| write(sink, entry, head));
        clean.clear();
    }
}

fn write(sink: &Sink, entry: &mut Option<EntryWriter<'_>>, bytes: &[u8]) {
    if let Some(open) = entry
        && sink.settle(open.push(bytes)).is_none()
    {
        *entry = None;
    }
}
