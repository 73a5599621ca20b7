//! The compressed file: read forward, with a look ahead.

use super::buffers;
use super::zstd_frame;
use crate::writer::{SEEK_FOOTER_MAGIC, SEEK_TABLE_MAGIC};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;

pub(super) struct Input {
    file: File,
    length: u64,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that are consumed.
    start: usize,
    /// Position in the file of `buffer[start]`.
    position: u64,
}

impl Input {
    pub(super) fn new(mut file: File) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file, length, buffer: Vec::new(), start: 0, position: 0 })
    }

    /// Where the next byte stands in the file.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// At least the next `want` bytes, fewer only at the end of the file.
    pub(super) fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.start < want {
            self.buffer.drain(..self.start);
            self.start = 0;
            let missing = (want - self.buffer.len()).max(READ_BYTES) as u64;
            (&mut self.file).take(missing).read_to_end(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.start..])
    }

    /// Steps over bytes that were peeked at.
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.buffer.len() - self.start);
        self.start += count;
        self.position += count as u64;
    }

    /// The next `count` bytes, fewer only at the end of the file.
    pub(super) fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let there = self.peek(count)?;
        let there = &there[..count.min(there.len())];
        let mut bytes = buffers::take(there.len());
        bytes.extend_from_slice(there);
        self.consume(bytes.len());
        Ok(bytes)
    }

    /// Steps over bytes without looking; gives how many there were.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<u64> {
        let buffered = (self.buffer.len() - self.start) as u64;
        if count <= buffered {
            self.consume(count as usize);
            return Ok(count);
        }
        let target = (self.position + count).min(self.length);
        let skipped = target - self.position;
        self.file.seek(SeekFrom::Start(target))?;
        self.buffer.clear();
        self.start = 0;
        self.position = target;
        Ok(skipped)
    }

    /// Moves to the next thing behind `after` that begins like a frame; `false` (and the end of the file) when there is none. What stands
    /// at `after` was tried already: to find it again would never end.
    pub(super) fn find_frame(&mut self, after: u64) -> io::Result<bool> {
        if let Some(tried) = (after + 1).checked_sub(self.position) {
            self.skip(tried)?;
        }
        loop {
            let bytes = self.peek(READ_BYTES)?;
            if bytes.len() < 4 {
                let rest = bytes.len();
                self.consume(rest);
                return Ok(false);
            }
            let found = zstd_frame::find(bytes);
            // The magic number may lie across the border.
            let step = found.unwrap_or(bytes.len() - 3);
            self.consume(step);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// The seek table at the end of the file, if there is one, `fits` accepts each frame, and together they are exactly the file. Leaves
    /// the position where it was, at the beginning.
    pub(super) fn seek_table(&mut self, most: usize, fits: impl Fn(u64, u64) -> bool) -> io::Result<Option<Vec<(u32, u32)>>> {
        const FOOTER: u64 = 9;
        let Some(footer_at) = self.length.checked_sub(FOOTER) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(footer_at))?;
        let mut footer = [0; FOOTER as usize];
        self.file.read_exact(&mut footer)?;
        let table = self.table_before(footer, footer_at, most);
        self.file.rewind()?;
        let Some(table) = table? else { return Ok(None) };
        let frames: u64 = table.iter().map(|(compressed, _)| u64::from(*compressed)).sum();
        let all_fit = table.iter().all(|(compressed, plain)| fits((*compressed).into(), (*plain).into()));
        let whole = frames + table.len() as u64 * 8 + 8 + FOOTER == self.length;
        Ok((all_fit && whole).then_some(table))
    }

    fn table_before(&mut self, footer: [u8; 9], footer_at: u64, most: usize) -> io::Result<Option<Vec<(u32, u32)>>> {
        let word = |bytes: &[u8]| bytes.first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        let count = word(&footer) as usize;
        // With checksums (other tools') entries are larger; walking finds the frames as well.
        if word(&footer[5..]) != SEEK_FOOTER_MAGIC || footer[4] != 0 || count > most {
            return Ok(None);
        }
        let size = count as u64 * 8;
        let Some(begin) = footer_at.checked_sub(size + 8) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(begin))?;
        let mut bytes = vec![0; size as usize + 8];
        self.file.read_exact(&mut bytes)?;
        if word(&bytes) != SEEK_TABLE_MAGIC || u64::from(word(&bytes[4..])) != size + 9 {
            return Ok(None);
        }
        Ok(Some(bytes[8..].chunks_exact(8).map(|entry| (word(entry), word(&entry[4..]))).collect()))
    }
}
