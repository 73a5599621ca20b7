//! Redaction keeps the diagnosis: what is said of a bundle is said of it redacted, at both levels.
//!
//! Two bodies of bundles, and what is compared with what:
//! - the fixtures of all rules and causes are written raw, with nothing redacted: raw against standard, and against strict;
//! - the recorded incidents were redacted at standard level when they were recorded, so nobody has them raw: as recorded against
//!   redacted once more, and against strict.
//!
//! Under strict the name of a subject may have become its pseudonym (a host, an address): it must then be one pseudonym wherever it stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;
use tarbox_analyzer::{cli, conclude, exit::Exit};
use tarbox_bundle::{Limits, read_all};
use tarbox_load::load;
use tarbox_tests::case::Case;
use tarbox_tests::stage;

use crate::judged::{fixtures, scanner};
use crate::scenarios::scenarios;

/// Of many cases, those of this run: each takes a good part of a second in a debug build, so it is every thirty-second, of all kinds.
/// `TARBOX_REDACTION=all` takes them all, as `.ci/run` does, `TARBOX_REDACTION=2/8` the second eighth of them.
fn of_this_run<T>(all: Vec<T>) -> Vec<T> {
    let chosen = std::env::var("TARBOX_REDACTION").unwrap_or_else(|_| "1/32".to_owned());
    let (which, parts) = chosen.split_once('/').unwrap_or(("1", "1"));
    let (which, parts): (usize, usize) = (which.parse().unwrap(), parts.parse().unwrap());
    all.into_iter().skip(which - 1).step_by(parts).collect()
}

/// Rule and object of every finding, the roots marked.
fn said(bundle: &Path) -> Vec<String> {
    let analysis = conclude(&load(bundle, scanner()).unwrap(), "bundle");
    let key = |i: usize, found: &tarbox_model::analysis::Ranked| {
        let root = if analysis.roots.contains(&i) { "root " } else { "" };
        format!("{root}{}", found.finding.key())
    };
    let mut all: Vec<String> = analysis.findings.iter().enumerate().map(|(i, found)| key(i, found)).collect();
    all.sort();
    all
}

fn redacted(bundle: &Path, folder: &Path, privacy: &str) -> PathBuf {
    let out = folder.join(format!("{privacy}.tar.zst"));
    let (from, to) = (bundle.to_str().unwrap(), out.to_str().unwrap());
    assert_eq!(cli::run(["tarbox", "redact", "-q", from, "-o", to, "--privacy", privacy]), Exit::Done, "{from}");
    out
}

/// Pseudonyms as one word: which one it is depends on a key that nobody keeps.
fn without_pseudonyms(key: &str) -> String {
    match key.find("redacted.") {
        Some(at) => format!("{}…", &key[..at]),
        None => key.to_owned(),
    }
}

/// What differs; a subject that became its pseudonym does not.
fn differences(before: &[String], after: &[String]) -> Vec<String> {
    let mut lost: Vec<&String> = before.iter().filter(|key| !after.contains(key)).collect();
    let mut complaints = Vec::new();
    for new in after.iter().filter(|key| !before.contains(key)) {
        let shown = without_pseudonyms(new);
        let same = shown.strip_suffix('…').and_then(|begins| lost.iter().position(|old| old.starts_with(begins)));
        match same {
            Some(at) => {
                lost.remove(at);
            }
            None => complaints.push(format!("new: {new}")),
        }
    }
    complaints.extend(lost.into_iter().map(|old| format!("lost: {old}")));
    complaints
}

/// What a bundle says, by path, value by value: every text, number and truth in a document is one, and every line of a text.
fn values(bundle: &Path) -> BTreeMap<String, Vec<String>> {
    fn walk(name: &str, value: Value, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.into_iter().for_each(|(name, value)| walk(&name, value, all)),
            Value::Array(items) => items.into_iter().for_each(|item| walk(name, item, all)),
            one => all.push(format!("{name}: {one}")),
        }
    }
    let (mut entries, problems) = read_all(bundle, Limits::default()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    entries.retain(|(path, _)| !["bundle.json", "manifest.json", "redactions.json"].contains(&path.as_str()));
    let of_entry = |(path, content): (String, Vec<u8>)| {
        let mut all = Vec::new();
        let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(&content).into_iter().collect();
        match documents {
            Ok(documents) if path.ends_with("json") => documents.into_iter().for_each(|document| walk("", document, &mut all)),
            _ => all.extend(String::from_utf8_lossy(&content).lines().map(str::to_owned)),
        }
        (path, all)
    };
    entries.into_iter().map(of_entry).collect()
}

/// Values in all, and those that are others in the second bundle, with a few of them for whoever asks which.
fn changed(before: &Path, after: &Path) -> (usize, Vec<String>) {
    let (was, is) = (values(before), values(after));
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>(), "{}", before.display());
    let mut differing = Vec::new();
    for ((path, was), is) in was.iter().zip(is.values()) {
        assert_eq!(was.len(), is.len(), "{path} of {}", before.display());
        differing.extend(was.iter().zip(is).filter(|(was, is)| was != is).map(|(was, is)| format!("{path}: {was} → {is}")));
    }
    (was.values().map(Vec::len).sum(), differing)
}

#[test]
fn redaction_keeps_what_the_rules_say() {
    let mut files = vec![fixtures().join("causes")];
    files.extend(std::fs::read_dir(fixtures().join("rules")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()));
    files.sort();
    let cases: Vec<Case> = files.iter().flat_map(|folder| Case::all_in(folder)).collect();
    assert!(cases.len() > 300, "{}", cases.len());
    let complaints: Vec<String> = of_this_run(cases)
        .par_iter()
        .flat_map_iter(|case| {
            let folder = tempfile::tempdir().unwrap();
            let raw = stage::write(case, folder.path());
            let before = said(&raw);
            let mut complaints = Vec::new();
            for privacy in ["standard", "strict"] {
                let after = said(&redacted(&raw, folder.path(), privacy));
                complaints.extend(differences(&before, &after).into_iter().map(|d| format!("{} {privacy}: {d}", case.file.display())));
            }
            complaints
        })
        .collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn redaction_keeps_the_diagnosis_of_recorded_incidents_and_redacts_little_for_nothing() {
    let outcomes: Vec<(Vec<String>, usize, Vec<String>)> = of_this_run(scenarios())
        .par_iter()
        .map(|(name, bundle, _)| {
            let folder = tempfile::tempdir().unwrap();
            let before = said(bundle);
            let [standard, strict] = ["standard", "strict"].map(|privacy| (privacy, redacted(bundle, folder.path(), privacy)));
            let complaints = [&standard, &strict].into_iter().flat_map(|(privacy, again)| {
                differences(&before, &said(again)).into_iter().map(|d| format!("{name} {privacy}: {d}")).collect::<Vec<_>>()
            });
            // What was redacted once holds no secret: whatever a second time finds, it finds for nothing.
            let (all, changed) = changed(bundle, &standard.1);
            (complaints.collect(), all, changed)
        })
        .collect();
    let complaints: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.0).collect();
    let changed: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.2).collect();
    let all: usize = outcomes.iter().map(|outcome| outcome.1).sum();
    println!(
        "{} incidents: {} of {all} values were redacted for nothing: {:#?}",
        outcomes.len(),
        changed.len(),
        &changed[..changed.len().min(20)]
    );
    assert!(complaints.is_empty(), "{} complaints: {complaints:#?}", complaints.len());
    assert!(all > 1_000 && changed.len() * 200 < all, "{} of {all} values were changed", changed.len());
}
