//! Pods that a rule about neighbours is about: affinity, anti-affinity, spread.

use tarbox_model::Snapshot;
use tarbox_model::object::{Object, Pod, PodAffinityTerm};
use tarbox_model::relations::Labelled;
use tarbox_model::selector::LabelSelector;

/// The pods that have not ended, by their labels.
pub(super) struct Neighbours<'a> {
    snapshot: &'a Snapshot,
    labelled: Labelled<'a, &'a Object<Pod>>,
    everywhere: Labelled<'a, &'a Object<Pod>>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let pods = || snapshot.pods.iter().filter(|p| p.is_active());
        Self {
            snapshot,
            labelled: Labelled::new(pods().map(|p| (p.metadata.namespace.as_str(), &p.metadata.labels, p))),
            everywhere: Labelled::new(pods().map(|p| ("", &p.metadata.labels, p))),
        }
    }

    /// Pods of a namespace that a selector selects.
    pub(super) fn selected<'s>(&'s self, namespace: &'s str, by: &'s LabelSelector) -> impl Iterator<Item = &'a Object<Pod>> + 's {
        self.labelled.with(namespace, &by.match_labels).filter(|p| by.matches(&p.metadata.labels))
    }

    /// Pods of any namespace that a selector selects.
    pub(super) fn anywhere<'s>(&'s self, by: &'s LabelSelector) -> impl Iterator<Item = &'a Object<Pod>> + 's {
        self.everywhere.with("", &by.match_labels).filter(|p| by.matches(&p.metadata.labels))
    }

    /// Pods on a node that a term of a pod of this namespace means.
    pub(super) fn meant(&self, term: &PodAffinityTerm, namespace: &str) -> Vec<&'a Object<Pod>> {
        let Some(selector) = &term.label_selector else { return Vec::new() };
        let on_a_node = |p: &&Object<Pod>| !p.spec.node_name.is_empty();
        match &term.namespace_selector {
            Some(_) => self.anywhere(selector).filter(on_a_node).filter(|p| self.covers(term, namespace, &p.metadata.namespace)).collect(),
            None if term.namespaces.is_empty() => self.selected(namespace, selector).filter(on_a_node).collect(),
            None => term.namespaces.iter().flat_map(|n| self.selected(n, selector)).filter(on_a_node).collect(),
        }
    }

    /// Whether a term of a pod of one namespace is about pods of another.
    pub(super) fn covers(&self, term: &PodAffinityTerm, own: &str, other: &str) -> bool {
        let labels = || Snapshot::find(&self.snapshot.namespaces, "", other).map(|n| &n.metadata.labels);
        let selected = |s: &LabelSelector| s.is_empty() || labels().is_some_and(|labels| s.matches(labels));
        term.namespaces.iter().any(|n| n == other)
            || match &term.namespace_selector {
                Some(selector) => selected(selector),
                None => term.namespaces.is_empty() && own == other,
            }
    }
}
