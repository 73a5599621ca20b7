//! The DNS settings of pods: whom a pod asks, and for which names that cannot work.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef};

use super::server::{is_of_cluster, service};
use crate::calls::{Call, Failure};
use crate::wording::{counted, listed};

/// Why a pod's settings keep it from resolving a name.
pub(super) struct Fault {
    /// In words, one or two sentences.
    pub(super) words: String,
    /// Where it stands.
    pub(super) evidence: Evidence,
    /// The policy that would do.
    pub(super) policy: &'static str,
}

/// What is wrong with a pod's settings, for a name that it asks for in vain.
pub(super) fn fault(context: &Context<'_>, pod: &Object<Pod>, call: &Call<'_>) -> Option<Fault> {
    let spec = &pod.spec;
    let of_cluster = call.target.is_some() || call.host.is_some_and(is_of_cluster);
    let policy = if spec.host_network { "ClusterFirstWithHostNet" } else { "ClusterFirst" };
    let own = service(context.snapshot).map(|s| s.spec.cluster_ip.as_str()).filter(|ip| !ip.is_empty());
    let asked = own.map(|ip| format!(", not the cluster's DNS at `{ip}`")).unwrap_or_default();
    match spec.dns_policy.as_str() {
        "None" if spec.dns_config.nameservers.is_empty() => {
            let words = "Their `dnsPolicy` is `None`, and `dnsConfig` names no server.".to_owned();
            Some(Fault { words, evidence: pod.evidence("/spec/dnsPolicy", "None"), policy })
        }
        "None" => {
            let servers = &spec.dns_config.nameservers;
            let right = servers.iter().any(|s| Some(s.as_str()) == own || s.starts_with("169.254."));
            let short = call.host.is_some_and(|h| h.matches('.').count() <= 2 && !h.ends_with('.'));
            let searched = spec.dns_config.searches.iter().any(|s| s.contains("svc."));
            if right && (searched || !short || call.failure != Failure::NameUnknown) {
                return None;
            }
            if right {
                let words = "Their `dnsPolicy` is `None`, and `dnsConfig.searches` lacks the domain of their namespace, so that short names mean nothing.".to_owned();
                return Some(Fault { words, evidence: pod.evidence("/spec/dnsPolicy", "None"), policy });
            }
            let words = format!("Their `dnsPolicy` is `None`, and they ask {}{asked}.", listed(servers.iter().map(String::as_str)));
            let first = servers.first().map_or("", String::as_str);
            Some(Fault { words, evidence: pod.evidence("/spec/dnsConfig/nameservers/0", first), policy })
        }
        "Default" if of_cluster => {
            let words = format!("Their `dnsPolicy` is `Default`: they ask the node's name servers{asked}, and those know no Service.");
            Some(Fault { words, evidence: pod.evidence("/spec/dnsPolicy", "Default"), policy })
        }
        "" | "ClusterFirst" if spec.host_network && of_cluster => {
            let words = format!("They use their node's network, and with it the node's name servers{asked}; those know no Service.");
            Some(Fault { words, evidence: pod.evidence("/spec/hostNetwork", "true"), policy })
        }
        _ => None,
    }
}

/// Nodes whose kubelet knows no cluster DNS, so that their pods ask the node's own name servers.
pub(super) fn without_cluster_dns(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut by_node: BTreeMap<&str, (usize, &Object<tarbox_model::object::Event>)> = BTreeMap::new();
    for event in snapshot.events.iter().filter(|e| e.reason == "MissingClusterDNS") {
        let about = event.about();
        let pod = snapshot.pod(&about.namespace, &about.name).filter(|p| p.is_active());
        let node = pod.map_or("", |p| p.spec.node_name.as_str());
        let node = if node.is_empty() { event.source.host.as_str() } else { node };
        if pod.is_some() || about.kind == "Node" {
            let entry = by_node.entry(if about.kind == "Node" { event.involved_object.name.as_str() } else { node }).or_insert((0, event));
            entry.0 += 1;
        }
    }
    let finding = |(node, (pods, event)): (&str, (usize, &Object<tarbox_model::object::Event>))| {
        let reference = if node.is_empty() { event.about() } else { ObjectRef::cluster_wide("Node", node) };
        let server = service(snapshot).map_or("10.96.0.10", |s| s.spec.cluster_ip.as_str());
        Finding::new(reference, format!("The kubelet of node `{node}` knows no cluster DNS"), event.evidence("/message", event.message.as_str()))
            .summary(format!("It says so for {}: they ask the node's name servers, which know no Service.", counted(pods, "pod")))
            .confidence(0.93)
            .seen(event.first_seen(), event.last_seen())
            .remedy(format!("Set `clusterDNS: [{server}]` and `clusterDomain` in the kubelet's configuration. This restarts the kubelet; pods take it up when they start."), format!("ssh {node} 'sudoedit /var/lib/kubelet/config.yaml && sudo systemctl restart kubelet'"))
    };
    by_node.into_iter().map(finding).collect()
}
