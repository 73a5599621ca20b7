//! What advice is given on: the templates of the workloads that people keep, and pods that stand alone.

use tarbox_model::evidence::Origin;
use tarbox_model::object::{Container, PodSpec};
use tarbox_model::relations::workloads;
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot};

/// A pod's template, or a pod that nothing made.
#[derive(Debug, Clone)]
pub(super) struct Template<'a> {
    /// Who has it.
    pub(super) owner: ObjectRef,
    /// Labels of its pods.
    pub(super) labels: &'a Labels,
    /// What its pods look like.
    pub(super) spec: &'a PodSpec,
    /// Pods wanted.
    pub(super) desired: i32,
    origin: &'a Origin,
    base: &'static str,
}

/// Every template outside the system's own namespaces.
pub(super) fn templates<'a>(context: &Context<'a>) -> Vec<Template<'a>> {
    let snapshot = context.snapshot;
    let of_workloads = workloads(snapshot).into_iter().map(|w| Template {
        labels: &w.template.metadata.labels,
        spec: &w.template.spec,
        desired: w.desired,
        origin: w.origin,
        base: "/spec/template",
        owner: w.reference,
    });
    let alone = snapshot.pods.iter().filter(|p| p.metadata.owner_references.is_empty() && p.is_active());
    let of_pods = alone.map(|pod| Template {
        owner: pod.reference(),
        labels: &pod.metadata.labels,
        spec: &pod.spec,
        desired: 1,
        origin: &pod.origin,
        base: "",
    });
    // What was read off a table has containers without names: nobody knows what they are given.
    let known = |t: &Template<'_>| t.spec.containers.iter().all(|c| !c.name.is_empty());
    of_workloads.chain(of_pods).filter(|t| !Snapshot::is_system_namespace(&t.owner.namespace) && known(t)).collect()
}

impl<'a> Template<'a> {
    /// Evidence for a value of the pod's spec, by a pointer inside it.
    pub(super) fn evidence(&self, pointer: &str, quote: &str) -> Evidence {
        self.origin.at(format!("{}/spec{pointer}", self.base), quote)
    }

    /// Containers that run as long as the pod does, with the pointer of each: the ordinary ones.
    pub(super) fn containers(&self) -> impl Iterator<Item = (String, &'a Container)> {
        self.spec.containers.iter().enumerate().map(|(i, c)| (format!("/containers/{i}"), c))
    }
}

/// Whether a LimitRange of the namespace gives a container what its template leaves out.
pub(super) fn is_given(snapshot: &Snapshot, namespace: &str, resource: &str, limit: bool) -> bool {
    let ranges = Snapshot::in_namespace(&snapshot.limit_ranges, namespace).iter().flat_map(|r| &r.spec.limits);
    ranges.filter(|item| item.r#type == "Container").any(|item| {
        let given = item.default.contains_key(resource);
        given || (!limit && item.default_request.contains_key(resource))
    })
}
