//! A cluster without any DNS workload.

use tarbox_model::finding::Finding;
use tarbox_model::{Context, ObjectRef};

use super::server::service;

/// No DNS workload at all, and a Service that waits for one.
pub(super) fn gone(context: &Context<'_>) -> Option<Finding> {
    let snapshot = context.snapshot;
    let complete =
        ["pods", "deployments", "daemonsets"].iter().all(|s| snapshot.coverage.is_complete(s)) && snapshot.facts.namespaces.is_empty();
    let service = service(snapshot).filter(|s| complete && !s.spec.selector.is_empty())?;
    let reference = service.reference();
    let served = context.relations.pods_behind(snapshot, &reference).any(|p| p.is_active());
    (!served).then(|| {
        Finding::new(
            ObjectRef::new("Deployment", reference.namespace.as_str(), "coredns"),
            "The cluster's DNS does not exist",
            service.named(),
        )
        .summary(format!("Service `{}` waits for pods, and no workload in the cluster makes any: no name resolves.", reference.name))
        .confidence(0.85)
        .depends_on(reference.clone())
        .seen(None, snapshot.taken_at)
        .remedy("Install the DNS again, as the cluster's installer does (for kubeadm as below).", "kubeadm init phase addon coredns")
    })
}
