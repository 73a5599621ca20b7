//! Why an index cannot be made or used.

use std::fmt;
use std::io;
use std::path::PathBuf;

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
    Tantivy(tantivy::TantivyError),
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

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> Self {
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
