//! One file per command.

pub(crate) mod analyze;
pub(crate) mod diff;
mod examples;
pub(crate) mod inspect;
pub(crate) mod patterns;
pub(crate) mod redact;
pub(crate) mod rules;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sign;
mod table;
pub(crate) mod verify;

use std::sync::OnceLock;

use tarbox_load::LogScanner;

/// The built-in signatures; a test compiles each.
fn scanner() -> &'static LogScanner {
    static SCANNER: OnceLock<LogScanner> = OnceLock::new();
    SCANNER.get_or_init(|| LogScanner::lazy(tarbox_rules::signatures::all().copied()))
}
