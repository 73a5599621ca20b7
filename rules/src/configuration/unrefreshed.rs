//! Parts of a pod's configuration that are read once, when a container is made: variables, and files mounted by `subPath`.

use tarbox_model::object::{Object, Pod};
use tarbox_model::{Evidence, Timestamp};

use super::reference::{Reference, references};

/// One such part.
#[derive(Debug, Clone)]
pub(super) struct Unrefreshed<'a> {
    /// What is referred to.
    pub(super) reference: Reference<'a>,
    /// When the container began that reads it, if it runs.
    pub(super) started: Option<Timestamp>,
}

/// Every such part of the pod's ordinary containers that run.
pub(super) fn unrefreshed(pod: &Pod) -> Vec<Unrefreshed<'_>> {
    let mut all = Vec::new();
    for reference in references(&pod.spec) {
        let containers: Vec<usize> = if let Some(rest) = reference.pointer.strip_prefix("/containers/") {
            rest.split('/').next().and_then(|c| c.parse().ok()).into_iter().collect()
        } else if let Some(rest) = reference.pointer.strip_prefix("/volumes/") {
            let volume = rest.split('/').next().and_then(|v| v.parse::<usize>().ok()).and_then(|v| pod.spec.volumes.get(v));
            let by_sub_path = |c: &tarbox_model::object::Container| {
                c.volume_mounts.iter().any(|m| !m.sub_path.is_empty() && volume.is_some_and(|v| v.name == m.name))
            };
            pod.spec.containers.iter().enumerate().filter(|(_, c)| by_sub_path(c)).map(|(i, _)| i).collect()
        } else {
            continue;
        };
        for container in containers.into_iter().filter_map(|i| pod.spec.containers.get(i)) {
            let status = pod.status.container_statuses.iter().find(|s| s.name == container.name);
            let Some(running) = status.and_then(|s| s.state.running.as_ref()) else { continue };
            all.push(Unrefreshed { reference: reference.clone(), started: running.started_at });
        }
    }
    all
}

impl Unrefreshed<'_> {
    /// Where the pod refers to it.
    pub(super) fn evidence(&self, pod: &Object<Pod>) -> Evidence {
        self.reference.evidence(pod)
    }
}
