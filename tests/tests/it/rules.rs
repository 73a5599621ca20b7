//! Every rule on its fixtures: it fires where it must, names the object at fault, and stays quiet where it must.

use std::collections::BTreeSet;

use tarbox_model::analysis::Analysis;
use tarbox_rules::Registered;
use tarbox_rules::verification::verifies;
use tarbox_tests::case::Case;
use tarbox_tests::judgement::{self, judgements};

use crate::judged::{fixtures, judge, names};

/// Whether a rule did as a fixture wants it.
fn complaints(registered: &Registered, case: &Case) -> Vec<String> {
    let rule = registered.rule.id;
    let (analysis, mut complaints) = judge(case);
    let name = case.file.file_stem().and_then(|s| s.to_str()).unwrap();
    let refused = analysis.not_evaluated.iter().find(|n| n.rule == rule);
    if let Some(refusal) = refused.filter(|_| !case.not_evaluated) {
        complaints.push(format!("not evaluated: {}", refusal.reason));
    }
    if case.not_evaluated && refused.is_none() {
        complaints.push("should not be evaluated, but was".to_owned());
    }
    let found: Vec<_> = analysis.findings.iter().filter(|f| f.finding.rule == rule).collect();
    if name.starts_with("fires") {
        if found.is_empty() {
            complaints.push(format!("does not fire; fired: {}", fired(&analysis)));
        } else {
            for object in &case.expect {
                if !found.iter().any(|f| names(f, object)) {
                    complaints.push(format!("names {}, not {object}", fired(&analysis)));
                }
            }
            for words in &case.says {
                let text = |f: &&&tarbox_model::analysis::Ranked| {
                    let remedies: String = f.finding.remedies.iter().map(|r| format!("{} {}\n", r.text, r.command)).collect();
                    format!("{}\n{}\n{remedies}", f.finding.title, f.finding.summary)
                };
                if !found.iter().any(|f| text(&f).contains(words.as_str())) {
                    let told: String = found.iter().map(|f| text(&f)).collect();
                    complaints.push(format!("does not say `{words}`, but:\n{told}"));
                }
            }
        }
        let judged = judgements(registered.rule, found.iter().map(|f| &f.finding));
        if std::env::var_os("UPDATE").is_some() {
            judgement::write(&case.file, &judged);
        } else if judged != case.judged {
            complaints.push(format!("is judged `{}`, not `{}` (UPDATE=1 writes it)", judged.join(", "), case.judged.join(", ")));
        }
        let unverified = found.iter().map(|f| &f.finding).filter(|f| !f.remedies.is_empty() && !f.remedies.iter().any(|r| verifies(f, r)));
        complaints.extend(unverified.map(|f| format!("does not say how to verify the remedy of {}", f.key())));
        if case.expect.is_empty() {
            complaints.push("the fixture has no `expect:`".to_owned());
        }
    } else if name.starts_with("quiet") {
        complaints.extend(found.iter().map(|f| format!("should be quiet, but says: {} ({})", f.finding.title, f.finding.key())));
    } else {
        complaints.push("a fixture's name begins with fires or quiet".to_owned());
    }
    complaints.into_iter().map(|c| format!("{rule}/{name}: {c}")).collect()
}

fn fired(analysis: &Analysis) -> String {
    analysis.findings.iter().map(|f| f.finding.key()).collect::<Vec<_>>().join(", ")
}

#[test]
fn rules_do_as_their_fixtures_say() {
    let only = std::env::var("RULE").ok();
    let mut all = Vec::new();
    for registered in tarbox_rules::all() {
        let rule = registered.rule.id;
        if only.as_deref().is_some_and(|o| !rule.contains(o)) {
            continue;
        }
        let folder = fixtures().join("rules").join(rule);
        if !folder.is_dir() {
            all.push(format!("{rule}: no fixtures/rules/{rule}"));
            continue;
        }
        let cases = Case::all_in(&folder);
        for kind in ["fires", "quiet"] {
            if !cases.iter().any(|c| c.file.file_name().is_some_and(|n| n.to_string_lossy().starts_with(kind))) {
                all.push(format!("{rule}: no {kind} fixture"));
            }
        }
        all.extend(cases.iter().flat_map(|case| complaints(registered, case)));
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}

#[test]
fn every_fixture_folder_is_a_rule() {
    let known: BTreeSet<&str> = tarbox_rules::all().map(|r| r.rule.id).collect();
    let folders = std::fs::read_dir(fixtures().join("rules")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let strangers: Vec<String> = folders.filter(|f| !known.contains(f.as_str())).collect();
    assert!(strangers.is_empty(), "fixtures of no rule: {strangers:?}");
}
