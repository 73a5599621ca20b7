//! Which wanted label is missing from the nodes, and what comes nearest.

use std::collections::BTreeSet;

use tarbox_model::object::{Node, Object};
use tarbox_model::similarity;

use crate::wording::{did_you_mean, listed};

/// Says of one wanted `key=value` what the nodes have instead.
pub(super) fn instead(nodes: &[Object<Node>], key: &str, value: Option<&str>) -> String {
    let values: BTreeSet<&str> = nodes.iter().filter_map(|n| n.metadata.labels.get(key)).map(String::as_str).collect();
    let carry = nodes.iter().filter(|n| n.metadata.labels.contains_key(key)).count();
    if values.is_empty() {
        let keys: BTreeSet<&str> = nodes.iter().flat_map(|n| n.metadata.labels.keys()).map(String::as_str).collect();
        return format!("no node carries the label `{key}`{}", did_you_mean(similarity::nearest(key, keys)));
    }
    let nearest = value.and_then(|v| similarity::nearest(v, values.iter().copied()));
    format!("{carry} of {} nodes carry `{key}`, with {}{}", nodes.len(), listed(values.iter().copied()), did_you_mean(nearest))
}

/// The node that has most of the wanted pairs.
pub(super) fn nearest_node<'a>(nodes: &'a [Object<Node>], wanted: &tarbox_model::selector::Labels) -> Option<&'a Object<Node>> {
    let score = |n: &Object<Node>| wanted.iter().filter(|(k, v)| n.metadata.labels.get(*k) == Some(v)).count();
    nodes.iter().rev().filter(|n| !super::fit::is_control_plane(n)).max_by_key(|n| score(n)).or_else(|| nodes.first())
}
