//! What is drawn beside the findings: its numbers are those of the bundle, read here once more by other means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tarbox_analyzer::conclude;
use tarbox_load::load;
use tarbox_model::overview::{Health, Overview};
use tarbox_model::quantity;
use tarbox_tests::case::Case;
use tarbox_tests::evidence::Entries;

use crate::judged::{fixtures, judge, scanner};

/// The overview of a recorded incident, and its entries.
fn recorded(name: &str) -> (Overview, Entries) {
    let bundle = fixtures().join(format!("scenarios/{name}.tar.zst"));
    (conclude(&load(&bundle, scanner()).unwrap(), "bundle").overview, Entries::read(&bundle))
}

fn lines(entries: &Entries, path: &str) -> Vec<Value> {
    entries.text(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Usage of every container by pod and name, as the kubelet's newest summary has it: memory, CPU.
fn measured(summary: &Value) -> BTreeMap<(String, String), (f64, f64)> {
    let mut all = BTreeMap::new();
    for pod in list(&summary["pods"]) {
        for container in list(&pod["containers"]) {
            let key = (pod["podRef"]["name"].as_str().unwrap().to_owned(), container["name"].as_str().unwrap().to_owned());
            all.insert(
                key,
                (container["memory"]["workingSetBytes"].as_f64().unwrap(), container["cpu"]["usageNanoCores"].as_f64().unwrap()),
            );
        }
    }
    all
}

/// Value of a counter in a Prometheus text, of the container with this id.
fn counter(text: &str, name: &str, id: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(name) && line.contains(id)).unwrap();
    line.rsplit("} ").next().unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn charts_show_what_kubelet_and_objects_say() {
    assert!(compared("cpu-throttled", &["cadvisor.prom"], "summary.json") > 0, "nothing was throttled");
    compared("rollout-in-progress", &["cadvisor.prom", "cadvisor.1.prom"], "summary.1.json");
}

/// Compares the charts of an incident with its files; says how many containers were throttled.
fn compared(scenario: &str, counters: &[&str], newest: &str) -> usize {
    let (overview, entries) = recorded(scenario);
    let counters: Vec<&str> = counters.iter().map(|file| entries.text(&format!("kubelet/node-1/{file}"))).collect();
    let summary = entries.json(&format!("kubelet/node-1/{newest}"));
    let newest = measured(&summary);
    let pods = lines(&entries, "objects/core/v1/pods.ndjson");
    let mut throttled = 0;
    assert!(overview.containers.items.len() >= 5 && overview.containers.left_out == 0);
    for load in &overview.containers.items {
        let pod = pods.iter().find(|p| p["metadata"]["name"] == load.pod.name.as_str()).unwrap();
        let spec = list(&pod["spec"]["containers"]).find(|c| c["name"] == load.container.as_str()).unwrap();
        let status = list(&pod["status"]["containerStatuses"]).find(|c| c["name"] == load.container.as_str()).unwrap();
        if let Some((memory, cpu)) = newest.get(&(load.pod.name.clone(), load.container.clone())) {
            assert!(load.memory.samples.contains(memory), "{load:?}");
            assert!(load.cpu.samples.iter().any(|c| (c * 1e9 - cpu).abs() < 1.0), "{load:?}");
        }
        let wanted = |kind: &str, resource: &str| spec["resources"][kind][resource].as_str().and_then(quantity::parse);
        for (gauge, resource) in [(&load.cpu, "cpu"), (&load.memory, "memory")] {
            assert_eq!(gauge.limit, wanted("limits", resource), "{load:?}");
            assert_eq!(gauge.request, wanted("requests", resource).or(wanted("limits", resource)), "{load:?}");
        }
        assert_eq!(i64::from(load.restarts), status["restartCount"].as_i64().unwrap());
        if let Some(share) = load.throttled {
            let id = status["containerID"].as_str().unwrap().rsplit('/').next().unwrap();
            let of = |text: &str| ["throttled_periods", "periods"].map(|n| counter(text, &format!("container_cpu_cfs_{n}_total"), id));
            let life = of(counters[counters.len() - 1]);
            let before = if counters.len() > 1 { of(counters[0]) } else { [0.0, 0.0] };
            let since = [life[0] - before[0], life[1] - before[1]];
            // Too few periods between two samples say nothing: then the whole life counts.
            let [held_back, all] = if since[1] >= 10.0 { since } else { life };
            assert!((share - held_back / all).abs() < 1e-9, "{load:?}: {held_back} of {all}");
            throttled += 1;
        }
    }
    let node = &overview.nodes.items[0];
    assert!(node.memory.samples.contains(&summary["node"]["memory"]["workingSetBytes"].as_f64().unwrap()));
    let asked: f64 = pods
        .iter()
        .flat_map(|p| list(&p["spec"]["containers"]))
        .filter_map(|c| quantity::parse(c["resources"]["requests"]["cpu"].as_str()?))
        .sum();
    assert!((node.cpu.request.unwrap() - asked).abs() < 1e-9);
    assert_eq!(
        node.cpu.limit,
        quantity::parse(lines(&entries, "objects/core/v1/nodes.ndjson")[0]["status"]["allocatable"]["cpu"].as_str().unwrap())
    );
    throttled
}

#[test]
fn every_pod_stands_on_one_route_with_its_state() {
    for scenario in ["cpu-throttled", "cascading-rollback", "node-lost-under-database", "healthy", "ingress-backend-service-missing"] {
        let (overview, entries) = recorded(scenario);
        let mut pods = BTreeSet::new();
        for route in &overview.routes.items {
            assert_eq!(route.pods.left_out, 0);
            for pod in &route.pods.items {
                assert!(pods.insert(pod.object.name.clone()), "{scenario}: {} stands twice", pod.object);
            }
        }
        for pod in lines(&entries, "objects/core/v1/pods.ndjson") {
            let name = pod["metadata"]["name"].as_str().unwrap();
            assert!(pods.remove(name), "{scenario}: {name} is not drawn");
            let is_ready = list(&pod["status"]["conditions"]).any(|c| c["type"] == "Ready" && c["status"] == "True");
            let site = overview.routes.items.iter().flat_map(|r| &r.pods.items).find(|s| s.object.name == name).unwrap();
            assert!((site.health == Health::Good) == is_ready || pod["metadata"]["deletionTimestamp"].is_string(), "{scenario}: {site:?}");
        }
        assert!(pods.is_empty(), "{scenario}: {pods:?}");
    }
}

#[test]
fn a_route_leads_from_its_ingress_to_its_node() {
    let (overview, _) = recorded("cpu-throttled");
    let route = overview.routes.items.iter().find(|r| !r.ingresses.is_empty()).unwrap();
    let names = |sites: &[tarbox_model::overview::Site]| sites.iter().map(|s| s.object.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&route.ingresses), ["Ingress/production/shepherd"]);
    assert_eq!(names(&route.services), ["Service/production/shepherd"]);
    assert_eq!(names(route.workload.as_slice()), ["Deployment/production/shepherd"]);
    assert_eq!(names(&route.nodes), ["Node/node-1"]);
    let (missing, _) = recorded("ingress-backend-service-missing");
    let route = &missing.routes.items[0];
    assert_eq!((route.health(), route.services[0].state.as_str()), (Health::Bad, "not in the bundle"));
}

#[test]
fn the_database_page_shows_what_the_server_said() {
    let page = |fixture: &str| {
        let (analysis, complaints) = judge(&Case::read(&fixtures().join("rules").join(fixture)));
        assert_eq!(complaints, [""; 0]);
        analysis.overview.databases
    };
    let figures = |fixture: &str| {
        let servers = page(fixture);
        servers[0].figures.iter().map(|f| (f.name, f.value.clone())).collect::<BTreeMap<_, _>>()
    };
    let connections = figures("database-connections-exhausted/fires-figures.bundle");
    assert_eq!((connections["connections in use"].as_str(), connections["connections left"].as_str()), ("800", "20"));
    let cache = figures("database-cache-pressure/fires.bundle");
    assert_eq!((cache["cache in use"].as_str(), cache["cache, at most"].as_str()), ("1003.5Mi", "1Gi"));
    assert_eq!(cache["pages evicted by clients"], "4200");
    let lag = page("replication-lag/fires.bundle");
    let members: Vec<_> = lag[0].members.iter().map(|m| (m.state.as_str(), m.behind)).collect();
    assert_eq!((lag[0].replica_set.as_str(), members), ("rs0", vec![("PRIMARY", None), ("SECONDARY", Some(45))]));
}
