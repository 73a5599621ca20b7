//! How much is used of what is reserved and allowed: containers, nodes, volumes.

use std::collections::BTreeMap;

use tarbox_model::evidence::Origin;
use tarbox_model::metrics::{ContainerUsage, NodeUsage, Throttled};
use tarbox_model::object::{Container, Node, Object, Pod};
use tarbox_model::overview::{ContainerLoad, Gauge, NodeLoad, VolumeLoad};
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Evidence, ObjectRef, quantity};

/// Containers of pods that have not ended, as far as they were measured; the hardest pressed first.
pub(super) fn containers(context: &Context<'_>) -> Vec<ContainerLoad> {
    let throttled = Throttled::by_container(&context.snapshot.throttling);
    let mut all = Vec::new();
    for pod in context.snapshot.pods.iter().filter(|p| !p.is_finished()) {
        for view in pod.containers() {
            let (namespace, name) = (pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
            let usage = context.snapshot.usage_of(namespace, name, &view.spec.name);
            let held_back = throttled.get(&(namespace, name, view.spec.name.as_str()));
            let restarts = view.status.map_or(0, |(_, _, status)| status.restart_count);
            if usage.is_empty() && held_back.is_none() && restarts == 0 {
                continue;
            }
            let sample =
                |u: &ContainerUsage| places(&u.origin, &u.pointer, (u.memory, u.cpu), (&format!("{}/name", u.pointer), &u.container));
            let counted = (restarts > 0).then(|| pod.evidence(view.status_pointer("/restartCount"), restarts.to_string()));
            all.push(ContainerLoad {
                pod: pod.reference(),
                container: view.spec.name.clone(),
                cpu: gauge(view.spec, "cpu", usage.iter().filter_map(|u| u.cpu)),
                memory: gauge(view.spec, "memory", usage.iter().filter_map(|u| u.memory)),
                throttled: held_back.map(|h| h.share),
                restarts,
                places: usage
                    .last()
                    .map(sample)
                    .into_iter()
                    .flatten()
                    .chain(held_back.map(|h| h.evidence.clone()))
                    .chain(counted)
                    .collect(),
            });
        }
    }
    let pressed = |it: &ContainerLoad| pressure([it.cpu.share(), it.memory.share(), it.throttled, (it.restarts > 0).then_some(1.0)]);
    all.sort_by(|a, b| pressed(b).total_cmp(&pressed(a)).then_with(|| (&a.pod, &a.container).cmp(&(&b.pod, &b.container))));
    all
}

fn gauge(container: &Container, resource: &str, samples: impl Iterator<Item = f64>) -> Gauge {
    let of = |list: &Labels| list.get(resource).and_then(|q| quantity::parse(q)).filter(|q| *q > 0.0);
    let limit = of(&container.resources.limits);
    Gauge { samples: samples.collect(), request: of(&container.resources.requests).or(limit), limit }
}

/// The places of a sample: a kubelet has numbers of its own; elsewhere they have units, and a name beside them shows them.
fn places(origin: &Origin, pointer: &str, (memory, cpu): (Option<f64>, Option<f64>), name: (&str, &str)) -> Vec<Evidence> {
    if !origin.path.starts_with("kubelet/") {
        return vec![origin.at(name.0, name.1)];
    }
    let number = |field: &str, value: Option<f64>| Some(origin.at(format!("{pointer}/{field}"), format!("{:.0}", value?)));
    [number("memory/workingSetBytes", memory), number("cpu/usageNanoCores", cpu.map(|c| c * 1e9))].into_iter().flatten().collect()
}

/// Nodes that were measured; the hardest pressed first.
pub(super) fn nodes(context: &Context<'_>) -> Vec<NodeLoad> {
    let mut samples: BTreeMap<&str, Vec<&NodeUsage>> = BTreeMap::new();
    for usage in &context.snapshot.node_usage {
        samples.entry(&usage.node).or_default().push(usage);
    }
    let load = |(name, usage): (&str, Vec<&NodeUsage>)| {
        let node: Option<&Object<Node>> = context.snapshot.node(name);
        let pods: Vec<&Object<Pod>> = context.relations.pods_on(context.snapshot, name).filter(|p| !p.is_finished()).collect();
        let gauge = |resource: &str, value: fn(&NodeUsage) -> Option<f64>| Gauge {
            samples: usage.iter().filter_map(|u| value(u)).collect(),
            request: Some(pods.iter().map(|p| p.request(resource)).sum()),
            limit: node.and_then(|n| n.allocatable(resource)),
        };
        let disk = |u: &&NodeUsage| Some(u.disk_capacity? - u.disk_available?);
        NodeLoad {
            node: ObjectRef::cluster_wide("Node", name),
            cpu: gauge("cpu", |u| u.cpu),
            memory: gauge("memory", |u| u.memory),
            disk: Gauge {
                samples: usage.iter().filter_map(disk).collect(),
                request: None,
                limit: usage.iter().rev().find_map(|u| u.disk_capacity),
            },
            places: usage.last().map(|u| places(&u.origin, &u.pointer, (u.memory, u.cpu), ("/metadata/name", name))).unwrap_or_default(),
        }
    };
    let mut all: Vec<NodeLoad> = samples.into_iter().map(load).collect();
    let pressed = |it: &NodeLoad| pressure([it.cpu.share(), it.memory.share(), it.disk.share()]);
    all.sort_by(|a, b| pressed(b).total_cmp(&pressed(a)).then_with(|| a.node.cmp(&b.node)));
    all
}

/// Volumes that are claims, each once; the fullest first.
pub(super) fn volumes(context: &Context<'_>) -> Vec<VolumeLoad> {
    let mut newest: BTreeMap<(&str, &str), VolumeLoad> = BTreeMap::new();
    for usage in context.snapshot.volume_usage.iter().filter(|u| !u.claim.is_empty() && u.capacity > 0.0) {
        let load = VolumeLoad {
            pod: ObjectRef::new("Pod", usage.namespace.as_str(), usage.pod.as_str()),
            volume: usage.claim.clone(),
            bytes: Gauge { samples: vec![usage.used], request: None, limit: Some(usage.capacity) },
            places: vec![usage.origin.at(&usage.pointer, usage.claim.as_str())],
        };
        newest.insert((&usage.namespace, &usage.claim), load);
    }
    let mut all: Vec<VolumeLoad> = newest.into_values().collect();
    all.sort_by(|a, b| pressure([b.bytes.share()]).total_cmp(&pressure([a.bytes.share()])));
    all
}

/// The greatest of several shares.
fn pressure<const N: usize>(shares: [Option<f64>; N]) -> f64 {
    shares.into_iter().flatten().fold(0.0, f64::max)
}
