//! How a state of one object becomes a state of another, along the relations of the cluster.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tarbox_model::rule::Effect;
use tarbox_model::{Context, ObjectRef};

/// A state of an object.
pub(super) type State = (Effect, ObjectRef);

/// Most states followed from one finding: a selector that fans out over 10⁵ pods ends here, not in the night.
const STATES: usize = 20_000;

/// Every state that the seeds bring about, the seeds included.
pub(super) fn reachable(context: &Context<'_>, callers: &BTreeMap<ObjectRef, BTreeSet<ObjectRef>>, seeds: Vec<State>) -> BTreeSet<State> {
    let mut reached: BTreeSet<State> = seeds.iter().cloned().collect();
    let mut queue: VecDeque<State> = seeds.into();
    while let Some(state) = queue.pop_front() {
        for next in successors(context, callers, &state) {
            if reached.len() < STATES && reached.insert(next.clone()) {
                queue.push_back(next);
            }
        }
    }
    reached
}

/// What a state brings about directly.
fn successors(context: &Context<'_>, callers: &BTreeMap<ObjectRef, BTreeSet<ObjectRef>>, (effect, site): &State) -> Vec<State> {
    let (snapshot, relations) = (context.snapshot, context.relations);
    let mut next: Vec<State> = same_place(*effect, *site == ObjectRef::cluster()).iter().map(|&e| (e, site.clone())).collect();
    let workloads_of_pods = |pods: Vec<&tarbox_model::Object<tarbox_model::object::Pod>>| {
        let owners = pods.iter().map(|pod| relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference()));
        owners.collect::<BTreeSet<_>>()
    };
    match (effect, site.kind.as_str()) {
        (Effect::NodeDown, "Node") => {
            let workloads = workloads_of_pods(relations.pods_on(snapshot, &site.name).collect());
            next.extend(workloads.into_iter().flat_map(|w| [(Effect::NotReady, w.clone()), (Effect::NodeDown, w)]));
        }
        (Effect::NetworkBroken | Effect::Slow, "Node") => {
            next.extend(workloads_of_pods(relations.pods_on(snapshot, &site.name).collect()).into_iter().map(|w| (*effect, w)));
        }
        // A DNS workload of the system answers for everybody; the DNS settings of any other workload are its own affair.
        (Effect::DnsDown, _) if site.namespace == "kube-system" || site.namespace == "openshift-dns" => {
            next.push((Effect::DnsDown, ObjectRef::cluster()));
        }
        (Effect::VolumeUnavailable, "PersistentVolumeClaim") => {
            for workload in relations.workloads_mounting(site) {
                next.extend([Effect::Unscheduled, Effect::NotStarted].map(|e| (e, workload.clone())));
            }
        }
        (Effect::MeshDown, _) => {
            let workloads = workloads_of_pods(snapshot.pods.iter().filter(|p| p.mesh_proxy().is_some()).collect());
            next.extend(workloads.into_iter().flat_map(|w| [(Effect::Unreachable, w.clone()), (Effect::DependencyDown, w)]));
        }
        (Effect::Unreachable, "VirtualService" | "DestinationRule") => {
            next.extend(routed(context, site).into_iter().map(|service| (Effect::Unreachable, service)));
        }
        (Effect::NotReady | Effect::Unreachable | Effect::NetworkBroken | Effect::Slow, kind) if kind != "Service" => {
            let onward = match effect {
                Effect::NotReady => Effect::NoEndpoints,
                _ => Effect::Unreachable,
            };
            next.extend(relations.services_of(snapshot, site).map(|s| (onward, s.reference())));
            // Clients may call a pod or a workload without a Service in between.
            next.extend(called_by(callers, site));
        }
        (Effect::NoEndpoints | Effect::Unreachable, "Service") => {
            next.extend(relations.ingresses_of(snapshot, site).into_iter().map(|i| (Effect::IngressErrors, i)));
            next.extend(called_by(callers, site));
        }
        _ => {}
    }
    next
}

/// The Services whose requests an object of a mesh steers: those that its hosts name.
fn routed(context: &Context<'_>, site: &ObjectRef) -> Vec<ObjectRef> {
    let mut objects = context.snapshot.custom_of("networking.istio.io", &site.kind);
    let Some(object) = objects.find(|o| o.metadata.namespace == site.namespace && o.metadata.name == site.name) else { return Vec::new() };
    let hosts = object.get("/spec/hosts").and_then(|h| h.as_array()).into_iter().flatten().filter_map(|h| h.as_str());
    let hosts = hosts.chain(object.text("/spec/host"));
    hosts.filter_map(|host| context.relations.resolve_host(context.snapshot, host, &site.namespace)).collect()
}

/// Clients of an object lose a dependency.
fn called_by(callers: &BTreeMap<ObjectRef, BTreeSet<ObjectRef>>, site: &ObjectRef) -> Vec<State> {
    callers.get(site).into_iter().flatten().map(|caller| (Effect::DependencyDown, caller.clone())).collect()
}

/// What a state means at the same object. At the whole cluster only the first step is taken: what follows belongs to
/// the findings that stand in between.
fn same_place(effect: Effect, cluster: bool) -> &'static [Effect] {
    match (effect, cluster) {
        (Effect::DnsDown, true) => &[Effect::NameUnresolved],
        (Effect::ControlPlaneDown, true) => &[Effect::Unscheduled, Effect::PodsNotCreated, Effect::MetricsMissing],
        (Effect::NetworkBroken, true) => &[Effect::Unreachable, Effect::NameUnresolved],
        (_, true) => &[],
        (Effect::PodsNotCreated | Effect::Unscheduled | Effect::ImageUnavailable, false) => &[Effect::NotReady],
        (Effect::NotStarted, false) => &[Effect::NotReady, Effect::Restarts],
        (Effect::Exits, false) => &[Effect::ProbeFails, Effect::Restarts, Effect::NotReady],
        (Effect::ProbeFails, false) => &[Effect::Restarts, Effect::NotReady],
        (Effect::Slow, false) => &[Effect::ProbeFails],
        (Effect::NotReady, false) => &[Effect::RolloutBlocked],
        (Effect::NoEndpoints, false) => &[Effect::Unreachable],
        (Effect::NetworkBroken, false) => &[Effect::NameUnresolved, Effect::DependencyDown, Effect::ProbeFails],
        (Effect::NameUnresolved, false) => &[Effect::DependencyDown],
        (Effect::Misconfigured, false) => &[Effect::Exits, Effect::DependencyDown],
        (Effect::IngressUnserved, false) => &[Effect::IngressErrors],
        (Effect::DependencyDown, false) => &[Effect::Exits, Effect::ProbeFails, Effect::Slow],
        _ => &[],
    }
}
