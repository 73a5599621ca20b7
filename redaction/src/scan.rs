//! What has to go from a piece of text: all finders, on the text itself and on what it means once decoded, unescaped, unfolded.

use std::ops::Range;

use crate::detectors::set;
use crate::encoded::{self, Content};
use crate::fold::{self, Joined, Unit, Units};
use crate::known::{Form, Table, What};
use crate::lines::Carry;
use crate::span::{self, Rank, Span};
use crate::{Level, TextKind, assign, base64, binary, escape, placeholder, random};

/// Encodings inside encodings that are followed: base64 in base64 in escaped JSON, and one more.
pub(crate) const DEPTH: u32 = 5;

/// What a scan needs; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) table: &'a Table,
    pub(crate) level: Level,
    pub(crate) kind: TextKind,
    /// Whether the text is the value of something public: what looks like a key in it is none.
    pub(crate) public: bool,
}

/// Something in a text that deserves a real look at its line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What it announces may go on in the next line.
    pub(crate) open: bool,
    pub(crate) sign: Sign<'a>,
}

/// What it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sign<'a> {
    /// A string of the table.
    Found(&'a What),
    /// A detector without literals.
    Row(usize),
    /// Digits of an encoding that may hold something.
    Run,
    /// Digits that look like a key by themselves.
    Key,
    /// A run that could belong to a secret without a prefix of its own.
    Candidate,
    /// An escape; only the first of a line is marked.
    Escape,
}

impl<'a> Scanner<'a> {
    /// Everything worth a look, in order. Nothing found on a line means that nothing has to go from it.
    pub(crate) fn marks(&self, text: &[u8]) -> Vec<Mark<'a>> {
        let mut marks = Vec::new();
        // The digits of a placeholder are chance: what they look like says nothing.
        let taken = placeholder::all(text);
        self.table.finder().find(text, |start, needle| {
            let end = start + needle.bytes.len();
            let open = match &needle.what {
                What::Hint => assign::announces(text, start, end),
                What::Row(row) => {
                    (set().is_at(*row, self.level) && set().is_near(*row, text, start, end)).then(|| set().is_open(*row, text, end))
                }
                What::Value { alone, .. } => (!alone || is_alone(text, start, end)).then_some(false),
                What::Armour | What::Packed => Some(false),
            };
            if let Some(open) = open {
                marks.push(Mark { start, end, open, sign: Sign::Found(&needle.what) });
            }
        });
        for encoded::Run { start, end } in encoded::runs(text) {
            let start = placeholder::holding(&taken, start).map_or(start, |(_, behind)| behind.min(end));
            let open = text.get(end) == Some(&b'\n');
            if !self.public
                && let Some((start, end)) = random::key(text, start, end)
            {
                marks.push(Mark { start, end, open, sign: Sign::Key });
            }
            let run = text.get(start..end).unwrap_or_default();
            if encoded::is_suspicious(run) {
                marks.push(Mark { start, end, open, sign: Sign::Run });
            }
            if random::is_candidate(text, start, end) {
                marks.push(Mark { start, end, open: false, sign: Sign::Candidate });
            }
        }
        let mut at = 0;
        while let Some(start) = escape::next_escape(text, at) {
            marks.push(Mark { start, end: start + 1, open: false, sign: Sign::Escape });
            at = memchr::memchr(b'\n', text.get(start..).unwrap_or_default()).map_or(text.len(), |end| start + end);
        }
        if self.level == Level::Strict {
            set().find_without_literals(text, |row, start, end| {
                // The end of the line before may be what stands before it; it is a mark of its own line.
                let start = start + usize::from(text.get(start) == Some(&b'\n'));
                marks.push(Mark { start, end, open: false, sign: Sign::Row(row) });
            });
        }
        let is_value = |mark: &Mark<'_>| matches!(mark.sign, Sign::Found(What::Value { .. }));
        marks.retain(|mark| placeholder::holding(&taken, mark.start).is_none_or(|(_, end)| mark.end > end && is_value(mark)));
        marks.sort_by_key(|mark| mark.start);
        marks
    }

    /// Everything that must go from a text of any number of lines, unsettled.
    pub(crate) fn text(&self, text: &[u8], depth: u32, spans: &mut Vec<Span>) {
        self.lines(text, depth, &mut Carry::default(), spans);
    }

    /// The same of lines that others may have said something about.
    pub(crate) fn lines(&self, text: &[u8], depth: u32, carry: &mut Carry, spans: &mut Vec<Span>) {
        let marks = self.marks(text);
        for unit in Units::new(text, &marks, false) {
            if unit.lines == 1 && unit.first_mark == unit.last_mark && carry.is_idle() {
                continue;
            }
            let from = spans.len();
            let marks = marks.get(unit.first_mark..unit.last_mark).unwrap_or_default();
            let lines = text.get(unit.start..unit.end).unwrap_or_default();
            // What was no text says nothing about the lines after it.
            if binary::was_binary(lines.strip_suffix(b"\n").unwrap_or(lines)) {
                continue;
            }
            self.unit(lines, &unit, marks, depth, carry, spans);
            spans.iter_mut().skip(from).for_each(|span| span.shift(unit.start));
        }
    }

    /// Everything that must go from the lines of a unit, unsettled; marks and `unit` are about the text that the unit was cut from.
    pub(crate) fn unit(&self, text: &[u8], unit: &Unit, marks: &[Mark<'_>], depth: u32, carry: &mut Carry, spans: &mut Vec<Span>) {
        let (mut at, mut next) = (0, 0);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let first = next;
            while marks.get(next).is_some_and(|mark| mark.start - unit.start < at + line.len()) {
                next += 1;
            }
            let marks = marks.get(first..next).unwrap_or_default();
            let from = spans.len();
            let public = carry.in_public_block();
            let hints = self.line(line, marks, unit.start + at, depth, public, spans);
            spans.iter_mut().skip(from).for_each(|span| span.shift(at));
            carry.read(line, at, &hints, spans);
            at += line.len();
        }
        if unit.lines > 1 {
            self.joined(text, None, unit.explicit, depth, spans);
            if unit.open || unit.explicit {
                self.joined(text, Some(b' '), unit.explicit, depth, spans);
            }
        }
    }

    /// One line; `base` is where it starts in the text that the marks are about. Gives back where names may announce a secret.
    fn line(&self, line: &[u8], marks: &[Mark<'_>], base: usize, depth: u32, public: bool, spans: &mut Vec<Span>) -> Vec<usize> {
        let mut hints = Vec::new();
        let mut rows = Vec::new();
        let mut escaped = false;
        for mark in marks {
            let (start, end) = (mark.start - base, mark.end - base);
            match mark.sign {
                Sign::Found(What::Hint) => hints.push(start),
                Sign::Found(What::Row(row)) => rows.push(*row),
                Sign::Row(row) => rows.push(row),
                Sign::Found(What::Armour) => {}
                Sign::Found(What::Packed) => {
                    let run = encoded::run_around(line, start);
                    self.run(line, run.start..run.end, depth, spans);
                }
                Sign::Found(What::Value { value, form, .. }) => {
                    let (start, end) = match form {
                        Form::Raw => (start, end),
                        // The neighbours' digits hold bits of the value.
                        Form::Base64 => widen(line, start, end, |byte| base64::value_of(byte).is_some() || byte == b'='),
                        Form::Hex => widen(line, start, end, |byte| byte.is_ascii_hexdigit()),
                    };
                    spans.push(Span { value: Some(value.to_vec()), ..Span::new(start, end, "known-secret", Rank::Known) });
                }
                Sign::Candidate => rows.extend(set().without_literals(self.level)),
                Sign::Run => self.run(line, start..end, depth, spans),
                Sign::Key => {
                    rows.extend(set().without_literals(self.level));
                    if !public && !in_public_armour(line, start) {
                        let padding = padding(line, end);
                        spans.push(Span::new(start, end + padding, "random-key", Rank::Context));
                    }
                }
                Sign::Escape => escaped = true,
            }
        }
        rows.sort_unstable();
        rows.dedup();
        set().run(&rows, line, spans);
        assign::find(line, &hints, self.kind, spans);
        if escaped && depth > 0 {
            self.unescaped(line, depth, spans);
        }
        hints
    }

    /// What the text says once its escapes are undone.
    fn unescaped(&self, text: &[u8], depth: u32, spans: &mut Vec<Span>) {
        let Some(view) = escape::unescape(text) else { return };
        let mut inner = Vec::new();
        self.text(&view.text, depth - 1, &mut inner);
        for span in inner {
            let (Some((start, end)), Some((from, to))) = (view.original(span.start, span.end), view.original(span.from, span.to)) else {
                continue;
            };
            let value = span.value.or_else(|| view.text.get(span.start..span.end).map(<[u8]>::to_vec));
            spans.push(Span { start, end, from, to, value, ..span });
        }
    }

    /// What a run of digits says once decoded.
    fn run(&self, line: &[u8], run: Range<usize>, depth: u32, spans: &mut Vec<Span>) {
        if depth == 0 {
            return;
        }
        let start = run.start;
        let Some(digits) = line.get(run) else { return };
        for part in encoded::contents(digits) {
            let (from, to) = (start + part.start, start + part.end);
            let to = if part.end == digits.len() { to + padding(line, to) } else { to };
            match part.content {
                Content::Opaque => spans.push(Span::new(from, to, "opaque", Rank::Encoded)),
                Content::Bytes(bytes) => {
                    let mut inner = Vec::new();
                    // What a name says of the digits, it does not say of a text that they hold.
                    Scanner { public: false, ..*self }.text(&bytes, depth - 1, &mut inner);
                    let inner = span::settle(&bytes, inner);
                    if let Some(first) = inner.first() {
                        spans.push(Span { value: whole_value(&bytes, first), ..Span::new(from, to, first.rule, Rank::Encoded) });
                    }
                }
            }
        }
    }

    /// The lines of a unit as one: what is found across their joints.
    fn joined(&self, unit: &[u8], glue: Option<u8>, explicit: bool, depth: u32, spans: &mut Vec<Span>) {
        let joined = Joined::new(unit, glue, explicit);
        let marks = self.marks(&joined.text);
        if marks.is_empty() {
            return;
        }
        let mut inner = Vec::new();
        self.line(&joined.text, &marks, 0, depth, false, &mut inner);
        let lines: Vec<&[u8]> = unit.split_inclusive(|byte| *byte == b'\n').collect();
        for span in inner {
            let Some(number) = joined.joint_in(span.from, span.to) else { continue };
            let pieces = joined.original(span.start, span.end);
            let (Some(line), Some(before)) = (lines.get(number), lines.get(number - 1)) else { continue };
            let deeper = before.trim_ascii_end().ends_with(b"\\")
                || fold::indent(line) > fold::indent(before)
                || number > 1
                    && fold::indent(line) == fold::indent(before)
                    && lines.iter().take(number).any(|earlier| fold::indent(line) > fold::indent(earlier));
            if !joined.is_said(number) && !is_believable(&joined, &span, line, deeper, spans) {
                continue;
            }
            let value = span.value.or_else(|| joined.text.get(span.start..span.end).map(<[u8]>::to_vec));
            // What was found in one of the lines alone is a piece of this.
            spans.retain(|known| !pieces.iter().any(|(start, end)| *start <= known.start && known.end <= *end));
            for (start, end) in pieces {
                spans.push(Span { start, end, from: start, to: end, value: value.clone(), ..span });
            }
        }
    }
}

/// Whether something found across a joint is one thing, not the end of one and the beginning of another.
fn is_believable(joined: &Joined, span: &Span, line: &[u8], deeper: bool, spans: &[Span]) -> bool {
    match span.rank {
        Rank::Known => true,
        Rank::Shape | Rank::Encoded => {
            // Complete before the joint: the rest belongs to it only when the line is indented as a rest.
            let alone = joined.original(span.start, span.end).first().is_some_and(|(start, end)| {
                spans.iter().any(|known| known.start == *start && known.end == *end && known.rank != Rank::Context)
            });
            !alone || deeper
        }
        Rank::Context if span.rule == "random-key" => deeper,
        Rank::Context if !deeper => false,
        Rank::Context => {
            let name = joined
                .text
                .get(span.from..)
                .unwrap_or_default()
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
                .count();
            let name_is_cut = joined.joint_in(span.from, span.from + name).is_some();
            name_is_cut || !fold::is_keyed(line)
        }
    }
}

/// The value to name an encoded stretch by: the secret, when the encoding holds nothing else.
fn whole_value(bytes: &[u8], span: &Span) -> Option<Vec<u8>> {
    let outside = bytes.iter().enumerate().filter(|(at, _)| *at < span.start || *at >= span.end);
    if outside.into_iter().all(|(_, byte)| byte.is_ascii_whitespace()) {
        return span.value.clone().or_else(|| bytes.get(span.start..span.end).map(<[u8]>::to_vec));
    }
    None
}

fn padding(text: &[u8], end: usize) -> usize {
    text.get(end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// Whether the nearest PEM line before is a public block's.
fn in_public_armour(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let Some(begin) = memchr::memmem::rfind(before, b"-----BEGIN ") else { return false };
    let after = before.get(begin..).unwrap_or_default();
    memchr::memmem::find(after, b"-----END ").is_none() && memchr::memmem::find(after, b"PRIVATE KEY").is_none()
}

fn is_alone(text: &[u8], start: usize, end: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    !letter(start.checked_sub(1)) && !letter(Some(end))
}

fn widen(text: &[u8], start: usize, end: usize, digit: fn(u8) -> bool) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default().iter().rev().take_while(|byte| digit(**byte)).count();
    let after = text.get(end..).unwrap_or_default().iter().take_while(|byte| digit(**byte)).count();
    (start - before, end + after)
}
