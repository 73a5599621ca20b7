//! End-to-end tests, in one program so that the heavy crates are linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod causes;
mod cli;
mod diff;
mod docs;
#[cfg(debug_assertions)]
mod growth;
mod index_cache;
mod judged;
mod kubectl;
mod max_memory;
mod operators;
mod overview;
mod own_rules;
mod redact;
mod redaction;
mod reports;
mod round_trip;
mod rules;
mod scenarios;
mod signatures;
mod terminal;
mod wordings;
