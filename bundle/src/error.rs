//! Errors for people: what failed, on what, why, and what to do about it.

use std::path::{Path, PathBuf};
use std::{error, fmt, io};

/// Why a bundle cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    /// The file or folder asked for.
    pub path: PathBuf,
    /// What is the matter.
    pub kind: OpenErrorKind,
}

/// Kinds of [`OpenError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// There is no such file.
    NotFound,
    /// It is something else; `looks_like` says what, as far as one can tell.
    NotABundle {
        /// For a sentence "it looks like …".
        looks_like: String,
    },
    /// Zero bytes, or an archive without a file.
    Empty,
    /// A format of a newer program.
    NewerFormat {
        /// The format number of the bundle.
        found: u32,
        /// The highest that this program reads.
        supported: u32,
    },
    /// Its beginning is malformed in a way that tools read differently: refused.
    Refused {
        /// Why.
        reason: String,
    },
    /// The system could not read it.
    Io(io::Error),
}

impl OpenError {
    pub(crate) fn new(path: &Path, kind: OpenErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.describe(&self.path, f)
    }
}

impl OpenErrorKind {
    fn describe(&self, path: &Path, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = path.display();
        match self {
            Self::NotFound => write!(f, "cannot open {path}: there is no such file or folder; check the path"),
            Self::NotABundle { looks_like } => {
                write!(
                    f,
                    "{path} is not a bundle: it looks like {looks_like}; give the file that tarbox-collect wrote, or its unpacked folder"
                )
            }
            Self::Empty => {
                write!(f, "{path} holds nothing to read: the collecting or the copying failed at its very beginning; do it again")
            }
            Self::NewerFormat { found, supported } => {
                write!(f, "{path} has bundle format {found}, and this program reads formats up to {supported}: upgrade tarbox to read it")
            }
            Self::Refused { reason } => {
                write!(f, "{path} is refused: {reason}; no ordinary program writes such a file, so ask where it comes from")
            }
            Self::Io(error) => write!(f, "cannot read {path}: {error}"),
        }
    }
}

// No sources: the messages say them already, and printers of chains would say them twice.
impl error::Error for OpenError {}

/// Why reading stopped for good. What was delivered before stays true unless `kind` is [`ReadErrorKind::Refused`].
#[derive(Debug)]
pub struct ReadError {
    /// The file or folder being read.
    pub path: PathBuf,
    /// The entry at which it stopped, when it concerns one.
    pub entry: Option<String>,
    /// Byte in the plain archive, when known.
    pub offset: Option<u64>,
    /// What is the matter.
    pub kind: ReadErrorKind,
}

/// Kinds of [`ReadError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// Malformed in a way that tools read differently, or not what its manifest says: nothing of it should be believed.
    Refused {
        /// Why.
        reason: String,
    },
    /// A format of a newer program (its `bundle.json` was not the first entry, so that opening could not tell).
    NewerFormat {
        /// The format number of the bundle.
        found: u32,
        /// The highest that this program reads.
        supported: u32,
    },
    /// It could not even be opened.
    Open(OpenErrorKind),
    /// The system could not read it.
    Io(io::Error),
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        Self { path: error.path, entry: None, offset: None, kind: ReadErrorKind::Open(error.kind) }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ReadErrorKind::Open(kind) = &self.kind {
            return kind.describe(&self.path, f);
        }
        write!(f, "{}", self.path.display())?;
        if let Some(entry) = &self.entry {
            write!(f, ", entry {entry}")?;
        }
        if let Some(offset) = self.offset {
            write!(f, ", at byte {offset}")?;
        }
        match &self.kind {
            ReadErrorKind::Refused { reason } => write!(f, ": the bundle is refused: {reason}; collect or copy it again"),
            ReadErrorKind::NewerFormat { found, supported } => {
                write!(f, ": bundle format {found}, and this program reads formats up to {supported}: upgrade tarbox to read it")
            }
            ReadErrorKind::Io(error) => write!(f, ": cannot read on: {error}"),
            ReadErrorKind::Open(_) => Ok(()),
        }
    }
}

impl error::Error for ReadError {}

/// Why something could not be written.
#[derive(Debug)]
pub struct WriteError {
    /// The file being written (its working name while it is unfinished).
    pub path: PathBuf,
    /// What is the matter.
    pub kind: WriteErrorKind,
}

/// Kinds of [`WriteError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// The final name is taken, and overwriting was not asked for.
    Exists,
    /// No room, quota or file-size limit. What was written before stays readable.
    DiskFull,
    /// An entry of this path is written or being written already.
    Duplicate(String),
    /// The path cannot be an entry.
    InvalidPath(crate::InvalidPath),
    /// `bundle.json` must be the first entry.
    HeaderNotFirst(String),
    /// The value cannot be expressed as JSON.
    Json(String),
    /// The system refused otherwise.
    Io(io::Error),
}

impl WriteError {
    pub(crate) fn new(path: &Path, kind: WriteErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge);
        Self::new(path, if full { WriteErrorKind::DiskFull } else { WriteErrorKind::Io(error) })
    }

    /// Whether the disk is full: the caller should stop adding and report, not retry.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self.kind, WriteErrorKind::DiskFull)
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            WriteErrorKind::Exists => write!(f, "{path} exists already: choose another name, remove it, or ask to overwrite it"),
            WriteErrorKind::DiskFull => {
                write!(
                    f,
                    "no room left to write {path}: what was written before can be read; make room or choose another place, and collect again"
                )
            }
            WriteErrorKind::Duplicate(entry) => write!(f, "{path}: entry {entry} is there already"),
            WriteErrorKind::InvalidPath(invalid) => write!(f, "{path}: {invalid}"),
            WriteErrorKind::HeaderNotFirst(entry) => write!(f, "{path}: bundle.json must be the first entry, and {entry} comes before it"),
            WriteErrorKind::Json(error) => write!(f, "{path}: a value cannot be written as JSON: {error}"),
            WriteErrorKind::Io(error) => write!(f, "cannot write {path}: {error}"),
        }
    }
}

impl error::Error for WriteError {}

impl From<WriteError> for io::Error {
    fn from(error: WriteError) -> Self {
        let kind = match &error.kind {
            WriteErrorKind::DiskFull => io::ErrorKind::StorageFull,
            WriteErrorKind::Io(inner) => inner.kind(),
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
