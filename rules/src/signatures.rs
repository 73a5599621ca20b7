//! Log signatures, as data: which lines of a log are worth keeping, and what they are called.
//!
//! The analyzer looks for all of them in one pass over each log; rules then ask for hits by id.

mod control_plane;
mod gunicorn;
mod monitoring;
mod python;
mod resources;
mod startup;

use tarbox_model::log::Signature;

/// Every group of signatures.
static GROUPS: &[&[Signature]] =
    &[control_plane::SIGNATURES, gunicorn::SIGNATURES, monitoring::SIGNATURES, python::SIGNATURES, resources::SIGNATURES, startup::SIGNATURES];

/// Every signature.
pub fn all() -> impl Iterator<Item = &'static Signature> {
    GROUPS.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Whether a signature takes a line, as the analyzer's scanner decides it.
    fn takes(signature: &Signature, line: &str) -> bool {
        let lower = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(&w.to_ascii_lowercase()));
        let pattern = regex::Regex::new(signature.pattern).expect(signature.id);
        has(signature.literals) && !has(signature.unless) && pattern.is_match(line)
    }

    #[test]
    fn examples_match_and_near_misses_do_not() {
        let mut ids = BTreeSet::new();
        for signature in all() {
            assert!(ids.insert(signature.id), "{} stands twice", signature.id);
            assert!(!signature.literals.is_empty() && signature.literals.iter().all(|l| l.len() >= 3), "{}: literals", signature.id);
            assert!(!signature.examples.is_empty(), "{} has no example", signature.id);
            for line in signature.examples {
                assert!(takes(signature, line), "{} should take: {line}", signature.id);
            }
            for line in signature.counterexamples {
                assert!(!takes(signature, line), "{} should not take: {line}", signature.id);
            }
        }
    }
}
