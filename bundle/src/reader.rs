//! Reading a bundle: opened by content, bounded, in order, a chunk at a time, with frames decompressed in parallel.

mod archive;
mod block;
mod buffers;
mod cutter;
mod folder;
mod frames;
mod input;
mod intake;
mod names;
mod packed;
mod plain;
mod random;
mod single;
mod slot;
mod sniff;
mod zip;
mod zip_stream;
mod zstd_frame;

use crate::verify::faults;
use crate::{FORMAT, Fault, FaultKind, Header, Limits, Manifest, OpenError, OpenErrorKind, Problem, ProblemKind, ReadError, ReadErrorKind};
use archive::{Archive, ArchiveError};
use folder::Folder;
use frames::Frames;
pub(crate) use intake::Intake;
use intake::{IntakeError, Unpacks};
use plain::{Ahead, Bare, Plain};
pub use random::RandomAccess;
use serde::{Deserialize, Serialize};
use single::{Single, SingleError};
use sniff::{Sniffed, sniff};
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zip::Zip;

/// An entry that is being delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    /// Path under the top folder.
    pub path: String,
    /// Path as it stands in the archive; differs from `path` where a top folder was stripped.
    pub full_path: String,
    /// Position among the delivered entries, from 0.
    pub index: u32,
    /// Bytes of content as announced.
    pub size: u64,
    /// Where its content begins in the plain archive: for [`RandomAccess`]. Absent in an unpacked folder.
    pub position: Option<u64>,
}

/// A piece of an entry: whole lines of a line-oriented one, or a whole document.
///
/// Chunks come in order, all of one entry before the next entry's, and are independent: they may be worked on in parallel, knowing only
/// `(entry.index, seq)`. Every entry has at least one chunk, and exactly one with `last`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Which entry.
    pub entry: Arc<EntryInfo>,
    /// Position among the entry's chunks, from 0.
    pub seq: u32,
    /// Where the first byte stands in the entry.
    pub offset: u64,
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// The content. In a line-oriented entry it ends with a newline, but for the entry's very last line.
    pub bytes: Vec<u8>,
    /// Whether it is the entry's last chunk.
    pub last: bool,
    /// Whether the entry ends here although it should be longer: the bundle is cut or damaged. A document is then not whole.
    pub cut: bool,
}

impl Chunk {
    /// Gives its memory to chunks that are still to come. Whoever reads a large bundle does well to do so; it need not be done.
    pub fn recycle(self) {
        buffers::give(self.bytes);
    }
}

/// What kind of file holds the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// zstd with a seek table: what our writer makes.
    ZstdFrames,
    /// zstd without one: a run that was cut, or another tool.
    Zstd,
    /// gzip.
    Gzip,
    /// xz.
    Xz,
    /// zip.
    Zip,
    /// Plain tar.
    Tar,
    /// An unpacked folder.
    Folder,
    /// A file that is no archive.
    Single,
}

/// How the bundle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Read to its marked end, nothing missing.
    Clean,
    /// Read to its marked end, with parts missing before.
    Damaged,
    /// The file is cut: it was read up to the cut.
    Cut,
    /// A limit stopped the reading, or damage that nothing could be read behind.
    Stopped,
    /// Reading did not come to the end, or was refused.
    Unread,
}

/// What can be said of a bundle when it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What kind of file it is.
    pub container: Container,
    /// `bundle.json`; absent in other tools' bundles.
    pub header: Option<Header>,
    /// `manifest.json`; absent when the run did not finish, and in other tools' bundles.
    pub manifest: Option<Manifest>,
    /// How it ended.
    pub end: End,
    /// Entries delivered.
    pub entries: u64,
    /// Bytes of the file that were read.
    pub compressed_bytes: u64,
    /// Plain bytes of archive that came out of it.
    pub plain_bytes: u64,
    /// Files that are not as the manifest says, by path; contents only with [`Limits::check_hashes`]. Each is a problem too.
    pub faults: Vec<Fault>,
    /// What was skipped, cut or suspicious.
    pub problems: Vec<Problem>,
    /// Problems beyond [`Limits::problems`].
    pub more_problems: u64,
}

/// A bundle being read.
pub struct Reader {
    path: PathBuf,
    container: Container,
    source: Source,
    intake: Intake,
    end: End,
    faults: Vec<Fault>,
    /// Whether a lying manifest ends the reading with an error; [`crate::verify()`] wants to know everything instead.
    strict: bool,
    /// What opening met after it had read something: told after that.
    later: Option<ReadError>,
}

/// Where entries come from.
enum Source {
    Archive(Box<Archive>),
    Folder(Folder),
    Zip(Zip),
    Single(Single),
    Done { compressed: u64, plain: u64 },
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("path", &self.path).field("container", &self.container).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a bundle: ours (whole, cut, or unpacked), any tar in zstd, gzip, xz or nothing, or a zip. The kind is told by content, never by name.
    ///
    /// # Errors
    /// When there is nothing to read: see [`OpenErrorKind`].
    pub fn open(path: &Path, limits: Limits) -> Result<Self, OpenError> {
        Self::open_as(path, limits, true)
    }

    /// Opens a file that is no archive, in zstd, gzip, xz or nothing: it has one entry, of the file's name without the packing's ending.
    ///
    /// # Errors
    /// When there is nothing to read: see [`OpenErrorKind`].
    pub fn open_single(path: &Path, limits: Limits) -> Result<Self, OpenError> {
        let single = single(path).map_err(|kind| OpenError::new(path, kind))?;
        Self::begin(path, limits, (Container::Single, Source::Single(single)), true)
    }

    pub(crate) fn open_as(path: &Path, limits: Limits, strict: bool) -> Result<Self, OpenError> {
        let source = source(path).map_err(|kind| OpenError::new(path, kind))?;
        Self::begin(path, limits, source, strict)
    }

    /// Reads up to the first entry, which in our bundles says the format.
    fn begin(path: &Path, limits: Limits, (container, source): (Container, Source), strict: bool) -> Result<Self, OpenError> {
        let fail = |kind| OpenError::new(path, kind);
        let mut intake = Intake::new(limits);
        intake.unpacks = match source {
            Source::Zip(_) => Unpacks::Files,
            Source::Single(_) => Unpacks::Nothing,
            _ => Unpacks::All,
        };
        let mut reader =
            Self { path: path.to_owned(), container, source, intake, end: End::Unread, faults: Vec::new(), strict, later: None };
        loop {
            if !reader.intake.queue.is_empty() {
                break;
            }
            match reader.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(Stop::NotTar) => return Err(fail(OpenErrorKind::NotABundle { looks_like: reader.packed_what() })),
                Err(Stop::NewerFormat(found)) => return Err(fail(OpenErrorKind::NewerFormat { found, supported: FORMAT })),
                Err(Stop::Refused { reason, .. }) => return Err(fail(OpenErrorKind::Refused { reason })),
                Err(Stop::Io(error)) => return Err(fail(OpenErrorKind::Io(error))),
            }
        }
        let read_something = !reader.intake.queue.is_empty() || reader.intake.problems.iter().any(|p| p.entry.is_some());
        if read_something { Ok(reader) } else { Err(fail(OpenErrorKind::Empty)) }
    }

    /// The next piece, or nothing at the end.
    ///
    /// # Errors
    /// When the bundle is refused or the system cannot read on. There is nothing more to get then.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        loop {
            if let Some(chunk) = self.intake.queue.pop_front() {
                return Ok(Some(chunk));
            }
            if let Some(error) = self.later.take() {
                return Err(error);
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                // What was read before it is given first.
                Err(stop) => self.later = Some(self.read_error(stop)),
            }
        }
    }

    /// `bundle.json`, as soon as it was read: at once in our own bundles.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.intake.header.as_ref()
    }

    /// `manifest.json`, once it was read: it is the last entry.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.intake.manifest.as_ref()
    }

    /// What kind of file it is.
    #[must_use]
    pub fn container(&self) -> Container {
        self.container
    }

    /// Problems so far.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.intake.problems
    }

    /// Bytes of the file read so far, for a progress bar against its size.
    #[must_use]
    pub fn compressed_bytes(&self) -> u64 {
        match &self.source {
            Source::Archive(archive) => archive.consumed,
            Source::Folder(folder) => folder.bytes,
            Source::Zip(zip) => zip.consumed,
            Source::Single(single) => single.consumed,
            Source::Done { compressed, .. } => *compressed,
        }
    }

    /// What can be said of the bundle now that it was read.
    #[must_use]
    pub fn into_summary(self) -> Summary {
        let plain_bytes = match &self.source {
            Source::Archive(archive) => archive.offset,
            Source::Folder(folder) => folder.bytes,
            Source::Zip(zip) => zip.plain,
            Source::Single(single) => single.read,
            Source::Done { plain, .. } => *plain,
        };
        Summary {
            container: self.container,
            end: self.end,
            entries: self.intake.entries.into(),
            compressed_bytes: self.compressed_bytes(),
            plain_bytes,
            faults: self.faults,
            header: self.intake.header,
            manifest: self.intake.manifest,
            problems: self.intake.problems,
            more_problems: self.intake.more_problems,
        }
    }

    /// Does a bit; `false` at the end.
    fn step(&mut self) -> Result<bool, Stop> {
        if self.intake.unpack()? {
            return Ok(true);
        }
        let outcome = match &mut self.source {
            Source::Archive(archive) => archive.step(&mut self.intake).map_err(Stop::from),
            Source::Folder(folder) => folder.step(&mut self.intake).map_err(Stop::from),
            Source::Zip(zip) => zip.step(&mut self.intake).map_err(Stop::from),
            Source::Single(single) => single.step(&mut self.intake).map_err(Stop::from),
            Source::Done { .. } => return Ok(false),
        };
        if let Ok(true) = outcome {
            return Ok(true);
        }
        let (compressed, plain, end) = match &self.source {
            Source::Archive(archive) => (archive.consumed, archive.offset, archive.how_it_ended()),
            Source::Folder(folder) => (folder.bytes, folder.bytes, if folder.stopped { End::Stopped } else { End::Clean }),
            Source::Zip(zip) => (zip.consumed, zip.plain, zip.end),
            Source::Single(single) => (single.consumed, single.read, single.end),
            Source::Done { compressed, plain } => (*compressed, *plain, self.end),
        };
        // Dropped at once: threads that read ahead end here.
        self.source = Source::Done { compressed, plain };
        outcome?;
        self.end = end;
        self.judge()?;
        Ok(true)
    }

    /// Compares what was read with the manifest.
    fn judge(&mut self) -> Result<(), Stop> {
        let Some(manifest) = self.intake.manifest.take() else { return Ok(()) };
        self.faults = faults(&manifest, &self.intake);
        self.intake.manifest = Some(manifest);
        for fault in &self.faults {
            self.intake.problem(ProblemKind::ManifestMismatch, Some(fault.path.clone()), None, fault.message.clone());
        }
        // Damage explains itself; a whole file with other content was changed by somebody.
        let changed = self.faults.iter().find(|fault| fault.kind == FaultKind::Changed);
        match changed {
            Some(fault) if self.strict => {
                self.end = End::Unread;
                Err(Stop::Refused { reason: format!("{} is not what its manifest says", fault.path), offset: None })
            }
            _ => Ok(()),
        }
    }

    fn packed_what(&self) -> String {
        let packing = match self.container {
            Container::ZstdFrames | Container::Zstd => "zstd-compressed data",
            Container::Gzip => "gzip-compressed data",
            Container::Xz => "xz-compressed data",
            Container::Tar | Container::Folder | Container::Zip | Container::Single => "data",
        };
        format!("{packing} that is no tar archive")
    }

    fn read_error(&self, stop: Stop) -> ReadError {
        let entry = self.intake.current().map(|(path, _)| path);
        let (kind, offset) = match stop {
            Stop::NotTar => (ReadErrorKind::Refused { reason: "it is no tar archive".to_owned() }, None),
            Stop::Refused { reason, offset } => (ReadErrorKind::Refused { reason }, offset),
            Stop::NewerFormat(found) => (ReadErrorKind::NewerFormat { found, supported: FORMAT }, None),
            Stop::Io(error) => (ReadErrorKind::Io(error), None),
        };
        ReadError { path: self.path.clone(), entry, offset, kind }
    }
}

/// Why reading stops for good.
enum Stop {
    NotTar,
    NewerFormat(u32),
    Refused { reason: String, offset: Option<u64> },
    Io(io::Error),
}

impl From<IntakeError> for Stop {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NewerFormat(found) => Self::NewerFormat(found),
            IntakeError::Refused(reason) => Self::Refused { reason, offset: None },
        }
    }
}

impl From<ArchiveError> for Stop {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::NotTar => Self::NotTar,
            ArchiveError::NewerFormat(found) => Self::NewerFormat(found),
            ArchiveError::Refused { reason, offset } => Self::Refused { reason, offset: Some(offset) },
            ArchiveError::Io(error) => Self::Io(error),
        }
    }
}

impl From<SingleError> for Stop {
    fn from(error: SingleError) -> Self {
        match error {
            SingleError::Intake(error) => error.into(),
            SingleError::Refused(reason) => Self::Refused { reason, offset: None },
            SingleError::Io(error) => Self::Io(error),
        }
    }
}

/// Prepares to read a file that is no archive.
fn single(path: &Path) -> Result<Single, OpenErrorKind> {
    let metadata = path.metadata().map_err(OpenErrorKind::Io)?;
    if !metadata.is_file() {
        return Err(OpenErrorKind::NotABundle { looks_like: "no file".to_owned() });
    }
    let read = || -> io::Result<Single> {
        let (file, first) = head(path)?;
        let plain: Box<dyn Plain> = match sniff(&first) {
            Sniffed::Gzip => Box::new(Ahead::new(Box::new(plain::gzip(file)))?),
            Sniffed::Xz => Box::new(Ahead::new(Box::new(plain::xz(file)))?),
            Sniffed::Zstd => Box::new(Frames::new(file)?),
            Sniffed::Tar | Sniffed::Zip | Sniffed::Other(_) => Box::new(Bare::new(file)),
        };
        let name = path.file_name().map_or(&b"file"[..], |name| name.as_encoded_bytes());
        Ok(Single::new(plain, packed::bare(name).to_vec(), metadata.len()))
    };
    read().map_err(OpenErrorKind::Io)
}

/// A file at its beginning, and its first bytes.
fn head(path: &Path) -> io::Result<(File, Vec<u8>)> {
    let mut file = File::open(path)?;
    let mut first = Vec::new();
    (&mut file).take(512).read_to_end(&mut first)?;
    file.rewind()?;
    Ok((file, first))
}

/// Tells what `path` is and prepares to read it.
fn source(path: &Path) -> Result<(Container, Source), OpenErrorKind> {
    let metadata = path.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OpenErrorKind::NotFound,
        _ => OpenErrorKind::Io(error),
    })?;
    if metadata.is_dir() {
        return Ok((Container::Folder, Source::Folder(Folder::new(path).map_err(OpenErrorKind::Io)?)));
    }
    if !metadata.is_file() {
        // Reading a pipe or device could wait for ever.
        return Err(OpenErrorKind::NotABundle { looks_like: "a pipe or device".to_owned() });
    }
    let archive = |plain, framed| Source::Archive(Box::new(Archive::new(plain, framed)));
    let read = || -> io::Result<Result<(Container, Source), OpenErrorKind>> {
        let (file, first) = head(path)?;
        Ok(Ok(match sniff(&first) {
            _ if first.is_empty() => return Ok(Err(OpenErrorKind::Empty)),
            Sniffed::Tar => (Container::Tar, archive(Box::new(Bare::new(file)), false)),
            Sniffed::Gzip => (Container::Gzip, archive(Box::new(Ahead::new(Box::new(plain::gzip(file)))?), false)),
            Sniffed::Xz => (Container::Xz, archive(Box::new(Ahead::new(Box::new(plain::xz(file)))?), false)),
            Sniffed::Zip => (Container::Zip, Source::Zip(Zip::new(file, metadata.len(), Vec::new())?)),
            // The first bytes may be what is damaged: the seek table at the end says as well whose file it is.
            sniffed @ (Sniffed::Zstd | Sniffed::Other(_)) => {
                let frames = Frames::new(file)?;
                match sniffed {
                    _ if frames.has_table() => (Container::ZstdFrames, archive(Box::new(frames), true)),
                    Sniffed::Other(what) => return Ok(Err(OpenErrorKind::NotABundle { looks_like: what.to_owned() })),
                    _ => (Container::Zstd, archive(Box::new(Ahead::new(Box::new(frames))?), true)),
                }
            }
        }))
    };
    read().map_err(OpenErrorKind::Io)?
}

/// Entries with their whole content, and the problems met.
pub type Everything = (Vec<(String, Vec<u8>)>, Vec<Problem>);

/// Reads everything into memory: for tests and small bundles. Entries in their order.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next_chunk`].
pub fn read_all(path: &Path, limits: Limits) -> Result<Everything, ReadError> {
    let mut reader = Reader::open(path, limits)?;
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        match entries.last_mut() {
            Some((_, content)) if chunk.seq > 0 => content.extend_from_slice(&chunk.bytes),
            _ => entries.push((chunk.entry.path.clone(), chunk.bytes)),
        }
    }
    Ok((entries, reader.into_summary().problems))
}
