//! What is kept of a container's log: its ends, and the lines that matched a signature.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::patterns::Patterns;
use crate::reference::ObjectRef;

/// The four families of the field guide's "Common Log Patterns", and what stands beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Refused, timed out, unreachable, unresolved.
    Connection,
    /// Failed log-ins, forbidden, unauthorized.
    Authentication,
    /// Memory, CPU, disk, files, limits.
    Resource,
    /// Errors, exceptions, tracebacks.
    Application,
    /// Not an error: a fact that rules compare (a listening line, a request's duration).
    Fact,
}

/// A kind of log line worth keeping, as data.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// Name that rules ask for: `pymongo-connection-refused`.
    pub id: &'static str,
    /// Family.
    pub family: Family,
    /// Literals, ASCII case ignored: a line without any of them is never looked at further. At least one, each at
    /// least three bytes.
    pub literals: &'static [&'static str],
    /// Regular expression (linear-time syntax, case-sensitive unless it says `(?i)`) that the line must match; named
    /// groups become [`LogHit::fields`]. Empty: the literal is enough.
    pub pattern: &'static str,
    /// A line that contains any of these (ASCII case ignored) is not meant.
    pub unless: &'static [&'static str],
    /// Lines that must match; each is a test.
    pub examples: &'static [&'static str],
    /// Near misses that must not match; each is a test.
    pub counterexamples: &'static [&'static str],
}

/// A second line that must stand after a line of a [`Signature`], or the first is not meant.
#[derive(Debug, Clone, Copy)]
pub struct Follower {
    /// [`Signature::id`] of the first.
    pub signature: &'static str,
    /// Regular expression of the second line.
    pub pattern: &'static str,
    /// At most so many lines further; at most [`Follower::LINES`].
    pub lines: usize,
    /// At most so many seconds later, by the times before the lines; a line without a time is late for none.
    pub seconds: Option<i64>,
}

impl Follower {
    /// Most lines that are looked through for the second line.
    pub const LINES: usize = 500;
}

/// Which run of a container a log is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Run {
    /// The run that ended before the last restart.
    Previous,
    /// The newest run.
    Current,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Line in the entry, from 1.
    pub number: u32,
    /// Time that the runtime put before it.
    pub time: Option<Timestamp>,
    /// The text without that time.
    pub text: String,
}

impl LogLine {
    /// Whether it explains an option, as a program does that was called wrongly (`  -t, --timeout duration   Time to wait…`):
    /// such a line speaks of errors and time-outs, and reports none.
    pub fn is_option_help(&self) -> bool {
        let text = self.text.trim_start();
        let long = text.strip_prefix('-').map(|rest| match rest.split_once(", -") {
            Some((short, long)) if short.len() == 1 => long,
            _ => rest,
        });
        let name = long.and_then(|l| l.strip_prefix('-')).is_some_and(|l| l.starts_with(|c: char| c.is_ascii_alphanumeric()));
        name && text.contains("  ")
    }
}

/// Lines of one log that match one signature and have the same fields.
#[derive(Debug, Clone, PartialEq)]
pub struct LogHit {
    /// [`Signature::id`].
    pub signature: &'static str,
    /// The signature's family.
    pub family: Family,
    /// Named groups of the pattern, in the pattern's order.
    pub fields: Vec<(Arc<str>, String)>,
    /// The first line, with the lines around it.
    pub first: LogLine,
    /// The last line.
    pub last: LogLine,
    /// How many lines.
    pub count: u64,
    /// Lines around the first one.
    pub context: Vec<(u32, String)>,
}

impl LogHit {
    /// The value of a named group; `None` when the group took no part.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| **n == *name).map(|(_, v)| v.as_str())
    }
}

/// Error lines that differ only in numbers, ids, addresses and quoted words.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The line with `<*>` where its copies differ.
    pub text: String,
    /// The first copy.
    pub first: LogLine,
    /// Time of the last copy.
    pub last_time: Option<Timestamp>,
    /// Line of the last copy.
    pub last_number: u32,
    /// Copies.
    pub count: u64,
}

/// What is kept of one log.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerLog {
    /// Entry path in the bundle.
    pub path: Arc<str>,
    /// Namespace of the pod; empty when the source does not say.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container; empty when the source does not say.
    pub container: String,
    /// Which run.
    pub run: Run,
    /// Lines read.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Time of the first line.
    pub first_time: Option<Timestamp>,
    /// Time of the last line.
    pub last_time: Option<Timestamp>,
    /// Matches, by first line.
    pub hits: Vec<LogHit>,
    /// By signature: lines that match too, with other values of its fields than the hits that are kept.
    pub further: BTreeMap<&'static str, u64>,
    /// Error lines by template, the most frequent first; at most some dozens.
    pub templates: Vec<Template>,
    /// All lines by pattern.
    pub patterns: Patterns,
    /// The last lines, oldest first; at most [`TAIL`].
    pub tail: Vec<LogLine>,
}

/// Lines kept of a log's end.
pub const TAIL: usize = 50;
/// Lines shown on either side of a line of the tail.
const AROUND: u32 = 2;

impl ContainerLog {
    /// The pod that wrote it.
    pub fn pod_reference(&self) -> ObjectRef {
        ObjectRef::new("Pod", self.namespace.as_str(), self.pod.as_str())
    }

    /// Hits of a signature.
    pub fn hits_of<'a>(&'a self, signature: &'a str) -> impl Iterator<Item = &'a LogHit> {
        self.hits.iter().filter(move |h| h.signature == signature)
    }

    /// Evidence for a hit: its first line, with context.
    pub fn evidence(&self, hit: &LogHit) -> Evidence {
        let mut evidence = self.line_evidence(&hit.first);
        evidence.context = hit.context.clone();
        evidence
    }

    /// Evidence for a line, with the lines around it where these are kept.
    pub fn line_evidence(&self, line: &LogLine) -> Evidence {
        let mut evidence = Evidence::line(Arc::clone(&self.path), line.number, line.text.as_str());
        let near = |other: &&LogLine| other.number.abs_diff(line.number) <= AROUND;
        if self.tail.iter().any(|kept| kept.number == line.number) {
            evidence.context = self.tail.iter().filter(near).map(|kept| (kept.number, kept.text.clone())).collect();
        }
        evidence
    }
}

/// Words by which a line that states no level is taken for an error.
pub const ERROR_WORDS: [&str; 8] = ["error", "exception", "fatal", "critical", "panic", "traceback", "failed", "failure"];

/// Whether a line without a level reports an error, by its words.
pub fn speaks_of_error(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ERROR_WORDS.iter().any(|word| lower.contains(word)) && !is_noise(text)
}

/// Lines that speak of errors and report none, and the everyday conflicts of controllers.
pub fn is_noise(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    const NOISE: [&str; 26] = [
        "0 error",
        "no error",
        "errors: 0",
        "errors=0",
        "error=0",
        "error: 0",
        "failed=0",
        "failed: 0",
        "0 failed",
        "0 failures",
        "without error",
        "error_log",
        "error rate 0",
        "error=nil",
        "error=null",
        "\"error\":null",
        "\"error\":\"\"",
        "error=<nil>",
        "\"errors\":[]",
        "error=\"\"",
        "the object has been modified",
        "operation cannot be fulfilled",
        "context canceled",
        "leader election lost",
        "previous terminated container",
        "panic=false",
    ];
    // `10 failed` is no `0 failed`.
    let alone =
        |at: usize, n: &str| !(n.starts_with('0') && text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit())));
    NOISE.iter().any(|n| text.match_indices(n).any(|(at, _)| alone(at, n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_reports_no_error() {
        assert!(is_noise("batch done: 120 rows, 0 errors") && !is_noise("batch failed after 120 rows"));
        assert!(!is_noise("worker: job 10 failed"));
        assert!(speaks_of_error("KeyError: x") && !speaks_of_error("scan done, errors=0") && !speaks_of_error("ready"));
    }

    #[test]
    fn what_explains_an_option_reports_no_error() {
        let is_help = |text: &str| LogLine { number: 1, time: None, text: text.to_owned() }.is_option_help();
        assert!(is_help("      --request-timeout duration   Time to wait before giving up (default 1m0s)"));
        assert!(is_help("  -l, --node-selector string      Selector, error if empty"));
        assert!(is_help("  --threads INT         The number of worker threads"));
        assert!(!is_help("Error: unknown flag: --request-timeout"));
        assert!(!is_help("--- FAIL: TestPort  (0.01s)"));
        assert!(!is_help("-- connection timeout"));
    }
}
