//! All detectors, ready to run: one automaton over their literals, and their patterns compiled on first use.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::{Regex, RegexBuilder};

use super::Detector;
use crate::span::{Rank, Span};
use crate::{Level, keys};

/// The compiled detectors of the process; they depend on no key.
pub(crate) fn set() -> &'static Set {
    static SET: LazyLock<Set> = LazyLock::new(Set::new);
    &SET
}

/// What a value looks like by itself, for its placeholder.
pub(crate) fn kind_of(value: &[u8]) -> &'static str {
    set().kind_of(value)
}

/// What the first pass found in a stretch of text.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    /// Detectors by index, sorted.
    pub(crate) detectors: Vec<usize>,
    /// Where a name begins that may announce a secret.
    pub(crate) hints: Vec<usize>,
}

pub(crate) struct Set {
    rows: Vec<(&'static Detector, OnceLock<Option<Regex>>)>,
    literals: Option<AhoCorasick>,
    /// For each literal its detectors; no detectors: a hint for names.
    owners: Vec<Vec<usize>>,
    /// Detectors without literals.
    always: Vec<usize>,
}

impl Set {
    fn new() -> Self {
        let rows: Vec<_> = super::all().map(|detector| (detector, OnceLock::new())).collect();
        let mut literals: Vec<&str> = keys::HINTS.to_vec();
        let mut owners: Vec<Vec<usize>> = literals.iter().map(|_| Vec::new()).collect();
        let mut always = Vec::new();
        for (index, (detector, _)) in rows.iter().enumerate() {
            if detector.literals.is_empty() {
                always.push(index);
            }
            for literal in detector.literals {
                match literals.iter().skip(keys::HINTS.len()).position(|known| known == literal) {
                    Some(at) => owners.get_mut(at + keys::HINTS.len()).into_iter().for_each(|owners| owners.push(index)),
                    None => {
                        literals.push(literal);
                        owners.push(vec![index]);
                    }
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&literals);
        Self { rows, literals: automaton.ok(), owners, always }
    }

    /// Positions of literals, for the first pass over a large piece.
    pub(crate) fn positions(&self, text: &[u8], found: &mut Vec<usize>) {
        if let Some(literals) = &self.literals {
            found.extend(literals.find_overlapping_iter(text).map(|hit| hit.start()));
        }
    }

    /// Positions where a detector without literals matches.
    pub(crate) fn positions_without_literals(&self, text: &[u8], level: Level, found: &mut Vec<usize>) {
        for index in &self.always {
            if let Some((detector, pattern)) = self.row(*index)
                && detector.level <= level
            {
                found.extend(pattern.find_iter(text).map(|hit| hit.start()));
            }
        }
    }

    /// Which detectors have to look at a line.
    pub(crate) fn triggers(&self, line: &[u8], level: Level) -> Triggers {
        let mut triggers = Triggers::default();
        for hit in self.literals.iter().flat_map(|literals| literals.find_overlapping_iter(line)) {
            match self.owners.get(hit.pattern().as_usize()).map(Vec::as_slice) {
                Some([]) | None => triggers.hints.push(hit.start()),
                Some(owners) => triggers.detectors.extend_from_slice(owners),
            }
        }
        triggers.detectors.extend_from_slice(&self.always);
        triggers.detectors.retain(|index| self.rows.get(*index).is_some_and(|(detector, _)| detector.level <= level));
        triggers.detectors.sort_unstable();
        triggers.detectors.dedup();
        triggers
    }

    /// Runs the detectors that were triggered.
    pub(crate) fn run(&self, triggers: &Triggers, text: &[u8], spans: &mut Vec<Span>) {
        for index in &triggers.detectors {
            let Some((detector, pattern)) = self.row(*index) else { continue };
            let rank = if detector.shape { Rank::Shape } else { Rank::Context };
            for captures in pattern.captures_iter(text) {
                for group in captures.iter().skip(usize::from(captures.len() > 1)).flatten() {
                    if !group.is_empty() && detector.check.is_none_or(|check| check(group.as_bytes())) {
                        spans.push(Span::new(group.start(), group.end(), detector.id, rank));
                    }
                }
            }
        }
    }

    fn kind_of(&self, value: &[u8]) -> &'static str {
        if value.len() > 8192 {
            return "secret";
        }
        let triggers = self.triggers(value, Level::Strict);
        let whole = |index: &usize| {
            let (detector, pattern) = self.row(*index)?;
            let captures = pattern.captures(value).filter(|_| detector.shape)?;
            let fits = captures
                .iter()
                .flatten()
                .any(|group| group.len() == value.len() && detector.check.is_none_or(|check| check(group.as_bytes())));
            fits.then_some(detector.id)
        };
        triggers.detectors.iter().find_map(whole).unwrap_or("secret")
    }

    fn row(&self, index: usize) -> Option<(&'static Detector, &Regex)> {
        let (detector, cell) = self.rows.get(index)?;
        let pattern = cell.get_or_init(|| RegexBuilder::new(detector.pattern).unicode(false).size_limit(4 << 20).build().ok());
        Some((detector, pattern.as_ref()?))
    }

    /// Whether every pattern compiles; a test asserts it, since a pattern that does not would find nothing.
    #[cfg(test)]
    pub(crate) fn broken(&self) -> Vec<&'static str> {
        (0..self.rows.len())
            .filter(|index| self.row(*index).is_none())
            .filter_map(|index| self.rows.get(index).map(|(detector, _)| detector.id))
            .collect()
    }
}
