//! What was collected and what was not: so that silence is never read as health.

use std::collections::BTreeMap;

/// How the collection of one source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// All of it is there.
    Collected,
    /// Some of it is there.
    Partial,
    /// The cluster refused.
    Denied,
    /// It took too long.
    TimedOut,
    /// A budget ended it.
    Cut,
    /// The cluster does not have it.
    Absent,
    /// An error.
    Failed,
    /// This kind of bundle cannot hold it, or nobody asked for it.
    NotCollected,
}

impl Outcome {
    /// Whether what is there can be reasoned about.
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Collected | Self::Partial | Self::Cut)
    }

    /// In words, after "… was".
    pub fn words(self) -> &'static str {
        match self {
            Self::Collected => "collected",
            Self::Partial => "collected in part",
            Self::Denied => "denied by the cluster",
            Self::TimedOut => "not answered in time",
            Self::Cut => "cut by a budget",
            Self::Absent => "not served by the cluster",
            Self::Failed => "not readable because of an error",
            Self::NotCollected => "not collected",
        }
    }
}

/// One source's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCoverage {
    /// The source: a resource (`pods`), `events`, `logs`, `kubelet`, `metrics`.
    pub source: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Objects, lines or files.
    pub items: u64,
    /// Why, when it is not all there.
    pub detail: String,
}

/// Everything that is known of what was collected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    sources: BTreeMap<String, SourceCoverage>,
}

impl Coverage {
    /// Notes a source's outcome; of two for one source the less complete stands, and items add up.
    pub fn record(&mut self, source: SourceCoverage) {
        match self.sources.get_mut(&source.source) {
            Some(known) => {
                known.items += source.items;
                if known.outcome.is_usable() != source.outcome.is_usable() {
                    known.outcome = Outcome::Partial;
                } else {
                    known.outcome = known.outcome.max(source.outcome);
                }
                if known.detail.is_empty() {
                    known.detail = source.detail;
                }
            }
            None => {
                self.sources.insert(source.source.clone(), source);
            }
        }
    }

    /// How a source ended.
    pub fn outcome(&self, source: &str) -> Outcome {
        self.sources.get(source).map_or(Outcome::NotCollected, |s| s.outcome)
    }

    /// Whether a source can be reasoned about at all.
    pub fn has(&self, source: &str) -> bool {
        self.outcome(source).is_usable()
    }

    /// Whether a source is there without a gap, so that "it is not in the bundle" means "it does not exist".
    pub fn is_complete(&self, source: &str) -> bool {
        self.outcome(source) == Outcome::Collected
    }

    /// All sources, by name.
    pub fn sources(&self) -> impl Iterator<Item = &SourceCoverage> {
        self.sources.values()
    }
}

/// Something in the input that could not be read; the rest was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputProblem {
    /// Entry path.
    pub path: Option<String>,
    /// Line in the entry, from 1.
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
}
