//! Workloads that are scaled to zero by design, and those of which another rule tells.

use std::collections::BTreeSet;

use tarbox_model::relations::Workload;
use tarbox_model::{Context, ObjectRef};

use crate::database::engine::Engine;
use crate::database::servers::engine_of_workload;
use crate::dns::server::is_server;
use crate::mesh::control_plane::is_control_plane;
use crate::monitoring::prometheus_unavailable::is_prometheus;

/// Whether a rule of its own tells when it does not run.
pub(super) fn told_elsewhere(workload: &Workload<'_>) -> bool {
    engine_of_workload(workload) == Some(Engine::MongoDb)
        || is_server(&workload.reference.namespace, &workload.reference.name)
        || is_control_plane(workload)
        || is_prometheus(workload)
}

/// Whether Knative scales it.
pub(super) fn of_knative(workload: &Workload<'_>) -> bool {
    workload.metadata.labels.keys().any(|k| k.starts_with("serving.knative.dev/"))
}

/// Workloads that a tool scales to zero by design.
pub(super) fn elastic(context: &Context<'_>) -> BTreeSet<ObjectRef> {
    let keda = context.snapshot.custom_of("keda.sh", "ScaledObject").map(|o| (o, "/spec/scaleTargetRef"));
    let keda_http = context.snapshot.custom_of("http.keda.sh", "HTTPScaledObject").map(|o| (o, "/spec/scaleTargetRef"));
    let argo = context.snapshot.custom_of("argoproj.io", "Rollout").map(|o| (o, "/spec/workloadRef"));
    let scaled = keda.chain(keda_http).chain(argo);
    scaled
        .filter_map(|(object, at)| {
            let kind = object.text(&format!("{at}/kind")).unwrap_or("Deployment");
            Some(ObjectRef::new(kind, object.metadata.namespace.as_str(), object.text(&format!("{at}/name"))?))
        })
        .collect()
}
