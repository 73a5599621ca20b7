//! What the API server says of its own health: the checks of `/readyz` and `/livez` that fail.

use tarbox_model::metrics::HttpAnswer;
use tarbox_model::{Evidence, Snapshot};

/// A failed check, with its name (`etcd`, `poststarthook/…`) and place.
#[derive(Debug, Clone)]
pub(super) struct FailedCheck<'a> {
    /// The check.
    pub(super) name: &'a str,
    /// The line.
    pub(super) evidence: Evidence,
}

/// The answers of the API server's health endpoints that are not `ok`.
pub(super) fn unwell(snapshot: &Snapshot) -> impl Iterator<Item = &HttpAnswer> {
    snapshot
        .http
        .iter()
        .filter(|a| matches!(a.target.as_str(), "readyz" | "livez" | "healthz") && (a.status != 200 || a.body.contains("[-]")))
}

/// The checks that fail, each once.
pub(super) fn failed_checks(snapshot: &Snapshot) -> Vec<FailedCheck<'_>> {
    let mut all: Vec<FailedCheck<'_>> = Vec::new();
    for answer in unwell(snapshot) {
        for (number, line) in (1..).zip(answer.body.lines()) {
            let Some(name) = line.strip_prefix("[-]").and_then(|rest| rest.split([' ', ':']).next()) else { continue };
            if all.iter().all(|c| c.name != name) {
                all.push(FailedCheck { name, evidence: Evidence::line(answer.origin.path.clone(), number, line) });
            }
        }
    }
    all
}

/// Whether a check tells of etcd.
pub(super) fn is_of_etcd(check: &str) -> bool {
    check.starts_with("etcd")
}
