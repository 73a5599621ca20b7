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
use tarbox_bundle::{Limits, Reader};
use tarbox_load::load;
use tarbox_tests::case::Case;
use tarbox_tests::stage;

use crate::judged::{fixtures, scanner};
use crate::scenarios::scenarios;

/// Of many cases, those of this run: each takes a good part of a second in a debug build, so it is every thirty-second, of all kinds.
/// `TARBOX_REDACTION=all` takes them all.
fn of_this_run<T>(all: Vec<T>) -> Vec<T> {
    let step = if std::env::var("TARBOX_REDACTION").is_ok_and(|which| which == "all") { 1 } else { 32 };
    all.into_iter().step_by(step).collect()
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

/// Lines of a bundle, by path.
fn lines(bundle: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut reader = Reader::open(bundle, Limits::default()).unwrap();
    let mut all = BTreeMap::<String, Vec<Vec<u8>>>::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        let described = ["bundle.json", "manifest.json", "redactions.json"].contains(&chunk.entry.path.as_str());
        if !described {
            let lines = chunk.bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
            all.entry(chunk.entry.path.clone()).or_default().extend(lines);
        }
    }
    all
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
    let outcomes: Vec<(Vec<String>, usize, usize)> = of_this_run(scenarios())
        .par_iter()
        .map(|(name, bundle, _)| {
            let folder = tempfile::tempdir().unwrap();
            let (before, mut complaints) = (said(bundle), Vec::new());
            let mut changed = (0, 0);
            for privacy in ["standard", "strict"] {
                let again = redacted(bundle, folder.path(), privacy);
                complaints.extend(differences(&before, &said(&again)).into_iter().map(|d| format!("{name} {privacy}: {d}")));
                if privacy == "standard" {
                    // What was redacted once holds no secret: whatever a second time finds, it finds for nothing.
                    let (was, is) = (lines(bundle), lines(&again));
                    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>(), "{name}");
                    changed = was.iter().zip(is.values()).fold(changed, |(all, other), ((path, was), is)| {
                        let json = path.ends_with(".json") || path.ends_with(".ndjson");
                        let same = |a: &Vec<u8>, b: &Vec<u8>| {
                            a == b
                                || json
                                    && serde_json::from_slice::<Value>(a).ok().is_some_and(|a| serde_json::from_slice(b).ok() == Some(a))
                        };
                        let differing = was.iter().zip(is).filter(|(was, is)| !same(was, is)).count();
                        (all + was.len(), other + differing + was.len().abs_diff(is.len()))
                    });
                }
            }
            (complaints, changed.0, changed.1)
        })
        .collect();
    let complaints: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.0).collect();
    let (all, changed) = outcomes.iter().fold((0, 0), |sum, outcome| (sum.0 + outcome.1, sum.1 + outcome.2));
    assert!(complaints.is_empty(), "{} complaints: {complaints:#?}", complaints.len());
    assert!(all > 1_000 && changed * 200 < all, "{changed} of {all} lines were changed");
}
