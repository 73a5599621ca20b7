//! What the scheduler says of the pods that it cannot place: its message, taken apart.

use std::collections::BTreeMap;

use tarbox_model::object::{Object, Pod, condition};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

/// Why a node was refused, whichever version of the scheduler says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// `Insufficient NAME`.
    Resource(String),
    /// `Too many pods`.
    TooManyPods,
    /// Selector or affinity; the message does not tell which.
    NodeAffinity,
    /// A taint, as `key: value`; empty when the message does not name it.
    Taint(String),
    /// Cordoned.
    Cordoned,
    /// The pods that it must be near are not there.
    PodAffinity,
    /// Pods that it must keep away from are there.
    PodAntiAffinity,
    /// The spread would become uneven.
    Spread,
    /// A port of the node is taken.
    HostPort,
    /// The node that it names is not there.
    NodeName,
    /// A volume or claim.
    Storage,
    /// Anything else.
    Other,
}

/// One part of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Nodes refused for this reason.
    pub(super) count: usize,
    /// The reason.
    pub(super) reason: Reason,
    /// The words, with the count, as they stand.
    pub(super) text: String,
}

/// What the scheduler says of the pods of one workload that wait for the same reasons.
#[derive(Debug, Clone)]
pub(super) struct Verdict<'a> {
    /// The first of the pods.
    pub(super) pod: &'a Object<Pod>,
    /// Their workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// How many pods.
    pub(super) pods: usize,
    /// Nodes looked at.
    pub(super) total: usize,
    /// The message, taken apart; empty when there is none.
    pub(super) parts: Vec<Part>,
    /// Where the message stands.
    pub(super) evidence: Evidence,
    /// Since when.
    pub(super) first: Option<Timestamp>,
    /// Last time said.
    pub(super) last: Option<Timestamp>,
}

impl Verdict<'_> {
    /// The workload, or the pod itself when it stands alone.
    pub(super) fn owner(&self) -> ObjectRef {
        self.workload.cloned().unwrap_or_else(|| self.pod.reference())
    }
}

/// Active pods without a node, that the scheduler has looked at and refused: one verdict for each workload and message.
pub(super) fn refused<'a>(context: &Context<'a>) -> Vec<Verdict<'a>> {
    let mut seen: BTreeMap<(ObjectRef, String), usize> = BTreeMap::new();
    let mut verdicts: Vec<Verdict<'a>> = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || !pod.spec.node_name.is_empty() || pod.status.phase == "Running" {
            continue;
        }
        let Some((message, evidence, first, last)) = message(context, pod) else { continue };
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        if let Some(verdict) = seen.get(&(owner.clone(), message.to_owned())).and_then(|&i| verdicts.get_mut(i)) {
            verdict.pods += 1;
            continue;
        }
        seen.insert((owner, message.to_owned()), verdicts.len());
        let (total, parts) = parse(message);
        verdicts.push(Verdict { pod, workload, pods: 1, total, parts, evidence, first, last });
    }
    verdicts
}

type Said<'a> = (&'a str, Evidence, Option<Timestamp>, Option<Timestamp>);

/// The scheduler's message about a pod: in its condition, else in the newest event.
fn message<'a>(context: &Context<'a>, pod: &'a Object<Pod>) -> Option<Said<'a>> {
    let reference = pod.reference();
    let events = || context.relations.events_about(context.snapshot, &reference).filter(|e| e.reason == "FailedScheduling");
    let last = events().filter_map(|e| e.last_seen()).max();
    let told = condition(&pod.status.conditions, "PodScheduled").filter(|(_, c)| c.status == "False" && c.reason != "SchedulingGated");
    if let Some((i, told)) = told.filter(|(_, c)| !c.message.is_empty()) {
        let evidence = pod.evidence(format!("/status/conditions/{i}/message"), told.message.as_str());
        return Some((&told.message, evidence, told.last_transition_time.or(pod.metadata.creation_timestamp), last));
    }
    let event = events()
        .filter(|e| e.involved_object.uid.is_empty() || pod.metadata.uid.is_empty() || e.involved_object.uid == pod.metadata.uid)
        .rfind(|e| !e.message.starts_with("skip schedule deleting pod"))?;
    Some((&event.message, event.evidence("/message", event.message.as_str()), event.first_seen(), event.last_seen()))
}

/// Nodes looked at, and the reasons with their counts.
pub(super) fn parse(message: &str) -> (usize, Vec<Part>) {
    let Some((head, rest)) = message.split_once(" nodes are available: ") else { return (0, Vec::new()) };
    let total = head.rsplit_once('/').and_then(|(_, n)| n.trim().parse().ok()).unwrap_or(0);
    let rest = rest.split(" preemption:").next().unwrap_or(rest);
    let rest = rest.split(". ").next().unwrap_or(rest).trim_end_matches('.');
    let mut parts: Vec<Part> = Vec::new();
    for piece in rest.split(", ") {
        let counted = piece.split_once(' ').and_then(|(n, words)| Some((n.parse::<usize>().ok()?, words)));
        match counted {
            Some((count, words)) => parts.push(Part { count, reason: reason(words), text: piece.to_owned() }),
            // "…, that the pod didn't tolerate" belongs to the taint before it; a first piece without a count is a
            // verdict on all nodes.
            None if parts.is_empty() => parts.push(Part { count: total, reason: reason(piece), text: piece.to_owned() }),
            None => {}
        }
    }
    (total, parts)
}

fn reason(words: &str) -> Reason {
    let says = |text: &str| words.contains(text);
    if let Some(resource) = words.strip_prefix("Insufficient ") {
        Reason::Resource(resource.to_owned())
    } else if says("Too many pods") {
        Reason::TooManyPods
    } else if says("had untolerated taint") || says("had taint") {
        let taint = words.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(taint, _)| taint);
        Reason::Taint(taint.trim().trim_end_matches(':').to_owned())
    } else if says("were unschedulable") || says("was unschedulable") {
        Reason::Cordoned
    } else if ["volume", "Volume", "disk", "storage", "persistentvolume"].iter().any(|w| says(w)) {
        Reason::Storage
    } else if says("node affinity") || says("node selector") {
        Reason::NodeAffinity
    } else if says("anti-affinity") {
        Reason::PodAntiAffinity
    } else if says("pod affinity") {
        Reason::PodAffinity
    } else if says("topology spread") {
        Reason::Spread
    } else if says("free ports") {
        Reason::HostPort
    } else if says("node name") {
        Reason::NodeName
    } else {
        Reason::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(message: &str) -> Vec<(usize, Reason)> {
        parse(message).1.into_iter().map(|p| (p.count, p.reason)).collect()
    }

    #[test]
    fn reads_every_version_of_the_message() {
        let taint = |t: &str| Reason::Taint(t.to_owned());
        let resource = |r: &str| Reason::Resource(r.to_owned());
        for (message, expected) in [
            (
                "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
                vec![(1, resource("cpu"))],
            ),
            (
                "0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient memory. preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod.",
                vec![(1, Reason::Cordoned), (3, resource("memory"))],
            ),
            (
                "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 2 Too many pods.",
                vec![(1, resource("nvidia.com/gpu")), (2, Reason::TooManyPods)],
            ),
            (
                "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 node(s) didn't match Pod's node affinity/selector.",
                vec![(1, taint("node.kubernetes.io/unreachable")), (2, Reason::NodeAffinity)],
            ),
            (
                "0/3 nodes are available: 1 node(s) had taint {dedicated: batch}, that the pod didn't tolerate, 2 node(s) didn't match node selector.",
                vec![(1, taint("dedicated: batch")), (2, Reason::NodeAffinity)],
            ),
            ("0/3 nodes are available: 3 node(s) had untolerated taint(s).", vec![(3, taint(""))]),
            ("0/3 nodes are available: 3 node(s) had taints that the pod didn't tolerate.", vec![(3, taint(""))]),
            (
                "0/3 nodes are available: 2 node(s) didn't match pod anti-affinity rules, 1 node(s) didn't match pod affinity rules.",
                vec![(2, Reason::PodAntiAffinity), (1, Reason::PodAffinity)],
            ),
            ("0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules.", vec![(2, Reason::PodAntiAffinity)]),
            (
                "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints (missing required label).",
                vec![(2, Reason::Spread)],
            ),
            ("0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.", vec![(2, Reason::HostPort)]),
            ("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found", vec![(1, Reason::Storage)]),
            ("0/2 nodes are available: 2 node(s) had volume node affinity conflict.", vec![(2, Reason::Storage)]),
            ("0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.", vec![(2, Reason::Storage)]),
            ("0/2 nodes are available: persistentvolumeclaim \"data\" not found.", vec![(2, Reason::Storage)]),
            ("0/2 nodes are available: 2 node(s) didn't match the requested node name.", vec![(2, Reason::NodeName)]),
        ] {
            assert_eq!(parts(message), expected, "{message}");
        }
        assert_eq!(parse("skip schedule deleting pod: production/shepherd"), (0, vec![]));
    }
}
