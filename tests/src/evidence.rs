//! Follows evidence to its place: the entry is there, the line or the pointer is there, and the quote stands in it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tarbox_bundle::{Limits, read_all};
use tarbox_model::{Analysis, Evidence};

/// The entries of a bundle, to look things up in.
#[derive(Debug)]
pub struct Entries {
    by_path: BTreeMap<String, Vec<u8>>,
}

impl Entries {
    /// Reads all entries.
    ///
    /// # Panics
    /// When the bundle cannot be read.
    pub fn read(bundle: &Path) -> Self {
        let (entries, _) = read_all(bundle, Limits::default()).unwrap_or_else(|e| panic!("{e}"));
        Self { by_path: entries.into_iter().collect() }
    }

    /// A document.
    ///
    /// # Panics
    /// When there is none, or it is no JSON.
    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(self.text(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// The text of an entry.
    ///
    /// # Panics
    /// When there is none, or it is no text.
    pub fn text(&self, path: &str) -> &str {
        let entry = self.by_path.get(path).unwrap_or_else(|| panic!("{path} is not in the bundle"));
        std::str::from_utf8(entry).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Why a piece of evidence does not resolve; `None` when it does.
    pub fn complaint(&self, evidence: &Evidence) -> Option<String> {
        let at = format!("{} line {:?} pointer {:?}", evidence.path, evidence.line, evidence.pointer);
        let Some(content) = self.by_path.get(&*evidence.path) else { return Some(format!("{at}: no such entry")) };
        let text = match evidence.line {
            Some(line) => match content.split(|&b| b == b'\n').nth(line as usize - 1) {
                Some(text) => text,
                None => return Some(format!("{at}: no such line")),
            },
            None => content,
        };
        let place = match &evidence.pointer {
            Some(pointer) => {
                let Ok(value) = serde_json::from_slice::<Value>(text) else { return Some(format!("{at}: not JSON")) };
                match value.pointer(pointer) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => return Some(format!("{at}: nothing at the pointer")),
                }
            }
            None => String::from_utf8_lossy(text).into_owned(),
        };
        let found = place.contains(&evidence.quote);
        let shown: String = place.chars().take(200).collect();
        (!found || evidence.quote.is_empty()).then(|| format!("{at}: the quote `{}` does not stand in `{shown}`", evidence.quote))
    }

    /// Why evidence of an analysis does not resolve, one line each.
    pub fn complaints(&self, analysis: &Analysis) -> Vec<String> {
        let findings = analysis.findings.iter().flat_map(|f| f.finding.evidence.iter().map(|e| (f.finding.key(), e)));
        let patterns =
            analysis.log_patterns.workloads.iter().flat_map(|w| w.patterns.iter().map(|p| (w.workload.to_string(), &p.evidence)));
        let overview = analysis.overview.places().map(|e| ("overview".to_owned(), e));
        let claims = findings.chain(patterns).chain(overview);
        claims.filter_map(|(whose, e)| self.complaint(e).map(|c| format!("{whose}: {c}"))).collect()
    }
}
