//! Packets that are lost: by alerts about nodes, by kernels, and by clients that do not get through to pods that are ready.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use super::delay::{is_of_loss, strength};
use super::policy::{Direction, Policies};
use crate::calls::{Failure, calls};
use crate::complaints::complaints;
use crate::wording::{counted, listed};

/// Workloads whose connections fail from which on it is no trouble of one client.
const MANY: usize = 3;

/// What tells of a node.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// In words, sentences that end with a space.
    pub(super) words: String,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
    /// Since when.
    pub(super) first: Option<Timestamp>,
    /// 0 to 1.
    pub(super) confidence: f64,
}

/// Nodes by alerts; where one is told of far more strongly than the others, they only talk with it.
pub(super) fn by_alert(context: &Context<'_>) -> BTreeMap<String, Told> {
    let alerts: Vec<_> = context.snapshot.alerts.iter().filter(|a| a.object.kind == "Node" && is_of_loss(a)).collect();
    let most = alerts.iter().filter_map(|a| strength(a)).fold(0.0, f64::max);
    let mut nodes: BTreeMap<String, Told> = BTreeMap::new();
    for alert in alerts.into_iter().filter(|a| strength(a).is_none_or(|s| s * 4.0 >= most)) {
        let told = nodes.entry(alert.object.name.clone()).or_insert(Told {
            words: String::new(),
            evidence: Vec::new(),
            first: alert.since,
            confidence: 0.88,
        });
        told.words += &format!("An alert says: {}. ", alert.text.trim_end_matches('.'));
        told.evidence.push(alert.evidence());
    }
    nodes
}

/// Nodes by what their kernels say.
pub(super) fn by_kernel(context: &Context<'_>) -> BTreeMap<String, Told> {
    let mut nodes: BTreeMap<String, Told> = BTreeMap::new();
    let lines = ["table full, dropping packet", "unregister_netdevice: waiting", "neighbour table overflow"];
    for event in context.snapshot.events.iter().filter(|e| e.involved_object.kind == "Node") {
        let recent = context.snapshot.age_seconds(event.last_seen()).is_none_or(|age| age < 3600);
        if recent && lines.iter().any(|l| event.message.contains(l)) {
            let words = format!("Its kernel says: {}. ", event.message.trim_end_matches('.'));
            nodes.entry(event.involved_object.name.clone()).or_insert(Told {
                words,
                evidence: vec![event.evidence("/message", event.message.as_str())],
                first: event.first_seen(),
                confidence: 0.9,
            });
        }
    }
    for complaint in complaints(context, |hit| hit.signature == "packets-dropped-by-kernel") {
        let pod = context.snapshot.pod(&complaint.pod.namespace, &complaint.pod.name);
        if let (Some(pod), Some(why)) = (pod, complaint.hit.field("why")) {
            let words = format!("Its kernel says `{why}`, {} times. ", complaint.hit.count);
            nodes.entry(pod.spec.node_name.clone()).or_insert(Told {
                words,
                evidence: vec![complaint.log.evidence(complaint.hit)],
                first: complaint.hit.first.time,
                confidence: 0.85,
            });
        }
    }
    nodes
}

/// Many clients that do not get through to pods that are ready.
pub(super) fn by_clients(context: &Context<'_>) -> Option<(Option<String>, Told)> {
    let (snapshot, relations) = (context.snapshot, context.relations);
    let failing: Vec<_> =
        calls(context).into_iter().filter(|c| matches!(c.failure, Failure::TimedOut | Failure::Reset | Failure::NoRoute)).collect();
    let policies = Policies::new(context);
    let mut ways = Vec::new();
    for call in &failing {
        let Some(target) = &call.target else { continue };
        let pods: Vec<_> = relations
            .pods_behind(snapshot, target)
            .chain(snapshot.pod(&target.namespace, &target.name))
            .filter(|p| p.is_active())
            .collect();
        let client = snapshot.pod(&call.complaint.pod.namespace, &call.complaint.pod.name);
        // A policy that covers one of the two ends may keep them apart: that is no loss.
        let apart = client.is_some_and(|c| !policies.covering(c, Direction::Egress).is_empty())
            || pods.iter().any(|p| !policies.covering(p, Direction::Ingress).is_empty());
        if !apart && !pods.is_empty() && pods.iter().all(|p| p.is_ready()) {
            let nodes: BTreeSet<&str> =
                pods.iter().copied().chain(client).map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()).collect();
            ways.push((call, nodes));
        }
    }
    let clients: BTreeSet<&ObjectRef> = ways.iter().map(|(c, _)| &c.complaint.client).collect();
    let targets: BTreeSet<&ObjectRef> = ways.iter().filter_map(|(c, _)| c.target.as_ref()).collect();
    if clients.len() < MANY || targets.len() < 2 {
        return None;
    }
    let mut shared = ways.first()?.1.clone();
    ways.iter().for_each(|(_, nodes)| shared.retain(|n| nodes.contains(n)));
    let all: BTreeSet<&str> = ways.iter().flat_map(|(_, nodes)| nodes.iter().copied()).collect();
    let node = shared.iter().next().copied().filter(|_| shared.len() == 1 && all.len() > 1);
    let words = format!(
        "{} ({}) do not get through to {}, all of which are ready. ",
        counted(clients.len(), "workload"),
        listed(clients.iter().map(|c| c.name.as_str())),
        listed(targets.iter().map(|t| t.name.as_str()))
    );
    let evidence: Vec<Evidence> = ways.iter().map(|(c, _)| c.complaint.log.evidence(c.complaint.hit)).collect();
    let first = ways.iter().filter_map(|(c, _)| c.complaint.hit.first.time).min();
    let told = Told { words, evidence, first, confidence: if node.is_some() { 0.7 } else { 0.6 } };
    Some((node.map(str::to_owned), told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tarbox_model::facts::Alert;
    use tarbox_model::{Relations, Snapshot};

    #[test]
    fn the_node_that_loses_most_is_named() {
        let alert = |node: &str, text: &str| Alert {
            origin: tarbox_model::evidence::Origin::default(),
            pointer: None,
            name: "NetworkAlert".to_owned(),
            object: ObjectRef::cluster_wide("Node", node),
            text: text.to_owned(),
            since: None,
        };
        let alerts = vec![
            alert("node-a", "TCP retransmissions: current=0.5"),
            alert("node-b", "TCP retransmissions: current=9.1"),
            alert("node-c", "CPU is high"),
        ];
        let snapshot = Snapshot { alerts, ..Snapshot::default() };
        let relations = Relations::new(&snapshot);
        let nodes = by_alert(&Context { snapshot: &snapshot, relations: &relations });
        assert_eq!(nodes.keys().collect::<Vec<_>>(), ["node-b"]);
    }
}
