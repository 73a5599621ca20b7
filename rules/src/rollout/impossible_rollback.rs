//! Rollbacks of Deployments of which Kubernetes said that they cannot be done.

use tarbox_model::Context;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object};

/// Seconds after which an event of a rollback is history.
const RECENT: i64 = 3600;

/// The newest such event of the last hour.
pub(super) fn impossible(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let (reference, name, namespace) = (deployment.reference(), deployment.metadata.name.as_str(), deployment.metadata.namespace.as_str());
    let refused = |reason: &str| {
        matches!(
            reason,
            "DeploymentRollbackRevisionNotFound"
                | "RollbackRevisionNotFound"
                | "DeploymentRollbackTemplateUnchanged"
                | "RollbackTemplateUnchanged"
        )
    };
    let event = context.relations.events_about(context.snapshot, &reference).rfind(|e| refused(&e.reason))?;
    if context.snapshot.age_seconds(event.last_seen()).is_some_and(|age| age > RECENT) {
        return None;
    }
    Some(
        Finding::new(
            reference.clone(),
            format!("The rollback of `{name}` could not be done"),
            event.evidence("/message", event.message.as_str()),
        )
        .summary(format!("The controller says: {}. Nothing was changed.", event.message.trim_end_matches('.')))
        .severity(Severity::Medium)
        .workload(Some(reference))
        .confidence(0.9)
        .seen(event.first_seen(), event.last_seen())
        .remedy("See which revisions are kept.", format!("kubectl rollout history deployment/{name} -n {namespace}")),
    )
}
