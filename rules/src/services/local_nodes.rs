//! Nodes that answer for a Service which takes traffic only where a pod of it is, and those that are asked and do not.

use std::collections::BTreeSet;

use tarbox_model::Context;
use tarbox_model::object::{Node, Object, Service};

/// Nodes with a ready pod of the Service.
pub(super) fn nodes_with<'a>(context: &Context<'a>, service: &Object<Service>) -> BTreeSet<&'a str> {
    let reference = service.reference();
    let pods = context.relations.pods_behind(context.snapshot, &reference);
    pods.filter(|p| p.is_active() && p.is_ready()).map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()).collect()
}

/// Nodes to which an address of the Service leads.
pub(super) fn addressed<'a>(context: &Context<'a>, service: &Service) -> Vec<&'a Object<Node>> {
    let given = service.status.load_balancer.ingress.iter().map(|a| a.ip.as_str());
    let addresses: BTreeSet<&str> = given.chain(service.spec.external_ips.iter().map(String::as_str)).collect();
    let has = |n: &&Object<Node>| n.status.addresses.iter().any(|a| addresses.contains(a.address.as_str()));
    context.snapshot.nodes.iter().filter(has).collect()
}

/// Nodes that have no pod and that a NodePort's clients may well ask: neither cordoned nor of the control plane.
pub(super) fn workers_without<'a>(context: &Context<'a>, with: &BTreeSet<&str>) -> Vec<&'a str> {
    let nodes = context.snapshot.nodes.iter().filter(|n| !n.spec.unschedulable && !is_control_plane(n));
    nodes.map(|n| n.metadata.name.as_str()).filter(|name| !with.contains(name)).collect()
}

fn is_control_plane(node: &Node) -> bool {
    node.metadata.labels.keys().any(|k| k == "node-role.kubernetes.io/control-plane" || k == "node-role.kubernetes.io/master")
}
