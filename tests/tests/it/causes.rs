//! Causes and their consequences: one true root, everything that follows from it folded.

use tarbox_tests::case::Case;

use crate::judged::{fixtures, judge};

#[test]
fn causes_explain_their_consequences() {
    let cases = Case::all_in(&fixtures().join("causes"));
    assert!(!cases.is_empty());
    let mut all = Vec::new();
    for case in &cases {
        assert!(case.roots.is_some(), "{}: no `root:`", case.file.display());
        let (_, complaints) = judge(case);
        let name = case.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.extend(complaints.into_iter().map(|c| format!("{name}: {c}")));
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}
