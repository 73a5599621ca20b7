//! The answer on one screen (first draft).

use tarbox_model::Analysis;

use crate::sanitize;

/// A summary of at most one screen, `width` columns wide, with ANSI colours when asked.
pub fn summary(analysis: &Analysis, width: usize, colour: bool) -> String {
    let _ = (width, colour);
    let mut out = String::new();
    for (rank, cause) in analysis.root_causes().take(5).enumerate() {
        out.push_str(&format!("{}. {}\n", rank + 1, sanitize::line(&cause.finding.title)));
    }
    if out.is_empty() {
        out.push_str("Nothing found that explains a failure.\n");
    }
    out
}
