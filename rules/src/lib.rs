//! The knowledge: one file per rule, in a folder per family of the field guide.
//!
//! A rule file opens with its page: what it detects, why it happens, how to confirm, how to fix, when it stays silent.
//! That page is what `tarbox rules explain ID` prints and `docs/rules.md` holds. Rules are pure functions over
//! [`tarbox_model::Context`]; they see neither the bundle, nor the index, nor the clock.

/// Declares a family: its modules, and the slice of its rules with their pages.
macro_rules! family {
    ($folder:literal: $($rule:ident),* $(,)?) => {
        $(pub mod $rule;)*

        /// The family's rules, alphabetical.
        pub static RULES: &[crate::Registered] =
            &[$(crate::Registered { rule: &$rule::RULE, source: include_str!(concat!($folder, "/", stringify!($rule), ".rs")) }),*];
    };
}

pub mod access;
mod addresses;
pub mod admission;
mod calls;
pub mod cluster;
mod commands;
mod complaints;
pub mod configuration;
pub mod containers;
pub mod custom;
pub mod database;
pub mod dns;
pub mod images;
pub mod ingress;
pub mod logs;
pub mod mesh;
pub mod monitoring;
pub mod network;
pub mod performance;
mod pods;
pub mod prevention;
pub mod probes;
pub mod rollout;
pub mod scheduling;
pub mod services;
pub mod signatures;
pub mod storage;
pub mod verification;
mod wording;

use tarbox_model::Rule;

/// A rule and the text of its file.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// The rule.
    pub rule: &'static Rule,
    source: &'static str,
}

/// Families in the order of the catalogue: name, rules.
static FAMILIES: &[(&str, &[Registered])] = &[
    ("scheduling", scheduling::RULES),
    ("admission", admission::RULES),
    ("images", images::RULES),
    ("containers", containers::RULES),
    ("probes", probes::RULES),
    ("configuration", configuration::RULES),
    ("services", services::RULES),
    ("ingress", ingress::RULES),
    ("dns", dns::RULES),
    ("network", network::RULES),
    ("mesh", mesh::RULES),
    ("storage", storage::RULES),
    ("rollout", rollout::RULES),
    ("database", database::RULES),
    ("performance", performance::RULES),
    ("access", access::RULES),
    ("monitoring", monitoring::RULES),
    ("cluster", cluster::RULES),
    ("prevention", prevention::RULES),
    ("logs", logs::RULES),
];

/// Headings that every page has, in this order.
pub const HEADINGS: [&str; 5] =
    ["## What it detects", "## Why it happens", "## How to confirm", "## How to fix", "## When it stays silent"];

impl Registered {
    /// The rule's page, Markdown.
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Families by name, in the order of the catalogue.
pub fn families() -> impl Iterator<Item = (&'static str, &'static [Registered])> {
    FAMILIES.iter().copied()
}

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Registered> {
    FAMILIES.iter().flat_map(|(_, rules)| rules.iter())
}

/// A rule by its id.
pub fn find(id: &str) -> Option<&'static Registered> {
    all().find(|r| r.rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_registry_is_whole() {
        let mut seen = BTreeSet::new();
        for (family, rules) in families() {
            assert!(rules.is_sorted_by_key(|r| r.rule.id), "{family} is not alphabetical");
        }
        for registered in all() {
            let (rule, page) = (registered.rule, registered.page());
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            assert!(rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{} is not kebab-case", rule.id);
            assert!(page.starts_with(&format!("# {}\n", rule.id)), "{}: the page opens with its id", rule.id);
            let places: Vec<_> = HEADINGS.iter().map(|h| page.find(&format!("\n{h}\n"))).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}: headings {places:?}", rule.id);
            assert!(!rule.title.is_empty() && !rule.guide.is_empty() && !rule.needs.is_empty(), "{}: a field is empty", rule.id);
            assert!(registered.source.lines().count() <= 150, "{} is longer than 150 lines", rule.id);
        }
    }
}
