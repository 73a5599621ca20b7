//! The working file: whole units are appended, and a failed one is cut away again.

use super::spill::Spill;
use super::{Frame, Seal};
use crate::{WriteError, WriteErrorKind};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Skippable frame that holds the seek table (zstd seekable format 0.1.0).
pub(crate) const SEEK_TABLE_MAGIC: u32 = 0x184D_2A5E;
/// Last four bytes of a file that has a seek table.
pub(crate) const SEEK_FOOTER_MAGIC: u32 = 0x8F92_EAB1;

#[derive(Debug)]
pub(super) struct UnitFile {
    file: File,
    path: PathBuf,
    /// Where the last whole unit ends.
    end: u64,
    /// Compressed and plain size of every frame so far.
    table: Vec<(u32, u32)>,
    sealed: Option<Sealed>,
}

/// Encryption on the way to the disk.
#[derive(Debug)]
struct Sealed {
    seal: Box<dyn Seal>,
    /// A write failed: what the seal has taken is not in the file, and nothing can come after it.
    broken: bool,
    buffer: Vec<u8>,
}

impl UnitFile {
    pub(super) fn create(final_path: &Path, overwrite: bool, seal: Option<Box<dyn Seal>>) -> Result<Self, WriteError> {
        if !overwrite && final_path.symlink_metadata().is_ok() {
            return Err(WriteError::new(final_path, WriteErrorKind::Exists));
        }
        let mut name = final_path.as_os_str().to_owned();
        name.push(".partial");
        let path = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            // A bundle tells much about a cluster: for its owner only, whatever the umask.
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(|e| WriteError::io(&path, e))?;
        let mut unit_file = Self { file, path, end: 0, table: Vec::new(), sealed: None };
        if let Some(mut seal) = seal {
            let mut head = Vec::new();
            seal.begin(&mut head);
            unit_file.file.write_all(&head).map_err(|e| WriteError::io(&unit_file.path, e))?;
            unit_file.sealed = Some(Sealed { seal, broken: false, buffer: Vec::new() });
        }
        Ok(unit_file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    pub(super) fn frames(&self) -> u64 {
        self.table.len() as u64
    }

    /// Appends a unit: `first`, then what is spilled, then `frames`.
    pub(super) fn append_unit(&mut self, first: &Frame, spill: Option<Spill>, frames: &[Frame]) -> Result<(), WriteError> {
        let mark = self.table.len();
        self.note(first);
        let mut spill = spill;
        if let Some(spill) = &spill {
            self.table.extend_from_slice(&spill.sizes);
        }
        frames.iter().for_each(|frame| self.note(frame));
        let mut write = || {
            self.write(&first.bytes)?;
            if let Some(spill) = &mut spill {
                if self.sealed.is_none() {
                    spill.copy_to(&mut self.file)?;
                } else {
                    spill.pieces(&mut |piece| self.write(piece))?;
                }
            }
            frames.iter().try_for_each(|frame| self.write(&frame.bytes))
        };
        let outcome = write();
        self.settle(mark, outcome)
    }

    /// Appends a unit of one frame.
    pub(super) fn append(&mut self, frame: &Frame) -> Result<(), WriteError> {
        self.append_unit(frame, None, &[])
    }

    /// Brings bytes to the file, through the seal if there is one.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(sealed) = &mut self.sealed else { return self.file.write_all(bytes) };
        if sealed.broken {
            return Err(io::Error::other("an earlier write failed, and an encrypted file cannot go on after that"));
        }
        sealed.buffer.clear();
        sealed.seal.seal(bytes, &mut sealed.buffer);
        let outcome = self.file.write_all(&sealed.buffer);
        sealed.broken = outcome.is_err();
        outcome
    }

    fn note(&mut self, frame: &Frame) {
        self.table.push((frame.bytes.len() as u32, frame.plain));
    }

    /// Moves the end behind a written unit, or takes a failed one back.
    fn settle(&mut self, mark: usize, outcome: io::Result<()>) -> Result<(), WriteError> {
        match outcome {
            Ok(()) => {
                self.end += self.table[mark..].iter().map(|(compressed, _)| u64::from(*compressed)).sum::<u64>();
                Ok(())
            }
            Err(error) => {
                self.table.truncate(mark);
                if let Some(sealed) = &mut self.sealed {
                    sealed.broken = true;
                    return Err(WriteError::io(&self.path, error));
                }
                // Should even this fail, the reader finds the last whole frame by itself.
                let _ = self.file.set_len(self.end);
                let _ = self.file.seek(SeekFrom::Start(self.end));
                Err(WriteError::io(&self.path, error))
            }
        }
    }

    /// Appends the seek table, syncs, and renames; gives the size of the file.
    pub(super) fn finish(&mut self, final_path: &Path, overwrite: bool) -> Result<u64, WriteError> {
        let table = seek_table(&self.table);
        let outcome = self.write(&table).and_then(|()| self.end_seal()).and_then(|()| self.file.sync_all());
        if let Err(error) = outcome {
            if self.sealed.is_none() {
                let _ = self.file.set_len(self.end);
            }
            return Err(WriteError::io(&self.path, error));
        }
        self.end += table.len() as u64;
        if self.sealed.is_some() {
            self.end = self.file.metadata().map_or(self.end, |file| file.len());
        }
        if overwrite {
            std::fs::rename(&self.path, final_path).map_err(|e| WriteError::io(final_path, e))?;
        } else {
            rename_new(&self.path, final_path)?;
        }
        sync_folder(final_path);
        Ok(self.end)
    }

    fn end_seal(&mut self) -> io::Result<()> {
        let Some(sealed) = &mut self.sealed else { return Ok(()) };
        sealed.buffer.clear();
        sealed.seal.end(&mut sealed.buffer);
        self.file.write_all(&sealed.buffer)
    }

    pub(super) fn remove(&mut self) -> Result<(), WriteError> {
        std::fs::remove_file(&self.path).map_err(|e| WriteError::io(&self.path, e))
    }
}

/// Renames without replacing: a hard link fails when the name is taken, where a rename would destroy. File systems without hard links get
/// a check and a rename.
fn rename_new(from: &Path, to: &Path) -> Result<(), WriteError> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from).map_err(|e| WriteError::io(from, e)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::new(to, WriteErrorKind::Exists)),
        Err(_) if to.symlink_metadata().is_ok() => Err(WriteError::new(to, WriteErrorKind::Exists)),
        Err(_) => std::fs::rename(from, to).map_err(|e| WriteError::io(to, e)),
    }
}

/// Brings the new name itself to the disk. Not every system can; the content is there in any case.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// A skippable frame with the sizes of all frames: what `zstd`'s seekable readers expect at the end of a file.
fn seek_table(frames: &[(u32, u32)]) -> Vec<u8> {
    let content = frames.len() * 8 + 9;
    let mut out = Vec::with_capacity(content + 8);
    out.extend_from_slice(&SEEK_TABLE_MAGIC.to_le_bytes());
    out.extend_from_slice(&(content as u32).to_le_bytes());
    for (compressed, plain) in frames {
        out.extend_from_slice(&compressed.to_le_bytes());
        out.extend_from_slice(&plain.to_le_bytes());
    }
    out.extend_from_slice(&(frames.len() as u32).to_le_bytes());
    // Descriptor: no checksums here, every frame has its own.
    out.push(0);
    out.extend_from_slice(&SEEK_FOOTER_MAGIC.to_le_bytes());
    out
}
