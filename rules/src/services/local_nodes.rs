//! Nodes that answer for a Service which takes traffic only where a pod of it is, and those that are asked and do not.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::object::{Node, Object, Service};
use tarbox_model::{Context, Snapshot};

/// Nodes with a ready pod of the Service.
pub(super) fn nodes_with<'a>(context: &Context<'a>, service: &Object<Service>) -> BTreeSet<&'a str> {
    let reference = service.reference();
    let pods = context.relations.pods_behind(context.snapshot, &reference);
    pods.filter(|p| p.is_active() && p.is_ready()).map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()).collect()
}

/// Nodes by each of their addresses.
pub(super) type ByAddress<'a> = BTreeMap<&'a str, &'a Object<Node>>;

/// Nodes by each of their addresses.
pub(super) fn by_address(snapshot: &Snapshot) -> ByAddress<'_> {
    let all = snapshot.nodes.iter().flat_map(|n| n.status.addresses.iter().map(move |a| (a.address.as_str(), n)));
    all.collect()
}

/// Nodes to which an address of the Service leads, by name.
pub(super) fn addressed<'a>(nodes: &ByAddress<'a>, service: &Service) -> Vec<&'a Object<Node>> {
    let given = service.status.load_balancer.ingress.iter().map(|a| a.ip.as_str());
    let addresses = given.chain(service.spec.external_ips.iter().map(String::as_str));
    let found: BTreeMap<&str, &Object<Node>> =
        addresses.filter_map(|a| nodes.get(a)).map(|node| (node.metadata.name.as_str(), *node)).collect();
    found.into_values().collect()
}

/// Nodes that have no pod and that a NodePort's clients may well ask: neither cordoned nor of the control plane.
pub(super) fn workers_without<'a>(context: &Context<'a>, with: &BTreeSet<&str>) -> Vec<&'a str> {
    let nodes = context.snapshot.nodes.iter().filter(|n| !n.spec.unschedulable && !is_control_plane(n));
    nodes.map(|n| n.metadata.name.as_str()).filter(|name| !with.contains(name)).collect()
}

fn is_control_plane(node: &Node) -> bool {
    node.metadata.labels.keys().any(|k| k == "node-role.kubernetes.io/control-plane" || k == "node-role.kubernetes.io/master")
}
