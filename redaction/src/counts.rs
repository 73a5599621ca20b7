//! What was redacted, by rule and by file: the numbers in `redactions.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Files counted by name; what is found in further ones is counted together.
const FILES: usize = 5_000;

/// Redactions by rule id. Merging is commutative, so totals do not depend on threads or order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// No redaction.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more redaction by `rule`.
    pub fn add(&mut self, rule: &str) {
        self.add_many(rule, 1);
    }

    /// `count` more redactions by `rule`.
    pub fn add_many(&mut self, rule: &str, count: u64) {
        if count == 0 {
            return;
        }
        match self.0.get_mut(rule) {
            Some(have) => *have = have.saturating_add(count),
            None => {
                self.0.insert(rule.to_owned(), count);
            }
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (rule, count) in &other.0 {
            self.add_many(rule, *count);
        }
    }

    /// Redactions in total.
    pub fn total(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether nothing was redacted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Redactions by one rule.
    pub fn get(&self, rule: &str) -> u64 {
        self.0.get(rule).copied().unwrap_or(0)
    }

    /// Rules and their redactions, alphabetical.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(rule, count)| (rule.as_str(), *count))
    }
}

/// Redactions by file, as `redactions.json` says them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    /// Over all files.
    total: Counts,
    /// Of each file in which something was found.
    files: BTreeMap<String, Counts>,
    /// Over the files beyond the first few thousand.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    other_files: Counts,
}

impl FileCounts {
    /// What was found in a file, or in a further part of it.
    pub fn add(&mut self, file: &str, counts: &Counts) {
        if counts.is_empty() {
            return;
        }
        self.total.merge(counts);
        if let Some(known) = self.files.get_mut(file) {
            known.merge(counts);
        } else if self.files.len() < FILES {
            self.files.insert(file.to_owned(), counts.clone());
        } else {
            self.other_files.merge(counts);
        }
    }

    /// Over all files.
    pub fn total(&self) -> &Counts {
        &self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_up_to_a_number_and_all_are_counted() {
        let mut counts = Counts::new();
        counts.add("jwt");
        let mut files = FileCounts::default();
        files.add("nothing", &Counts::new());
        for i in 0..FILES + 3 {
            files.add(&format!("logs/{i:05}"), &counts);
        }
        files.add("logs/00000", &counts);
        let written = serde_json::to_value(&files).unwrap();
        assert_eq!(written["files"].as_object().unwrap().len(), FILES);
        assert_eq!((&written["files"]["logs/00000"]["jwt"], &written["other_files"]["jwt"]), (&2.into(), &3.into()));
        assert_eq!(files.total().total(), FILES as u64 + 4);
    }

    #[test]
    fn merging_adds_and_serialises_as_a_plain_map() {
        let mut left = Counts::new();
        left.add("jwt");
        let mut right = Counts::new();
        right.add_many("jwt", 2);
        right.add("uri-userinfo");
        left.merge(&right);
        assert_eq!(left.total(), 4);
        assert_eq!(serde_json::to_string(&left).unwrap(), r#"{"jwt":3,"uri-userinfo":1}"#);
    }
}
