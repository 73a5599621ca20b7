//! CPU of containers: how near to their limit they are.

use tarbox_model::metrics::ContainerUsage;
use tarbox_model::{Snapshot, quantity};

/// Cores that a container may use, by its own limit.
pub(super) fn limit(container: &tarbox_model::object::Container) -> Option<f64> {
    container.resources.limits.get("cpu").and_then(|l| quantity::parse(l)).filter(|l| *l > 0.0)
}

/// Samples of a container's CPU, oldest first.
pub(super) fn samples<'a>(snapshot: &'a Snapshot, namespace: &str, pod: &str, container: &str) -> Vec<(f64, &'a ContainerUsage)> {
    snapshot.usage_of(namespace, pod, container).iter().filter_map(|u| Some((u.cpu?, u))).collect()
}
