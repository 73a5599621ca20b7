//! The terminal summary fits a screen, and lets no control character through.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use proptest::prelude::*;
use tarbox_reports::{sanitize, terminal};
use unicode_width::UnicodeWidthStr;

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!("incident", terminal::summary(&sample::incident(), 80, false));
    insta::assert_snapshot!("healthy", terminal::summary(&sample::healthy(), 80, false));
    insta::assert_snapshot!("blind", terminal::summary(&sample::blind(), 80, false));
}

fn check(vector: &str, width: usize) -> Result<(), TestCaseError> {
    let analysis = sample::hostile(vector);
    let plain = terminal::summary(&analysis, width, false);
    prop_assert!(plain.lines().count() <= 30);
    prop_assert!(plain.chars().all(|c| c == '\n' || !sanitize::is_unsafe(c) && c != '\t'), "{plain:?}");
    for line in plain.lines().filter(|l| !l.trim_start().starts_with("$ ")) {
        prop_assert!(line.width() <= width.max(40), "{line:?}");
    }
    // Colour adds our own sequences and nothing else.
    let coloured = terminal::summary(&analysis, width, true);
    for sequence in coloured.split('\u{1b}').skip(1) {
        let (parameters, _) = sequence.split_once('m').unwrap();
        prop_assert!(["[0", "[1", "[2", "[31", "[33", "[36", "[1;31", "[1;33", "[1;32"].contains(&parameters), "{sequence:?}");
    }
    Ok(())
}

#[test]
fn vectors_stay_text() {
    for vector in sample::VECTORS {
        check(vector, 80).unwrap();
        check(&vector.repeat(60), 80).unwrap();
    }
}

proptest! {
    #[test]
    fn anything_fits(vector in any::<String>(), width in 0_usize..200) {
        check(&vector, width)?;
    }
}
