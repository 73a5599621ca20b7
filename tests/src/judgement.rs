//! How bad and how sure a rule's findings are, as a fixture states it: `high 0.95`, each once.

use std::cmp::Reverse;
use std::path::Path;

use tarbox_model::{Finding, Rule};

/// What a rule's findings say, the worst first.
pub fn judgements<'a>(rule: &Rule, findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let both = |f: &Finding| (Reverse(f.severity.unwrap_or(rule.severity)), Reverse((f.confidence * 100.0).round() as i64));
    let mut all: Vec<_> = findings.into_iter().map(both).collect();
    all.sort();
    all.dedup();
    all.into_iter().map(|(severity, confidence)| format!("{} {:.2}", severity.0.as_str(), confidence.0 as f64 / 100.0)).collect()
}

/// Writes them into the head of a case, in the place of what stands there.
///
/// # Panics
/// When the file cannot be read or written.
pub fn write(file: &Path, judgements: &[String]) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let (head, rest) = text.split_at(text.find("\n== ").unwrap_or(text.len()));
    let mut lines: Vec<&str> = head.trim_end().lines().filter(|l| !l.starts_with("judged:")).collect();
    let judged = format!("judged: {}", judgements.join(", "));
    let last = lines.iter().rposition(|l| l.starts_with("expect:")).map_or(lines.len(), |at| at + 1);
    lines.insert(last, &judged);
    std::fs::write(file, format!("{}\n{rest}", lines.join("\n"))).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
}
