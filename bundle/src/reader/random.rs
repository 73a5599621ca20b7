//! Reading a stretch of a bundle without what stands before it: frames are found by the seek table and decompressed alone.

use super::buffers;
use super::frames::{TABLE_FRAMES, WHOLE_COMPRESSED, WHOLE_PLAIN};
use super::input::Input;
use super::slot::decompress;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A bundle of ours that is whole: any stretch of its plain archive, at the cost of the frames that hold it.
#[derive(Debug)]
pub struct RandomAccess {
    path: PathBuf,
    file: File,
    /// Ascending.
    frames: Arc<[Frame]>,
    plain_bytes: u64,
    /// The frame that was decompressed last: neighbours are mostly asked for together.
    last: Option<(usize, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Where it begins in the plain archive, and in the file.
    plain_at: u64,
    file_at: u64,
    /// Its lengths there.
    plain: u32,
    compressed: u32,
}

impl RandomAccess {
    /// Opens a file; `None` when it has no seek table (a cut bundle, another tool's, a folder) and must be read from its beginning.
    ///
    /// # Errors
    /// When the system cannot read it.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        if path.is_dir() {
            return Ok(None);
        }
        let mut input = Input::new(File::open(path)?)?;
        let fits = |compressed, plain| compressed <= WHOLE_COMPRESSED as u64 && plain <= WHOLE_PLAIN;
        let Some(table) = input.seek_table(TABLE_FRAMES, fits)? else { return Ok(None) };
        let (mut plain_at, mut file_at) = (0_u64, 0_u64);
        let mut frames = Vec::with_capacity(table.len());
        for (compressed, plain) in table {
            if plain > 0 {
                frames.push(Frame { plain_at, file_at, plain, compressed });
            }
            plain_at += u64::from(plain);
            file_at += u64::from(compressed);
        }
        Ok(Some(Self { path: path.to_owned(), file: File::open(path)?, frames: frames.into(), plain_bytes: plain_at, last: None }))
    }

    /// The same bundle for another thread, with a place in the file and a frame of its own.
    ///
    /// # Errors
    /// When the system cannot open it again.
    pub fn another(&self) -> io::Result<Self> {
        let Self { path, frames, plain_bytes, .. } = self;
        Ok(Self { path: path.clone(), file: File::open(path)?, frames: Arc::clone(frames), plain_bytes: *plain_bytes, last: None })
    }

    /// The `length` bytes of the plain archive from `position` on; fewer at its end.
    ///
    /// # Errors
    /// When the system cannot read it, or a frame is damaged.
    pub fn read(&mut self, position: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(length.min(WHOLE_PLAIN as usize));
        let mut index = self.frames.partition_point(|frame| frame.plain_at <= position).saturating_sub(1);
        let mut at = position;
        while out.len() < length && at < self.plain_bytes {
            let begin = self.frames.get(index).map_or(u64::MAX, |frame| frame.plain_at);
            let frame = self.frame(index)?;
            let Some(there) = at.checked_sub(begin).and_then(|skip| frame.get(usize::try_from(skip).ok()?..)).filter(|b| !b.is_empty())
            else {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the seek table does not fit the frames"));
            };
            let take = there.len().min(length - out.len());
            out.extend_from_slice(&there[..take]);
            at += take as u64;
            index += 1;
        }
        Ok(out)
    }

    fn frame(&mut self, index: usize) -> io::Result<&[u8]> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != index) {
            let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason);
            let frame = self.frames.get(index).ok_or_else(|| invalid("the seek table does not fit the frames"))?;
            self.file.seek(SeekFrom::Start(frame.file_at))?;
            let mut bytes = buffers::take(frame.compressed as usize);
            (&self.file).take(frame.compressed.into()).read_to_end(&mut bytes)?;
            let mut plain = self.last.take().map_or_else(|| buffers::take(frame.plain as usize), |(_, plain)| plain);
            plain.clear();
            decompress(&bytes, frame.plain as usize, &mut plain).map_err(|reason| invalid(&reason))?;
            buffers::give(bytes);
            self.last = Some((index, plain));
        }
        Ok(self.last.as_ref().map_or(&[], |(_, plain)| plain.as_slice()))
    }
}

impl Drop for RandomAccess {
    fn drop(&mut self) {
        self.last.take().into_iter().for_each(|(_, plain)| buffers::give(plain));
    }
}
