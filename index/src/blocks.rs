//! Blocks: which lines of which entry. The table stands beside tantivy's files.

use serde::{Deserialize, Serialize};
use tarbox_bundle::{LogKind, Place};
use tarbox_model::Timestamp;

/// Plain bytes that a block aims at. Larger blocks make a smaller index and longer looks at each candidate.
pub(crate) const BLOCK_BYTES: usize = 128 << 10;

/// All blocks of a bundle, and the entries that they are of.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Blocks {
    pub(crate) entries: Vec<Entry>,
    /// Ascending by entry, then by offset.
    pub(crate) blocks: Vec<Block>,
}

/// One entry with text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Path under the top folder.
    pub(crate) path: String,
    /// Where its content begins in the plain archive.
    pub(crate) position: Option<u64>,
}

/// A run of whole lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    /// Index into [`Blocks::entries`].
    pub(crate) entry: u32,
    /// Number of its first line, from 1.
    pub(crate) first_line: u32,
    /// Where it begins in the entry.
    pub(crate) offset: u64,
    /// How long it is.
    pub(crate) length: u32,
    /// Seconds since 1970 between which its lines stand; `None` when any time is possible.
    pub(crate) seconds: Option<(i64, i64)>,
}

impl Block {
    /// Whether a line at or after `since` and before `until` may be in it.
    pub(crate) fn may_be_in(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> bool {
        let Some((first, last)) = self.seconds else { return true };
        since.is_none_or(|since| since.as_second() <= last) && until.is_none_or(|until| until.as_second() >= first)
    }
}

/// What the path of an entry tells: the fields that a query can ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) container: String,
    /// `log`, or the resource of objects (`events`, `pods`), or the folder.
    pub(crate) kind: String,
    /// `current` or `previous`, for logs.
    pub(crate) run: &'static str,
}

impl Entry {
    /// What its path tells.
    pub(crate) fn about(&self) -> About {
        match Place::parse(&self.path) {
            Place::Log { namespace, pod, container, kind } => {
                let run = if kind == LogKind::Previous { "previous" } else { "current" };
                About { namespace, pod, container, kind: "log".to_owned(), run }
            }
            Place::Objects { resource, .. } => About { kind: resource, ..About::default() },
            Place::Secrets => About { kind: "secrets".to_owned(), ..About::default() },
            Place::Http { namespace, .. } => About { namespace, kind: "http".to_owned(), ..About::default() },
            Place::Mongodb { namespace, pod, .. } => About { namespace, pod, kind: "mongodb".to_owned(), ..About::default() },
            _ => About { kind: self.path.split('/').next().unwrap_or_default().to_owned(), ..About::default() },
        }
    }
}
