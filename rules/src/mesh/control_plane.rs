//! The mesh's control plane: where it runs, and whether it does.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::object::{Object, Pod};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::selector::Labels;
use tarbox_model::{Context, ObjectRef};

/// Whether labels and names are those of istiod.
fn is_istiod(name: &str, labels: &Labels) -> bool {
    labels.get("app").is_some_and(|app| app == "istiod") || labels.get("istio").is_some_and(|i| i == "pilot") || name == "istiod"
}

/// Whether a workload is a control plane of a mesh.
pub(crate) fn is_control_plane(workload: &Workload<'_>) -> bool {
    is_istiod(&workload.reference.name, &workload.template.metadata.labels)
        || workload
            .template
            .metadata
            .labels
            .get("linkerd.io/control-plane-component")
            .is_some_and(|c| c == "destination" || c == "identity")
}

/// One control plane: its workload, how many pods it should have, and the pods that are there.
#[derive(Debug, Clone)]
pub(super) struct ControlPlane<'a> {
    /// The Deployment, or a pod whose Deployment is not known.
    pub(super) reference: ObjectRef,
    /// Pods wanted; `None` when the workload is not known.
    pub(super) desired: Option<i32>,
    /// Where the workload was read.
    pub(super) workload: Option<Workload<'a>>,
    /// Its pods that should be serving.
    pub(super) pods: Vec<&'a Object<Pod>>,
}

/// Every control plane.
pub(super) fn control_planes<'a>(context: &Context<'a>) -> Vec<ControlPlane<'a>> {
    let mut all: BTreeMap<ObjectRef, ControlPlane<'a>> = BTreeMap::new();
    for workload in workloads(context.snapshot).into_iter().filter(is_control_plane) {
        let reference = workload.reference.clone();
        let plane =
            ControlPlane { reference: reference.clone(), desired: Some(workload.desired), workload: Some(workload), pods: Vec::new() };
        all.insert(reference, plane);
    }
    for (pod, owner) in context.relations.pods_with_workloads(context.snapshot) {
        let known = owner.is_some_and(|o| all.contains_key(o));
        if !pod.is_active() || !(known || is_istiod("", &pod.metadata.labels)) {
            continue;
        }
        let reference = owner.cloned().unwrap_or_else(|| pod.reference());
        let plane = ControlPlane { reference: reference.clone(), desired: None, workload: None, pods: Vec::new() };
        all.entry(reference).or_insert(plane).pods.push(pod);
    }
    all.into_values().collect()
}

/// The namespace whose policies hold for the whole mesh: the control plane's own.
pub(super) fn root_namespace(context: &Context<'_>) -> String {
    let istiod = control_planes(context).into_iter().find(|p| p.reference.name.starts_with("istiod"));
    istiod.map_or_else(|| "istio-system".to_owned(), |p| p.reference.namespace)
}

/// The Service by which proxies call a control plane.
pub(super) fn service_of(context: &Context<'_>, plane: &ControlPlane<'_>) -> Option<ObjectRef> {
    context.relations.services_of(context.snapshot, &plane.reference).next().map(Object::reference)
}

/// Revisions of the control planes that are there, and the tags that webhooks give them.
pub(super) fn revisions(context: &Context<'_>) -> Vec<String> {
    let planes = control_planes(context).into_iter().filter(|p| p.reference.name.starts_with("istiod"));
    let of_planes = planes.filter_map(|p| {
        let labels = p.workload.as_ref().map(|w| &w.template.metadata.labels).or_else(|| p.pods.first().map(|pod| &pod.metadata.labels))?;
        Some(labels.get("istio.io/rev").cloned().unwrap_or_else(|| "default".to_owned()))
    });
    let webhooks = context.snapshot.custom_of("admissionregistration.k8s.io", "MutatingWebhookConfiguration");
    let of_webhooks =
        webhooks.flat_map(|w| [w.metadata.labels.get("istio.io/rev"), w.metadata.labels.get("istio.io/tag")]).flatten().cloned();
    of_planes.chain(of_webhooks).collect::<BTreeSet<_>>().into_iter().collect()
}
