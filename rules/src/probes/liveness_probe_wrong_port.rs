//! # liveness-probe-wrong-port
//!
//! A liveness probe asks a port where nobody listens.
//!
//! ## What it detects
//! Liveness and startup probes whose connection is refused, on a port that the container neither declares nor, by its log,
//! listens on. The right port comes from the log's listening line, the declared ports, or the container's other probe.
//!
//! ## Why it happens
//! The application's port was changed on one side only, or the probe was copied from another service. The process is well, and
//! the kubelet kills it all the same, as often as the probe has failed *failureThreshold* times.
//!
//! ## How to confirm
//! `kubectl exec NAME -- curl -s localhost:PORT` on both ports; the events name the port that was refused.
//!
//! ## How to fix
//! Give the probe the port that the process listens on.
//!
//! ## When it stays silent
//! When the log says that the process listens on the probe's port, and when the connection fails for another reason than a
//! refusal (no answer in time, an HTTP status, another protocol).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::Kind;
use super::ports;

/// The rule.
pub static RULE: Rule = Rule {
    id: "liveness-probe-wrong-port",
    title: "A liveness probe asks a port where nobody listens",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Verify port configuration",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ProbeFails],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    ports::findings(context, &[Kind::Liveness, Kind::Startup])
}
