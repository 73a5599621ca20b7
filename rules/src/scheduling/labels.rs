//! Which wanted label is missing from the nodes, and what comes nearest.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::object::{Node, Object};
use tarbox_model::similarity;

use crate::wording::{did_you_mean, listed};

/// The labels of all nodes, by key: the values, and how many nodes carry one.
pub(super) struct Carried<'a> {
    by_key: BTreeMap<&'a str, (BTreeSet<&'a str>, usize)>,
    nodes: usize,
}

impl<'a> Carried<'a> {
    pub(super) fn by(nodes: &'a [Object<Node>]) -> Self {
        let mut by_key: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
        for (key, value) in nodes.iter().flat_map(|n| &n.metadata.labels) {
            let (values, count) = by_key.entry(key).or_default();
            values.insert(value);
            *count += 1;
        }
        Self { by_key, nodes: nodes.len() }
    }

    /// Says of one wanted `key=value` what the nodes have instead.
    pub(super) fn instead(&self, key: &str, value: Option<&str>) -> String {
        let Some((values, carry)) = self.by_key.get(key) else {
            let nearest = similarity::nearest(key, self.by_key.keys().copied());
            return format!("no node carries the label `{key}`{}", did_you_mean(nearest));
        };
        let nearest = value.and_then(|v| similarity::nearest(v, values.iter().copied()));
        format!("{carry} of {} nodes carry `{key}`, with {}{}", self.nodes, listed(values.iter().copied()), did_you_mean(nearest))
    }
}

/// The node that has most of the wanted pairs.
pub(super) fn nearest_node<'a>(nodes: &'a [Object<Node>], wanted: &tarbox_model::selector::Labels) -> Option<&'a Object<Node>> {
    let score = |n: &Object<Node>| wanted.iter().filter(|(k, v)| n.metadata.labels.get(k) == Some(v)).count();
    nodes.iter().rev().filter(|n| !super::fit::is_control_plane(n)).max_by_key(|n| score(n)).or_else(|| nodes.first())
}
