//! # connection-timeout
//!
//! A client's connections run into a timeout.
//!
//! ## What it detects
//! Logs of clients that tell of connections without any answer (`i/o timeout`, `connection timed out`, `no route to host`),
//! followed from the address to the Service and its pods.
//!
//! ## Why it happens
//! No answer, not even a refusal, means that packets are lost or dropped: a network policy, a firewall, a node that is gone,
//! a broken pod network; or a server so busy that it takes no connection.
//!
//! ## How to confirm
//! From a pod of the client, `nc -zv -w 3 HOST PORT`; the same from a pod on another node and from another namespace.
//!
//! ## How to fix
//! By the cause: let the traffic through, mend the node or its network, relieve the server. A longer timeout only hides it.
//!
//! ## When it stays silent
//! When the client has recovered, and for databases, which database-timeout follows. Stray timeouts of a client that is well
//! are told as a hint only.

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::failing::findings;
use crate::calls::Failure;

/// The rule.
pub static RULE: Rule = Rule {
    id: "connection-timeout",
    title: "A client's connections run into a timeout",
    level: Level::Symptom,
    severity: Severity::Medium,
    guide: "Common Log Patterns",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::NotReady, Effect::NoEndpoints, Effect::NetworkBroken, Effect::NodeDown, Effect::Slow],
    check: |context| {
        findings(context, &[Failure::TimedOut, Failure::NoRoute], |call| match call.failure {
            Failure::NoRoute => "There is no way to the address.",
            _ => "No answer comes, not even a refusal: packets are lost or dropped on the way, or the server hangs.",
        })
    },
};
