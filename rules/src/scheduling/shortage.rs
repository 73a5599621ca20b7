//! Requests against what nodes have: whether a pod could ever fit, or only not now.

use std::collections::BTreeMap;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::Finding;
use tarbox_model::object::{Node, Object, PodSpec};
use tarbox_model::{Context, Evidence, quantity};

use super::blame::blamed;
use super::fit;
use super::verdict::{Reason, Verdict};
use crate::commands::{edit, set};
use crate::wording::counted;

/// A finding for each workload whose pods lack a resource. `pods` stands for places on a node.
pub(super) fn findings(context: &Context<'_>, wanted: impl Fn(&Reason) -> bool) -> Vec<Finding> {
    let mut rooms = Rooms::of(context);
    let all = blamed(context, wanted);
    all.into_iter().map(|(verdict, part)| finding(&mut rooms, &verdict, &part)).collect()
}

fn finding(rooms: &mut Rooms<'_>, verdict: &Verdict<'_>, part: &super::verdict::Part) -> Finding {
    let resource = match &part.reason {
        Reason::Resource(name) => name.as_str(),
        _ => "pods",
    };
    let spec = &verdict.pod.spec;
    let asked = if resource == "pods" { 1.0 } else { spec.request(resource) };
    let room = rooms.behind(&verdict.pod.spec, resource);
    let amount = |value: f64| amount(resource, value);
    let owner = verdict.owner();
    let possible = room.as_ref().is_none_or(|room| asked <= room.largest);
    let what = described(resource, asked);
    let title = match (resource, possible) {
        ("pods", _) => format!("No node has a place left for `{}`", owner.name),
        (_, true) => format!("No node has {what} left for `{}`", owner.name),
        (_, false) => format!("No node is large enough for `{}`: it asks for {what}", owner.name),
    };
    let waiting = if verdict.pods == 1 { "1 pod waits".to_owned() } else { format!("{} wait", counted(verdict.pods, "pod")) };
    let summary = match &room {
        Some(room) if resource == "pods" => format!(
            "{waiting}. A node holds only so many pods, however small: the one with most room, `{}`, has {} of {} places left.",
            room.freest_node.metadata.name,
            amount(room.free),
            amount(room.allocatable),
        ),
        Some(room) if room.largest == 0.0 => format!("{waiting}. Each asks for {what}, and no node that it may use offers any."),
        Some(room) if !possible => format!(
            "{waiting}. Each asks for {what}; the largest node, `{}`, offers {} in all, {} too little. No waiting helps: the request can never be met here.",
            room.largest_node.metadata.name,
            amount(room.largest),
            amount(asked - room.largest),
        ),
        Some(room) => format!(
            "{waiting}. Each asks for {what} and would fit an empty node ({}), but the freest, `{}`, has only {} of {} left: {} are already requested.",
            amount(room.largest),
            room.freest_node.metadata.name,
            amount(room.free),
            amount(room.allocatable),
            amount(room.allocatable - room.free),
        ),
        None => format!("{waiting}; the scheduler says: {}.", part.text),
    };
    let mut finding = Finding::new(verdict.pod.reference(), title, quoted(verdict, &part.text))
        .summary(summary)
        .workload(verdict.workload.cloned())
        .confidence(0.97)
        .evidence(request_evidence(verdict, resource))
        .evidence(room.as_ref().map(|r| r.evidence(resource, possible)))
        .seen(verdict.first, verdict.last);
    if resource != "pods" {
        let ask = |most: String| set(&owner, "resources", &format!("--requests={resource}={most}"));
        finding = finding.remedy(
            "Ask for what the process really needs, and for no more than a node has left. This changes the pod template and starts new pods.",
            room.as_ref().and_then(|room| whole(resource, room.free)).map_or_else(|| edit(&owner), ask),
        );
    }
    if possible {
        finding = finding.remedy(
            "Or free a node: look for workloads that ask for more than they use, or that nobody needs.",
            match (resource, &room) {
                ("cpu" | "memory", _) => format!("kubectl top pods -A --sort-by={resource}"),
                (_, Some(room)) => {
                    format!("kubectl get pods -A -o wide --field-selector spec.nodeName={}", room.freest_node.metadata.name)
                }
                (_, None) => "kubectl get pods -A -o wide".to_owned(),
            },
        );
    }
    finding.remedy("Or add a node that is large enough; the pods are then placed by themselves.", "kubectl describe nodes")
}

/// The verdict's message as evidence, with the part that matters as quote.
pub(super) fn quoted(verdict: &Verdict<'_>, text: &str) -> Evidence {
    Evidence { quote: text.to_owned(), ..verdict.evidence.clone() }
}

/// An amount as a manifest has it, rounded down; none when nothing is left of it.
fn whole(resource: &str, value: f64) -> Option<String> {
    let (unit, suffix) = match resource {
        "cpu" => (0.001, "m"),
        "memory" | "ephemeral-storage" => (1_048_576.0, "Mi"),
        name if name.starts_with("hugepages-") => (1_048_576.0, "Mi"),
        _ => (1.0, ""),
    };
    let count = (value / unit + 1e-6).floor();
    (count >= 1.0).then(|| format!("{count:.0}{suffix}"))
}

fn amount(resource: &str, value: f64) -> String {
    match resource {
        "cpu" => quantity::cores(value),
        "memory" | "ephemeral-storage" => quantity::bytes(value),
        name if name.starts_with("hugepages-") => quantity::bytes(value),
        _ => format!("{value:.0}"),
    }
}

/// An amount of a resource, in words.
fn described(resource: &str, value: f64) -> String {
    let amount = amount(resource, value);
    match resource {
        "cpu" => format!("{amount} CPU"),
        "memory" => format!("{amount} of memory"),
        "ephemeral-storage" => format!("{amount} of ephemeral storage"),
        _ => format!("{amount} `{resource}`"),
    }
}

/// The largest request among the pod's containers, as evidence.
fn request_evidence(verdict: &Verdict<'_>, resource: &str) -> Option<Evidence> {
    let asks = |view: &tarbox_model::object::ContainerView<'_>, list: &str| {
        let resources = &view.spec.resources;
        let text = if list == "requests" { resources.requests.get(resource) } else { resources.limits.get(resource) }?;
        let pointer = view.spec_pointer(&format!("/resources/{list}/{}", pointer_key(resource)));
        Some((quantity::parse(text)?, verdict.pod.evidence(pointer, text.as_str())))
    };
    let all = verdict.pod.containers().filter_map(|v| asks(&v, "requests").or_else(|| asks(&v, "limits")));
    all.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, evidence)| evidence)
}

/// What the nodes have left, added up once for each resource and each kind of pod.
struct Rooms<'a> {
    context: Context<'a>,
    nodes: fit::Nodes<'a>,
    requested: BTreeMap<String, BTreeMap<String, f64>>,
    known: BTreeMap<(String, String), Option<Room<'a>>>,
}

impl<'a> Rooms<'a> {
    fn of(context: &Context<'a>) -> Self {
        Self { context: *context, nodes: fit::Nodes::of(context.snapshot), requested: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// What the nodes that are open to a pod have of a resource.
    fn behind(&mut self, spec: &PodSpec, resource: &str) -> Option<Room<'a>> {
        let requested = self.requested.entry(resource.to_owned()).or_insert_with(|| fit::requested(&self.context, resource));
        let room = || Room::of(&self.nodes.candidates(spec), requested, resource);
        *self.known.entry((fit::door(spec), resource.to_owned())).or_insert_with(room)
    }
}

/// What some nodes have of a resource.
#[derive(Clone, Copy)]
struct Room<'a> {
    largest: f64,
    largest_node: &'a Object<Node>,
    free: f64,
    allocatable: f64,
    freest_node: &'a Object<Node>,
}

impl<'a> Room<'a> {
    fn of(nodes: &[&'a Object<Node>], requested: &BTreeMap<String, f64>, resource: &str) -> Option<Self> {
        let mut room: Option<Self> = None;
        for &node in nodes {
            if node.status.allocatable.is_empty() {
                continue;
            }
            let all = node.allocatable(resource).unwrap_or(0.0);
            let free = (all - requested.get(&node.metadata.name).copied().unwrap_or(0.0)).max(0.0);
            match &mut room {
                None => room = Some(Self { largest: all, largest_node: node, free, allocatable: all, freest_node: node }),
                Some(room) => {
                    if all > room.largest {
                        (room.largest, room.largest_node) = (all, node);
                    }
                    if free > room.free {
                        (room.free, room.allocatable, room.freest_node) = (free, all, node);
                    }
                }
            }
        }
        room
    }

    fn evidence(&self, resource: &str, possible: bool) -> Evidence {
        let node = if possible { self.freest_node } else { self.largest_node };
        let pointer = format!("/status/allocatable/{}", pointer_key(resource));
        match node.status.allocatable.get(resource) {
            Some(text) => node.evidence(pointer, text.as_str()),
            None => node.named(),
        }
    }
}
