//! One entry being written.

use super::spill::Spill;
use super::{CHUNK_BYTES, Frame, SMALL_BYTES, Writer, tarball};
use crate::{EntryPath, FileRecord, WriteError};
use sha2::{Digest, Sha256};
use std::io;

/// Compressed bytes of one open entry above which they go to a file beside the bundle, so that memory does not grow with the entry.
const SPILL_BYTES: usize = 4 << 20;

/// An entry being written: an [`io::Write`] that must be finished. Dropped unfinished, nothing of it is written, it is not in the
/// manifest, and its path is free again.
#[derive(Debug)]
pub struct EntryWriter<'w> {
    writer: &'w Writer,
    path: EntryPath,
    /// Content that is not in a frame yet.
    plain: Vec<u8>,
    /// Finished frames, in order, after what is spilled.
    frames: Vec<Frame>,
    frame_bytes: usize,
    spill: Option<Spill>,
    hash: Sha256,
    size: u64,
    finished: bool,
}

/// What an entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryStats {
    /// Plain bytes.
    pub bytes: u64,
    /// SHA-256 of them, lower-case hexadecimal.
    pub sha256: String,
}

impl<'w> EntryWriter<'w> {
    pub(super) fn new(writer: &'w Writer, path: EntryPath) -> Self {
        Self {
            writer,
            path,
            plain: Vec::new(),
            frames: Vec::new(),
            frame_bytes: 0,
            spill: None,
            hash: Sha256::new(),
            size: 0,
            finished: false,
        }
    }

    /// Plain bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.size
    }

    /// Where it will be.
    #[must_use]
    pub fn path(&self) -> &EntryPath {
        &self.path
    }

    /// Appends content; the same as [`io::Write::write_all`] with a typed error.
    ///
    /// # Errors
    /// When the spill file beside the bundle cannot be written: the disk is full or fails.
    pub fn push(&mut self, mut content: &[u8]) -> Result<(), WriteError> {
        self.hash.update(content);
        self.size += content.len() as u64;
        while self.plain.len() + content.len() > CHUNK_BYTES {
            let (now, later) = content.split_at(CHUNK_BYTES - self.plain.len());
            self.plain.extend_from_slice(now);
            content = later;
            self.compress()?;
        }
        self.plain.extend_from_slice(content);
        Ok(())
    }

    /// Writes the entry: from here on it is in the bundle, or, when small, will be with the next batch.
    ///
    /// # Errors
    /// When the disk is full or fails. The entry is not in the bundle then.
    pub fn finish(mut self) -> Result<EntryStats, WriteError> {
        let digest = std::mem::take(&mut self.hash).finalize();
        let stats = EntryStats { bytes: self.size, sha256: crate::manifest::hex(&digest) };
        let record = FileRecord { path: self.path.to_string(), size: self.size, sha256: stats.sha256.clone() };
        if self.frames.is_empty() && self.spill.is_none() && self.plain.len() < SMALL_BYTES {
            self.writer.write_small(record, &self.plain)?;
        } else {
            // The padding rides in the last frame of content.
            tarball::pad(&mut self.plain, self.size);
            if !self.plain.is_empty() {
                self.compress()?;
            }
            self.writer.write_large(record, &self.frames, self.spill.take())?;
        }
        self.finished = true;
        Ok(stats)
    }

    /// Makes a frame of what is there.
    fn compress(&mut self) -> Result<(), WriteError> {
        let frame = self.writer.compressors.frame(&self.plain).map_err(|e| self.writer.io(e))?;
        self.plain.clear();
        self.frame_bytes += frame.bytes.len();
        self.frames.push(frame);
        if self.frame_bytes > SPILL_BYTES {
            let spill = match &mut self.spill {
                Some(spill) => spill,
                None => self.spill.insert(Spill::create(&self.writer.partial_path())?),
            };
            spill.append(&self.frames)?;
            self.frames.clear();
            self.frame_bytes = 0;
        }
        Ok(())
    }
}

impl io::Write for EntryWriter<'_> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.push(content)?;
        Ok(content.len())
    }

    /// Does nothing: an entry is written when it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for EntryWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.writer.release(&self.path);
        }
    }
}
