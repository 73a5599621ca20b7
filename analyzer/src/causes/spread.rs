//! How a state of one object becomes a state of another, along the relations of the cluster.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::analysis::{Relation, Way};
use tarbox_model::rule::Effect;
use tarbox_model::{Context, ObjectRef};

/// A state of an object.
pub(super) type State = (Effect, ObjectRef);

/// By object, who calls it.
pub(super) type Callers = BTreeMap<ObjectRef, BTreeSet<ObjectRef>>;

/// Most states followed from one finding: a selector that fans out over 10⁵ pods ends here, not in the night.
const STATES: usize = 20_000;

/// The states that some seeds bring about, with the way to each.
pub(super) struct Reached {
    /// In the order in which they were reached.
    visits: Vec<Visit>,
}

/// A state, and how it was reached.
struct Visit {
    state: State,
    /// The visit before; none for a seed.
    from: Option<usize>,
    /// The relation to that one's object; none at the same object.
    relation: Option<Relation>,
}

impl Reached {
    /// Every state in that order, the seeds first.
    pub(super) fn states(&self) -> impl Iterator<Item = &State> {
        self.visits.iter().map(|visit| &visit.state)
    }

    /// The way from a state back to its seed.
    pub(super) fn way(&self, state: usize) -> Way {
        let (mut way, mut at) = (Vec::new(), self.visits.get(state));
        // What a state was reached from stands before it, so this ends.
        while let Some(visit) = at {
            at = visit.from.and_then(|from| self.visits.get(from));
            way.extend(visit.relation.zip(at).map(|(relation, from)| (relation, from.state.1.clone())));
        }
        way
    }
}

/// Every state that the seeds bring about.
pub(super) fn reachable(context: &Context<'_>, callers: &Callers, seeds: Vec<State>) -> Reached {
    let mut known: BTreeSet<State> = seeds.iter().cloned().collect();
    let mut visits: Vec<_> = known.iter().map(|state| Visit { state: state.clone(), from: None, relation: None }).collect();
    let mut at = 0;
    while let Some(visit) = visits.get(at) {
        for (relation, next) in successors(context, callers, &visit.state) {
            if known.len() < STATES && known.insert(next.clone()) {
                visits.push(Visit { state: next, from: Some(at), relation });
            }
        }
        at += 1;
    }
    Reached { visits }
}

/// A state, and the relation by which it follows from the one before; none at the same object.
type Step = (Option<Relation>, State);

/// What a state brings about directly.
fn successors(context: &Context<'_>, callers: &Callers, (effect, site): &State) -> Vec<Step> {
    let (snapshot, relations) = (context.snapshot, context.relations);
    let mut next: Vec<Step> = same_place(*effect, *site == ObjectRef::cluster()).iter().map(|&e| (None, (e, site.clone()))).collect();
    let by = |relation: Relation, effect: Effect, object: ObjectRef| (Some(relation), (effect, object));
    let workloads_of_pods = |pods: Vec<&tarbox_model::Object<tarbox_model::object::Pod>>| {
        let owners = pods.iter().map(|pod| relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference()));
        owners.collect::<BTreeSet<_>>()
    };
    match (effect, site.kind.as_str()) {
        (Effect::NodeDown, "Node") => {
            let workloads = workloads_of_pods(relations.pods_on(snapshot, &site.name).collect());
            next.extend(
                workloads.into_iter().flat_map(|w| [Effect::NotReady, Effect::NodeDown].map(|e| by(Relation::RunsOn, e, w.clone()))),
            );
        }
        (Effect::NetworkBroken | Effect::Slow, "Node") => {
            let workloads = workloads_of_pods(relations.pods_on(snapshot, &site.name).collect());
            next.extend(workloads.into_iter().map(|w| by(Relation::RunsOn, *effect, w)));
        }
        // A DNS workload of the system answers for everybody; the DNS settings of any other workload are its own affair.
        (Effect::DnsDown, _) if site.namespace == "kube-system" || site.namespace == "openshift-dns" => {
            next.push(by(Relation::DependsOn, Effect::DnsDown, ObjectRef::cluster()));
        }
        (Effect::VolumeUnavailable, "PersistentVolumeClaim") => {
            for workload in relations.workloads_mounting(site) {
                next.extend([Effect::Unscheduled, Effect::NotStarted].map(|e| by(Relation::Mounts, e, workload.clone())));
            }
        }
        (Effect::MeshDown, _) => {
            let workloads = workloads_of_pods(snapshot.pods.iter().filter(|p| p.mesh_proxy().is_some()).collect());
            let effects = [Effect::Unreachable, Effect::DependencyDown];
            next.extend(workloads.into_iter().flat_map(|w| effects.map(|e| by(Relation::IsMeshedBy, e, w.clone()))));
        }
        (Effect::Unreachable, "VirtualService" | "DestinationRule") => {
            let services = routed(context, site).into_iter();
            next.extend(services.map(|service| by(Relation::IsSteeredBy, Effect::Unreachable, service)));
        }
        (Effect::NotReady | Effect::Unreachable | Effect::NetworkBroken | Effect::Slow, kind) if kind != "Service" => {
            let onward = match effect {
                Effect::NotReady => Effect::NoEndpoints,
                _ => Effect::Unreachable,
            };
            next.extend(relations.services_of(snapshot, site).map(|s| by(Relation::Selects, onward, s.reference())));
            // Clients may call a pod or a workload without a Service in between.
            next.extend(called_by(callers, site));
        }
        (Effect::NoEndpoints | Effect::Unreachable, "Service") => {
            next.extend(relations.ingresses_of(snapshot, site).into_iter().map(|i| by(Relation::RoutesTo, Effect::IngressErrors, i)));
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
fn called_by(callers: &Callers, site: &ObjectRef) -> Vec<Step> {
    let callers = callers.get(site).into_iter().flatten();
    callers.map(|caller| (Some(dependency(caller, site)), (Effect::DependencyDown, caller.clone()))).collect()
}

/// What it is to an object that a finding about it names another as what it depends on.
pub(super) fn dependency(of: &ObjectRef, on: &ObjectRef) -> Relation {
    match (of.kind.as_str(), on.kind.as_str()) {
        ("Ingress", "Service") => Relation::RoutesTo,
        (_, "Service") => Relation::Calls,
        ("Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob", "Node") => Relation::RunsOn,
        (_, "PersistentVolumeClaim") => Relation::Mounts,
        _ => Relation::DependsOn,
    }
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
