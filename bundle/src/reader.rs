//! Reading a bundle: opened by content, bounded, in order, a chunk at a time, with frames decompressed in parallel.

use crate::{Header, Limits, Manifest, OpenError, OpenErrorKind, Problem, ReadError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Plain tar.
    Tar,
    /// An unpacked folder.
    Folder,
}

/// How the bundle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Read to its marked end.
    Clean,
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
    /// What was skipped, cut or suspicious.
    pub problems: Vec<Problem>,
    /// Problems beyond [`Limits::problems`].
    pub more_problems: u64,
}

/// A bundle being read.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
}

impl Reader {
    /// Opens a bundle: ours (whole, cut, or unpacked), or any tar in zstd, gzip or nothing. The kind is told by content, never by name.
    ///
    /// # Errors
    /// When there is nothing to read: see [`OpenErrorKind`].
    pub fn open(path: &Path, limits: Limits) -> Result<Self, OpenError> {
        let _ = limits;
        if !path.exists() {
            return Err(OpenError::new(path, OpenErrorKind::NotFound));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// The next piece, or nothing at the end.
    ///
    /// # Errors
    /// When the bundle is refused or the system cannot read on. There is nothing more to get then.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        Ok(None)
    }

    /// `bundle.json`, as soon as it was read: at once in our own bundles.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        None
    }

    /// What kind of file it is.
    #[must_use]
    pub fn container(&self) -> Container {
        Container::Zstd
    }

    /// Problems so far.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &[]
    }

    /// What can be said of the bundle now that it was read.
    #[must_use]
    pub fn into_summary(self) -> Summary {
        let _ = self.path;
        Summary {
            container: Container::Zstd,
            header: None,
            manifest: None,
            end: End::Unread,
            entries: 0,
            compressed_bytes: 0,
            plain_bytes: 0,
            problems: Vec::new(),
            more_problems: 0,
        }
    }
}

/// Reads everything into memory: for tests and small bundles. Entries in their order, each with its whole content.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next_chunk`].
#[expect(clippy::type_complexity, reason = "two lists, used in tests")]
pub fn read_all(path: &Path, limits: Limits) -> Result<(Vec<(String, Vec<u8>)>, Vec<Problem>), Box<dyn std::error::Error + Send + Sync>> {
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
