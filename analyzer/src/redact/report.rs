//! What was taken out, and what was left out: counts by rule and by file, never a value.

use std::collections::BTreeMap;

use serde::Serialize;
use tarbox_redaction::Counts;

/// Files counted by name; what is found in further ones is counted together.
const FILES: usize = 5_000;

/// What `redactions.json` says, and the command.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// `default` or `strict`.
    pub(crate) level: String,
    /// Values of Secrets found in the bundle, and searched in all of it.
    pub(crate) values_searched: usize,
    /// Files that were written.
    pub(crate) written: u64,
    /// Counts by rule over all files.
    pub(crate) total: Counts,
    /// Counts by file, for files in which something was found.
    pub(crate) files: BTreeMap<String, Counts>,
    /// Counts over the files beyond the first few thousand.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    pub(crate) other_files: Counts,
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
    /// Counts what was found in a file.
    pub(super) fn count(&mut self, file: &str, counts: &Counts) {
        if counts.is_empty() {
            return;
        }
        self.total.merge(counts);
        if let Some(known) = self.files.get_mut(file) {
            known.merge(counts);
        } else if self.files.len() < FILES {
            self.files.insert(file.to_owned(), counts.clone());
        } else {
            self.other_files.merge(counts);
        }
    }

    /// Notes what is not carried over.
    pub(super) fn leave_out(&mut self, file: &str, why: impl Into<String>) {
        self.left_out.push(LeftOut { file: file.to_owned(), why: why.into() });
    }
}
