//! Who leads to whom: Ingress → Service → workload → pod → node.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::object::{Ingress, Object, Pod, Service};
use tarbox_model::overview::{Health, Route, Shown, Site};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::{Context, ObjectRef};

use super::state;

/// Most pods drawn of one workload; the worst come first.
const PODS: usize = 8;

/// All routes: the troubled first, then those that a client can enter, then by name.
pub(super) fn routes(context: &Context<'_>) -> Vec<Route> {
    let known: BTreeMap<ObjectRef, Workload<'_>> = workloads(context.snapshot).into_iter().map(|w| (w.reference.clone(), w)).collect();
    let mut pods: BTreeMap<ObjectRef, Vec<&Object<Pod>>> = known.keys().map(|w| (w.clone(), Vec::new())).collect();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        pods.entry(workload.cloned().unwrap_or_else(|| pod.reference())).or_default().push(pod);
    }
    let mut all: Vec<Route> = pods.iter().map(|(owner, pods)| of_workload(context, owner, known.get(owner), pods)).collect();
    all.extend(to_nobody(context, &all));
    let place = |route: &Route| route.workload.iter().chain(&route.services).chain(&route.pods.items).next().map(|s| s.object.clone());
    all.sort_by_cached_key(|route| (route.health(), route.ingresses.is_empty(), route.services.is_empty(), place(route)));
    all
}

fn of_workload(context: &Context<'_>, owner: &ObjectRef, known: Option<&Workload<'_>>, pods: &[&Object<Pod>]) -> Route {
    let snapshot = context.snapshot;
    let services: Vec<&Object<Service>> = context.relations.services_of(snapshot, owner).collect();
    let idle = known.is_some_and(|w| w.desired <= 0);
    let nodes: BTreeSet<&str> = pods.iter().filter(|p| p.is_active()).map(|p| p.spec.node_name.as_str()).collect();
    let mut sites: Vec<Site> = pods.iter().map(|pod| state::pod(snapshot, pod)).collect();
    sites.sort();
    let ingresses: BTreeSet<ObjectRef> = services.iter().flat_map(|s| context.relations.ingresses_of(snapshot, &s.reference())).collect();
    let mut nodes: Vec<Site> = nodes.into_iter().filter_map(|name| snapshot.node(name)).map(state::node).collect();
    nodes.sort();
    Route {
        ingresses: ingresses.iter().filter_map(|i| ingress(context, i)).collect(),
        services: services.iter().map(|s| service(context, s, idle)).collect(),
        workload: match known {
            Some(workload) => Some(state::workload(workload)),
            // A pod that nobody made stands for itself; a Job or an operator's object says no more than its pods.
            None if owner.kind == "Pod" => None,
            None => Some(Site { health: Health::Unknown, object: owner.clone(), state: String::new() }),
        },
        pods: Shown::first(sites, PODS),
        nodes,
    }
}

/// Services that lead to no workload, and names of Services that only an Ingress knows.
fn to_nobody(context: &Context<'_>, told: &[Route]) -> Vec<Route> {
    let snapshot = context.snapshot;
    let told: BTreeSet<&ObjectRef> = told.iter().flat_map(|r| &r.services).map(|s| &s.object).collect();
    let mut all: BTreeMap<ObjectRef, Option<&Object<Service>>> = BTreeMap::new();
    for it in snapshot.services.iter().filter(|s| !s.spec.selector.is_empty()) {
        all.insert(it.reference(), Some(it));
    }
    for it in &snapshot.ingresses {
        for (_, backend) in it.backends() {
            let namespace = it.metadata.namespace.as_str();
            all.insert(ObjectRef::new("Service", namespace, backend.name.as_str()), snapshot.service(namespace, &backend.name));
        }
    }
    let lonely = all.into_iter().filter(|(reference, _)| !told.contains(reference));
    let route = |(reference, found): (ObjectRef, Option<&Object<Service>>)| {
        let ingresses = context.relations.ingresses_of(snapshot, &reference);
        let site = match found {
            Some(it) => {
                let mut site = service(context, it, false);
                // Nobody behind it hurts where somebody is led there.
                if ingresses.is_empty() && site.health == Health::Bad {
                    site.health = Health::Unknown;
                }
                site
            }
            None => {
                let health = if snapshot.coverage.is_complete("services") { Health::Bad } else { Health::Unknown };
                Site { health, object: reference, state: "not in the bundle".to_owned() }
            }
        };
        Route { ingresses: ingresses.iter().filter_map(|i| ingress(context, i)).collect(), services: vec![site], ..Route::default() }
    };
    lonely.map(route).collect()
}

/// A Service, by the pods behind it.
fn service(context: &Context<'_>, it: &Object<Service>, idle: bool) -> Site {
    let object = it.reference();
    let active: Vec<_> = context.relations.pods_behind(context.snapshot, &object).filter(|p| p.is_active()).collect();
    let ready = active.iter().filter(|p| p.is_ready()).count();
    let (health, state) = match (ready, active.len()) {
        _ if it.spec.selector.is_empty() => (Health::Unknown, "no selector".to_owned()),
        (_, 0) => (if idle { Health::Unknown } else { Health::Bad }, "no pods behind it".to_owned()),
        (0, all) => (Health::Bad, format!("0 of {all} pods ready")),
        (ready, all) => (if ready < all { Health::Partial } else { Health::Good }, format!("{ready} of {all} pods ready")),
    };
    Site { health, object, state }
}

/// An Ingress: its hosts, and whether it has an address.
fn ingress(context: &Context<'_>, object: &ObjectRef) -> Option<Site> {
    let it: &Object<Ingress> = tarbox_model::Snapshot::find(&context.snapshot.ingresses, &object.namespace, &object.name)?;
    let mut hosts: Vec<&str> = it.spec.rules.iter().map(|r| if r.host.is_empty() { "any host" } else { r.host.as_str() }).collect();
    hosts.dedup();
    let has_address = !it.status.load_balancer.ingress.is_empty();
    let (health, address) = if has_address { (Health::Good, "") } else { (Health::Unknown, "no address") };
    let state = [hosts.join(", ").as_str(), address].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Some(Site { health, object: object.clone(), state })
}
