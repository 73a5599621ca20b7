//! Which nodes a pod could use, and how much is left on them.

use std::collections::BTreeMap;

use tarbox_model::object::{Node, NodeSelectorTerm, Object, PodSpec};
use tarbox_model::relations::Labelled;
use tarbox_model::{Context, Snapshot, selector};

/// Whether a node carries the labels of the pod's `nodeSelector`.
pub(super) fn selected(spec: &PodSpec, node: &Node) -> bool {
    selector::subset(&spec.node_selector, &node.metadata.labels)
}

/// Whether a node satisfies the pod's required node affinity.
pub(super) fn has_affinity(spec: &PodSpec, node: &Node) -> bool {
    let required = &spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution;
    required.as_ref().is_none_or(|r| r.node_selector_terms.iter().any(|term| term_matches(term, node)))
}

fn term_matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    let name = [("metadata.name".to_owned(), node.metadata.name.clone())].into();
    !(term.match_expressions.is_empty() && term.match_fields.is_empty())
        && term.match_expressions.iter().all(|r| r.matches(&node.metadata.labels))
        && term.match_fields.iter().all(|r| r.matches(&name))
}

/// Whether a node belongs to the control plane: work is kept off it on purpose.
pub(super) fn is_control_plane(node: &Node) -> bool {
    let of = |key: &str| matches!(key, "node-role.kubernetes.io/control-plane" | "node-role.kubernetes.io/master");
    let role = node.metadata.labels.get("kubernetes.io/role").is_some_and(|r| r == "master" || r == "control-plane");
    role || node.metadata.labels.keys().any(|k| of(k)) || node.spec.taints.iter().any(|t| of(&t.key))
}

/// Taints of a node that the pod does not bear and that keep it away.
pub(super) fn untolerated<'a>(spec: &'a PodSpec, node: &'a Node) -> impl Iterator<Item = &'a tarbox_model::object::Taint> {
    node.spec.taints.iter().filter(|t| t.effect != "PreferNoSchedule" && !t.is_tolerated_by(&spec.tolerations))
}

/// Whether the node's door is open to the pod: not cordoned, no taint, labels as wanted. What is left on it is another matter.
pub(super) fn open_to(spec: &PodSpec, node: &Node) -> bool {
    !node.spec.unschedulable && untolerated(spec, node).next().is_none() && selected(spec, node) && has_affinity(spec, node)
}

/// The nodes with an index of their labels, so that what one pod asks for is found without a look at each.
pub(super) struct Nodes<'a> {
    all: &'a [Object<Node>],
    labelled: Labelled<'a, &'a Object<Node>>,
}

impl<'a> Nodes<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let labelled = Labelled::new(snapshot.nodes.iter().map(|node| ("", &node.metadata.labels, node)));
        Self { all: &snapshot.nodes, labelled }
    }

    /// Nodes that carry the labels of the pod's `nodeSelector`.
    pub(super) fn selected<'s>(&'s self, spec: &'s PodSpec) -> impl Iterator<Item = &'a Object<Node>> + 's {
        self.labelled.with("", &spec.node_selector)
    }

    /// Nodes that are open to the pod; all of them when none is.
    pub(super) fn candidates(&self, spec: &PodSpec) -> Vec<&'a Object<Node>> {
        let open: Vec<_> = self.selected(spec).filter(|n| open_to(spec, n)).collect();
        if open.is_empty() { self.all.iter().collect() } else { open }
    }
}

/// What decides which nodes are open to a pod, and nothing else of it: pods with the same door find the same nodes.
pub(super) fn door(spec: &PodSpec) -> String {
    let affinity = &spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution;
    format!("{:?} {affinity:?} {:?}", spec.node_selector, spec.tolerations)
}

/// Requests of the pods on each node for a resource (`pods` counts them).
pub(super) fn requested(context: &Context<'_>, resource: &str) -> BTreeMap<String, f64> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for pod in context.snapshot.pods.iter().filter(|p| !p.spec.node_name.is_empty() && !p.is_finished()) {
        let asked = if resource == "pods" { 1.0 } else { pod.request(resource) };
        *sums.entry(pod.spec.node_name.clone()).or_default() += asked;
    }
    sums
}
