//! What the terminal summary promises: it fits a screen, and lets no control character through.

use tarbox_reports::{sanitize, terminal};
use unicode_width::UnicodeWidthStr;

use crate::sample;

/// Fails when the vector, in every place that a bundle fills, reaches the terminal as more than text.
pub(crate) fn check(vector: &str, width: usize) {
    let analysis = sample::hostile(vector);
    let plain = terminal::summary(&analysis, width, false);
    assert!(plain.lines().count() <= 30);
    assert!(plain.chars().all(|c| c == '\n' || !sanitize::is_unsafe(c) && c != '\t'), "{plain:?}");
    for line in plain.lines().filter(|l| !l.trim_start().starts_with("$ ")) {
        assert!(line.width() <= width.max(40), "{line:?}");
    }
    // Colour adds our own sequences and nothing else.
    let coloured = terminal::summary(&analysis, width, true);
    for sequence in coloured.split('\u{1b}').skip(1) {
        let (parameters, _) = sequence.split_once('m').unwrap();
        assert!(["[0", "[1", "[2", "[31", "[33", "[36", "[1;31", "[1;33", "[1;32"].contains(&parameters), "{sequence:?}");
    }
}
