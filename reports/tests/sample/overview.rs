//! The drawn part of a sample: a broken route and a whole one, a full node, a database server.

use std::sync::Arc;

use tarbox_model::evidence::Origin;
use tarbox_model::overview::*;
use tarbox_model::{Evidence, ObjectRef};

fn site(health: Health, kind: &str, name: &str, state: &str) -> Site {
    let namespace = if kind == "Node" { "" } else { "production" };
    Site { health, object: ObjectRef::new(kind, namespace, name), state: state.to_owned() }
}

fn place(path: &str, pointer: &str, quote: &str) -> Evidence {
    Origin::new(&Arc::from(path), 0, "").at(pointer, quote)
}

fn gauge(samples: &[f64], request: Option<f64>, limit: Option<f64>) -> Gauge {
    Gauge { samples: samples.to_vec(), request, limit }
}

const MI: f64 = 1_048_576.0;

fn routes() -> Shown<Route> {
    let broken = Route {
        ingresses: vec![site(Health::Good, "Ingress", "shop", "shop.example.com")],
        services: vec![site(Health::Bad, "Service", "shepherd", "0 of 2 pods ready")],
        workload: Some(site(Health::Bad, "Deployment", "shepherd", "0 of 2 ready")),
        pods: Shown { items: vec![site(Health::Bad, "Pod", "shepherd-7d9f8b6c5d-x2x4z", "CreateContainerConfigError")], left_out: 1 },
        nodes: vec![site(Health::Partial, "Node", "worker-3", "DiskPressure")],
    };
    let whole = Route {
        workload: Some(site(Health::Good, "StatefulSet", "web", "1 of 1 ready")),
        pods: Shown { items: vec![site(Health::Good, "Pod", "web-0", "ready")], left_out: 0 },
        nodes: vec![site(Health::Good, "Node", "worker-1", "ready")],
        ..Route::default()
    };
    Shown { items: vec![broken, whole], left_out: 3 }
}

fn database() -> DatabaseServer {
    let status = "mongodb/production/mongodb-0/serverStatus.json";
    let members = "mongodb/production/mongodb-0/replSetGetStatus.json";
    let list = "mongodb/production/mongodb-0/databases.json";
    let member = |health, i: usize, state: &str, behind| Member {
        health,
        name: format!("mongodb-{i}.mongodb:27017"),
        state: state.to_owned(),
        behind,
        place: place(members, &format!("/members/{i}/stateStr"), state),
    };
    DatabaseServer {
        pod: ObjectRef::new("Pod", "production", "mongodb-0"),
        figures: vec![
            Figure { name: "version", value: "7.0.14".to_owned(), place: place(status, "/version", "7.0.14") },
            Figure { name: "connections in use", value: "812".to_owned(), place: place(status, "/connections/current", "812") },
            Figure {
                name: "cache in use",
                value: "980Mi".to_owned(),
                place: place(status, "/wiredTiger/cache/bytes currently in the cache", "1027604480"),
            },
        ],
        replica_set: "rs0".to_owned(),
        members: vec![member(Health::Good, 0, "PRIMARY", None), member(Health::Good, 1, "SECONDARY", Some(45))],
        databases: vec![Database {
            name: "shop".to_owned(),
            collections: Some(12.0),
            documents: Some(1_204_331.0),
            data: Some(3_000.0 * MI),
            storage: Some(900.0 * MI),
            indexes: None,
            place: place(list, "/databases/0/name", "shop"),
        }],
        operations: vec![Operation {
            namespace: "shop.orders".to_owned(),
            kind: "query".to_owned(),
            millis: 4_210.0,
            plan: "COLLSCAN".to_owned(),
            running: false,
            place: place(list, "/databases/0/profiled/0/ns", "shop.orders"),
        }],
    }
}

/// What is drawn.
pub(crate) fn overview() -> Overview {
    let summary = "kubelet/worker-3/summary.json";
    Overview {
        routes: routes(),
        containers: Shown {
            items: vec![ContainerLoad {
                pod: ObjectRef::new("Pod", "production", "billing-5b8c7d9f4-q8r2k"),
                container: "billing".to_owned(),
                cpu: gauge(&[0.4, 0.49], Some(0.25), Some(0.5)),
                memory: gauge(&[120.0 * MI, 241.0 * MI], Some(128.0 * MI), Some(256.0 * MI)),
                throttled: Some(0.61),
                restarts: 14,
                places: vec![place(summary, "/pods/0/containers/0/memory/workingSetBytes", "252706816")],
            }],
            left_out: 17,
        },
        nodes: Shown {
            items: vec![NodeLoad {
                node: ObjectRef::cluster_wide("Node", "worker-3"),
                cpu: gauge(&[1.2], Some(3.1), Some(4.0)),
                memory: gauge(&[9_000.0 * MI], Some(7_000.0 * MI), None),
                disk: gauge(&[95_000.0 * MI], None, Some(100_000.0 * MI)),
                places: vec![place(summary, "/node/memory/workingSetBytes", "9437184000")],
            }],
            left_out: 0,
        },
        volumes: Shown {
            items: vec![VolumeLoad {
                pod: ObjectRef::new("Pod", "production", "mongodb-0"),
                volume: "data-mongodb-0".to_owned(),
                bytes: gauge(&[7_800.0 * MI], None, Some(8_192.0 * MI)),
                places: vec![place(summary, "/pods/3/volume/0", "data-mongodb-0")],
            }],
            left_out: 0,
        },
        databases: vec![database()],
    }
}

/// The same with one string in every place that a bundle fills.
pub(crate) fn hostile(vector: &str) -> Overview {
    let own = || vector.to_owned();
    let reference = || ObjectRef::new(own(), own(), own());
    let mut it = overview();
    let spoil = |evidence: &mut Evidence| {
        evidence.path = Arc::from(vector);
        evidence.pointer = Some(own());
        evidence.quote = own();
    };
    for route in &mut it.routes.items {
        let sites = route.ingresses.iter_mut().chain(&mut route.services).chain(&mut route.workload);
        for site in sites.chain(&mut route.pods.items).chain(&mut route.nodes) {
            (site.object, site.state) = (reference(), own());
        }
    }
    for load in &mut it.containers.items {
        (load.pod, load.container) = (reference(), own());
        load.places.iter_mut().for_each(spoil);
    }
    for load in &mut it.nodes.items {
        load.node = reference();
        load.places.iter_mut().for_each(spoil);
    }
    for load in &mut it.volumes.items {
        (load.pod, load.volume) = (reference(), own());
        load.places.iter_mut().for_each(spoil);
    }
    for server in &mut it.databases {
        (server.pod, server.replica_set) = (reference(), own());
        server.figures.iter_mut().for_each(|f| f.value = own());
        server.members.iter_mut().for_each(|m| (m.name, m.state) = (own(), own()));
        server.databases.iter_mut().for_each(|d| d.name = own());
        server.operations.iter_mut().for_each(|o| (o.namespace, o.kind, o.plan) = (own(), own(), own()));
        let places = server.figures.iter_mut().map(|f| &mut f.place).chain(server.members.iter_mut().map(|m| &mut m.place));
        places.for_each(spoil);
        server.databases.iter_mut().map(|d| &mut d.place).for_each(spoil);
        server.operations.iter_mut().map(|o| &mut o.place).for_each(spoil);
    }
    it
}
