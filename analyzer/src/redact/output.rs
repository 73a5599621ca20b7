//! Where redacted files go: an archive of the same layout, a bundle of ours with a new manifest, a single file, or nowhere.
//!
//! Nothing has its final name before it is whole.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tarbox_bundle::{EntryPath, Header, SourceOutcome, Writer, WriterOptions};
use tempfile::{NamedTempFile, SpooledTempFile};

use crate::exit::Exit;
use crate::failure::Failure;

/// Content of one entry that is held in memory; more goes to a file without a name, beside the output.
const IN_MEMORY: usize = 4 << 20;
/// Names in an archive of another tool get this time when the bundle tells none: the beginning of time, as tar counts it.
const NO_TIME: u64 = 0;

/// Where redacted files go.
pub(super) enum Output {
    /// One of ours.
    Ours(Box<Writer>),
    /// A tar in zstd.
    Archive { archive: Box<tar::Builder<zstd::Encoder<'static, NamedTempFile>>>, path: PathBuf, taken: HashSet<String> },
    /// The one file.
    Single { file: NamedTempFile, path: PathBuf },
    /// Nobody wants them: only what was found counts.
    Nowhere,
}

impl Output {
    /// A bundle of ours.
    pub(super) fn ours(path: &Path, header: &Header) -> Result<Self, Failure> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let top = name.split('.').next().filter(|top| !top.is_empty()).unwrap_or("bundle").to_owned();
        let seconds = header.collected_at.map_or(NO_TIME, |at| u64::try_from(at.as_second()).unwrap_or(NO_TIME));
        let writer = Writer::create(path, WriterOptions::new(top, seconds)).map_err(|e| Failure::new(Exit::Output, e.to_string()))?;
        writer.header(header).map_err(|e| Failure::new(Exit::Output, e.to_string()))?;
        Ok(Self::Ours(Box::new(writer)))
    }

    /// An archive.
    pub(super) fn archive(path: &Path) -> Result<Self, Failure> {
        let make = || -> io::Result<Self> {
            let mut encoder = zstd::Encoder::new(beside(path)?, 3)?;
            encoder.include_checksum(true)?;
            Ok(Self::Archive { archive: Box::new(tar::Builder::new(encoder)), path: path.to_owned(), taken: HashSet::new() })
        };
        make().map_err(|e| Failure::output(path, &e))
    }

    /// A single file.
    pub(super) fn single(path: &Path) -> Result<Self, Failure> {
        Ok(Self::Single { file: beside(path).map_err(|e| Failure::output(path, &e))?, path: path.to_owned() })
    }

    /// Room for the content of an entry.
    pub(super) fn room(&self) -> Room {
        match self {
            Self::Nowhere => Room::Nowhere(io::sink()),
            Self::Ours(writer) => Room::some(&writer.partial_path()),
            Self::Archive { path, .. } | Self::Single { path, .. } => Room::some(path),
        }
    }

    /// Takes an entry.
    pub(super) fn add(&mut self, path: &str, content: Room) -> Result<(), Failure> {
        let Room::Some(mut content) = content else { return Ok(()) };
        let size = content.stream_position().and_then(|size| content.rewind().map(|()| size)).map_err(|e| self.failed(&e))?;
        match self {
            Self::Ours(writer) => {
                let failed = |e: tarbox_bundle::WriteError| Failure::new(Exit::Output, e.to_string());
                let path = EntryPath::new(path).map_err(|e| Failure::new(Exit::Output, e.to_string()))?;
                let mut entry = writer.entry(&path).map_err(failed)?;
                let mut piece = vec![0; 1 << 20];
                loop {
                    match content.read(&mut piece) {
                        Ok(0) => break,
                        Ok(n) => entry.push(piece.get(..n).unwrap_or_default()).map_err(failed)?,
                        Err(error) => return Err(Failure::output(&writer.partial_path(), &error)),
                    }
                }
                entry.finish().map_err(failed)?;
                Ok(())
            }
            Self::Archive { archive, path: file, taken } => {
                let path = free_name(path, taken);
                let mut header = tar::Header::new_gnu();
                header.set_size(size);
                header.set_mode(0o644);
                header.set_mtime(NO_TIME);
                archive.append_data(&mut header, path, content).map_err(|e| Failure::output(file, &e))
            }
            Self::Single { file, path } => io::copy(&mut content, file).map(|_| ()).map_err(|e| Failure::output(path, &e)),
            Self::Nowhere => Ok(()),
        }
    }

    /// Ends it, and gives it its name. A bundle of ours tells again how its sources ended.
    pub(super) fn finish(self, sources: Vec<SourceOutcome>) -> Result<(), Failure> {
        match self {
            Self::Ours(writer) => {
                sources.into_iter().for_each(|source| writer.outcome(source));
                writer.finish().map(|_| ()).map_err(|e| Failure::new(Exit::Output, e.to_string()))
            }
            Self::Archive { archive, path, .. } => {
                let end = || named(archive.into_inner()?.finish()?, &path);
                end().map_err(|e| Failure::output(&path, &e))
            }
            Self::Single { file, path } => named(file, &path).map_err(|e| Failure::output(&path, &e)),
            Self::Nowhere => Ok(()),
        }
    }

    /// Leaves nothing of it behind.
    pub(super) fn abort(self) {
        // Whatever is not finished goes by itself, but for the working file of our writer; that it cannot be removed is no further news.
        if let Self::Ours(writer) = self {
            let _ = writer.abort();
        }
    }

    fn failed(&self, error: &io::Error) -> Failure {
        match self {
            Self::Ours(writer) => Failure::output(&writer.partial_path(), error),
            Self::Archive { path, .. } | Self::Single { path, .. } => Failure::output(path, error),
            Self::Nowhere => Failure::output(Path::new("-"), error),
        }
    }
}

/// Content of an entry on its way: how long it is must be known before it is written.
pub(super) enum Room {
    Some(SpooledTempFile),
    Nowhere(io::Sink),
}

impl Room {
    fn some(beside: &Path) -> Self {
        Self::Some(tempfile::spooled_tempfile_in(IN_MEMORY, folder(beside)))
    }
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Some(file) => file.write(bytes),
            Self::Nowhere(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The name, or one beside it: an entry that was packed may have a plain one of its name beside it.
fn free_name(path: &str, taken: &mut HashSet<String>) -> String {
    let mut name = path.to_owned();
    for number in 2.. {
        if taken.insert(name.clone()) {
            break;
        }
        name = format!("{path}.{number}");
    }
    name
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".tarbox-").suffix(".partial").tempfile_in(folder(path))
}

/// Brings a file to the disk and gives it its name, which nothing may have.
fn named(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    let file: File = file.persist_noclobber(path).map_err(|e| e.error)?;
    drop(file);
    Ok(())
}
