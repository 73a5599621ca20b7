//! # connection-refused
//!
//! A client's connections are refused.
//!
//! ## What it detects
//! Logs of clients that tell of refused or broken connections, in the words of the common languages and tools, or of a proxy
//! that has nobody to send them to (*no healthy upstream*), followed from the address to the Service and its pods.
//!
//! ## Why it happens
//! A refusal is an answer: the machine is there, and nobody listens on the port. The process has ended or is starting, it
//! listens on another port or only on its loopback address, or the Service has no endpoint.
//!
//! ## How to confirm
//! From a pod of the client, `nc -zv HOST PORT`; `kubectl get endpointslices -l kubernetes.io/service-name=SERVICE`.
//!
//! ## How to fix
//! By what stands behind the address; another finding mostly tells, and explains this one away.
//!
//! ## When it stays silent
//! When the client has recovered, and for databases, which database-unreachable follows. Stray refusals of a client that is
//! well are told as a hint only.

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::failing::findings;
use crate::calls::Failure;

/// The rule.
pub static RULE: Rule = Rule {
    id: "connection-refused",
    title: "A client's connections are refused",
    level: Level::Symptom,
    severity: Severity::Medium,
    guide: "Common Log Patterns",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::NotReady, Effect::NoEndpoints, Effect::NetworkBroken],
    check: |context| {
        findings(context, &[Failure::Refused, Failure::Reset, Failure::Unserved], |call| match call.failure {
            Failure::Refused => "The other side answers, and nobody listens there.",
            Failure::Unserved => "A proxy of the mesh answers in its place: it knows nobody healthy to send the request to.",
            _ => "The other side takes the connection and breaks it off.",
        })
    },
};
