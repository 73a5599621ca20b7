//! # liveness-probe-wrong-protocol
//!
//! A liveness probe speaks another protocol than the port it asks.
//!
//! ## What it detects
//! Liveness probes whose answer shows that the port speaks something else: HTTP asked of a gRPC or binary port, HTTPS of a plain
//! one, gRPC health of a server without it.
//!
//! ## Why it happens
//! The probe was copied from a service of another kind. The process is well, and the kubelet kills it all the same.
//!
//! ## How to confirm
//! The newest `Unhealthy` event: *malformed HTTP response* means that the answer was not HTTP.
//!
//! ## How to fix
//! Let the probe speak the port's protocol: `grpc`, `httpGet` with the right scheme, or `tcpSocket`, which fits every one.
//!
//! ## When it stays silent
//! When the port speaks the probe's protocol and only answers with an error, and when nobody listens at all (that is
//! liveness-probe-wrong-port).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::Kind;
use super::protocol;

/// The rule.
pub static RULE: Rule = Rule {
    id: "liveness-probe-wrong-protocol",
    title: "A liveness probe speaks another protocol than the port it asks",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Verify port configuration",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ProbeFails],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    protocol::findings(context, &[Kind::Liveness, Kind::Startup])
}
