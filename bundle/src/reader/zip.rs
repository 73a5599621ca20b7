//! Zip archives, by their directory; one whose directory is missing (a cut file) entry by entry from its beginning.
//!
//! A thread of its own unpacks, a few pieces ahead, and says what it met; the limits are judged where the pieces arrive. A zip inside a
//! zip is read as a folder of its name: support-bundle-kit keeps one for every node.

use super::End;
use super::intake::{Admission, Intake, IntakeError};
use super::zip_stream::Entries;
use crate::ProblemKind;
use ::zip::ZipArchive;
use ::zip::read::ZipFile;
use std::io::{self, Cursor, Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Plain bytes sent at once.
const PIECE_BYTES: u64 = 1 << 20;
/// Pieces that may wait for their consumer.
const AHEAD: usize = 4;
/// Plain bytes that come out before the compression ratio is judged.
const RATIO_FROM: u64 = 256 << 20;
/// Largest zip inside a zip, which must be held whole.
const INNER_BYTES: u64 = 64 << 20;
/// How a zip begins.
const MAGIC: &[u8] = b"PK\x03\x04";

/// What the unpacking thread says.
enum Event {
    Folder(Vec<u8>),
    Other(Vec<u8>, &'static str),
    /// A file of so many plain bytes, and how many compressed ones.
    Begin(Vec<u8>, u64, u64),
    Data(Vec<u8>),
    /// The file is over; why it should be longer or other.
    End(Option<String>),
    /// Something of which nothing can be read.
    Unreadable(Vec<u8>, String),
    /// The directory of the whole file, or of the zip of this name in it, is missing.
    Cut(Vec<u8>, String),
}

/// A zip being read.
pub(super) struct Zip {
    events: Receiver<Event>,
    length: u64,
    /// Compressed bytes of the entries begun so far; never more than the file has, however often entries share them.
    pub(super) consumed: u64,
    pub(super) plain: u64,
    pub(super) end: End,
    wanted: bool,
}

impl Zip {
    /// A zip of so many bytes, its names put under `prefix`; zips in it are opened where there is none.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn new<R: Read + Seek + Send + 'static>(source: R, length: u64, prefix: Vec<u8>) -> io::Result<Self> {
        let (sender, events) = sync_channel(AHEAD);
        // What it says in the end is whether somebody still listens.
        std::thread::Builder::new().name("bundle-unzip".to_owned()).spawn(move || unpack(source, &prefix, &sender).is_some())?;
        Ok(Self { events, length, consumed: 0, plain: 0, end: End::Clean, wanted: false })
    }

    /// Does a bit; `false` when there is nothing left to do.
    pub(super) fn step(&mut self, intake: &mut Intake) -> Result<bool, IntakeError> {
        let Ok(event) = self.events.recv() else { return Ok(false) };
        if matches!(event, Event::Folder(_) | Event::Other(..) | Event::Begin(..)) && !intake.count(self.consumed) {
            return Ok(self.stop());
        }
        match event {
            Event::Folder(name) => intake.folder(&name, self.consumed),
            Event::Other(name, what) => intake.other(&name, what, self.consumed),
            Event::Begin(name, size, compressed) => {
                self.wanted = intake.begin(&name, size, self.consumed, None) == Admission::Wanted;
                self.consumed = self.consumed.saturating_add(compressed).min(self.length);
            }
            Event::Data(bytes) => {
                self.plain += bytes.len() as u64;
                let limits = &intake.limits;
                let message = if self.plain > limits.total_bytes {
                    format!("more than {} bytes of plain text: the rest was not read", limits.total_bytes)
                } else if self.plain > RATIO_FROM && self.plain / limits.ratio.max(1) > self.consumed {
                    let (from, to) = (self.consumed, self.plain);
                    format!("{from} bytes became {to}: such a ratio is no log's but an attack; the rest was not read")
                } else {
                    if self.wanted {
                        intake.data(&bytes);
                    }
                    return Ok(true);
                };
                intake.problem(ProblemKind::LimitReached, None, Some(self.consumed), message);
                if self.wanted {
                    intake.end(true)?;
                }
                return Ok(self.stop());
            }
            Event::End(why) => {
                if let (true, Some(why)) = (self.wanted, &why) {
                    let (path, at) = intake.current().unzip();
                    intake.problem(ProblemKind::DamagedFrame, path, at, format!("it could not be read to its end: {why}"));
                }
                if why.is_some() && self.end == End::Clean {
                    self.end = End::Damaged;
                }
                if std::mem::take(&mut self.wanted) {
                    intake.end(why.is_some())?;
                }
            }
            Event::Unreadable(name, why) => {
                let message = format!("skipped: it could not be read: {why}");
                intake.problem(ProblemKind::Unreadable, Some(super::names::shown(&name)), Some(self.consumed), message);
                self.end = End::Damaged;
            }
            Event::Cut(name, why) => {
                let message = format!("the zip has no directory at its end ({why}): what stands before the cut was read");
                let entry = (!name.is_empty()).then(|| super::names::shown(&name));
                intake.problem(ProblemKind::Cut, entry, Some(self.length), message);
                self.end = End::Cut;
            }
        }
        Ok(true)
    }

    fn stop(&mut self) -> bool {
        self.end = End::Stopped;
        false
    }
}

/// Sends whatever is in a zip, names under `prefix`; `None` when nobody listens any more.
fn unpack<R: Read + Seek>(mut source: R, prefix: &[u8], out: &SyncSender<Event>) -> Option<()> {
    let mut archive = match ZipArchive::new(&mut source) {
        Ok(archive) => archive,
        Err(error) => {
            out.send(Event::Cut(prefix.strip_suffix(b"/").unwrap_or(prefix).to_vec(), error.to_string())).ok()?;
            return from_beginning(source, prefix, out);
        }
    };
    for index in 0..archive.len() {
        let name = archive.by_index_raw(index).map(|entry| entry.name_raw().to_vec()).unwrap_or_default();
        match archive.by_index(index) {
            Ok(mut entry) => take(&mut entry, prefix, out)?,
            Err(error) => out.send(Event::Unreadable([prefix, &name].concat(), error.to_string())).ok()?,
        }
    }
    Some(())
}

/// Entry by entry, up to where that is no longer possible.
fn from_beginning<R: Read + Seek>(mut source: R, prefix: &[u8], out: &SyncSender<Event>) -> Option<()> {
    if source.rewind().is_err() {
        return Some(());
    }
    for entry in Entries::new(io::BufReader::new(source), INNER_BYTES) {
        let name = [prefix, &entry.name].concat();
        if name.ends_with(b"/") {
            out.send(Event::Folder(name)).ok()?;
        } else if prefix.is_empty() && entry.fault.is_none() && entry.content.starts_with(MAGIC) {
            unpack(Cursor::new(entry.content), &[&name, &b"/"[..]].concat(), out)?;
        } else {
            out.send(Event::Begin(name, entry.content.len() as u64, entry.compressed)).ok()?;
            out.send(Event::Data(entry.content)).ok()?;
            out.send(Event::End(entry.fault)).ok()?;
        }
    }
    Some(())
}

/// One entry.
fn take<R: Read>(entry: &mut ZipFile<'_, R>, prefix: &[u8], out: &SyncSender<Event>) -> Option<()> {
    let name = [prefix, entry.name_raw()].concat();
    if entry.is_dir() {
        return out.send(Event::Folder(name)).ok();
    }
    if entry.is_symlink() {
        return out.send(Event::Other(name, "a symbolic link")).ok();
    }
    let (size, compressed) = (entry.size(), entry.compressed_size());
    let mut first = Vec::new();
    let mut failed = entry.by_ref().take(PIECE_BYTES.min(size)).read_to_end(&mut first).err();
    if prefix.is_empty() && failed.is_none() && size <= INNER_BYTES && first.starts_with(MAGIC) {
        failed = entry.by_ref().take(size - first.len() as u64).read_to_end(&mut first).err();
        if failed.is_none() {
            return unpack(Cursor::new(first), &[&name, &b"/"[..]].concat(), out);
        }
    }
    out.send(Event::Begin(name, size, compressed)).ok()?;
    let mut sent = 0;
    let mut piece = first;
    while !piece.is_empty() {
        sent += piece.len() as u64;
        out.send(Event::Data(std::mem::take(&mut piece))).ok()?;
        if failed.is_none() {
            failed = entry.by_ref().take(PIECE_BYTES.min(size - sent)).read_to_end(&mut piece).err();
        }
    }
    // The checksum is compared at the end, and nothing may stand behind it.
    if failed.is_none() && sent == size {
        match entry.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => failed = Some(io::Error::other("it is longer than announced")),
            Err(error) => failed = Some(error),
        }
    }
    let why = failed.map(|error| error.to_string()).or_else(|| (sent < size).then(|| "it is shorter than announced".to_owned()));
    out.send(Event::End(why)).ok()
}
