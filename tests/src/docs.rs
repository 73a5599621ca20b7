//! Generated documentation: compared with what is committed; `UPDATE=1` writes it.

use std::path::Path;

/// Compares a generated page with the file, or writes it.
///
/// # Panics
/// When they differ: with what to do.
pub fn check(file: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, page).unwrap_or_else(|e| panic!("{file}: {e}"));
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = there.lines().zip(page.lines()).find(|(a, b)| a != b);
    assert!(there == page, "{file} is not as generated (first difference: {differs:?}): run the tests again with UPDATE=1");
}
