//! What Kubernetes, its components and client libraries really write: each wording, in its place, is known to a rule or a
//! signature; what blames nobody is no root cause. `fixtures/README.md` tells the format.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use tarbox_analyzer::conclude;
use tarbox_load::load;
use tarbox_model::finding::Severity;
use tarbox_tests::case::Case;
use tarbox_tests::stage;

use crate::judged::{fixtures, scanner};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    wording: Vec<Wording>,
}

/// One wording.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    /// The words.
    says: String,
    /// What else differs in the place, by its name there.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// One of these rules must fire; which one may depend on what else is known.
    #[serde(default)]
    rules: Vec<String>,
    /// This signature must take the line.
    #[serde(default)]
    signature: Option<String>,
    /// There must be no root cause of high or critical severity.
    #[serde(default)]
    noise: bool,
    /// Where the words are from.
    source: String,
}

/// What is wrong with how a wording is understood in its place.
fn complaint(place: &Path, cluster: &str, wording: &Wording) -> Option<String> {
    let mut text = cluster.to_owned();
    for (name, value) in &wording.with {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    // JSON is YAML: quotes and backslashes of the words stay what they are.
    let quoted = serde_json::to_string(&wording.says).unwrap();
    let case = Case::parse(place, &text.replace("{{quoted}}", &quoted).replace("{{says}}", &wording.says));
    let folder = tempfile::tempdir().unwrap();
    let snapshot = load(&stage::write(&case, folder.path()), scanner()).unwrap();
    let analysis = conclude(&snapshot, "wording.tar.zst");
    let hits: Vec<&str> = snapshot.logs.iter().flat_map(|l| &l.hits).map(|h| h.signature).collect();
    let fired: Vec<&str> = analysis.findings.iter().map(|f| f.finding.rule).collect();
    let loud = |i: &usize| analysis.findings.get(*i).filter(|f| f.severity >= Severity::High).map(|f| f.finding.key());
    let wrong = if let Some(panicked) = analysis.not_evaluated.iter().find(|n| n.reason.contains("failed on this input")) {
        format!("{} panicked", panicked.rule)
    } else if !analysis.problems.is_empty() {
        format!("input problems: {:?}", analysis.problems)
    } else if wording.signature.as_deref().is_some_and(|s| !hits.contains(&s)) {
        format!("signature {:?} does not take it; taken by {hits:?}", wording.signature)
    } else if !wording.rules.is_empty() && !wording.rules.iter().any(|r| fired.contains(&r.as_str())) {
        format!("none of {:?} fires; fired: {fired:?}, taken by {hits:?}", wording.rules)
    } else if let Some(root) = analysis.roots.iter().find_map(loud).filter(|_| wording.noise) {
        format!("blames {root}")
    } else {
        return None;
    };
    let place = place.file_stem().unwrap_or_default().to_string_lossy();
    Some(format!("{place}: `{}` {:?}: {wrong}", wording.says, wording.with))
}

#[test]
fn every_wording_is_understood_in_its_place() {
    let only = std::env::var("PLACE").ok();
    let mut places: Vec<_> = std::fs::read_dir(fixtures().join("wordings")).unwrap().map(|e| e.unwrap().path()).collect();
    places.retain(|p| p.extension().is_some_and(|e| e == "bundle"));
    places.sort();
    let mut all = Vec::new();
    for place in places.iter().filter(|p| only.as_deref().is_none_or(|o| p.to_string_lossy().contains(o))) {
        let cluster = std::fs::read_to_string(place).unwrap();
        let list = std::fs::read_to_string(place.with_extension("toml")).unwrap();
        let list: List = toml::from_str(&list).unwrap_or_else(|e| panic!("{}: {e}", place.display()));
        for wording in &list.wording {
            let asks = !wording.rules.is_empty() || wording.signature.is_some() || wording.noise;
            assert!(asks && !wording.source.is_empty(), "{}: `{}` asks for nothing, or has no source", place.display(), wording.says);
            let unknown = wording.rules.iter().find(|r| tarbox_rules::find(r).is_none());
            assert!(unknown.is_none(), "{}: there is no rule {unknown:?}", place.display());
        }
        all.extend(list.wording.par_iter().filter_map(|w| complaint(place, &cluster, w)).collect::<Vec<_>>());
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}
