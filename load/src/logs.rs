//! One pass over each log: signatures, error templates, patterns, first and last times, the tail.
//!
//! A log comes in chunks of whole lines, scanned side by side; [`LogPart`]s are then joined in order. Only lines that hold
//! one of the literals of a signature, or a word that errors have, are ever looked at one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use memchr::{memchr, memrchr};
use regex::Regex;
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

/// All signatures, ready to be looked for.
#[derive(Debug)]
pub struct LogScanner {
    literals: AhoCorasick,
    /// By literal: the signature that it belongs to; `None` for [`ERROR_WORDS`].
    owners: Vec<Option<usize>>,
    signatures: Vec<(Signature, Option<Pattern>)>,
    /// By signature: the line that must follow.
    followers: BTreeMap<&'static str, (Follower, Regex)>,
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
    /// A signature's pattern, or the set of literals, that cannot be compiled, in words.
    pub fn new(signatures: impl IntoIterator<Item = Signature>) -> Result<Self, String> {
        let (mut compiled, mut words, mut owners) = (Vec::new(), Vec::new(), Vec::new());
        for signature in signatures {
            for literal in signature.literals {
                words.push(*literal);
                owners.push(Some(compiled.len()));
            }
            let pattern = match signature.pattern {
                "" => None,
                pattern => Some(Pattern::new(pattern).map_err(|e| format!("signature {}: {e}", signature.id))?),
            };
            compiled.push((signature, pattern));
        }
        words.extend(ERROR_WORDS);
        owners.resize(words.len(), None);
        let literals = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&words).map_err(|e| format!("log signatures: {e}"))?;
        Ok(Self { literals, owners, signatures: compiled, followers: BTreeMap::new() })
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
        let mut position = 0;
        while let Some(found) = bytes.get(position..).and_then(|rest| self.literals.find(rest)) {
            let (start, end) = line_around(bytes, position + found.start());
            counted.advance(bytes, start);
            self.look_at(bytes, start, end, counted.line, &mut part);
            position = end + 1;
        }
        counted.advance(bytes, bytes.len());
        part.lines = u64::from(counted.line - first_line) + u64::from(!bytes.is_empty() && bytes.last() != Some(&b'\n'));
        let last_line = first_line.saturating_add(u32::try_from(part.lines).unwrap_or(u32::MAX)).saturating_sub(1);
        part.tail = tail(bytes, last_line);
        part.first_time = bytes.split(|&b| b == b'\n').take(5).find_map(|line| read_line(line, 0).time);
        part.last_time = part.tail.iter().rev().find_map(|line| line.time);
        part
    }

    /// Looks at one line that holds a literal.
    fn look_at(&self, bytes: &[u8], start: usize, end: usize, number: u32, part: &mut LogPart) {
        let Some(raw) = bytes.get(start..end.min(start + LINE_LIMIT)) else { return };
        let line = read_line(raw, number);
        if line.is_option_help() {
            return;
        }
        let mut candidates: Vec<Option<usize>> = self
            .literals
            .find_overlapping_iter(line.text.as_bytes())
            .filter_map(|m| self.owners.get(m.pattern().as_usize()).copied())
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut erroneous = false;
        for candidate in candidates {
            let Some((signature, pattern)) = candidate.and_then(|c| self.signatures.get(c)) else {
                erroneous = true;
                continue;
            };
            if contains_any(&line.text, signature.unless) {
                continue;
            }
            if let Some(fields) = fields(pattern.as_ref(), &line.text)
                && self.is_followed(signature, &line, bytes.get(end + 1..).unwrap_or_default())
            {
                part.note_hit(signature, fields, &line, || context(bytes, start, end, number));
            }
        }
        if erroneous && level::of(&line.text).is_none_or(|level| level >= level::Level::Error) {
            part.note_template(&line);
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

/// Bounds of the line around a position, without its line end.
fn line_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let (before, after) = bytes.split_at(at.min(bytes.len()));
    (memrchr(b'\n', before).map_or(0, |i| i + 1), memchr(b'\n', after).map_or(bytes.len(), |i| at + i))
}

/// A line with the runtime's time taken off.
pub(crate) fn read_line(raw: &[u8], number: u32) -> LogLine {
    let text = String::from_utf8_lossy(raw.strip_suffix(b"\r").unwrap_or(raw));
    let (time, rest) = split_time(&text);
    LogLine { number, time, text: rest.to_owned() }
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
}

/// Values of the pattern's named groups, if it matches.
fn fields(pattern: Option<&Pattern>, text: &str) -> Option<Vec<(Arc<str>, String)>> {
    let Some(pattern) = pattern else { return Some(Vec::new()) };
    let captures = pattern.regex.captures(text)?;
    let named = pattern.names.iter().filter_map(|(i, name)| Some((Arc::clone(name), captures.get(*i)?.as_str().to_owned())));
    Some(named.collect())
}

/// Whether the text holds any of the words, ASCII case ignored.
fn contains_any(text: &str, words: &[&str]) -> bool {
    let text = text.as_bytes();
    words.iter().any(|word| text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::{is_mongod_log, split_time};

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
