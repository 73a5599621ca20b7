//! Reads a bundle and names the root cause, offline.
//!
//! ```text
//! load → rules, in parallel → causes → analysis → reports        (the answer)
//! ```
//!
//! The programs' edge (command line, files, terminal) is [`cli`] with one file per command in `commands/`; what is said of
//! a snapshot is [`conclude`], a pure function.

mod analyze;
mod causes;
pub mod cli;
mod commands;
pub mod confine;
mod console;
pub mod diff;
mod engine;
pub mod exit;
mod failure;
mod options;
mod overview;
mod own_rules;
mod patterns;
mod redact;
mod timeline;

pub use analyze::conclude;
