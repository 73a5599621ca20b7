//! `manifest.json`, the last entry: every file with its digest, every source with its outcome.

use serde::{Deserialize, Serialize};

/// Contents of `manifest.json`. The writer makes it; a bundle without one was not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format number, as in [`crate::Header`].
    pub format: u32,
    /// Sums over the files below.
    #[serde(default)]
    pub totals: Totals,
    /// Every source that was asked, by name.
    #[serde(default)]
    pub sources: Vec<SourceOutcome>,
    /// Every file but the manifest itself, by path.
    #[serde(default)]
    pub files: Vec<FileRecord>,
}

/// Sums over [`Manifest::files`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// How many files.
    #[serde(default)]
    pub files: u64,
    /// Their plain bytes.
    #[serde(default)]
    pub bytes: u64,
}

/// One file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path under the top folder.
    pub path: String,
    /// Plain bytes.
    pub size: u64,
    /// SHA-256 of the plain bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// What became of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceOutcome {
    /// Which source: stable, unique within the bundle, readable (`objects/core/v1/pods`, `logs`, `kubelet/node-1`).
    pub source: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Objects, files or samples that it brought.
    #[serde(default)]
    pub items: u64,
    /// Plain bytes that it brought.
    #[serde(default)]
    pub bytes: u64,
    /// What a person must know: the server's message, how much was cut and why. Empty when there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// How a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it is here (none of it, if there is none in the cluster).
    Collected,
    /// Some of it is here, some could not be had; `detail` says what is missing.
    Partial,
    /// The server refused (401, 403): nothing is here, and that says nothing about the cluster.
    Denied,
    /// A deadline passed first; what came before it is here.
    TimedOut,
    /// A size limit was reached: here up to the limit, `detail` says how much was left out.
    Cut,
    /// The cluster does not have such a thing (API group not served, no such component).
    Absent,
    /// It went wrong otherwise; `detail` says how.
    Failed,
    /// An outcome of a newer version, unknown to this one. Never written.
    #[serde(other)]
    Unknown,
}

/// A digest as lower-case hexadecimal.
pub(crate) fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}
