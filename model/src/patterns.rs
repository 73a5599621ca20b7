//! Log patterns: lines that differ only in numbers, ids, addresses and names, told once and counted.

use crate::evidence::Evidence;
use crate::log::LogLine;
use crate::reference::ObjectRef;
use jiff::Timestamp;

/// How loud a pattern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loudness {
    /// An error, by its level or, where it states none, by its words; every stack trace.
    Error,
    /// A warning.
    Warning,
    /// Everything else.
    Other,
}

impl Loudness {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Other => "other",
        }
    }
}

/// One pattern of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The line with `<*>` where its copies differ; of a stack trace the lines that name the exception.
    pub text: String,
    /// How loud it is.
    pub loudness: Loudness,
    /// How often it was written; a stack trace counts once.
    pub count: u64,
    /// Lines of all that.
    pub lines: u64,
    /// The first copy; of a stack trace its first line.
    pub first: LogLine,
    /// The first stack trace whole, up to some dozens of lines; empty for a single line.
    pub trace: Vec<(u32, String)>,
    /// Time of the last copy.
    pub last_time: Option<Timestamp>,
    /// Line of the last copy.
    pub last_number: u32,
}

/// All lines of one log, by pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns {
    /// Patterns, by first line; at most some dozens.
    pub list: Vec<Pattern>,
    /// Lines of patterns for which there was no room.
    pub unlisted: u64,
    /// Empty lines.
    pub blank: u64,
}

impl Patterns {
    /// All lines.
    pub fn lines(&self) -> u64 {
        self.list.iter().map(|p| p.lines).sum::<u64>() + self.unlisted + self.blank
    }
}

/// What the beginning of the failure changed about a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Written since the failure began and not before, in a log that reaches well before.
    New,
    /// Written steadily until the failure began and not since, in a log that goes on.
    Stopped,
    /// Written before as well.
    Same,
    /// The logs do not reach far enough to say.
    Unknown,
}

impl Change {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stopped => "stopped",
            Self::Same => "same",
            Self::Unknown => "unknown",
        }
    }
}

/// One pattern over all logs of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadPattern {
    /// As in [`Pattern::text`].
    pub text: String,
    /// How loud it is.
    pub loudness: Loudness,
    /// What the failure changed.
    pub change: Change,
    /// How often it was written.
    pub count: u64,
    /// First time.
    pub first_time: Option<Timestamp>,
    /// Last time.
    pub last_time: Option<Timestamp>,
    /// Containers that wrote it, by name.
    pub containers: Vec<String>,
    /// How many pods wrote it.
    pub pods: u64,
    /// The first copy where it stands; a stack trace is its context.
    pub evidence: Evidence,
}

/// The patterns of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadPatterns {
    /// The workload, or a pod that has none.
    pub workload: ObjectRef,
    /// Whether a root cause, or what follows from one, is about it.
    pub concerned: bool,
    /// When its failure began, as far as that is known.
    pub since: Option<Timestamp>,
    /// Its logs.
    pub logs: u64,
    /// Lines of these.
    pub lines: u64,
    /// What matters first: what is new, what stopped, errors, warnings, the rest; each by count.
    pub patterns: Vec<WorkloadPattern>,
    /// Patterns left out of this list.
    pub left_out: u64,
    /// Lines of no pattern: rare ones for which there was no room while reading.
    pub unlisted: u64,
}

impl WorkloadPatterns {
    /// How many of the listed patterns changed so.
    pub fn changed(&self, change: Change) -> usize {
        self.patterns.iter().filter(|p| p.change == change).count()
    }
}

/// The patterns of all workloads that wrote a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPatterns {
    /// Workloads that root causes are about, in the order of these; then the others, those with most errors first.
    pub workloads: Vec<WorkloadPatterns>,
    /// Workloads left out of this list.
    pub left_out: u64,
}

impl LogPatterns {
    /// Workloads that root causes are about.
    pub fn concerned(&self) -> impl Iterator<Item = &WorkloadPatterns> {
        self.workloads.iter().filter(|w| w.concerned)
    }

    /// The other workloads.
    pub fn others(&self) -> impl Iterator<Item = &WorkloadPatterns> {
        self.workloads.iter().filter(|w| !w.concerned)
    }
}
