//! Writing a bundle from many threads: entries are compressed by the thread that has the data and reach the file whole or not at all.
//!
//! The file consists of *units*, each a run of whole zstd frames that begins with a tar header: either a batch of small entries in one
//! frame, or one large entry as a header frame and one frame per megabyte of content. A unit is appended under one short lock. Hence an
//! entry of unknown length needs no temporary plain text, and whatever ends the run leaves a file that opens up to its last unit.

mod entry;
mod file;
mod frame;
mod seal;
mod spill;
mod tarball;

pub use entry::{EntryStats, EntryWriter};
pub use seal::Seal;

use crate::{EntryPath, FORMAT, FileRecord, Header, Manifest, SourceOutcome, Totals, WriteError, WriteErrorKind};
use file::UnitFile;
pub(crate) use file::{SEEK_FOOTER_MAGIC, SEEK_TABLE_MAGIC};
use frame::{Compressors, Frame};
use serde::Serialize;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Plain bytes of content in one frame of a large entry: the piece that is compressed, decompressed and held in memory at once.
pub(crate) const CHUNK_BYTES: usize = 1 << 20;
/// Entries below this are batched with others.
const SMALL_BYTES: usize = 256 << 10;
/// Plain bytes at which a batch of small entries is written.
const BATCH_BYTES: usize = 512 << 10;
/// Highest zstd level the options accept: above, memory for one frame grows beyond what the collector promises.
const MAX_LEVEL: i32 = 19;

/// How a bundle is written.
#[derive(Debug, Clone)]
pub struct WriterOptions {
    /// Name of the one folder at the top: what the user sees after unpacking. A single safe file name.
    pub top_folder: String,
    /// zstd level, 1 to 19.
    pub level: i32,
    /// Modification time of every entry, in seconds since 1970: the caller's, since this crate never asks a clock.
    pub mtime_seconds: u64,
    /// Replace a file that has the final name. Otherwise that is an error.
    pub overwrite: bool,
}

impl WriterOptions {
    /// The defaults for a top folder and a time.
    #[must_use]
    pub fn new(top_folder: impl Into<String>, mtime_seconds: u64) -> Self {
        Self { top_folder: top_folder.into(), level: 3, mtime_seconds, overwrite: false }
    }
}

/// A bundle being written. Share it by reference between threads.
///
/// It writes to `<final name>.partial`; [`Writer::finish`] gives the file its name. Dropped unfinished, it leaves the partial file with
/// every whole unit in it.
#[derive(Debug)]
pub struct Writer {
    final_path: PathBuf,
    options: WriterOptions,
    file: Mutex<UnitFile>,
    batch: Mutex<Batch>,
    ledger: Mutex<Ledger>,
    compressors: Compressors,
}

/// Small entries that wait to be written together.
#[derive(Debug, Default)]
struct Batch {
    plain: Vec<u8>,
    records: Vec<FileRecord>,
}

/// What the manifest will say.
#[derive(Debug, Default)]
struct Ledger {
    /// Paths written or being written.
    taken: HashSet<String>,
    files: Vec<FileRecord>,
    sources: Vec<SourceOutcome>,
    /// Whether `bundle.json` is written, hence whether others may be.
    has_header: bool,
}

/// What was made of it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The bundle under its final name.
    pub path: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// Files in it, the manifest included.
    pub files: u64,
    /// zstd frames in it, the seek table not counted.
    pub frames: u64,
}

impl Writer {
    /// Begins a bundle that will be called `final_path`.
    ///
    /// # Errors
    /// When the final name is taken ([`WriteErrorKind::Exists`]), the top folder is not a file name, or the working file cannot be made. A
    /// working file left by an earlier run is replaced.
    pub fn create(final_path: &Path, options: WriterOptions) -> Result<Self, WriteError> {
        Self::create_sealed(final_path, options, None)
    }

    /// Begins a bundle that is encrypted on its way to the disk. What is written stays written then: after a failed write the bundle cannot
    /// be finished, and what came before opens as far as the seal allows.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub fn create_sealed(final_path: &Path, mut options: WriterOptions, seal: Option<Box<dyn Seal>>) -> Result<Self, WriteError> {
        let top = EntryPath::new(&options.top_folder).map_err(|e| WriteError::new(final_path, WriteErrorKind::InvalidPath(e)))?;
        if top.as_str().contains('/') {
            let invalid = crate::InvalidPath { path: options.top_folder, reason: "the top folder must be a single name" };
            return Err(WriteError::new(final_path, WriteErrorKind::InvalidPath(invalid)));
        }
        options.level = options.level.clamp(1, MAX_LEVEL);
        let file = UnitFile::create(final_path, options.overwrite, seal)?;
        let compressors = Compressors::new(options.level);
        Ok(Self {
            final_path: final_path.to_owned(),
            options,
            file: Mutex::new(file),
            batch: Mutex::default(),
            ledger: Mutex::default(),
            compressors,
        })
    }

    /// Writes `bundle.json`. It must come before every other entry.
    ///
    /// # Errors
    /// As [`Writer::add`].
    pub fn header(&self, header: &Header) -> Result<EntryStats, WriteError> {
        self.add(&EntryPath::header(), &self.json(header)?)
    }

    /// Begins an entry. Any number may be open at once, in any number of threads; each costs about a megabyte.
    ///
    /// # Errors
    /// When the path is taken or too long, or comes before `bundle.json`.
    pub fn entry(&self, path: &EntryPath) -> Result<EntryWriter<'_>, WriteError> {
        if *path == EntryPath::manifest() {
            return Err(self.error(WriteErrorKind::Duplicate(path.to_string())));
        }
        self.reserve(path)?;
        Ok(EntryWriter::new(self, path.clone()))
    }

    /// Writes an entry whose content is at hand.
    ///
    /// # Errors
    /// As [`Writer::entry`], or when the disk is full or fails.
    pub fn add(&self, path: &EntryPath, content: &[u8]) -> Result<EntryStats, WriteError> {
        let mut entry = self.entry(path)?;
        entry.push(content)?;
        entry.finish()
    }

    /// Notes how a source ended, for the manifest. Call it once for each source.
    pub fn outcome(&self, outcome: SourceOutcome) {
        self.ledger().sources.push(outcome);
    }

    /// Compressed bytes on disk so far, for a size budget. Entries that are open or wait in a batch are not counted yet.
    #[must_use]
    pub fn compressed_bytes(&self) -> u64 {
        lock(&self.file).bytes()
    }

    /// Writes the small entries that wait for others, so that a kill from now on cannot lose them. Each call that finds some costs a frame.
    ///
    /// # Errors
    /// When the disk is full or fails; the entries that waited are lost then and not in the manifest.
    pub fn flush(&self) -> Result<(), WriteError> {
        let batch = std::mem::take(&mut *lock(&self.batch));
        self.write_batch(batch)
    }

    /// Writes the manifest and the end marks, brings everything to the disk, and gives the file its final name.
    ///
    /// # Errors
    /// When the disk is full or fails, or the final name was taken meanwhile. The partial file stays and opens.
    pub fn finish(self) -> Result<Finished, WriteError> {
        self.flush()?;
        let manifest = self.manifest();
        let files = manifest.totals.files + 1;
        let content = self.json(&manifest)?;
        let path = EntryPath::manifest();
        self.reserve(&path)?;
        let mut entry = EntryWriter::new(&self, path);
        entry.push(&content)?;
        entry.finish()?;
        self.flush()?;
        let end = self.compressors.frame(&[0; 1024]).map_err(|e| self.io(e))?;
        let mut file = lock(&self.file);
        file.append(&end)?;
        let frames = file.frames();
        let bytes = file.finish(&self.final_path, self.options.overwrite)?;
        drop(file);
        Ok(Finished { path: self.final_path, bytes, files, frames })
    }

    /// Gives up: removes the partial file.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn abort(self) -> Result<(), WriteError> {
        lock(&self.file).remove()
    }

    /// Where the bundle is while it is unfinished.
    #[must_use]
    pub fn partial_path(&self) -> PathBuf {
        lock(&self.file).path().to_owned()
    }

    fn manifest(&self) -> Manifest {
        let mut ledger = self.ledger();
        let mut files = std::mem::take(&mut ledger.files);
        let mut sources = std::mem::take(&mut ledger.sources);
        drop(ledger);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        sources.sort_by(|a, b| a.source.cmp(&b.source));
        let totals = Totals { files: files.len() as u64, bytes: files.iter().map(|f| f.size).sum() };
        Manifest { format: FORMAT, totals, sources, files }
    }

    /// Takes a path, so that no second entry has it.
    fn reserve(&self, path: &EntryPath) -> Result<(), WriteError> {
        path.check().map_err(|e| self.error(WriteErrorKind::InvalidPath(e)))?;
        let mut ledger = self.ledger();
        if *path == EntryPath::header() {
            ledger.has_header = true;
        } else if !ledger.has_header {
            return Err(self.error(WriteErrorKind::HeaderNotFirst(path.to_string())));
        }
        if !ledger.taken.insert(path.to_string()) {
            return Err(self.error(WriteErrorKind::Duplicate(path.to_string())));
        }
        Ok(())
    }

    /// Gives back the path of an entry that was not finished.
    fn release(&self, path: &EntryPath) {
        self.ledger().taken.remove(path.as_str());
    }

    /// Appends a small entry to the batch, and writes the batch when it is large enough.
    fn write_small(&self, record: FileRecord, content: &[u8]) -> Result<(), WriteError> {
        // Alone and at once: whatever happens next, the first thing in the file is what says how to read the rest.
        let alone = record.path == EntryPath::header().as_str();
        let mut batch = lock(&self.batch);
        self.tar_header(&record, &mut batch.plain)?;
        batch.plain.extend_from_slice(content);
        tarball::pad(&mut batch.plain, record.size);
        batch.records.push(record);
        if !alone && batch.plain.len() < BATCH_BYTES {
            return Ok(());
        }
        let full = std::mem::take(&mut *batch);
        // Compressed outside the lock: others fill the next batch meanwhile.
        drop(batch);
        self.write_batch(full)
    }

    fn write_batch(&self, batch: Batch) -> Result<(), WriteError> {
        if batch.records.is_empty() {
            return Ok(());
        }
        let frame = self.compressors.frame(&batch.plain).map_err(|e| self.io(e))?;
        lock(&self.file).append(&frame)?;
        self.ledger().files.extend(batch.records);
        Ok(())
    }

    /// Writes a large entry as a unit of its own.
    fn write_large(&self, record: FileRecord, frames: &[Frame], spill: Option<spill::Spill>) -> Result<(), WriteError> {
        let mut header = Vec::with_capacity(1024);
        self.tar_header(&record, &mut header)?;
        let header = self.compressors.frame(&header).map_err(|e| self.io(e))?;
        lock(&self.file).append_unit(&header, spill, frames)?;
        self.ledger().files.push(record);
        Ok(())
    }

    fn tar_header(&self, record: &FileRecord, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let path = format!("{}/{}", self.options.top_folder, record.path);
        tarball::header(&path, record.size, self.options.mtime_seconds, out).map_err(|e| self.io(e))
    }

    fn json<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, WriteError> {
        let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| self.error(WriteErrorKind::Json(e.to_string())))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    fn error(&self, kind: WriteErrorKind) -> WriteError {
        WriteError::new(&self.final_path, kind)
    }

    fn io(&self, error: std::io::Error) -> WriteError {
        WriteError::io(&self.final_path, error)
    }
}

/// A panic in another thread must not lose the bundle: what the lock guards is consistent between any two statements that can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
