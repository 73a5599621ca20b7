//! What secrets look like: one row per kind, each with examples that must and must not be found.
//!
//! A row is data. Its literals are what a cheap first pass looks for; only on lines that hold one of them does its pattern run; a capture
//! group marks what is secret, so that hosts, user agents and key names around it stay. Patterns run on the linear-time engine.

mod cloud;
mod database;
mod examples;
mod set;
mod validate;

use crate::Level;
pub(crate) use set::{kind_of, set};

/// One kind of secret.
#[derive(Debug)]
pub struct Detector {
    /// Kebab-case name; what `redactions.json` counts by.
    pub id: &'static str,
    /// What it finds, for the documentation.
    pub about: &'static str,
    /// From which level on it runs.
    pub level: Level,
    /// Any of these stands on a line with such a secret (ASCII case is ignored). None: the pattern runs on everything.
    pub(crate) literals: &'static [&'static str],
    /// Where it is; every capture group that takes part is secret.
    pub(crate) pattern: &'static str,
    /// A test that the pattern cannot make: checksum, entropy, structure.
    pub(crate) check: Option<fn(&[u8]) -> bool>,
    /// Whether the secret is recognised by itself, without what stands around it; such rows give placeholders their kind.
    pub(crate) shape: bool,
    /// Texts in which something is found, with the secret between `⟦` and `⟧`.
    pub hits: &'static [&'static str],
    /// Texts in which nothing is found.
    pub misses: &'static [&'static str],
}

/// The families, each in a file of its own.
static FAMILIES: &[&[Detector]] = &[cloud::DETECTORS, database::DETECTORS];

/// Every detector.
pub fn all() -> impl Iterator<Item = &'static Detector> {
    FAMILIES.iter().copied().flatten()
}
