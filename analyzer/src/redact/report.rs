//! What was taken out, and what was left out: counts by rule and by file, never a value.

use serde::Serialize;
use tarbox_redaction::FileCounts;

/// What `redactions.json` says, and the command.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// `default` or `strict`.
    pub(crate) level: String,
    /// Values of Secrets found in the bundle, and searched in all of it.
    pub(crate) values_searched: usize,
    /// Files that were written.
    pub(crate) written: u64,
    /// What was found.
    #[serde(flatten)]
    pub(crate) counts: FileCounts,
    /// What was not carried over, and why.
    pub(crate) left_out: Vec<LeftOut>,
    /// What an earlier redaction of the same bundle said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) earlier: Option<serde_json::Value>,
}

/// Something that could not be redacted, and so is not there.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LeftOut {
    pub(crate) file: String,
    pub(crate) why: String,
}

impl Report {
    /// Notes what is not carried over.
    pub(super) fn leave_out(&mut self, file: &str, why: impl Into<String>) {
        self.left_out.push(LeftOut { file: file.to_owned(), why: why.into() });
    }
}
