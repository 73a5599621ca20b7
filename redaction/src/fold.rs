//! Lines that belong together: a token that somebody folded, wrapped at a column, or put on the line after its name.
//!
//! A line is a continuation when it holds a single word, or when the line before it ends with something that wants one. The lines of a unit are
//! read once each, and once more joined; [`Joined`] knows the way back. Log lines are joined behind their timestamps.

use crate::binary;
use crate::lines::MAX_LINE;
use crate::placeholder;
use crate::scan::Mark;

/// A unit has at most so many lines.
const MAX_LINES: usize = 512;
/// And about so many bytes behind the first: that one, and the last, may be as long as a line may be. Were they bounded as well, a long line
/// would be joined with the next one when it is read again, shorter by a secret. For the same reason the bound is far: where it cuts depends
/// on where the unit begins, and that may be later when the text is read again.
const MAX_BYTES: usize = MAX_LINE;
/// A line ends open when what announces something is no farther from its end.
const OPEN: usize = 240;
/// So far behind its beginning a word after the first of a line can end that is the rest of what the line before began.
const REST: usize = 256;

/// Lines that belong together, mostly one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) lines: usize,
    /// Marks by their places in the list.
    pub(crate) first_mark: usize,
    pub(crate) last_mark: usize,
    /// Whether a line may end with something whose value stands on the next.
    pub(crate) open: bool,
    /// Whether the text itself says that the lines belong together.
    pub(crate) explicit: bool,
    /// Whether a line that has not come yet could belong to it.
    pub(crate) unfinished: bool,
}

/// Cuts a text into units.
pub(crate) struct Units<'a> {
    text: &'a [u8],
    marks: &'a [Mark<'a>],
    /// Whether some line may be no text.
    odd: bool,
    at: usize,
    mark: usize,
}

impl<'a> Units<'a> {
    pub(crate) fn new(text: &'a [u8], marks: &'a [Mark<'a>], odd: bool) -> Self {
        Self { text, marks, odd, at: 0, mark: 0 }
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        if self.at >= self.text.len() {
            return None;
        }
        let (start, first_mark) = (self.at, self.mark);
        let mut end = line_end(self.text, start);
        self.skip_marks(end);
        let line = self.text.get(start..end).unwrap_or_default();
        // Whether one line belongs to the next is told by these two alone, so that it stays so when a line before them is redacted.
        let mut is_open = self.is_open(first_mark);
        let mut open = is_open;
        let mut lines = 1;
        let mut last = line;
        let mut block = None;
        let (mut folded, mut explicit) = (false, false);
        let alone = self.is_alone(line);
        let first_end = end;
        while !alone && lines < MAX_LINES && end - first_end < MAX_BYTES && last.ends_with(b"\n") && end < self.text.len() {
            let next_end = line_end(self.text, end);
            let next = self.text.get(end..next_end).unwrap_or_default();
            if self.is_alone(next) {
                break;
            }
            let was_in_block = block.is_some();
            let said = is_said(&mut block, last, next);
            if !(said || !was_in_block && continues(last, next) || is_open && !is_blank(next)) {
                break;
            }
            folded |= block.is_some();
            explicit |= said;
            lines += 1;
            (last, end) = (next, next_end);
            let mark = self.mark;
            self.skip_marks(end);
            is_open = self.is_open(mark);
            open |= is_open;
        }
        self.at = end;
        let unfinished = !alone && end == self.text.len() && lines < MAX_LINES && end - first_end < MAX_BYTES;
        Some(Unit { start, end, lines, first_mark, last_mark: self.mark, open: open || folded, explicit, unfinished })
    }
}

impl Units<'_> {
    /// Whether a line belongs to no other, because it will be cut, or is no text, or was none and is a placeholder by now.
    fn is_alone(&self, line: &[u8]) -> bool {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        content.len() > MAX_LINE || self.odd && binary::is_binary(content) || binary::was_binary(content)
    }

    /// Whether one of the marks since then may go on in the next line.
    fn is_open(&self, since: usize) -> bool {
        self.marks.get(since..self.mark).unwrap_or_default().iter().any(|mark| mark.open)
    }

    fn skip_marks(&mut self, end: usize) {
        while self.marks.get(self.mark).is_some_and(|mark| mark.start < end) {
            self.mark += 1;
        }
    }
}

fn line_end(text: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', text.get(start..).unwrap_or_default()).map_or(text.len(), |end| start + end + 1)
}

fn is_blank(line: &[u8]) -> bool {
    line.get(head(line)..).unwrap_or_default().trim_ascii().is_empty()
}

/// Whether between a position and the end of its line there are few words, and none that was redacted already, since that took the
/// place of any number of words: `Authorization: Bearer`, `password: `.
pub(crate) fn is_near_end(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let mut blanks = 0;
    for (length, byte) in rest.iter().enumerate() {
        match byte {
            b'\n' => return placeholder::next(rest.get(..length).unwrap_or_default(), 0).is_none(),
            b' ' | b'\t' => blanks += 1,
            _ => {}
        }
        if blanks > 2 || length > OPEN {
            return false;
        }
    }
    placeholder::next(rest, 0).is_none()
}

/// Whether a line ends with the sign of a folded YAML block: `key: >-`.
fn opens_folded_block(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let signs = line.iter().rev().take(3).take_while(|byte| b"+-123456789".contains(byte)).count();
    let line = line.get(..line.len() - signs).unwrap_or_default();
    line.strip_suffix(b">").is_some_and(|before| before.last().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b':' | b'/')))
}

/// Whether the text itself says that `next` belongs to `line`. `block` has the columns of a folded block from its first line to its last.
fn is_said(block: &mut Option<usize>, line: &[u8], next: &[u8]) -> bool {
    if block.is_none() && opens_folded_block(line) && indent(next) > indent(line) {
        *block = Some(indent(next));
    }
    *block = block.filter(|columns| is_blank(next) || indent(next) >= *columns);
    block.is_some() || is_continued(line)
}

/// Whether a line ends with a backslash: a string or a command goes on.
fn is_continued(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b"\\")
}

/// Whether `next` could be the rest of a word that `line` began.
fn continues(line: &[u8], next: &[u8]) -> bool {
    let words = next.get(head(next)..).unwrap_or_default().trim_ascii();
    let Some(first) = words.first() else { return false };
    if b"{}[]<".contains(first) || words.starts_with(b"-----") || memchr::memchr2(b' ', b'\t', words).is_some() {
        return false;
    }
    let before = line.get(head(line)..).unwrap_or_default().trim_ascii_end();
    // What was redacted already took the place of any number of words, and of all of the last one.
    if placeholder::next(words, 0).is_some() || placeholder::ends(before) {
        return false;
    }
    !before.is_empty() && !before.ends_with(b"-----") && words.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte == b'=')
}

/// Bytes of a line before its own words: a timestamp of the container runtime or of syslog, and indentation.
pub(crate) fn head(line: &[u8]) -> usize {
    let stamp = stamp(line);
    let rest = line.get(stamp..).unwrap_or_default();
    stamp + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Bytes of the timestamp alone.
pub(crate) fn stamp(line: &[u8]) -> usize {
    match line {
        // 2024-05-01T10:00:00.123456789Z, and the stream and flag of a container runtime's own file.
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', _, _, b'-', _, _, b'T', ..] => {
            let mut at = word(line, 0);
            for names in [[&b"stdout "[..], b"stderr "], [b"F ", b"P "]] {
                if let Some(name) = names.into_iter().find(|name| line.get(at..).unwrap_or_default().starts_with(name)) {
                    at += name.len();
                }
            }
            at
        }
        // May 01 10:00:00 node kubelet[812]:
        [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z', b' ', _, b'0'..=b'9', b' ', b'0'..=b'9', b'0'..=b'9', b':', ..] => {
            let head = line.get(..line.len().min(120)).unwrap_or(line);
            memchr::memmem::find(head, b"]: ").map_or(0, |at| at + 3)
        }
        _ => 0,
    }
}

/// Columns before a line's own words, the dash of a list included.
pub(crate) fn indent(line: &[u8]) -> usize {
    let head = head(line);
    let dash = if line.get(head..).unwrap_or_default().starts_with(b"- ") { 2 } else { 0 };
    head - stamp(line) + dash
}

/// The end of the word at `at`, with the space after it.
fn word(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    memchr::memchr2(b' ', b'\n', rest).map_or(line.len(), |end| at + end + usize::from(rest.get(end) == Some(&b' ')))
}

/// Whether a line is `name: …` or `name=…` by itself, or an item of a list.
pub(crate) fn is_keyed(line: &[u8]) -> bool {
    let words = line.get(head(line)..).unwrap_or_default();
    if words.starts_with(b"- ") {
        return true;
    }
    let name = words.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'".contains(byte)).count();
    let rest = words.get(name..).unwrap_or_default().trim_ascii();
    name > 0 && (rest.starts_with(b":") || rest.starts_with(b"=") && rest.iter().any(|byte| *byte != b'='))
}

/// The lines of a unit as one, and the way back.
pub(crate) struct Joined {
    pub(crate) text: Vec<u8>,
    /// Where each line's part starts in the joined text and in the unit, and its length.
    parts: Vec<(usize, usize, usize)>,
    /// Whether the text itself says that a line belongs to the one before.
    said: Vec<bool>,
}

impl Joined {
    /// Joins; with `glue` between the parts, or nothing. Of the last line that only seems to belong to those before it the first words are
    /// enough, while the end of one between may have begun something that the next one ends; of lines that are said to belong together every
    /// blank beyond the indentation counts.
    pub(crate) fn new(unit: &[u8], glue: Option<u8>, explicit: bool) -> Self {
        let mut joined = Self { text: Vec::with_capacity(unit.len()), parts: Vec::new(), said: Vec::new() };
        let lines: Vec<&[u8]> = unit.split_inclusive(|byte| *byte == b'\n').collect();
        // Lines that the text itself continues are cut at the same column, whatever blanks follow.
        let mut block = None;
        let pairs = lines.iter().zip(lines.iter().skip(1));
        let said: Vec<bool> = std::iter::once(false).chain(pairs.map(|(before, line)| is_said(&mut block, before, line))).collect();
        let said_lines = lines.iter().zip(&said).filter(|(line, said)| **said && !is_blank(line));
        let columns = said_lines.map(|(line, _)| head(line) - stamp(line)).min().unwrap_or(0);
        let mut at = 0;
        for (line, said) in lines.iter().zip(&said) {
            let (first, last) = (at == 0, at + line.len() == unit.len());
            let from = match (first, said) {
                (true, _) => 0,
                (false, true) => (stamp(line) + columns).min(head(line)),
                (false, false) => head(line),
            };
            let part = line.get(from..).unwrap_or_default();
            let part = if explicit { without_line_end(part) } else { part.trim_ascii_end() };
            let (from, part) = part.strip_prefix(b"\\").filter(|part| part.starts_with(b" ")).map_or((from, part), |part| (from + 1, part));
            let part = part.strip_suffix(b"\\").unwrap_or(part);
            let part = match (first, explicit) {
                (true, _) => without_block_mark(part),
                (false, false) if last => first_words(part),
                (false, _) => part,
            };
            if let (Some(glue), false) = (glue, first) {
                joined.text.push(glue);
            }
            joined.parts.push((joined.text.len(), at + from, part.len()));
            joined.text.extend_from_slice(part);
            at += line.len();
        }
        joined.said = said;
        joined
    }

    /// Whether the text itself says that the line of this number belongs to the one before.
    pub(crate) fn is_said(&self, number: usize) -> bool {
        self.said.get(number).copied().unwrap_or(false)
    }

    /// Bytes of a list's dash, and the blanks behind it, at the beginning of a part.
    fn dash(&self, start: usize, length: usize) -> usize {
        let part = self.text.get(start..start + length).unwrap_or_default();
        match part {
            [b'-'] => 1,
            [b'-', b' ', ..] => 1 + part.iter().skip(1).take_while(|byte| **byte == b' ').count(),
            _ => 0,
        }
    }

    /// The first joint strictly inside a stretch, as the number of the part that begins there.
    pub(crate) fn joint_in(&self, start: usize, end: usize) -> Option<usize> {
        self.parts.iter().enumerate().skip(1).find(|(_, (joint, _, _))| start < *joint && *joint < end).map(|(number, _)| number)
    }

    /// The stretches of the unit that a stretch of the joined text stands for, one a line. The dash that makes a line the item of a list
    /// gives nothing away, and stays.
    pub(crate) fn original(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut pieces = Vec::new();
        for (number, (joined, original, length)) in self.parts.iter().enumerate() {
            let (from, to) = (start.max(*joined), end.min(joined + length));
            let dash = if from == *joined && number > 0 { self.dash(*joined, *length) } else { 0 };
            if from + dash < to {
                pieces.push((original + from + dash - joined, original + to - joined));
            }
        }
        pieces
    }
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Of several words the first three, in which a value must begin if it belongs to the line before; fewer when they are long, and never a
/// part of one: what was left of it would be the first word when the line is read again.
fn first_words(part: &[u8]) -> &[u8] {
    let mut ends = memchr::memchr_iter(b' ', part).chain([part.len()]).take(3);
    let first = ends.next().unwrap_or(part.len());
    let end = ends.take_while(|end| *end <= REST).last().unwrap_or(first);
    part.get(..end).unwrap_or(part)
}

/// `key: >-` without the sign that its value stands on the lines below.
fn without_block_mark(part: &[u8]) -> &[u8] {
    let signs = part.iter().rev().take_while(|byte| b"+-123456789".contains(byte)).count();
    let before = part.get(..part.len() - signs).unwrap_or_default();
    let literal = before.strip_suffix(b"|").filter(|before| matches!(before.trim_ascii_end().last(), Some(b':' | b'-') | None));
    let folded = before.strip_suffix(b">").filter(|_| opens_folded_block(part));
    literal.or(folded).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<&str> {
        Units::new(text.as_bytes(), &[], false).map(|unit| &text[unit.start..unit.end]).collect()
    }

    #[test]
    fn single_words_continue() {
        assert_eq!(units("a b\nc d\n"), ["a b\n", "c d\n"]);
        assert_eq!(units("key: >-\n  abc\n  def\nnext: 1\n"), ["key: >-\n  abc\n  def\n", "next: 1\n"]);
        assert_eq!(units("2024-05-01T10:00:00Z x abc\n2024-05-01T10:00:00Z   def\n2024-05-01T10:00:00Z g h\n").len(), 2);
        assert_eq!(units("{\n}\n\nx\n").len(), 4);
    }

    #[test]
    fn joins_and_finds_back() {
        let unit = b"t: >-\n  abc\n  def\n";
        let joined = Joined::new(unit, None, true);
        assert_eq!(joined.text, b"t: abcdef");
        assert_eq!(joined.joint_in(3, 9), Some(2));
        let parts: Vec<_> = joined.original(4, 8).into_iter().map(|(start, end)| &unit[start..end]).collect();
        assert_eq!(parts, [b"bc", b"de"]);
    }
}
