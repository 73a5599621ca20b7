//! What was wrong with a bundle although it could be read: one line each for the *input problems* of a report.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that was skipped, cut or suspicious.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the entry (top folder stripped, hostile bytes escaped), when it concerns one.
    pub entry: Option<String>,
    /// Where: byte in the entry's content when `entry` is set and the problem lies in the content; else byte in the plain archive, or in
    /// the compressed file for [`ProblemKind::DamagedFrame`].
    pub offset: Option<u64>,
    /// What kind.
    pub kind: ProblemKind,
    /// A sentence for a person.
    pub message: String,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The entry's name leads out of the bundle, is empty, too long or otherwise not acceptable. The entry was skipped.
    UnsafeName,
    /// A link, device, pipe or unknown kind of entry. It was skipped.
    UnsupportedType,
    /// The name was there before; the first one counts. The entry was skipped.
    Duplicate,
    /// The entry's name uses a file as a folder. The entry was skipped.
    FileAsFolder,
    /// A document larger than the limit. It was skipped.
    DocumentTooLarge,
    /// A line longer than the limit: its rest was dropped.
    LineTooLong,
    /// The file ends before its end: what came before was read.
    Cut,
    /// A part of the file does not decompress or fails its checksum: that part is missing.
    DamagedFrame,
    /// A tar header with a wrong checksum, or what is no header where one must be.
    DamagedHeader,
    /// The end of the archive is not marked as it should be.
    MissingEnd,
    /// Data after the end of the archive: ignored.
    TrailingData,
    /// A cap of [`crate::Limits`] stopped the reading.
    LimitReached,
    /// The bundle and its manifest disagree.
    ManifestMismatch,
    /// `bundle.json` or `manifest.json` is not what it should be.
    Malformed,
    /// A file of an unpacked folder cannot be read.
    Unreadable,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(entry) => write!(f, "{entry}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
