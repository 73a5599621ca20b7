//! Rules that users write: a log signature and what to say of it, as TOML. `docs/writing-rules.md` tells the format.
//!
//! Reading and judging only: the files come from the analyzer. Names of rules and signatures live as long as the program
//! (`&'static str`, as for the built-in ones), so what a file says is leaked once; [`FILE_LIMIT`] and [`FILES`] bound it.

mod draft;
mod glob;
mod judge;
mod literals;
mod placeholders;

use std::fmt;

use tarbox_model::Rule;
use tarbox_model::finding::Remedy;
use tarbox_model::log::{Follower, Signature};

pub use draft::parse;

/// Most files in a folder of rules.
pub const FILES: usize = 256;
/// Largest file, in bytes.
pub const FILE_LIMIT: u64 = 256 * 1024;
/// Most rules of all files.
pub const RULES: usize = 500;
/// Longest pattern, in bytes.
pub const PATTERN_LIMIT: usize = 4096;
/// Most memory of one compiled pattern, in bytes.
const COMPILED_LIMIT: usize = 1 << 20;

/// What is wrong in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Where a rule's lines must stand; an empty list is anywhere.
#[derive(Debug, Clone, Default)]
struct Place {
    namespaces: Vec<String>,
    pods: Vec<String>,
    containers: Vec<String>,
    images: Vec<String>,
}

/// A rule of a user.
#[derive(Debug, Clone)]
pub struct CustomRule {
    /// What the engine, reports and causes know of it. Its `check` says nothing; [`CustomRule::check`] does.
    pub rule: Rule,
    /// Lines that it wants.
    pub signature: Signature,
    /// The line that must follow.
    pub follower: Option<Follower>,
    /// File and line of its id.
    pub origin: (String, usize),
    place: Place,
    minimum: u64,
    confidence: f64,
    summary: String,
    remedies: Vec<Remedy>,
}

impl CustomRule {
    /// A page as built-in rules have it, Markdown.
    pub fn page(&self) -> String {
        let Self { rule, signature, .. } = self;
        let (id, title, pattern) = (rule.id, rule.title, signature.pattern);
        let mut page = format!("# {id}\n\n{title}\n\n## What it detects\nLog lines that match `{pattern}`");
        if let Some(follower) = self.follower {
            page.push_str(&format!(", where `{}` follows", follower.pattern));
        }
        page.push_str(&format!(", at least {} of a workload.\n\n## Why it happens\n{}\n\n## How to fix\n", self.minimum, self.summary));
        for Remedy { text, command } in &self.remedies {
            page.push_str(&if command.is_empty() { format!("- {text}\n") } else { format!("- {text}\n  `{command}`\n") });
        }
        page.push_str(&format!("\nLevel {}, severity {}. ", rule.level.as_str(), rule.severity.as_str()));
        page.push_str(&format!("From {}:{}.", self.origin.0, self.origin.1));
        page
    }
}
