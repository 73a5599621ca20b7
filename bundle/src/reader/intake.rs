//! Takes entries from wherever they come, decides which are delivered, and keeps what will be said of the bundle.

use super::cutter::{Cutter, is_document};
use super::names::{self, Names};
use super::packed::{HELD_BYTES, Held, Packing, Unpacking};
use super::{Chunk, EntryInfo};
use crate::{FORMAT, Header, Limits, Manifest, Problem, ProblemKind};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// What becomes of an entry that was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Its content is wanted.
    Wanted,
    /// Its content is to be stepped over.
    Skipped,
}

/// Why the bundle is not read on.
#[derive(Debug)]
pub(super) enum IntakeError {
    NewerFormat(u32),
    Refused(String),
}

#[derive(Debug)]
pub(crate) struct Intake {
    pub(super) limits: Limits,
    pub(super) queue: VecDeque<Chunk>,
    pub(super) problems: Vec<Problem>,
    pub(super) more_problems: u64,
    pub(super) header: Option<Header>,
    pub(super) manifest: Option<Manifest>,
    pub(crate) names: Names,
    /// Entries delivered.
    pub(super) entries: u32,
    /// Entries announced, of any kind.
    announced: u64,
    /// The top folder with its slash, once known; empty when there is none.
    top: Option<String>,
    current: Option<Cutter>,
    /// Full path and digest of the current entry.
    passing: Option<(String, Sha256)>,
    /// Which packed entries are unpacked.
    pub(super) unpacks: Unpacks,
    /// The current entry, where it is packed itself.
    held: Option<Held>,
    /// Packed entries that came whole, being unpacked, the next last: a zip, and a packed file of it.
    unpacking: Vec<Unpacking>,
    /// Bytes of packed entries that were unpacked, and what came out.
    packed_bytes: u64,
    unpacked_bytes: u64,
}

/// Which packed entries are unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unpacks {
    /// None: our own bundles hold none, and what they hold is as the manifest says.
    Nothing,
    /// Files, no zips: what reads zips opens those in them itself, and deeper ones are left alone.
    Files,
    /// Files and zips.
    All,
}

/// Plain bytes that come out of packed entries before the ratio is judged.
const RATIO_FROM: u64 = 256 << 20;

impl Intake {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            queue: VecDeque::new(),
            problems: Vec::new(),
            more_problems: 0,
            header: None,
            manifest: None,
            names: Names::default(),
            entries: 0,
            announced: 0,
            top: None,
            current: None,
            passing: None,
            unpacks: Unpacks::All,
            held: None,
            unpacking: Vec::new(),
            packed_bytes: 0,
            unpacked_bytes: 0,
        }
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, entry: Option<String>, offset: Option<u64>, message: impl Into<String>) {
        if self.problems.len() < self.limits.problems {
            self.problems.push(Problem { entry, offset, kind, message: message.into() });
        } else {
            self.more_problems += 1;
        }
    }

    /// Counts a header; `false` when there were too many or their names take too much memory.
    pub(super) fn count(&mut self, offset: u64) -> bool {
        self.announced += 1;
        let what = if self.announced > self.limits.entries {
            format!("more than {} entries", self.limits.entries)
        } else if self.names.bytes() > self.limits.names_total_bytes {
            format!("names of more than {} MiB", self.limits.names_total_bytes >> 20)
        } else {
            return true;
        };
        self.problem(ProblemKind::LimitReached, None, Some(offset), format!("{what}: the rest was not read"));
        false
    }

    /// A folder.
    pub(super) fn folder(&mut self, raw: &[u8], offset: u64) {
        let outcome = names::clean(raw, &self.limits).and_then(|path| {
            if self.top.is_none() {
                // An archive of one folder begins with that folder, unless it says "here" first.
                self.top = Some(if path.is_empty() || path.contains('/') { String::new() } else { format!("{path}/") });
            }
            if path.is_empty() { Ok(()) } else { self.names.add_folder(&path) }
        });
        if let Err((kind, why)) = outcome {
            self.problem(kind, Some(names::shown(raw)), Some(offset), format!("skipped: {why}"));
        }
    }

    /// Something that is neither file nor folder: skipped, but its name is taken.
    pub(super) fn other(&mut self, raw: &[u8], what: &str, offset: u64) {
        if let Ok(path) = names::clean(raw, &self.limits) {
            // Its name being taken already is no further news.
            let _ = self.names.add_file(&path, 0, false);
        }
        self.problem(ProblemKind::UnsupportedType, Some(names::shown(raw)), Some(offset), format!("skipped: it is {what}"));
    }

    /// A file; its header stands at `offset`, its content at `position` of the plain archive.
    pub(super) fn begin(&mut self, raw: &[u8], size: u64, offset: u64, position: Option<u64>) -> Admission {
        let packing = self.packing(raw, size, offset);
        self.held = packing.map(|packing| Held { packing, name: raw.to_vec(), offset, bytes: Vec::new() });
        match packing {
            // Its name becomes a folder's.
            Some(Packing::Zip) => Admission::Wanted,
            // Where its plain bytes stand cannot be said.
            Some(_) => self.begin_file(raw, size, offset, None),
            None => self.begin_file(raw, size, offset, position),
        }
    }

    /// How an entry is packed, where it is to be unpacked.
    fn packing(&mut self, raw: &[u8], size: u64, offset: u64) -> Option<Packing> {
        let packing = Packing::of_name(raw).filter(|packing| match self.unpacks {
            Unpacks::Nothing => false,
            Unpacks::Files => *packing != Packing::Zip,
            Unpacks::All => true,
        })?;
        if self.header.is_some() || size == 0 {
            return None;
        }
        if size > HELD_BYTES {
            let message = format!("not unpacked: it has {size} bytes, and at most {HELD_BYTES} of a packed entry are held");
            self.problem(ProblemKind::LimitReached, Some(names::shown(raw)), Some(offset), message);
            return None;
        }
        Some(packing)
    }

    fn begin_file(&mut self, raw: &[u8], size: u64, offset: u64, position: Option<u64>) -> Admission {
        let named = names::clean(raw, &self.limits)
            .and_then(|path| if path.is_empty() { Err((ProblemKind::UnsafeName, "it has no name")) } else { Ok(path) });
        let full_path = match named.and_then(|path| self.names.add_file(&path, size, true).map(|()| path)) {
            Ok(path) => path,
            Err((kind, why)) => {
                self.problem(kind, Some(names::shown(raw)), Some(offset), format!("skipped: {why}"));
                return Admission::Skipped;
            }
        };
        let path = self.strip(&full_path);
        if is_document(&path) && size > self.limits.document_bytes {
            let message = format!("skipped: a document of {size} bytes, above the limit of {}", self.limits.document_bytes);
            self.problem(ProblemKind::DocumentTooLarge, Some(path), Some(offset), message);
            return Admission::Skipped;
        }
        self.passing = Some((full_path.clone(), Sha256::new()));
        self.current = Some(Cutter::new(EntryInfo { path, full_path, index: self.entries, size, position }));
        self.entries += 1;
        Admission::Wanted
    }

    /// Path under the top folder. The top folder is known from the archive's first entry: itself, or its `bundle.json`.
    fn strip(&mut self, full: &str) -> String {
        let top = self.top.get_or_insert_with(|| match full.strip_suffix("/bundle.json") {
            Some(top) if !top.contains('/') => format!("{top}/"),
            _ => String::new(),
        });
        full.strip_prefix(top.as_str()).unwrap_or(full).to_owned()
    }

    /// Content of the file that began last.
    pub(super) fn data(&mut self, bytes: &[u8]) {
        if let (true, Some((_, hash))) = (self.limits.check_hashes, &mut self.passing) {
            hash.update(bytes);
        }
        match &mut self.held {
            Some(held) => held.bytes.extend_from_slice(bytes),
            None => self.plain_data(bytes),
        }
    }

    fn plain_data(&mut self, bytes: &[u8]) {
        if let Some(cutter) = &mut self.current {
            let long = cutter.data(bytes, &self.limits, &mut self.queue);
            if !long.is_empty() {
                let path = cutter.path().to_owned();
                long.iter().for_each(|line| self.long_line(path.clone(), line));
            }
        }
    }

    fn long_line(&mut self, path: String, line: &super::cutter::LongLine) {
        let message = format!("a line longer than {} bytes: {} bytes of it were dropped", self.limits.line_bytes, line.lost);
        self.problem(ProblemKind::LineTooLong, Some(path), Some(line.offset), message);
    }

    /// The file that began last is over; `cut` says that it should be longer.
    pub(super) fn end(&mut self, cut: bool) -> Result<(), IntakeError> {
        if let Some((full_path, hash)) = self.passing.take()
            && let Some(seen) = self.names.file_mut(&full_path)
        {
            (seen.delivered, seen.whole) = (true, !cut);
            seen.sha256 = self.limits.check_hashes.then(|| hash.finalize().into());
        }
        match self.held.take() {
            Some(held) => self.end_packed(held, cut),
            None => self.end_plain(cut),
        }
    }

    fn end_packed(&mut self, held: Held, cut: bool) -> Result<(), IntakeError> {
        if !held.is_packed() {
            // The name lies: it is a file as any other.
            if held.packing == Packing::Zip && self.begin_file(&held.name, held.bytes.len() as u64, held.offset, None) == Admission::Skipped
            {
                return Ok(());
            }
            self.plain_data(&held.bytes);
            self.passing = None;
            return self.end_plain(cut);
        }
        self.packed_bytes += held.bytes.len() as u64;
        let name = names::shown(&held.name);
        match Unpacking::new(held, cut) {
            Ok(unpacking) => self.unpacking.push(unpacking),
            Err(error) => {
                self.problem(ProblemKind::Unreadable, Some(name), None, format!("it could not be unpacked: {error}"));
                return self.end_plain(true);
            }
        }
        Ok(())
    }

    /// Goes on with a packed entry; `false` when there is none.
    pub(super) fn unpack(&mut self) -> Result<bool, IntakeError> {
        match self.unpacking.pop() {
            None => return Ok(false),
            Some(Unpacking::Zip(mut zip)) => {
                let around = std::mem::replace(&mut self.unpacks, Unpacks::Files);
                let outcome = zip.step(self);
                if self.unpacks == Unpacks::Files {
                    self.unpacks = around;
                }
                if outcome? {
                    // A packed file of it comes first.
                    self.unpacking.insert(0, Unpacking::Zip(zip));
                }
            }
            Some(Unpacking::File(mut decoder)) => {
                let (bytes, outcome) = decoder.next();
                self.unpacked_bytes += bytes.len() as u64;
                self.plain_data(&bytes);
                let too_much = self.too_much();
                let why = match (outcome, too_much) {
                    (_, Some(message)) => Some((ProblemKind::LimitReached, message)),
                    (Ok(true), None) => {
                        self.unpacking.push(Unpacking::File(decoder));
                        return Ok(true);
                    }
                    (Ok(false), None) => None,
                    (Err(_), None) if decoder.cut => None,
                    (Err(error), None) => Some((ProblemKind::DamagedFrame, format!("it could not be unpacked to its end: {error}"))),
                };
                let cut = decoder.cut || why.is_some();
                if let Some((kind, message)) = why {
                    let (path, at) = self.current().unzip();
                    self.problem(kind, path, at, message);
                }
                self.end_plain(cut)?;
            }
        }
        Ok(true)
    }

    /// Why no more of the current entry is taken: a document is held whole, and a packed one did not say how long it is.
    pub(super) fn too_long(&self) -> Option<String> {
        let long = self.current.as_ref().is_some_and(|c| c.is_document() && c.received() > self.limits.document_bytes);
        long.then(|| format!("a document of more than {} bytes: the rest was not read", self.limits.document_bytes))
    }

    /// Why no more is unpacked of the current entry.
    fn too_much(&mut self) -> Option<String> {
        if let Some(message) = self.too_long() {
            return Some(message);
        }
        let (packed, plain) = (self.packed_bytes, self.unpacked_bytes);
        let bomb = plain > RATIO_FROM && plain / self.limits.ratio.max(1) > packed;
        if plain <= self.limits.total_bytes && !bomb {
            return None;
        }
        self.unpacks = Unpacks::Nothing;
        Some(format!("{packed} bytes of packed entries became {plain}: nothing more is unpacked"))
    }

    fn end_plain(&mut self, cut: bool) -> Result<(), IntakeError> {
        let Some(cutter) = self.current.take() else { return Ok(()) };
        let path = cutter.path().to_owned();
        if let Some(line) = cutter.end(cut, &mut self.queue) {
            self.long_line(path.clone(), &line);
        }
        if cut { Ok(()) } else { self.describing(&path) }
    }

    /// Bytes of the current entry so far, and its path.
    pub(super) fn current(&self) -> Option<(String, u64)> {
        self.current.as_ref().map(|cutter| (cutter.path().to_owned(), cutter.received()))
    }

    /// Keeps what the bundle says of itself.
    fn describing(&mut self, path: &str) -> Result<(), IntakeError> {
        let Some(content) = self.queue.back().map(|chunk| chunk.bytes.as_slice()) else { return Ok(()) };
        let malformed = match path {
            "bundle.json" if self.header.is_none() => {
                // The number alone first: a newer format may have changed everything else.
                if let Ok(Numbered { format }) = serde_json::from_slice(content)
                    && format > FORMAT
                {
                    return Err(IntakeError::NewerFormat(format));
                }
                serde_json::from_slice(content).map(|header| self.header = Some(header)).err()
            }
            "manifest.json" if self.header.is_some() => {
                serde_json::from_slice(content).map(|manifest| self.manifest = Some(manifest)).err()
            }
            _ => None,
        };
        if let Some(error) = malformed {
            self.problem(ProblemKind::Malformed, Some(path.to_owned()), None, format!("not what it should be: {error}"));
        }
        if path == "manifest.json" { self.check_repeats() } else { Ok(()) }
    }

    fn check_repeats(&self) -> Result<(), IntakeError> {
        let Some(manifest) = &self.manifest else { return Ok(()) };
        let mut paths: Vec<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        paths.sort_unstable();
        match paths.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(IntakeError::Refused(format!("its manifest lists {} twice", pair[0]))),
            None => Ok(()),
        }
    }

    /// The full path of a file under the top folder.
    pub(crate) fn full_path(&self, path: &str) -> String {
        format!("{}{path}", self.top.as_deref().unwrap_or_default())
    }

    /// The path under the top folder of a full one.
    pub(crate) fn short_path<'p>(&self, full: &'p str) -> &'p str {
        full.strip_prefix(self.top.as_deref().unwrap_or_default()).unwrap_or(full)
    }
}

#[derive(serde::Deserialize)]
struct Numbered {
    format: u32,
}
