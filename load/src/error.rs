//! Why a bundle could not be loaded at all.

use std::fmt;

use tarbox_bundle::{OpenError, ReadError};

/// Nothing of the input can be used.
#[derive(Debug)]
pub enum LoadError {
    /// It could not be opened as a bundle.
    Open(OpenError),
    /// It was refused, or the system could not read on.
    Read(ReadError),
}

impl From<OpenError> for LoadError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<ReadError> for LoadError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
        }
    }
}

// No sources: the messages say them already, and printers of chains would say them twice.
impl std::error::Error for LoadError {}
