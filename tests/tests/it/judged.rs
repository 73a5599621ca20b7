//! A case, run through writer, reader, rules and causes, with what was said of it.

use std::path::PathBuf;

use tarbox_analyzer::conclude;
use tarbox_load::{LogScanner, load};
use tarbox_model::analysis::{Analysis, Ranked};
use tarbox_tests::case::Case;
use tarbox_tests::evidence::Entries;
use tarbox_tests::{remedies, stage};

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// All signatures, compiled once for all tests.
pub(crate) fn scanner() -> &'static LogScanner {
    static SCANNER: std::sync::OnceLock<LogScanner> = std::sync::OnceLock::new();
    SCANNER.get_or_init(|| LogScanner::new(tarbox_rules::signatures::all().copied()).unwrap())
}

/// The analysis of a case, and everything wrong with it that no case may have.
pub(crate) fn judge(case: &Case) -> (Analysis, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let bundle = stage::write(case, folder.path());
    let snapshot = load(&bundle, scanner()).unwrap();
    let analysis = conclude(&snapshot, "case.tar.zst");
    let mut complaints = Entries::read(&bundle).complaints(&analysis);
    complaints.extend(analysis.problems.iter().map(|p| format!("input problem: {p:?}")));
    let failed = analysis.not_evaluated.iter().filter(|n| n.reason.contains("failed on this input"));
    complaints.extend(failed.map(|n| format!("{} panicked", n.rule)));
    complaints.extend(remedies::stand_ins(&analysis));
    complaints.extend(case_complaints(case, &analysis));
    (analysis, complaints)
}

/// What a case says of roots and folded findings, against the analysis.
fn case_complaints(case: &Case, analysis: &Analysis) -> Vec<String> {
    let mut complaints = Vec::new();
    let roots: Vec<&Ranked> = analysis.roots.iter().map(|&i| &analysis.findings[i]).collect();
    if let Some(wanted) = &case.roots {
        let right = wanted.len() == roots.len()
            && wanted.iter().zip(&roots).all(|((rule, object), root)| root.finding.rule == rule && names(root, object));
        if !right {
            let got: Vec<String> = roots.iter().map(|r| r.finding.key()).collect();
            complaints.push(format!("root causes: wanted {wanted:?}, got {got:?}"));
        }
    }
    for rule in &case.folded {
        let fired: Vec<_> = analysis.findings.iter().filter(|f| f.finding.rule == rule).collect();
        if fired.is_empty() || fired.iter().any(|f| f.explained_by.is_empty()) {
            complaints.push(format!("{rule} should have fired and be folded; it fired {} times", fired.len()));
        }
    }
    complaints
}

/// Whether a finding names an object as its subject, cause or workload.
pub(crate) fn names(ranked: &Ranked, object: &str) -> bool {
    let finding = &ranked.finding;
    [Some(&finding.subject), finding.cause.as_ref(), finding.workload.as_ref()].into_iter().flatten().any(|o| o.to_string() == object)
}
