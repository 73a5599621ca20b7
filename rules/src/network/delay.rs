//! Delay that a monitoring system has seen: who is late of its own, rather than because those whom it calls are.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::facts::Alert;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::{Context, Evidence, ObjectRef};

use crate::addresses::{Place, clients, place};
use crate::performance::slowness::is_of_latency;
use crate::wording::listed;

/// Whether an alert complains of packets that are lost, or sent again.
pub(super) fn is_of_loss(alert: &Alert) -> bool {
    let text = format!("{} {}", alert.name, alert.text).to_ascii_lowercase();
    let words = [
        "retrans",
        "packet loss",
        "packet_loss",
        "packetloss",
        "networkreceiveerrs",
        "networktransmiterrs",
        "network receive errors",
        "network transmit errors",
        "conntrack",
        "network_quality",
    ];
    words.iter().any(|w| text.contains(w))
}

/// The figures that an alert gives for now, with what follows them: `Current=9.07`, `value: 3.2 s`.
fn figures(alert: &Alert) -> Vec<(f64, String)> {
    let text = alert.text.to_ascii_lowercase();
    let marks = ["current=", "current: ", "value=", "value: "];
    let behind = marks.iter().flat_map(|mark| text.split(mark).skip(1).map(str::trim_start).map(str::to_owned).collect::<Vec<_>>());
    behind
        .filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            let (number, unit) = rest.split_at_checked(end)?;
            Some((number.trim_end_matches('.').parse().ok()?, unit.trim_start().to_owned()))
        })
        .collect()
}

/// The greatest figure that an alert gives for now.
pub(super) fn strength(alert: &Alert) -> Option<f64> {
    figures(alert).into_iter().map(|(figure, _)| figure).reduce(f64::max)
}

/// The longest delay that alerts give for now, in milliseconds.
fn delay(alerts: &[&Alert]) -> Option<f64> {
    let in_millis = |(figure, unit): (f64, String)| match unit.as_str() {
        u if u.starts_with("ms") => Some(figure),
        u if u.starts_with('s') => Some(figure * 1000.0),
        _ => None,
    };
    alerts.iter().flat_map(|a| figures(a)).filter_map(in_millis).reduce(f64::max)
}

/// How many times as late as whom it calls somebody may be, so that the delay is still theirs: a request makes several calls.
const CALLS: f64 = 8.0;

/// Whether an alert tells of a resource that is used up: then that is the reason of the delay.
fn is_of_resources(alert: &Alert) -> bool {
    let text = format!("{} {}", alert.name, alert.text).to_ascii_lowercase();
    ["cpu", "memory", "throttl", "saturation", "oom", "disk", "evict"].iter().any(|w| text.contains(w))
}

/// Workloads that are late of their own.
pub(super) struct Late<'a> {
    /// Each with its alerts.
    own: BTreeMap<ObjectRef, Vec<&'a Alert>>,
    /// Workloads that are late because of them.
    callers: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
}

/// Whoever is late by alerts, when no alert tells of a resource.
pub(super) fn late<'a>(context: &Context<'a>) -> Option<Late<'a>> {
    let snapshot = context.snapshot;
    let alerts: Vec<&Alert> = snapshot.alerts.iter().filter(|a| is_of_latency(a)).collect();
    if alerts.is_empty() || snapshot.alerts.iter().any(is_of_resources) {
        return None;
    }
    let mut late: BTreeMap<ObjectRef, Vec<&Alert>> = BTreeMap::new();
    let clients = clients(context);
    for client in &clients {
        let owner = &client.reference;
        let named = |name: &str| owner.name == name || context.relations.services_of(snapshot, owner).any(|s| s.metadata.name == name);
        let near = |a: &&&Alert| (a.object.namespace.is_empty() || a.object.namespace == owner.namespace) && named(&a.object.name);
        let mine: Vec<&Alert> = alerts.iter().filter(near).copied().collect();
        if !mine.is_empty() {
            late.insert(owner.clone(), mine);
        }
    }
    let mut callers: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
    let mut held_back = BTreeSet::new();
    for client in clients.iter().filter(|c| late.contains_key(&c.reference)) {
        for mention in client.mentions(context) {
            let Place::Service(service) = place(context, mention.host, &client.reference.namespace, None) else { continue };
            for pod in context.relations.pods_behind(snapshot, &service.reference()) {
                let callee = context.relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference());
                let (own, theirs) = (late.get(&client.reference).and_then(|a| delay(a)), late.get(&callee).and_then(|a| delay(a)));
                let enough = own.zip(theirs).is_none_or(|(own, theirs)| own <= theirs * CALLS);
                if callee != client.reference && late.contains_key(&callee) {
                    held_back.extend(enough.then(|| client.reference.clone()));
                    callers.entry(callee).or_default().insert(client.reference.clone());
                }
            }
        }
    }
    late.retain(|owner, _| !held_back.contains(owner));
    // Without a caller that suffers nothing tells the way from the service itself.
    late.retain(|owner, _| callers.contains_key(owner));
    let well = |owner: &ObjectRef| context.relations.pods_of(snapshot, owner).filter(|p| p.is_active()).all(|p| p.is_ready());
    late.retain(|owner, _| well(owner));
    (!late.is_empty()).then_some(Late { own: late, callers })
}

impl Late<'_> {
    /// Alerts about them.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.own.values().flatten().map(|a| a.evidence()).collect()
    }

    /// The node that most of several such workloads run on, with the words for it.
    pub(super) fn node(&self, context: &Context<'_>) -> Option<(String, String)> {
        let mut on: BTreeMap<&str, usize> = BTreeMap::new();
        for owner in self.own.keys() {
            let pods = context.relations.pods_of(context.snapshot, owner).filter(|p| p.is_active());
            let nodes: BTreeSet<&str> = pods.map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty()).collect();
            nodes.into_iter().for_each(|n| *on.entry(n).or_default() += 1);
        }
        let (node, count) = on.iter().max_by_key(|(_, count)| **count)?;
        let most = self.own.len() >= 3 && count * 2 > self.own.len();
        let names = listed(self.own.keys().map(|o| o.name.as_str()));
        most.then(|| {
            ((*node).to_owned(), format!("{names} answer late, and nothing in them tells why; {count} of them run on this node. "))
        })
    }

    /// One finding for each.
    pub(super) fn findings(&self, context: &Context<'_>) -> Vec<Finding> {
        let longest = self.own.values().filter_map(|alerts| delay(alerts)).fold(0.0, f64::max);
        let findings = self.own.iter().filter_map(|(owner, alerts)| {
            let less = delay(alerts).is_some_and(|d| d < longest);
            Some(self.finding(context, owner, alerts)?.confidence(if less { 0.45 } else { 0.55 }))
        });
        findings.collect()
    }

    fn finding(&self, context: &Context<'_>, owner: &ObjectRef, alerts: &[&Alert]) -> Option<Finding> {
        let callers = self.callers.get(owner).into_iter().flatten().map(|c| c.name.as_str());
        let mut evidence = alerts.iter().map(|a| a.evidence());
        let pod = context.relations.pods_of(context.snapshot, owner).find(|p| p.is_active())?;
        Some(
            Finding::new(owner.clone(), format!("The way to `{}` is slow", owner.name), evidence.next()?)
                .summary(format!("It answers late, and {} with it. Its pods are ready, and nothing tells of too little CPU or memory: packets to it are lost or delayed. {}.", listed(callers), alerts.first()?.text.trim_end_matches('.')))
                .workload(Some(owner.clone()))
                .severity(Severity::Medium)
                .evidence(evidence)
                .seen(alerts.iter().filter_map(|a| a.since).min(), context.snapshot.taken_at)
                .remedy("See whether it answers as late on its own loopback address; if not, it is the way.", format!("kubectl exec {}{} -- sh -c 'cat /proc/net/snmp | grep Tcp; cat /proc/net/dev'", pod.metadata.name, owner.namespace_flag()))
                .remedy("Look for faults that a mesh injects.", format!("kubectl get virtualservice,destinationrule{} -o yaml | grep -B5 -A8 'fault:'", owner.namespace_flag())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(text: &str) -> Alert {
        let (origin, object) = (tarbox_model::evidence::Origin::default(), ObjectRef::cluster_wide("Node", "node-a"));
        Alert { origin, pointer: None, name: "x".to_owned(), object, text: text.to_owned(), since: None }
    }

    #[test]
    fn figures_are_those_of_now() {
        let both = alert("p50: Normal=3.01ms -> Current=420.5ms | p90: Normal=4.8ms -> Current=8.6 s");
        assert_eq!((strength(&both), delay(&[&both])), (Some(420.5), Some(8600.0)));
        assert_eq!(strength(&alert("TCP retransmissions, current=9.07retrans")), Some(9.07));
        assert_eq!((strength(&alert("latency is high")), delay(&[&alert("Current=9 retrans")])), (None, None));
    }

    #[test]
    fn losses_and_resources_are_told_apart() {
        assert!(is_of_loss(&alert("TCP Retransmission rate")) && !is_of_loss(&alert("p99 latency")));
        assert!(is_of_resources(&alert("CPU throttling is high")) && !is_of_resources(&alert("p99 latency")));
    }
}
