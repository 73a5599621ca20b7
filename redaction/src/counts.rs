//! What was redacted, by rule: the numbers behind `redactions.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
