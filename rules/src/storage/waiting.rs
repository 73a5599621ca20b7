//! Pods that have a node and wait for their volumes, and what is said of these.

use tarbox_model::object::{Event, Object, Pod, Volume};
use tarbox_model::{Context, ObjectRef};

/// A pod that waits for volumes.
#[derive(Debug, Clone)]
pub(super) struct Waiting<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// What the kubelet and the attach controller say of its volumes, newest first.
    pub(super) events: Vec<&'a Object<Event>>,
}

/// Every pod that waits for volumes and of which something is said.
pub(super) fn waiting<'a>(context: &Context<'a>) -> Vec<Waiting<'a>> {
    let mut all = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || pod.is_ready() || has_begun(pod) {
            continue;
        }
        let reference = pod.reference();
        let said = context.relations.events_about(context.snapshot, &reference).rev();
        // An event of an older pod of the same name does not count.
        let mine =
            said.filter(|e| e.involved_object.uid.is_empty() || pod.metadata.uid.is_empty() || e.involved_object.uid == pod.metadata.uid);
        let events: Vec<_> =
            mine.filter(|e| matches!(e.reason.as_str(), "FailedAttachVolume" | "FailedMount" | "FailedMapVolume")).collect();
        if !events.is_empty() {
            all.push(Waiting { pod, workload, events });
        }
    }
    all
}

/// Whether a container of the pod has run.
fn has_begun(pod: &Pod) -> bool {
    let ran = |s: &tarbox_model::object::ContainerStatus| {
        s.state.running.is_some() || s.state.terminated.is_some() || s.last_state.terminated.is_some() || s.restart_count > 0
    };
    pod.containers().any(|v| v.status.is_some_and(|(_, _, s)| ran(s)))
}

impl<'a> Waiting<'a> {
    /// Workload, or the pod itself.
    pub(super) fn owner(&self) -> ObjectRef {
        self.workload.cloned().unwrap_or_else(|| self.pod.reference())
    }

    /// The pod's volume that a message is about: by its own name, by the name of the volume behind its claim, or as the
    /// only one of the list in brackets.
    pub(super) fn volume(&self, context: &Context<'_>, message: &str) -> Option<&'a Volume> {
        let quoted = message.split_once("volume \"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
        let listed = message.split_once("unmounted volumes=[").and_then(|(_, rest)| rest.split_once(']')).map(|(names, _)| names);
        let name = quoted.or_else(|| listed?.split([' ', ',']).next())?;
        self.pod.spec.volumes.iter().find(|v| v.name == name || self.claim_of(v).is_some_and(|c| volume_behind(context, &c) == Some(name)))
    }

    /// The claim behind one of the pod's volumes.
    pub(super) fn claim_of(&self, volume: &Volume) -> Option<ObjectRef> {
        let claim = volume.persistent_volume_claim.as_ref()?;
        Some(ObjectRef::new("PersistentVolumeClaim", self.pod.metadata.namespace.as_str(), claim.claim_name.as_str()))
    }
}

/// The volume that a claim is bound to.
fn volume_behind<'a>(context: &Context<'a>, claim: &ObjectRef) -> Option<&'a str> {
    let claims = &context.snapshot.persistent_volume_claims;
    let found = tarbox_model::Snapshot::find(claims, &claim.namespace, &claim.name)?;
    Some(found.spec.volume_name.as_str()).filter(|name| !name.is_empty())
}
