//! Frames of one very large open entry, kept in a file beside the bundle until the entry is finished.
//!
//! What is spilled is compressed and has passed redaction like everything else that reaches an entry: no raw text touches the disk.

use super::Frame;
use crate::WriteError;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells the spill files of one process apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    path: PathBuf,
    /// Whether `path` still names the file: systems that cannot remove an open file keep it until the drop.
    named: bool,
    /// Compressed and plain size of each frame in the file.
    pub(super) sizes: Vec<(u32, u32)>,
}

impl Spill {
    /// A new file `<partial>.<process>-<n>`, removed from its folder at once where the system allows, so that a kill leaves nothing.
    pub(super) fn create(partial: &Path) -> Result<Self, WriteError> {
        let mut name = partial.as_os_str().to_owned();
        name.push(format!(".{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let path = PathBuf::from(name);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path).map_err(|e| WriteError::io(&path, e))?;
        let named = std::fs::remove_file(&path).is_err();
        Ok(Self { file, path, named, sizes: Vec::new() })
    }

    pub(super) fn append(&mut self, frames: &[Frame]) -> Result<(), WriteError> {
        for frame in frames {
            self.file.write_all(&frame.bytes).map_err(|e| WriteError::io(&self.path, e))?;
            self.sizes.push((frame.bytes.len() as u32, frame.plain));
        }
        Ok(())
    }

    /// Gives everything to `out`, piece by piece.
    pub(super) fn pieces(&mut self, out: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        use std::io::Read as _;
        self.file.rewind()?;
        let mut piece = vec![0; 64 << 10];
        loop {
            let count = self.file.read(&mut piece)?;
            match piece.get(..count).filter(|piece| !piece.is_empty()) {
                Some(piece) => out(piece)?,
                None => return Ok(()),
            }
        }
    }

    /// Copies everything to `out`.
    pub(super) fn copy_to(&mut self, out: &mut File) -> io::Result<()> {
        self.file.rewind()?;
        io::copy(&mut self.file, out)?;
        Ok(())
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if self.named {
            // Nothing can be done about a failure here, and the bundle itself is not concerned.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
