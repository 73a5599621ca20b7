//! # single-replica
//!
//! A service stands on a single pod.
//!
//! ## What it detects
//! Deployments with one replica whose pods are behind a Service: every rollout, eviction or crash is an outage.
//!
//! ## Why it happens
//! One is the default, and nothing complains.
//!
//! ## How to confirm
//! `kubectl get deployments`.
//!
//! ## How to fix
//! Two replicas or more, on different nodes; where the software cannot do that, say so by the strategy *Recreate*.
//!
//! ## When it stays silent
//! When the strategy is *Recreate* or the pods have a claim of their own (they are not meant to be many), when an autoscaler
//! sees to it, and for the system's own namespaces.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

/// The rule.
pub static RULE: Rule = Rule {
    id: "single-replica",
    title: "A service stands on a single pod",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Scale up replicas",
    needs: &[Need::Objects("deployments"), Need::Objects("services")],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let scaled: BTreeSet<(&str, &str)> =
        snapshot.autoscalers.iter().map(|a| (a.metadata.namespace.as_str(), a.spec.scale_target_ref.name.as_str())).collect();
    let mut findings = Vec::new();
    for deployment in &snapshot.deployments {
        let (namespace, name) = (deployment.metadata.namespace.as_str(), deployment.metadata.name.as_str());
        let alone =
            deployment.spec.replicas == Some(1) && deployment.spec.strategy.r#type != "Recreate" && !scaled.contains(&(namespace, name));
        let own_volume = deployment.spec.template.spec.volumes.iter().any(|v| v.persistent_volume_claim.is_some());
        if !alone || own_volume || Snapshot::is_system_namespace(namespace) {
            continue;
        }
        let reference = deployment.reference();
        let Some(service) = context.relations.services_of(snapshot, &reference).next() else { continue };
        findings.push(
            Finding::new(reference.clone(), format!("`{name}` serves with a single pod"), deployment.evidence("/spec/replicas", "1"))
                .summary(format!("Service `{}` leads to one pod of `{name}`: when it is replaced, nobody answers.", service.metadata.name))
                .workload(Some(reference))
                .confidence(0.9)
                .remedy("Run two.", format!("kubectl scale deployment/{name} -n {namespace} --replicas=2")),
        );
    }
    findings
}
