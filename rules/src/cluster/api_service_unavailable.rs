//! # api-service-unavailable
//!
//! An aggregated API does not answer.
//!
//! ## What it detects
//! APIServices whose condition *Available* is *False*, with the Service that should serve them. The APIs of metrics are
//! another rule's business (metrics-api-unavailable).
//!
//! ## Why it happens
//! The Service or its pods are gone or not ready, its certificate is not trusted, or the API server cannot reach it. An
//! APIService is often left behind when its operator is removed.
//!
//! ## How to confirm
//! `kubectl get apiservices`, column *Available*.
//!
//! ## How to fix
//! Bring the pods behind the Service back; delete the APIService if nobody serves it any more. As long as it stands,
//! namespaces cannot be deleted, and garbage is not collected.
//!
//! ## When it stays silent
//! When the API is served by the API server itself, and when it is available.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::aggregated_api::{is_of_metrics, unavailable};

/// The rule.
pub static RULE: Rule = Rule {
    id: "api-service-unavailable",
    title: "An aggregated API does not answer",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("apiservices")],
    produces: &[Effect::Unreachable],
    explained_by: &[Effect::NoEndpoints, Effect::Unreachable, Effect::NotReady],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let others = context.snapshot.api_services.iter().filter(|a| !is_of_metrics(&a.spec.group));
    others
        .filter_map(|api| {
            Some(unavailable(context, api)?.remedy(
                "If nobody serves this API any more, delete its registration. What only it offered can then no longer be asked for.",
                format!("kubectl delete apiservice {}", api.metadata.name),
            ))
        })
        .collect()
}
