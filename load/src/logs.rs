//! One pass over each log: signatures, error templates, patterns, first and last times, the tail.
//!
//! A log comes in chunks of whole lines, scanned side by side; [`LogPart`]s are then joined in order. Only lines that hold
//! one of the literals of a signature, or a word that errors have, are ever looked at one by one, and only for those signatures.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use memchr::{memchr, memmem, memrchr};
use regex::Regex;
use tarbox_finder::{Finder, Needle};
use tarbox_model::Timestamp;
use tarbox_model::log::{ContainerLog, ERROR_WORDS, Follower, LogHit, LogLine, Run, Signature, TAIL, Template};

use super::level;
use super::patterns::{self, Mined};

/// Most different hits kept of one signature in one chunk; lines with further fields are only counted.
const HITS_PER_SIGNATURE: usize = 24;
/// Most templates kept of one log.
const TEMPLATES: usize = 48;
/// Lines of context kept before and after the first line of a hit.
const CONTEXT: usize = 3;
/// Longest line that is looked at; the rest of a longer one is ignored.
const LINE_LIMIT: usize = 16 * 1024;
/// What is searched for literals at a time; the list of those found stays small.
const BATCH: usize = 256 * 1024;

/// All signatures, ready to be looked for.
#[derive(Debug)]
pub struct LogScanner {
    /// Each stands for the signature that it belongs to; `None` for [`ERROR_WORDS`].
    literals: Finder<Option<usize>>,
    signatures: Vec<Ready>,
    /// By signature: the line that must follow.
    followers: BTreeMap<&'static str, (Follower, Regex)>,
}

/// A signature, made ready.
#[derive(Debug)]
struct Ready {
    signature: Signature,
    /// Of what it must not hold, in lower case.
    unless: Vec<memmem::Finder<'static>>,
    /// Compiled when a line has one of its literals: most bundles need a tenth of all. `None` inside: it has no pattern.
    pattern: OnceLock<Option<Result<Pattern, regex::Error>>>,
}

/// What one chunk of a log holds.
#[derive(Debug, Default)]
pub(crate) struct LogPart {
    lines: u64,
    bytes: u64,
    first_time: Option<Timestamp>,
    last_time: Option<Timestamp>,
    hits: BTreeMap<HitKey, LogHit>,
    further: BTreeMap<&'static str, u64>,
    /// By [`patterns::identity`].
    templates: BTreeMap<u64, Template>,
    mined: Mined,
    tail: Vec<LogLine>,
}

/// Signature and the values of its fields.
type HitKey = (&'static str, Vec<String>);

impl LogScanner {
    /// Compiles the signatures.
    ///
    /// # Errors
    /// A signature's pattern that cannot be compiled, in words.
    pub fn new(signatures: impl IntoIterator<Item = Signature>) -> Result<Self, String> {
        Self::lazy([]).with(signatures)
    }

    /// Takes signatures that are known to compile: each does so when its first line comes. One that does not would never match.
    pub fn lazy(signatures: impl IntoIterator<Item = Signature>) -> Self {
        let mut scanner = Self { literals: Finder::new(), signatures: Vec::new(), followers: BTreeMap::new() };
        ERROR_WORDS.iter().for_each(|word| scanner.literal(word, None));
        signatures.into_iter().for_each(|signature| scanner.add(Ready::new(signature)));
        scanner
    }

    /// Compiles further signatures.
    ///
    /// # Errors
    /// A signature's pattern that cannot be compiled, in words.
    pub fn with(mut self, signatures: impl IntoIterator<Item = Signature>) -> Result<Self, String> {
        for ready in signatures.into_iter().map(Ready::new) {
            if let Some(Err(error)) = ready.pattern() {
                return Err(format!("signature {}: {error}", ready.signature.id));
            }
            self.add(ready);
        }
        Ok(self)
    }

    fn add(&mut self, ready: Ready) {
        let owner = self.signatures.len();
        ready.signature.literals.iter().for_each(|literal| self.literal(literal, Some(owner)));
        self.signatures.push(ready);
    }

    fn literal(&mut self, literal: &str, what: Option<usize>) {
        self.literals.add(Needle { bytes: literal.as_bytes().into(), any_case: true, what });
    }

    /// Takes lines of these signatures only where another line follows. That line is looked for in the same chunk of
    /// the log (some megabytes).
    ///
    /// # Errors
    /// A pattern that cannot be compiled, in words.
    pub fn with_followers(mut self, followers: impl IntoIterator<Item = Follower>) -> Result<Self, String> {
        for follower in followers {
            let regex = Regex::new(follower.pattern).map_err(|e| format!("signature {}: {e}", follower.signature))?;
            self.followers.insert(follower.signature, (follower, regex));
        }
        Ok(self)
    }

    /// How often a signature takes lines of a text, as it would in a log.
    pub fn matches(&self, text: &str, signature: &str) -> u64 {
        self.scan(text.as_bytes(), 1).hits.values().filter(|h| h.signature == signature).map(|h| h.count).sum()
    }

    /// Scans whole lines; `first_line` is the number of the first, from 1.
    pub(crate) fn scan(&self, bytes: &[u8], first_line: u32) -> LogPart {
        let mut part = LogPart { bytes: bytes.len() as u64, mined: Mined::new(bytes, first_line), ..LogPart::default() };
        let mut counted = Counted { position: 0, line: first_line };
        let mut found = Vec::new();
        let mut position = 0;
        while let Some(batch) = batch(bytes, position) {
            found.clear();
            self.literals
                .find(batch, |at, needle| found.push(Literal { start: position + at, length: needle.bytes.len(), of: needle.what }));
            found.sort_unstable();
            let mut rest = found.as_slice();
            while let Some(first) = rest.first() {
                let (start, end) = line_around(bytes, first.start);
                // At least one, also when a literal begins with the line's end.
                let (in_line, others) = rest.split_at(rest.partition_point(|literal| literal.start < end).max(1));
                counted.advance(bytes, start);
                self.look_at(bytes, start, end, counted.line, in_line, &mut part);
                rest = others;
            }
            position += batch.len();
        }
        counted.advance(bytes, bytes.len());
        part.lines = u64::from(counted.line - first_line) + u64::from(!bytes.is_empty() && bytes.last() != Some(&b'\n'));
        let last_line = first_line.saturating_add(u32::try_from(part.lines).unwrap_or(u32::MAX)).saturating_sub(1);
        part.tail = tail(bytes, last_line);
        part.first_time = bytes.split(|&b| b == b'\n').take(5).find_map(|line| read_line(line, 0).time);
        part.last_time = part.tail.iter().rev().find_map(|line| line.time);
        part
    }

    /// Looks at one line that holds these literals. Most are of no signature after all: only a line that is has its time read, and is kept.
    fn look_at(&self, bytes: &[u8], start: usize, end: usize, number: u32, literals: &[Literal], part: &mut LogPart) {
        let limit = end.min(start + LINE_LIMIT);
        let Some(raw) = bytes.get(start..limit) else { return };
        // What stands in the time before the line, or behind what is looked at, does not count.
        let words = patterns::timed(raw).1;
        let from = limit - words.len();
        let text = lossy(words.strip_suffix(b"\r").unwrap_or(words));
        let seen = literals.iter().filter(|literal| literal.start >= from && literal.start + literal.length <= limit);
        let mut candidates: Vec<Option<usize>> = seen.map(|literal| literal.of).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let line = LazyCell::new(|| Some(read_line(raw, number)).filter(|line| !line.is_option_help()));
        let mut lower = None;
        for ready in candidates.iter().flatten().filter_map(|candidate| self.signatures.get(*candidate)) {
            if let Some(fields) = ready.fields(&text, &mut lower)
                && let Some(line) = &*line
                && self.is_followed(&ready.signature, line, bytes.get(end + 1..).unwrap_or_default())
            {
                part.note_hit(&ready.signature, fields, line, || context(bytes, start, end, number));
            }
        }
        let erroneous = candidates.first() == Some(&None);
        if erroneous
            && level::of(&text).is_none_or(|level| level >= level::Level::Error)
            && let Some(line) = &*line
        {
            part.note_template(line);
        }
    }

    /// Whether the line that must follow does, among the lines after it.
    fn is_followed(&self, signature: &Signature, line: &LogLine, after: &[u8]) -> bool {
        let Some((follower, regex)) = self.followers.get(signature.id) else { return true };
        let lines = after.split(|&b| b == b'\n').take(follower.lines.min(Follower::LINES));
        let next = lines.map(|raw| read_line(raw.get(..LINE_LIMIT).unwrap_or(raw), 0));
        let in_time = |next: &LogLine| match (follower.seconds, line.time, next.time) {
            (Some(seconds), Some(first), Some(second)) => second.duration_since(first).as_nanos() <= i128::from(seconds) * 1_000_000_000,
            _ => true,
        };
        next.take_while(in_time).any(|next| regex.is_match(&next.text))
    }
}

impl Ready {
    fn new(signature: Signature) -> Self {
        let unless = signature.unless.iter().map(|word| memmem::Finder::new(&word.to_ascii_lowercase()).into_owned()).collect();
        Self { signature, unless, pattern: OnceLock::new() }
    }

    fn pattern(&self) -> Option<&Result<Pattern, regex::Error>> {
        let compile = || (!self.signature.pattern.is_empty()).then(|| Pattern::new(self.signature.pattern));
        self.pattern.get_or_init(compile).as_ref()
    }

    /// Values of the pattern's named groups, if the signature takes the line; `lower` is the line in lower case, once it was needed.
    fn fields(&self, text: &str, lower: &mut Option<String>) -> Option<Vec<(Arc<str>, String)>> {
        let pattern = match self.pattern() {
            None => None,
            Some(pattern) => Some(pattern.as_ref().ok().filter(|pattern| pattern.regex.is_match(text))?),
        };
        if !self.unless.is_empty() {
            let lower = lower.get_or_insert_with(|| text.to_ascii_lowercase()).as_bytes();
            if self.unless.iter().any(|word| word.find(lower).is_some()) {
                return None;
            }
        }
        pattern.map_or_else(|| Some(Vec::new()), |pattern| pattern.fields(text))
    }
}

impl LogPart {
    fn note_hit(
        &mut self,
        signature: &Signature,
        fields: Vec<(Arc<str>, String)>,
        line: &LogLine,
        context: impl FnOnce() -> Vec<(u32, String)>,
    ) {
        let key = (signature.id, fields.iter().map(|(_, v)| v.clone()).collect::<Vec<_>>());
        if let Some(hit) = self.hits.get_mut(&key) {
            hit.count += 1;
            hit.last = line.clone();
            return;
        }
        let same = self.hits.range((signature.id, Vec::new())..).take_while(|((id, _), _)| *id == signature.id).count();
        if same < HITS_PER_SIGNATURE {
            self.hits.insert(key, hit_of(signature, fields, line, context()));
        } else {
            *self.further.entry(signature.id).or_default() += 1;
        }
    }

    fn note_template(&mut self, line: &LogLine) {
        let identity = patterns::identity(&line.text);
        let room = self.templates.len() < TEMPLATES;
        match self.templates.get_mut(&identity) {
            Some(known) => {
                known.count += 1;
                known.last_time = line.time.or(known.last_time);
                known.last_number = line.number;
            }
            None if room => {
                let (text, first) = (patterns::text(&line.text), line.clone());
                self.templates.insert(identity, Template { text, first, last_time: line.time, last_number: line.number, count: 1 });
            }
            None => {}
        }
    }

    /// Adds the part that follows.
    pub(crate) fn join(&mut self, next: Self) {
        self.lines += next.lines;
        self.bytes += next.bytes;
        self.first_time = self.first_time.or(next.first_time);
        self.last_time = next.last_time.or(self.last_time);
        for (key, hit) in next.hits {
            match self.hits.get_mut(&key) {
                Some(known) => {
                    known.count += hit.count;
                    known.last = hit.last;
                }
                None => {
                    self.hits.insert(key, hit);
                }
            }
        }
        for (signature, count) in next.further {
            *self.further.entry(signature).or_default() += count;
        }
        for (identity, template) in next.templates {
            match self.templates.get_mut(&identity) {
                Some(known) => {
                    known.count += template.count;
                    known.last_time = template.last_time.or(known.last_time);
                    known.last_number = template.last_number;
                }
                None => {
                    self.templates.insert(identity, template);
                }
            }
        }
        self.mined.join(next.mined);
        self.tail.extend(next.tail);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    /// The finished log.
    pub(crate) fn finish(self, path: Arc<str>, namespace: &str, pod: &str, container: &str, run: Run) -> ContainerLog {
        let mut hits: Vec<LogHit> = self.hits.into_values().collect();
        hits.sort_by_key(|hit| hit.first.number);
        let mut templates: Vec<Template> = self.templates.into_values().collect();
        templates.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.first.number.cmp(&b.first.number)));
        templates.truncate(TEMPLATES);
        ContainerLog {
            path,
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            container: container.to_owned(),
            run,
            lines: self.lines,
            bytes: self.bytes,
            first_time: self.first_time,
            last_time: self.last_time,
            hits,
            further: self.further,
            templates,
            patterns: self.mined.finish(),
            tail: self.tail,
        }
    }
}

/// A hit of one line.
fn hit_of(signature: &Signature, fields: Vec<(Arc<str>, String)>, line: &LogLine, context: Vec<(u32, String)>) -> LogHit {
    LogHit { signature: signature.id, family: signature.family, fields, first: line.clone(), last: line.clone(), count: 1, context }
}

/// Counts lines up to a position, going forward only.
struct Counted {
    position: usize,
    line: u32,
}

impl Counted {
    fn advance(&mut self, bytes: &[u8], to: usize) {
        let between = bytes.get(self.position..to).unwrap_or_default();
        self.line = self.line.saturating_add(u32::try_from(memchr::memchr_iter(b'\n', between).count()).unwrap_or(u32::MAX));
        self.position = to;
    }
}

/// A literal that was found, in the order of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Literal {
    start: usize,
    length: usize,
    of: Option<usize>,
}

/// Whole lines from a position on, or the rest of a line that is longer.
fn batch(bytes: &[u8], from: usize) -> Option<&[u8]> {
    let rest = bytes.get(from..).filter(|rest| !rest.is_empty())?;
    let Some(head) = rest.get(..BATCH) else { return Some(rest) };
    let end = memrchr(b'\n', head).or_else(|| Some(BATCH + memchr(b'\n', rest.get(BATCH..)?)?));
    Some(end.and_then(|end| rest.get(..=end)).unwrap_or(rest))
}

/// Bounds of the line around a position, without its line end.
fn line_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let (before, after) = bytes.split_at(at.min(bytes.len()));
    (memrchr(b'\n', before).map_or(0, |i| i + 1), memchr(b'\n', after).map_or(bytes.len(), |i| at + i))
}

/// A line with the runtime's time taken off.
pub(crate) fn read_line(raw: &[u8], number: u32) -> LogLine {
    let text = lossy(raw.strip_suffix(b"\r").unwrap_or(raw));
    let (time, rest) = split_time(&text);
    LogLine { number, time, text: rest.to_owned() }
}

/// Bytes as text. Whether there is anything to replace is told in a tenth of the time in which it is replaced.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The time that the runtime put before a line, if it did, and the rest of the line. A mongod's own log has it as its first field: such a
/// line stays whole.
pub fn split_time(line: &str) -> (Option<Timestamp>, &str) {
    let timed = line.split_once(' ').filter(|(first, _)| first.len() >= 20).and_then(|(first, rest)| Some((first.parse().ok()?, rest)));
    match timed {
        Some((time, rest)) => (Some(time), rest),
        None => (mongod_time(line), line),
    }
}

/// Whether a text is the log of a MongoDB server: structured lines, or those of versions before 4.4
/// (`2020-01-02T03:04:05.678+0000 I  NETWORK  [listener] …`).
pub(crate) fn is_mongod_log(text: &[u8]) -> bool {
    text.split(|&b| b == b'\n').take(20).map(String::from_utf8_lossy).any(|line| {
        let mut words = line.split_whitespace();
        let (time, level) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (component, thread) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let plain = time.len() >= 20
            && time.parse::<Timestamp>().is_ok()
            && matches!(level, "F" | "E" | "W" | "I" | "D" | "D1" | "D2" | "D3" | "D4" | "D5")
            && component.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'))
            && thread.starts_with('[');
        plain || mongod_time(&line).is_some() && line.contains(r#""c":""#)
    })
}

/// The time in a line of a mongod's structured log: `{"t":{"$date":"…"},…`.
fn mongod_time(line: &str) -> Option<Timestamp> {
    line.strip_prefix(r#"{"t":{"$date":""#)?.split_once('"')?.0.parse().ok()
}

/// The last lines.
fn tail(bytes: &[u8], last_line: u32) -> Vec<LogLine> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if body.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<LogLine> = body
        .rsplit(|&b| b == b'\n')
        .take(TAIL)
        .enumerate()
        .map(|(i, raw)| read_line(raw.get(..LINE_LIMIT).unwrap_or(raw), last_line.saturating_sub(u32::try_from(i).unwrap_or(u32::MAX))))
        .collect();
    lines.reverse();
    lines
}

/// Lines around a line, with their numbers.
fn context(bytes: &[u8], start: usize, end: usize, number: u32) -> Vec<(u32, String)> {
    let show = |raw: &[u8]| read_line(raw.get(..2048).unwrap_or(raw), 0).text;
    let before = bytes.get(..start.saturating_sub(1)).filter(|_| start > 0).unwrap_or_default();
    let mut lines: Vec<(u32, String)> = if start == 0 {
        Vec::new()
    } else {
        let numbers = (1..).map(|back| number.saturating_sub(back));
        before.rsplit(|&b| b == b'\n').take(CONTEXT).zip(numbers).map(|(raw, n)| (n, show(raw))).collect()
    };
    lines.reverse();
    let after = bytes.get(start..).unwrap_or_default();
    lines.extend(
        after
            .split(|&b| b == b'\n')
            .take(CONTEXT + 1)
            .zip(number..)
            .filter(|(raw, n)| *n == number || !raw.is_empty())
            .map(|(raw, n)| (n, show(raw))),
    );
    debug_assert!(end >= start);
    lines
}

/// A compiled pattern with the names of its groups.
#[derive(Debug)]
struct Pattern {
    regex: Regex,
    names: Vec<(usize, Arc<str>)>,
}

impl Pattern {
    fn new(pattern: &str) -> Result<Self, regex::Error> {
        let regex = Regex::new(pattern)?;
        let names = regex.capture_names().enumerate().filter_map(|(i, name)| Some((i, Arc::from(name?)))).collect();
        Ok(Self { regex, names })
    }

    /// Values of the named groups in a text that it matches.
    fn fields(&self, text: &str) -> Option<Vec<(Arc<str>, String)>> {
        // Finding out where groups are costs several times what finding out that it matches did.
        if self.names.is_empty() {
            return Some(Vec::new());
        }
        let captures = self.regex.captures(text)?;
        let named = self.names.iter().filter_map(|(i, name)| Some((Arc::clone(name), captures.get(*i)?.as_str().to_owned())));
        Some(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use tarbox_model::log::{Family, Signature};

    use super::{BATCH, LINE_LIMIT, LogScanner, is_mongod_log, split_time};

    #[test]
    fn a_line_is_looked_at_once_wherever_its_literals_stand() {
        let signature = |id, literals, pattern, unless| Signature {
            id,
            family: Family::Connection,
            literals,
            pattern,
            unless,
            examples: &[],
            counterexamples: &[],
        };
        let scanner = LogScanner::new([
            signature("refused", &["refused", "Connection"], r"port (?<port>\d+)", &["Expected"]),
            signature("minute", &["T10:0"], "", &[]),
            signature("joint", &["\nnext"], "", &[]),
        ])
        .unwrap();
        let count = |text: &str, id: &str| scanner.matches(text, id);
        let line = "2024-05-01T10:00:00Z connection REFUSED on port 5000, refused\n";
        assert_eq!(count(line, "refused"), 1);
        assert_eq!(count(&line.repeat(3), "refused"), 3);
        assert_eq!(count("connection refused on port 1, as eXpected", "refused"), 0);
        // The runtime's time is not the line's words.
        assert_eq!((count(line, "minute"), count("at 2024-05-01T10:00:00Z", "minute")), (0, 1));
        // No line holds the end of one; it must end all the same.
        assert_eq!(count("a\nnext\nnext", "joint"), 0);
        let far = format!("{}{line}{}connection refused port 7", "x".repeat(BATCH), "y".repeat(LINE_LIMIT + 1));
        assert_eq!(count(&far, "refused"), 0, "what stands far behind in a long line is not looked at");
        let many = format!("{}\n", "z".repeat(40)).repeat(BATCH / 40) + line;
        assert_eq!(count(&many, "refused"), 1);
    }

    #[test]
    fn logs_of_a_mongod_are_known_in_both_forms() {
        let old = b"2020-01-02T03:04:05.678+0000 I  NETWORK  [listener] waiting for connections on port 27017\n";
        assert!(is_mongod_log(old) && split_time(std::str::from_utf8(old).unwrap()).0.is_some());
        assert!(is_mongod_log(br#"{"t":{"$date":"2026-11-24T03:00:00.500Z"},"s":"I",  "c":"REPL",     "id":1,"ctx":"x","msg":"y"}"#));
        assert!(!is_mongod_log(b"2026-11-24T07:00:00.5Z I am a text\n") && !is_mongod_log(br#"{"kind":"Pod"}"#));
    }

    #[test]
    fn times_stand_before_the_line_or_in_it() {
        let mongod = r#"{"t":{"$date":"2026-11-24T03:00:00.500-04:00"},"s":"I","c":"REPL","msg":"x"}"#;
        let time = "2026-11-24T07:00:00.5Z".parse().ok();
        assert_eq!(split_time(mongod), (time, mongod));
        assert_eq!(split_time("2026-11-24T07:00:00.5Z text"), (time, "text"));
        assert_eq!(split_time(r#"{"t":{"$date":"soon"}}"#).0, None);
    }
}
