//! Whether a bundle is what its manifest says, located to the file.

use crate::manifest::hex;
use crate::reader::{Intake, Reader};
use crate::{End, EntryPath, Limits, Manifest, Problem, ReadError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
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
/// When it cannot be opened, is refused as malformed, or cannot be read on. A file that differs is no error but a [`Fault`].
pub fn verify(path: &Path, limits: Limits) -> Result<VerifyReport, ReadError> {
    let limits = Limits { check_hashes: true, ..limits };
    let mut reader = Reader::open_as(path, limits, false)?;
    while reader.next_chunk()?.is_some() {}
    let summary = reader.into_summary();
    let listed = summary.manifest.as_ref().map_or(0, |manifest| manifest.files.len() as u64);
    let wrong = summary.faults.iter().filter(|fault| fault.kind != FaultKind::Extra).count() as u64;
    Ok(VerifyReport {
        intact: listed.saturating_sub(wrong),
        faults: summary.faults,
        has_manifest: summary.manifest.is_some(),
        end: summary.end,
        problems: summary.problems,
    })
}

/// What differs between a manifest and what was read, by path.
pub(crate) fn faults(manifest: &Manifest, intake: &Intake) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut fault = |path: &str, kind, message: String| found.push(Fault { path: path.to_owned(), kind, message });
    let mut listed = HashSet::new();
    for file in &manifest.files {
        listed.insert(file.path.as_str());
        let seen = intake.names.file(&intake.full_path(&file.path)).filter(|seen| seen.regular);
        let Some(seen) = seen else {
            fault(&file.path, FaultKind::Missing, "the manifest lists it, but it is not in the bundle".to_owned());
            continue;
        };
        let digest = seen.sha256.map(|digest| hex(&digest));
        if !seen.whole && seen.delivered {
            fault(&file.path, FaultKind::Truncated, format!("only a part of its {} bytes could be read", file.size));
        } else if seen.size != file.size {
            fault(&file.path, FaultKind::Changed, format!("it has {} bytes, and the manifest says {}", seen.size, file.size));
        } else if digest.is_some_and(|digest| digest != file.sha256) {
            fault(
                &file.path,
                FaultKind::Changed,
                "its content is not what was written: the SHA-256 differs from the manifest's".to_owned(),
            );
        }
    }
    for full in intake.names.regular() {
        let path = intake.short_path(full);
        if !listed.contains(path) && path != EntryPath::manifest().as_str() {
            fault(path, FaultKind::Extra, "it is in the bundle, but the manifest does not list it".to_owned());
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
