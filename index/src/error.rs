//! Why an index cannot be made or used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::OpenWriteError;
use tarbox_bundle::{OpenError, ReadError};

/// Kinds of failure.
#[derive(Debug)]
pub enum IndexError {
    /// The bundle cannot be opened.
    Open(OpenError),
    /// The bundle cannot be read on.
    Read(ReadError),
    /// The index cannot be written or read at this place.
    Io(PathBuf, io::Error),
    /// tantivy's own.
    Tantivy(TantivyError),
}

impl IndexError {
    /// The same of an index that was being written at this place: where tantivy met a full disk, that is what is told.
    pub(crate) fn writing(self, place: &Path) -> Self {
        match self {
            Self::Tantivy(TantivyError::IoError(error) | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })) => {
                Self::Io(place.to_owned(), io::Error::new(error.kind(), error))
            }
            other => other,
        }
    }
}

impl From<OpenError> for IndexError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<ReadError> for IndexError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> Self {
        Self::Tantivy(error)
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::Io(path, error) => {
                write!(f, "the index at {} cannot be used: {error}; free some space, or choose another place with --cache", path.display())
            }
            Self::Tantivy(error) => write!(f, "the index cannot be used: {error}; search again with --no-cache"),
        }
    }
}

// No sources: the messages say them already, and printers of chains would say them twice.
impl std::error::Error for IndexError {}
