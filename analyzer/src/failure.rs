//! Why a command ends without its result: a sentence for a person, and the exit code.

use std::fmt;
use std::path::Path;

use tarbox_bundle::{OpenError, ReadError};
use tarbox_index::IndexError;
use tarbox_load::LoadError;
use tarbox_reports::RenderError;

use crate::exit::Exit;

/// A sentence that says what failed, on what, why, and what to do; and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// A file or folder that could not be written.
    pub(crate) fn output(path: &Path, error: &std::io::Error) -> Self {
        let hint = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "choose another place with -o",
            std::io::ErrorKind::StorageFull => "the disk is full: free some space, or choose another place with -o",
            _ => "check the path given with -o",
        };
        Self::new(Exit::Output, format!("cannot write {}: {error}; {hint}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::new(Exit::Input, error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(Exit::Input, error.to_string())
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(Exit::Input, error.to_string())
    }
}

impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let exit = match error {
            IndexError::Open(_) | IndexError::Read(_) => Exit::Input,
            IndexError::Io(..) => Exit::Output,
            IndexError::Tantivy(_) => Exit::Internal,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        let why = std::error::Error::source(&error).map(|s| format!(": {s}")).unwrap_or_default();
        Self::new(Exit::Internal, format!("{error}{why}; please report this defect"))
    }
}
