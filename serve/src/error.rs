//! Errors for people: what failed, on what, why, and what to do about it.
use std::{error, fmt, io, path::PathBuf};
use tarbox_bundle::{OpenError, ReadError};

/// Why a bundle cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The file cannot be opened as a bundle.
    Open(OpenError),
    /// Reading it stopped for good.
    Read(ReadError),
    /// It is an archive, but not one that `tarbox-collect` wrote: nothing says which file holds which objects.
    NotOurs(PathBuf),
    /// Its content could not be put aside.
    Spool(io::Error),
    /// The port could not be had.
    Bind {
        /// The address asked for.
        address: String,
        /// What the system says.
        error: io::Error,
    },
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::NotOurs(path) => {
                write!(
                    f,
                    "{} cannot be served: it has no bundle.json, so tarbox-collect did not write it; `tarbox analyze` reads other tools' bundles",
                    path.display()
                )
            }
            Self::Spool(error) => {
                write!(f, "cannot put the bundle's content aside: {error}; make room in the folder for temporary files, or set TMPDIR")
            }
            Self::Bind { address, error } => write!(f, "cannot listen on {address}: {error}; choose another port"),
        }
    }
}

// No sources: the messages say them already, and printers of chains would say them twice.
impl error::Error for ServeError {}

impl From<OpenError> for ServeError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<ReadError> for ServeError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<io::Error> for ServeError {
    fn from(error: io::Error) -> Self {
        Self::Spool(error)
    }
}
