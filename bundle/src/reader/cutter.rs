//! Cuts the content of one entry into chunks: whole lines, or the whole document.

use super::buffers;
use super::{Chunk, EntryInfo};
use crate::Limits;
use std::collections::VecDeque;
use std::sync::Arc;

/// Whether an entry only makes sense as a whole; how it is packed says nothing of that.
pub(super) fn is_document(path: &str) -> bool {
    let path = [".gz", ".zst", ".xz"].iter().find_map(|packed| path.strip_suffix(packed)).unwrap_or(path);
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    extension.is_some_and(|e| ["json", "yaml", "yml"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// The entry that is being delivered.
#[derive(Debug)]
pub(super) struct Cutter {
    entry: Arc<EntryInfo>,
    document: bool,
    buffer: Vec<u8>,
    seq: u32,
    /// Where `buffer` begins in the entry.
    offset: u64,
    first_line: u64,
    /// Bytes of content so far.
    received: u64,
    /// Inside a line that is too long: bytes of it dropped so far.
    dropping: Option<u64>,
}

/// A line that was cut: where it was cut, and how many bytes of it are lost.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LongLine {
    pub(super) offset: u64,
    pub(super) lost: u64,
}

impl Cutter {
    pub(super) fn new(entry: EntryInfo) -> Self {
        let document = is_document(&entry.path);
        Self { entry: Arc::new(entry), document, buffer: Vec::new(), seq: 0, offset: 0, first_line: 1, received: 0, dropping: None }
    }

    pub(super) fn path(&self) -> &str {
        &self.entry.path
    }

    pub(super) fn is_document(&self) -> bool {
        self.document
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Takes content; gives the overlong lines that ended in it.
    pub(super) fn data(&mut self, bytes: &[u8], limits: &Limits, out: &mut VecDeque<Chunk>) -> Vec<LongLine> {
        let mut long = Vec::new();
        if self.document {
            self.append(bytes, limits);
            return long;
        }
        // In pieces, so that no line grows far above its limit before it is noticed.
        for piece in bytes.chunks(limits.chunk_bytes.max(1)) {
            self.lines(piece, limits, out, &mut long);
        }
        long
    }

    fn lines(&mut self, mut piece: &[u8], limits: &Limits, out: &mut VecDeque<Chunk>, long: &mut Vec<LongLine>) {
        if let Some(dropped) = self.dropping {
            let end = memchr::memchr(b'\n', piece);
            // The newline itself was given with the cut line.
            let gone = end.map_or(piece.len(), |at| at + 1);
            self.received += gone as u64;
            self.offset += gone as u64;
            let lost = dropped + end.unwrap_or(gone) as u64;
            self.dropping = Some(lost);
            if end.is_none() {
                return;
            }
            self.dropping = None;
            long.push(LongLine { offset: self.offset - 1 - lost, lost });
            piece = &piece[gone..];
        }
        self.append(piece, limits);
        if self.received == self.entry.size || self.buffer.len() < limits.chunk_bytes {
            // What ends the entry is given by `end`, which knows it for the last.
            if self.buffer.len() <= limits.line_bytes {
                return;
            }
        }
        if let Some(newline) = memchr::memrchr(b'\n', &self.buffer) {
            let tail = self.split(newline + 1, limits);
            self.emit(out, false, false);
            self.buffer = tail;
        } else if self.buffer.len() > limits.line_bytes {
            let lost = (self.buffer.len() - limits.line_bytes) as u64;
            self.buffer.truncate(limits.line_bytes);
            self.buffer.push(b'\n');
            self.emit(out, false, false);
            // `emit` counted the newline that was put there.
            self.offset = self.offset - 1 + lost;
            self.dropping = Some(lost);
        }
    }

    /// The entry is over; `cut` says that it should be longer.
    pub(super) fn end(mut self, cut: bool, out: &mut VecDeque<Chunk>) -> Option<LongLine> {
        let long = self.dropping.map(|lost| LongLine { offset: self.offset - lost, lost });
        self.emit(out, true, cut);
        long
    }

    fn append(&mut self, bytes: &[u8], limits: &Limits) {
        self.received += bytes.len() as u64;
        if self.buffer.capacity() == 0 {
            let expected = self.entry.size.min(limits.chunk_bytes as u64) as usize;
            self.buffer = buffers::take(expected.max(bytes.len()));
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Leaves the bytes before `at` in the buffer and gives those behind it, with room for what will follow.
    fn split(&mut self, at: usize, limits: &Limits) -> Vec<u8> {
        let rest = &self.buffer[at..];
        // A packed entry becomes longer than it was announced.
        let expected = self.entry.size.checked_sub(self.received).map_or(limits.chunk_bytes, |more| limits.chunk_bytes.min(more as usize));
        let mut tail = buffers::take(rest.len() + expected);
        tail.extend_from_slice(rest);
        self.buffer.truncate(at);
        tail
    }

    fn emit(&mut self, out: &mut VecDeque<Chunk>, last: bool, cut: bool) {
        let bytes = std::mem::take(&mut self.buffer);
        let (offset, first_line, seq) = (self.offset, self.first_line, self.seq);
        self.offset += bytes.len() as u64;
        self.seq += 1;
        if !last {
            self.first_line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        }
        out.push_back(Chunk { entry: Arc::clone(&self.entry), seq, offset, first_line, bytes, last, cut });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(path: &str, content: &[u8], step: usize, limits: &Limits) -> (Vec<Chunk>, Vec<LongLine>) {
        let mut out = VecDeque::new();
        let info = EntryInfo { path: path.to_owned(), full_path: path.to_owned(), index: 0, size: content.len() as u64, position: None };
        let mut cutter = Cutter::new(info);
        let mut long: Vec<LongLine> = content.chunks(step).flat_map(|piece| cutter.data(piece, limits, &mut out)).collect();
        long.extend(cutter.end(false, &mut out));
        (out.into(), long)
    }

    #[test]
    fn chunks_are_whole_lines_and_know_their_place() {
        let content: Vec<u8> = (0..500).flat_map(|i| format!("line {i} {}\n", "x".repeat(i % 40)).into_bytes()).collect();
        let limits = Limits { chunk_bytes: 256, ..Limits::default() };
        for step in [1, 7, 255, 256, 1000, 100_000] {
            let (chunks, long) = run("a.log", &content, step, &limits);
            assert!(long.is_empty() && chunks.len() > 5);
            let mut lines = 0;
            for (i, chunk) in chunks.iter().enumerate() {
                assert_eq!((chunk.seq as usize, chunk.last), (i, i + 1 == chunks.len()));
                assert_eq!(&content[chunk.offset as usize..][..chunk.bytes.len()], chunk.bytes);
                assert!(chunk.bytes.ends_with(b"\n") && chunk.bytes.len() < 700);
                assert_eq!(chunk.first_line, lines + 1);
                lines += chunk.bytes.iter().filter(|b| **b == b'\n').count() as u64;
            }
            assert_eq!(chunks.concat_bytes(), content);
        }
    }

    #[test]
    fn a_line_too_long_loses_its_rest_only() {
        let content = [&b"first\n"[..], &[b'x'; 1000], b"\nlast"].concat();
        let limits = Limits { chunk_bytes: 64, line_bytes: 128, ..Limits::default() };
        for step in [1, 13, 64, 5000] {
            let (chunks, long) = run("a.log", &content, step, &limits);
            let text = chunks.concat_bytes();
            let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
            assert_eq!((lines[0], lines[1].len(), lines[2]), (&b"first"[..], 128, &b"last"[..]), "step {step}");
            assert_eq!(long, [LongLine { offset: 6 + 128, lost: 1000 - 128 }]);
            let last = chunks.last().unwrap();
            assert_eq!((last.offset, last.first_line), (1007, 3));
        }
        let (chunks, long) = run("a.log", &[b'y'; 1000], 100, &limits);
        assert_eq!((chunks.concat_bytes().len(), long[0].lost), (129, 872));
        assert_eq!(chunks.iter().filter(|c| c.last).count(), 1);
    }

    #[test]
    fn documents_and_empty_entries_are_one_chunk() {
        let limits = Limits { chunk_bytes: 16, ..Limits::default() };
        let content = b"{\n  \"a\": [1, 2, 3],\n  \"b\": {}\n}\n";
        for path in ["a.json", "b/c.YAML"] {
            let (chunks, _) = run(path, content, 5, &limits);
            assert_eq!((chunks.len(), chunks[0].bytes.as_slice(), chunks[0].last), (1, &content[..], true));
        }
        let (chunks, _) = run("empty.log", b"", 5, &limits);
        assert_eq!((chunks.len(), chunks[0].bytes.len(), chunks[0].last), (1, 0, true));
    }

    trait Concat {
        fn concat_bytes(&self) -> Vec<u8>;
    }

    impl Concat for Vec<Chunk> {
        fn concat_bytes(&self) -> Vec<u8> {
            self.iter().flat_map(|chunk| chunk.bytes.clone()).collect()
        }
    }
}
