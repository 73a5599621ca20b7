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

use crate::exit::Exit;
use crate::failure::Failure;

/// The built-in signatures, compiled once.
fn scanner() -> Result<&'static LogScanner, Failure> {
    static SCANNER: OnceLock<Result<LogScanner, String>> = OnceLock::new();
    let compiled = SCANNER.get_or_init(|| LogScanner::new(tarbox_rules::signatures::all().copied()));
    compiled.as_ref().map_err(|e| Failure::new(Exit::Internal, format!("{e}; please report this defect")))
}
