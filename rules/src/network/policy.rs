//! What network policies let through: from which pod, to which pod, on which port. Where something is not known (labels of a
//! namespace, the address of a host outside), traffic counts as let through: a policy is blamed only for what it surely stops.

use std::collections::BTreeMap;
use std::net::IpAddr;

use tarbox_model::object::{IpBlock, NetworkPolicy, Object, Pod, PolicyPeer, PolicyPort, PolicyRule, PortName};
use tarbox_model::selector::{LabelSelector, Labels};
use tarbox_model::{Context, Snapshot};

/// Which way traffic goes, seen from the pod that a policy covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the pod.
    Ingress,
    /// From the pod.
    Egress,
}

impl Direction {
    /// As policies spell it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct End<'a> {
    /// Namespace; empty for what is no pod.
    pub(crate) namespace: &'a str,
    /// Labels, when it is a pod.
    pub(crate) labels: Labels,
    /// Addresses, as far as they are known.
    pub(crate) addresses: Vec<IpAddr>,
}

impl<'a> End<'a> {
    /// A pod.
    pub(crate) fn of(pod: &'a Object<Pod>) -> Self {
        let addresses = pod.status.pod_ip.parse().into_iter().collect();
        Self { namespace: &pod.metadata.namespace, labels: pod.metadata.labels.clone(), addresses }
    }

    /// Something outside the cluster, by its address if it is one.
    pub(crate) fn outside(host: &str) -> Self {
        Self { addresses: host.parse().into_iter().collect(), ..Self::default() }
    }
}

/// A port that is called: number, protocol, and the names that the called pod gives it.
#[derive(Debug, Clone)]
pub(crate) struct Called<'a> {
    /// Number.
    pub(crate) port: i32,
    /// `TCP`, `UDP`.
    pub(crate) protocol: &'a str,
    /// Names of the port.
    pub(crate) names: Vec<&'a str>,
}

impl<'a> Called<'a> {
    /// A port of a pod.
    pub(crate) fn on(pod: &'a Object<Pod>, port: i32, protocol: &'a str) -> Self {
        let ports = pod.containers().flat_map(|v| &v.spec.ports);
        let names = ports.filter(|p| p.container_port == port && !p.name.is_empty()).map(|p| p.name.as_str()).collect();
        Self { port, protocol, names }
    }
}

/// All policies, by namespace and a label that their pods must have; the label is empty where they ask for none.
pub(crate) struct Policies<'a> {
    snapshot: &'a Snapshot,
    by_label: BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a Object<NetworkPolicy>>>,
}

impl<'a> Policies<'a> {
    /// Looks once at all policies.
    pub(crate) fn new(context: &Context<'a>) -> Self {
        let mut by_label: BTreeMap<(&str, &str, &str), Vec<_>> = BTreeMap::new();
        for policy in &context.snapshot.network_policies {
            let (key, value) = policy.spec.pod_selector.match_labels.first().map_or(("", ""), |(k, v)| (k, v));
            by_label.entry((policy.metadata.namespace.as_str(), key, value)).or_default().push(policy);
        }
        Self { snapshot: context.snapshot, by_label }
    }

    /// Policies that cover a pod in a direction. Pods on their node's network are not covered.
    pub(crate) fn covering(&self, pod: &Pod, direction: Direction) -> Vec<&'a Object<NetworkPolicy>> {
        if pod.spec.host_network {
            return Vec::new();
        }
        let (namespace, labels) = (pod.metadata.namespace.as_str(), &pod.metadata.labels);
        let pairs = labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).chain([("", "")]);
        let candidates = pairs.filter_map(|(k, v)| self.by_label.get(&(namespace, k, v))).flatten().copied();
        let mut covering: Vec<_> = candidates.filter(|p| is_of(p, direction) && p.spec.pod_selector.matches(labels)).collect();
        covering.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        covering
    }

    /// The policies that stop a pod's traffic with the other end: none of those that cover it lets the port through.
    pub(crate) fn stopping(&self, pod: &Pod, direction: Direction, other: &End<'_>, called: &Called<'_>) -> Vec<&'a Object<NetworkPolicy>> {
        let covering = self.covering(pod, direction);
        let lets = |p: &&Object<NetworkPolicy>| rules(p, direction).iter().any(|rule| self.permits(p, direction, rule, other, called));
        if covering.iter().any(lets) { Vec::new() } else { covering }
    }

    fn permits(&self, policy: &NetworkPolicy, direction: Direction, rule: &PolicyRule, other: &End<'_>, called: &Called<'_>) -> bool {
        let peers = if direction == Direction::Ingress { &rule.from } else { &rule.to };
        let port = rule.ports.is_empty() || rule.ports.iter().any(|p| is_port(p, called));
        port && (peers.is_empty() || peers.iter().any(|peer| self.is_peer(&policy.metadata.namespace, peer, other)))
    }

    fn is_peer(&self, own: &str, peer: &PolicyPeer, other: &End<'_>) -> bool {
        if let Some(block) = &peer.ip_block {
            return other.addresses.is_empty() && other.namespace.is_empty() || other.addresses.iter().any(|a| is_in(block, *a));
        }
        let namespace = match &peer.namespace_selector {
            Some(selector) => !other.namespace.is_empty() && self.is_namespace(selector, other.namespace),
            None => other.namespace == own,
        };
        namespace && peer.pod_selector.as_ref().is_none_or(|s| s.matches(&other.labels))
    }

    /// Whether a namespace has the labels, or may have them.
    fn is_namespace(&self, selector: &LabelSelector, name: &str) -> bool {
        const NAME: &str = "kubernetes.io/metadata.name";
        let known = Snapshot::find(&self.snapshot.namespaces, "", name);
        let mut labels = known.map(|n| n.metadata.labels.clone()).unwrap_or_default();
        labels.insert(NAME.to_owned(), name.to_owned());
        let by_name = selector.match_labels.keys().all(|k| k == NAME) && selector.match_expressions.iter().all(|e| e.key == NAME);
        if known.is_some() || by_name { selector.matches(&labels) } else { true }
    }
}

/// Whether a policy is about a direction.
fn is_of(policy: &NetworkPolicy, direction: Direction) -> bool {
    let types = &policy.spec.policy_types;
    match direction {
        Direction::Ingress => types.is_empty() || types.iter().any(|t| t == "Ingress"),
        Direction::Egress => types.iter().any(|t| t == "Egress") || types.is_empty() && !policy.spec.egress.is_empty(),
    }
}

/// A policy's rules for a direction.
fn rules(policy: &NetworkPolicy, direction: Direction) -> &[PolicyRule] {
    if direction == Direction::Ingress { &policy.spec.ingress } else { &policy.spec.egress }
}

fn is_port(allowed: &PolicyPort, called: &Called<'_>) -> bool {
    let protocol = if allowed.protocol.is_empty() { "TCP" } else { allowed.protocol.as_str() };
    protocol == called.protocol
        && match &allowed.port {
            None => true,
            Some(PortName::Number(number)) => (*number..=allowed.end_port.unwrap_or(*number)).contains(&called.port),
            Some(PortName::Name(name)) => called.names.contains(&name.as_str()),
        }
}

/// Whether an address lies in a block and in none of its exceptions.
fn is_in(block: &IpBlock, address: IpAddr) -> bool {
    contains(&block.cidr, address) && !block.except.iter().any(|e| contains(e, address))
}

/// Whether a range in CIDR notation contains an address.
fn contains(range: &str, address: IpAddr) -> bool {
    let Some((base, bits)) = range.split_once('/') else { return range.parse() == Ok(address) };
    let (Ok(base), Ok(bits)) = (base.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32u32.saturating_sub(bits)).unwrap_or(0);
            base.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128u32.saturating_sub(bits)).unwrap_or(0);
            base.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_addresses() {
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(
            contains("10.0.0.0/8", at("10.200.1.1")) && contains("0.0.0.0/0", at("8.8.8.8")) && contains("10.1.1.1/32", at("10.1.1.1"))
        );
        assert!(!contains("10.0.0.0/8", at("11.0.0.1")) && !contains("10.1.1.1/32", at("10.1.1.2")) && !contains("::/0", at("10.1.1.1")));
        assert!(contains("fd00::/8", at("fd12::1")) && !contains("fd00::/8", at("2001:db8::1")) && !contains("x/8", at("10.0.0.1")));
    }
}
