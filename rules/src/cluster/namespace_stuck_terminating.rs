//! # namespace-stuck-terminating
//!
//! A namespace is being deleted, and the deletion does not end.
//!
//! ## What it detects
//! Namespaces in *Terminating* for more than some minutes, with what the namespace controller says keeps them: an API that
//! does not answer, objects that remain, or finalizers that nobody removes.
//!
//! ## Why it happens
//! The controller must list every kind before it can say that nothing is left; one aggregated API without a backend stops
//! that. Or an object carries a finalizer whose controller was removed before it.
//!
//! ## How to confirm
//! `kubectl get namespace NAME -o yaml`: the conditions.
//!
//! ## How to fix
//! Bring the API back, or delete its APIService if it is no longer used. Let the controller of the finalizer finish its work;
//! only when it is gone for good, remove the finalizer by hand.
//!
//! ## When it stays silent
//! In the first minutes of a deletion.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{ApiService, Condition, Namespace, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

/// The rule.
pub static RULE: Rule = Rule {
    id: "namespace-stuck-terminating",
    title: "The deletion of a namespace does not end",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("namespaces")],
    produces: &[],
    explained_by: &[Effect::Unreachable, Effect::ControlPlaneDown],
    check,
};

/// Seconds that an orderly deletion may take.
const PATIENCE: i64 = 300;

/// Conditions that tell what keeps a namespace, the most telling first.
const KEEPERS: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let leaving = |n: &&Object<Namespace>| n.status.phase == "Terminating" || n.metadata.deletion_timestamp.is_some();
    snapshot.namespaces.iter().filter(leaving).filter_map(|namespace| finding(snapshot, namespace)).collect()
}

fn finding(snapshot: &Snapshot, namespace: &Object<Namespace>) -> Option<Finding> {
    let name = namespace.metadata.name.as_str();
    let age = snapshot.age_seconds(namespace.metadata.deletion_timestamp);
    let conditions = &namespace.status.conditions;
    let keeps = |kind: &str| conditions.iter().position(|c| c.r#type == kind && c.status == "True");
    let keeper = KEEPERS.iter().find_map(|kind| keeps(kind)).and_then(|i| conditions.get(i).map(|c| (i, c)));
    if age.is_some_and(|age| age < PATIENCE) || age.is_none() && keeper.is_none() {
        return None;
    }
    let told = |(i, c): (usize, &Condition)| namespace.evidence(format!("/status/conditions/{i}/message"), c.message.as_str());
    let since = age.map(|a| format!(" for {} min", a / 60)).unwrap_or_default();
    let words = keeper.map_or_else(
        || "Nothing tells what keeps it.".to_owned(),
        |(_, c)| format!("The namespace controller says: {}.", c.message.trim_end_matches('.')),
    );
    let mut finding = Finding::new(
        namespace.reference(),
        format!("The deletion of namespace `{name}` does not end"),
        keeper.map_or_else(|| namespace.evidence("/status/phase", namespace.status.phase.as_str()), told),
    )
    .summary(format!("The namespace has been in *Terminating*{since}. {words}"))
    .confidence(if keeper.is_some() { 0.97 } else { 0.8 })
    .seen(namespace.metadata.deletion_timestamp, snapshot.taken_at);
    if let Some(api) = keeper.and_then(|(_, c)| dead_api(snapshot, &c.message)) {
        finding = finding
            .cause(api.reference())
            .depends_on(api.reference())
            .evidence([api.named()])
            .remedy("See why this API does not answer.", format!("kubectl describe apiservice {}", api.metadata.name))
            .remedy(
                "If nobody uses it any more, delete its registration. The namespace then goes by itself.",
                format!("kubectl delete apiservice {}", api.metadata.name),
            );
    }
    Some(finding.remedy(
        "See which objects are left, and which finalizers they carry.",
        format!("kubectl api-resources --verbs=list --namespaced -o name | xargs -n1 kubectl get -n {name} --ignore-not-found --show-kind -o custom-columns=KIND:.kind,NAME:.metadata.name,FINALIZERS:.metadata.finalizers"),
    ))
}

/// The aggregated API that a discovery failure names, as `group/version`.
fn dead_api<'a>(snapshot: &'a Snapshot, message: &str) -> Option<&'a Object<ApiService>> {
    let aggregated = snapshot.api_services.iter().filter(|a| a.spec.service.is_some());
    aggregated.into_iter().find(|a| message.contains(&format!("{}/{}", a.spec.group, a.spec.version)))
}
