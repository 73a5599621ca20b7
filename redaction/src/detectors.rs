//! What secrets look like: one row per kind, each with examples that must and must not be found.
//!
//! A row is data. Its literals are what a cheap first pass looks for; only on lines that hold one of them does its pattern run; a capture
//! group marks what is secret, so that hosts, user agents and key names around it stay. Patterns run on the linear-time engine.

mod chat;
mod cloud;
mod database;
mod examples;
mod generic;
mod git;
mod http;
mod kube;
mod payment;
mod personal;
mod private;
mod registry;
mod set;
mod token;
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
    /// Any of these stands on a line with such a secret; in any case when the pattern says so. None: the pattern runs on every line
    /// with a run of digits that looks like a key (at the strict level: on everything).
    pub(crate) literals: &'static [&'static str],
    /// What must stand around a literal before the pattern runs.
    pub(crate) near: Near,
    /// Where it is; every capture group that takes part is secret.
    pub(crate) pattern: &'static str,
    /// A test that the pattern cannot make: checksum, entropy, structure.
    pub(crate) check: Option<fn(&[u8]) -> bool>,
    /// What stands around it that makes it something else.
    pub(crate) unless: Option<Around>,
    /// Whether the secret is recognised by itself, without what stands around it; such rows give placeholders their kind.
    pub(crate) shape: bool,
    /// Whether capital letters make no other value of it: its placeholder is that of the small ones.
    pub(crate) caseless: bool,
    /// Texts in which something is found, with the secret between `⟦` and `⟧`.
    pub hits: &'static [&'static str],
    /// Texts in which nothing is found.
    pub misses: &'static [&'static str],
}

/// A test of a stretch of a text, by its start and end, that also sees what stands around it.
pub(crate) type Around = fn(&[u8], usize, usize) -> bool;

/// What must stand around a literal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Near {
    /// Anything.
    Anything,
    /// A token of at least so many bytes, the literal included.
    Token(usize),
    /// An `@` further on in the same word.
    At,
    /// Another string on the same line.
    Also(&'static str),
}

impl Detector {
    /// A secret that is recognised by itself.
    const fn shape(id: &'static str, about: &'static str, literals: &'static [&'static str], pattern: &'static str) -> Self {
        let near = Near::Token(18);
        Self {
            id,
            about,
            level: Level::Default,
            literals,
            near,
            pattern,
            check: None,
            unless: None,
            shape: true,
            caseless: false,
            hits: &[],
            misses: &[],
        }
    }

    /// A secret that is recognised by what stands around it.
    const fn context(id: &'static str, about: &'static str, literals: &'static [&'static str], pattern: &'static str) -> Self {
        Self { shape: false, near: Near::Anything, ..Self::shape(id, about, literals, pattern) }
    }

    const fn near(self, near: Near) -> Self {
        Self { near, ..self }
    }

    const fn checked(self, check: fn(&[u8]) -> bool) -> Self {
        Self { check: Some(check), ..self }
    }

    const fn unless(self, unless: Around) -> Self {
        Self { unless: Some(unless), ..self }
    }

    const fn caseless(self) -> Self {
        Self { caseless: true, ..self }
    }

    const fn strict(self) -> Self {
        Self { level: Level::Strict, ..self }
    }

    const fn examples(self, hits: &'static [&'static str], misses: &'static [&'static str]) -> Self {
        Self { hits, misses, ..self }
    }
}

/// The families, each in a file of its own.
static FAMILIES: &[&[Detector]] = &[
    private::DETECTORS,
    kube::DETECTORS,
    cloud::DETECTORS,
    git::DETECTORS,
    registry::DETECTORS,
    chat::DETECTORS,
    payment::DETECTORS,
    database::DETECTORS,
    http::DETECTORS,
    token::DETECTORS,
    generic::DETECTORS,
    personal::DETECTORS,
];

/// Every detector.
pub fn all() -> impl Iterator<Item = &'static Detector> {
    FAMILIES.iter().copied().flatten()
}
