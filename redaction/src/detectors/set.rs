//! All detectors, ready to run: their patterns compiled on first use.

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use tarbox_finder::{Finder, Needle};

use super::{Detector, Near};
use crate::Level;
use crate::placeholder;
use crate::span::{Rank, Span};

/// The detectors of the process; they depend on no key.
pub(crate) fn set() -> &'static Set {
    static SET: LazyLock<Set> = LazyLock::new(Set::new);
    &SET
}

/// What a value looks like by itself, for its placeholder.
pub(crate) fn kind_of(value: &[u8]) -> &'static str {
    set().kind_of(value)
}

/// How far on a line [`Near::Also`] looks.
const LINE: usize = 400;
/// Longest value whose looks are judged.
const MAX_KIND: usize = 8192;

pub(crate) struct Set {
    rows: Vec<(&'static Detector, OnceLock<Option<Regex>>)>,
    /// Literals of the detectors that recognise a secret by itself.
    shapes: Finder<usize>,
    /// Detectors without literals.
    bare: Vec<usize>,
}

impl Set {
    fn new() -> Self {
        let rows: Vec<_> = super::all().map(|detector| (detector, OnceLock::new())).collect();
        let mut shapes = Finder::new();
        let mut bare = Vec::new();
        for (row, (detector, _)) in rows.iter().enumerate() {
            if detector.literals.is_empty() {
                bare.push(row);
            }
            for literal in detector.literals.iter().filter(|_| detector.shape) {
                shapes.add(Needle { bytes: literal.as_bytes().into(), any_case: true, what: row });
            }
        }
        Self { rows, shapes, bare }
    }

    /// Whether a literal at that place is worth running its detector.
    pub(crate) fn is_near(&self, row: usize, text: &[u8], start: usize, end: usize) -> bool {
        let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
        match self.rows.get(row).map(|(detector, _)| detector.near) {
            Some(Near::Token(length)) => {
                let ahead = after.iter().take(length).take_while(|byte| is_token(**byte)).count();
                let enough = |have: usize| have >= length;
                // A token that ends with its line may go on in the next.
                enough(ahead + end - start)
                    || matches!(after.get(ahead), None | Some(b'\n' | b'\r'))
                    || enough(ahead + end - start + before.iter().rev().take(length).take_while(|byte| is_token(**byte)).count())
            }
            Some(Near::At) => {
                let authority = after.iter().take(512).take_while(|byte| !matches!(byte, b' ' | b'\n' | b'"' | b'\'' | b'<' | b'>'));
                let mut length = 0;
                authority.inspect(|_| length += 1).any(|byte| *byte == b'@') || matches!(after.get(length), None | Some(b'\n'))
            }
            Some(Near::Also(other)) => {
                let before = before.get(before.len().saturating_sub(LINE)..).unwrap_or_default();
                let before = before.get(memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..).unwrap_or_default();
                let after = after.get(..LINE).unwrap_or(after);
                let after = after.get(..memchr::memchr(b'\n', after).unwrap_or(after.len())).unwrap_or_default();
                [before, after].into_iter().any(|part| memchr::memmem::find(part, other.as_bytes()).is_some())
            }
            Some(Near::Anything) => true,
            None => false,
        }
    }

    /// Whether what a literal announces may go on in the next line.
    pub(crate) fn is_open(&self, row: usize, text: &[u8], end: usize) -> bool {
        let after = text.get(end..).unwrap_or_default();
        // A placeholder is whole, and whatever ended a word may have gone with it.
        let ends = |length: usize| {
            matches!(after.get(length), None | Some(b'\n' | b'\r')) && placeholder::next(after.get(..length).unwrap_or(after), 0).is_none()
        };
        match self.rows.get(row).map(|(detector, _)| detector.near) {
            Some(Near::Token(_)) => ends(after.iter().take_while(|byte| is_token(**byte)).count()),
            Some(Near::At) => {
                let word = after.iter().take(LINE).take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'@').count();
                ends(word)
            }
            Some(Near::Also(_) | Near::Anything) => crate::fold::is_near_end(text, end),
            None => false,
        }
    }

    /// Whether the detector runs at that level.
    pub(crate) fn is_at(&self, row: usize, level: Level) -> bool {
        self.rows.get(row).is_some_and(|(detector, _)| detector.level <= level)
    }

    /// Calls `found` wherever a detector without literals matches.
    pub(crate) fn find_without_literals(&self, text: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        for row in &self.bare {
            if let Some((_, pattern)) = self.row(*row) {
                let mut at = 0;
                while let Some(hit) = (at <= text.len()).then(|| pattern.find_at(text, at)).flatten() {
                    found(*row, hit.start(), hit.end());
                    // What ends one, a blank or the end of a line, is what the next one may begin behind.
                    at = hit.end().saturating_sub(1).max(hit.start() + 1);
                }
            }
        }
    }

    /// Detectors without literals.
    pub(crate) fn without_literals(&self, level: Level) -> impl Iterator<Item = usize> {
        self.bare.iter().copied().filter(move |row| self.rows.get(*row).is_some_and(|(detector, _)| detector.level <= level))
    }

    /// Runs detectors on a line.
    pub(crate) fn run(&self, rows: &[usize], text: &[u8], spans: &mut Vec<Span>) {
        for (detector, pattern) in rows.iter().filter_map(|row| self.row(*row)) {
            // Finding out where the groups are costs several times what finding out that there is nothing does.
            if !pattern.is_match(text) {
                continue;
            }
            let rank = if detector.shape { Rank::Shape } else { Rank::Context };
            for captures in pattern.captures_iter(text) {
                let (from, to) = captures.get(0).map_or((0, 0), |whole| (whole.start(), whole.end()));
                for group in captures.iter().skip(usize::from(captures.len() > 1)).flatten() {
                    let is_other = || detector.unless.is_some_and(|unless| unless(text, group.start(), group.end()));
                    if !group.is_empty() && detector.check.is_none_or(|check| check(group.as_bytes())) && !is_other() {
                        let value = detector.caseless.then(|| group.as_bytes().to_ascii_lowercase());
                        spans.push(Span { from, to, value, ..Span::new(group.start(), group.end(), detector.id, rank) });
                    }
                }
            }
        }
    }

    fn kind_of(&self, value: &[u8]) -> &'static str {
        if value.len() > MAX_KIND {
            return "secret";
        }
        let numerals = value.iter().all(|byte| byte.is_ascii_digit());
        let marked = value.len() < 256 && value.iter().any(|byte| b".:@+ -".contains(byte));
        // Addresses, hosts, numbers: all of them have a sign in them, or are nothing but numerals.
        let mut rows = if numerals || marked { self.bare.clone() } else { Vec::new() };
        self.shapes.find(value, |_, needle| rows.push(needle.what));
        rows.sort_unstable();
        rows.dedup();
        let whole = |row: &usize| {
            let (detector, pattern) = self.row(*row).filter(|(detector, _)| detector.shape)?;
            let captures = pattern.captures(value)?;
            let fits = captures
                .iter()
                .flatten()
                .any(|group| group.len() == value.len() && detector.check.is_none_or(|check| check(group.as_bytes())));
            fits.then_some(detector.id)
        };
        rows.iter().find_map(whole).unwrap_or("secret")
    }

    fn row(&self, row: usize) -> Option<(&'static Detector, &Regex)> {
        let (detector, cell) = self.rows.get(row)?;
        let pattern = cell.get_or_init(|| RegexBuilder::new(detector.pattern).unicode(false).size_limit(4 << 20).build().ok());
        Some((detector, pattern.as_ref()?))
    }

    /// What one detector finds.
    #[cfg(test)]
    pub(crate) fn alone(&self, id: &str, text: &[u8]) -> Vec<Span> {
        let mut spans = Vec::new();
        let row = self.rows.iter().position(|(detector, _)| detector.id == id).into_iter().collect::<Vec<_>>();
        self.run(&row, text, &mut spans);
        spans
    }

    /// Whether every pattern compiles; a test asserts it, since a pattern that does not would find nothing.
    #[cfg(test)]
    pub(crate) fn broken(&self) -> Vec<&'static str> {
        (0..self.rows.len())
            .filter(|row| self.row(*row).is_none())
            .filter_map(|row| self.rows.get(row).map(|(detector, _)| detector.id))
            .collect()
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.~+/=:$%,@".contains(&byte)
}
