//! The state in its replica set that each MongoDB server's log tells last.

use std::collections::BTreeMap;

use tarbox_model::log::Run;
use tarbox_model::{Context, Evidence, ObjectRef};

/// A state, by a line of a log.
#[derive(Debug, Clone)]
pub(super) struct LoggedState<'a> {
    /// Run of the container, and number of the line in its log.
    at: (Run, u32),
    /// `PRIMARY`, `SECONDARY`, `RECOVERING`, …
    pub(super) name: &'a str,
    /// Evidence: the line.
    pub(super) evidence: Evidence,
}

/// The newest state of each server, by pod.
pub(super) fn logged_states<'a>(context: &Context<'a>) -> BTreeMap<ObjectRef, LoggedState<'a>> {
    let mut newest: BTreeMap<ObjectRef, LoggedState<'a>> = BTreeMap::new();
    for log in &context.snapshot.logs {
        for hit in log.hits_of("mongod-state") {
            let name = hit.field("new").unwrap_or_default();
            let state = LoggedState { at: (log.run, hit.last.number), name, evidence: log.line_evidence(&hit.last) };
            let known = newest.entry(log.pod_reference()).or_insert_with(|| state.clone());
            if known.at < state.at {
                *known = state;
            }
        }
    }
    newest
}
