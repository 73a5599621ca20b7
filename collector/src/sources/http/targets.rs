//! Which services may be asked what over HTTP: taken from what the workloads themselves say they answer, before anything is guessed.
use crate::discovery::Resource;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Workloads, services and monitors remembered at most.
const REMEMBERED: usize = 20_000;
/// The paths of the field that are worth a guess where nothing is declared.
const GUESSES: &[&str] = &["/api/health", "/healthz", "/health", "/metrics"];

/// One question to a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// No workload says that it answers this.
    pub(crate) guessed: bool,
    /// Namespace of the service.
    pub(crate) namespace: String,
    /// The service.
    pub(crate) service: String,
    /// The service's port.
    pub(crate) port: u16,
    /// Whether it speaks TLS.
    pub(crate) https: bool,
    /// What to ask for.
    pub(crate) path: String,
    /// Who says that it answers this.
    pub(crate) why: BTreeSet<String>,
}

/// What the lists told so far.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    workloads: Vec<Workload>,
    services: Vec<Service>,
    monitors: Vec<Monitor>,
}

#[derive(Debug)]
struct Workload {
    namespace: String,
    labels: BTreeMap<String, String>,
    ports: Vec<(String, u16)>,
    asks: Vec<Declared>,
}

/// Something a workload says it answers.
#[derive(Clone, Debug)]
struct Declared {
    port: u16,
    https: bool,
    path: String,
    why: String,
}

#[derive(Debug)]
struct Service {
    namespace: String,
    name: String,
    labels: BTreeMap<String, String>,
    selector: BTreeMap<String, String>,
    ports: Vec<ServicePort>,
}

#[derive(Debug)]
struct ServicePort {
    name: String,
    port: u16,
    target: PortRef,
}

/// A port by its number or its name.
#[derive(Clone, Debug)]
enum PortRef {
    Number(u16),
    Name(String),
}

#[derive(Debug)]
struct Monitor {
    name: String,
    namespaces: Option<Vec<String>>,
    selector: Value,
    endpoints: Vec<(String, String, bool)>,
}

impl Targets {
    /// Takes from an object what it says about HTTP.
    pub(crate) fn note(&mut self, resource: &Resource, object: &Value) {
        let of_nobody = || object["metadata"]["ownerReferences"].as_array().is_none_or(Vec::is_empty);
        match (resource.group.as_str(), resource.name.as_str()) {
            ("apps", "deployments" | "statefulsets" | "daemonsets") => {
                self.note_workload(&resource.kind, object, &object["spec"]["template"])
            }
            ("", "pods") if of_nobody() => self.note_workload("Pod", object, object),
            ("", "services") => self.note_service(object),
            ("monitoring.coreos.com", "servicemonitors") => self.note_monitor(object),
            _ => {}
        }
    }

    /// The questions worth asking, declared ones first, at most `most`; and how many there are in all.
    pub(crate) fn plan(&self, most: usize) -> (Vec<Target>, usize) {
        let mut found: BTreeMap<(String, String, u16, String), Target> = BTreeMap::new();
        for service in &self.services {
            let behind: Vec<&Workload> = self
                .workloads
                .iter()
                .filter(|workload| workload.namespace == service.namespace && includes(&workload.labels, &service.selector))
                .collect();
            for port in &service.ports {
                let mut add = |declared: &Declared, guessed: bool| {
                    let key = (service.namespace.clone(), service.name.clone(), port.port, declared.path.clone());
                    let target = found.entry(key).or_insert_with(|| Target {
                        guessed,
                        namespace: service.namespace.clone(),
                        service: service.name.clone(),
                        port: port.port,
                        https: declared.https,
                        path: declared.path.clone(),
                        why: BTreeSet::new(),
                    });
                    target.guessed &= guessed;
                    target.why.insert(declared.why.clone());
                };
                let numbers: Vec<u16> = behind.iter().filter_map(|workload| workload.resolve(&port.target)).collect();
                let mut https = None;
                for declared in behind.iter().flat_map(|workload| &workload.asks).filter(|declared| numbers.contains(&declared.port)) {
                    https.get_or_insert(declared.https);
                    add(declared, false);
                }
                for declared in self.monitors.iter().flat_map(|monitor| monitor.of(service, port)) {
                    https.get_or_insert(declared.https);
                    add(&declared, false);
                }
                // A port that answers probes speaks HTTP; one that is called so, too.
                let named = |name: &str| {
                    ["http", "https", "web", "api", "metrics"].iter().any(|word| name == *word || name.starts_with(&format!("{word}-")))
                };
                if !numbers.is_empty() && (https.is_some() || named(&port.name)) {
                    let https = https.unwrap_or(port.name.starts_with("https"));
                    for path in GUESSES.iter().filter(|path| fits(&port.name, path)) {
                        add(&Declared { port: port.port, https, path: (*path).to_owned(), why: "a usual path".to_owned() }, true);
                    }
                }
            }
        }
        let mut all: Vec<Target> = found.into_values().collect();
        let count = all.len();
        all.sort();
        all.truncate(most);
        (all, count)
    }

    fn note_workload(&mut self, kind: &str, object: &Value, template: &Value) {
        let id = format!("{kind}/{}", text(&object["metadata"]["name"]));
        let mut workload = Workload {
            namespace: text(&object["metadata"]["namespace"]),
            labels: map(&template["metadata"]["labels"]),
            ports: Vec::new(),
            asks: Vec::new(),
        };
        let containers = || template["spec"]["containers"].as_array().into_iter().flatten();
        for port in containers().flat_map(|container| container["ports"].as_array().into_iter().flatten()) {
            if let Some(number) = number(&port["containerPort"]) {
                workload.ports.push((text(&port["name"]), number));
            }
        }
        for container in containers() {
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                let get = &container[probe]["httpGet"];
                if let (Some(port), Some(path)) = (port_ref(&get["port"]).and_then(|port| workload.resolve(&port)), path(&get["path"], "/"))
                {
                    let why = format!("{probe} of container {} of {id}", text(&container["name"]));
                    workload.asks.push(Declared { port, https: get["scheme"] == "HTTPS", path, why });
                }
            }
        }
        let annotations = &template["metadata"]["annotations"];
        if annotations["prometheus.io/scrape"] == "true"
            && let Some(path) = path(&annotations["prometheus.io/path"], "/metrics")
        {
            let declared = annotations["prometheus.io/port"].as_str().and_then(|port| port.parse().ok());
            if let Some(port) = declared.or_else(|| workload.ports.first().map(|(_, number)| *number)) {
                let https = annotations["prometheus.io/scheme"] == "https";
                workload.asks.push(Declared { port, https, path: path.clone(), why: format!("prometheus.io annotations of {id}") });
            }
        }
        if (!workload.ports.is_empty() || !workload.asks.is_empty()) && self.workloads.len() < REMEMBERED {
            self.workloads.push(workload);
        }
    }

    fn note_service(&mut self, object: &Value) {
        let spec = &object["spec"];
        let selector = map(&spec["selector"]);
        if selector.is_empty() || spec["type"] == "ExternalName" || self.services.len() >= REMEMBERED {
            return;
        }
        let ports = spec["ports"].as_array().into_iter().flatten();
        let ports = ports.filter(|port| port["protocol"].as_str().is_none_or(|protocol| protocol == "TCP")).filter_map(|port| {
            let own = number(&port["port"])?;
            Some(ServicePort {
                name: text(&port["name"]),
                port: own,
                target: port_ref(&port["targetPort"]).unwrap_or(PortRef::Number(own)),
            })
        });
        self.services.push(Service {
            namespace: text(&object["metadata"]["namespace"]),
            name: text(&object["metadata"]["name"]),
            labels: map(&object["metadata"]["labels"]),
            selector,
            ports: ports.collect(),
        });
    }

    fn note_monitor(&mut self, object: &Value) {
        let spec = &object["spec"];
        let own = text(&object["metadata"]["namespace"]);
        let names = spec["namespaceSelector"]["matchNames"].as_array().map(|names| names.iter().map(text).collect());
        let namespaces = if spec["namespaceSelector"]["any"] == true { None } else { Some(names.unwrap_or_else(|| vec![own])) };
        let endpoints = spec["endpoints"].as_array().into_iter().flatten();
        let endpoints = endpoints
            .filter_map(|endpoint| Some((text(&endpoint["port"]), path(&endpoint["path"], "/metrics")?, endpoint["scheme"] == "https")));
        if self.monitors.len() < REMEMBERED {
            let name = text(&object["metadata"]["name"]);
            self.monitors.push(Monitor { name, namespaces, selector: spec["selector"].clone(), endpoints: endpoints.collect() });
        }
    }
}

/// A guess that does not fit the port's name is no guess: a port for metrics has no health, and the other way round is the rule too.
fn fits(port: &str, path: &str) -> bool {
    !port.contains("metrics") || path == "/metrics"
}

impl Workload {
    fn resolve(&self, port: &PortRef) -> Option<u16> {
        match port {
            PortRef::Number(number) => Some(*number),
            PortRef::Name(name) => self.ports.iter().find(|(known, _)| known == name).map(|(_, number)| *number),
        }
    }
}

impl Monitor {
    /// What this monitor says that a port of a service answers.
    fn of<'a>(&'a self, service: &'a Service, port: &'a ServicePort) -> impl Iterator<Item = Declared> + 'a {
        let within = self.namespaces.as_ref().is_none_or(|names| names.contains(&service.namespace));
        let selected = within && selects(&self.selector, &service.labels);
        let endpoints = self.endpoints.iter().filter(move |(name, _, _)| selected && *name == port.name);
        endpoints.map(|(_, path, https)| Declared {
            port: port.port,
            https: *https,
            path: path.clone(),
            why: format!("ServiceMonitor/{}", self.name),
        })
    }
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels.
fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let mut expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    includes(labels, &map(&selector["matchLabels"]))
        && expressions.all(|expression| {
            let have = labels.get(expression["key"].as_str().unwrap_or_default());
            let listed = |have: &String| expression["values"].as_array().into_iter().flatten().any(|value| value == have.as_str());
            match expression["operator"].as_str().unwrap_or_default() {
                "In" => have.is_some_and(listed),
                "NotIn" => !have.is_some_and(listed),
                "Exists" => have.is_some(),
                "DoesNotExist" => have.is_none(),
                _ => false,
            }
        })
}

fn includes(labels: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn map(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)
}

fn port_ref(value: &Value) -> Option<PortRef> {
    number(value).map(PortRef::Number).or_else(|| {
        let name = value.as_str().filter(|name| !name.is_empty())?;
        Some(name.parse().map_or_else(|_| PortRef::Name(name.to_owned()), PortRef::Number))
    })
}

/// A path as it may stand in our request; an object's words must not lead us elsewhere on the API server.
fn path(value: &Value, usual: &str) -> Option<String> {
    let path = value.as_str().filter(|path| !path.is_empty()).unwrap_or(usual);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~?=&,:+".contains(&byte));
    let climbs = path.split(['/', '?']).any(|part| part == ".." || part == ".");
    (plain && !climbs && path.len() <= 512).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resource(group: &str, name: &str, kind: &str) -> Resource {
        Resource { group: group.into(), version: "v1".into(), name: name.into(), kind: kind.into(), namespaced: true }
    }

    fn plan(of: &[(&Resource, Value)]) -> Vec<(String, u16, String, bool, bool)> {
        let mut targets = Targets::default();
        of.iter().for_each(|(resource, object)| targets.note(resource, object));
        let (targets, count) = targets.plan(100);
        assert_eq!(count, targets.len());
        targets.into_iter().map(|target| (target.service, target.port, target.path, target.https, target.guessed)).collect()
    }

    #[test]
    fn what_workloads_declare_comes_before_what_is_guessed() {
        let deployment = json!({"metadata": {"namespace": "a", "name": "shop"}, "spec": {"template": {
            "metadata": {"labels": {"app": "shop"}, "annotations": {"prometheus.io/scrape": "true", "prometheus.io/path": "/stats", "prometheus.io/port": "9100"}},
            "spec": {"containers": [{"name": "app", "ports": [{"name": "web", "containerPort": 5000}, {"containerPort": 9100}],
                "readinessProbe": {"httpGet": {"path": "/api/health", "port": "web"}}, "livenessProbe": {"httpGet": {"path": "../../secrets", "port": 5000}}}]}}}});
        let service = json!({"metadata": {"namespace": "a", "name": "shop", "labels": {"team": "x"}}, "spec": {"selector": {"app": "shop"},
            "ports": [{"name": "http", "port": 80, "targetPort": "web"}, {"name": "stats", "port": 9100}]}});
        let other = json!({"metadata": {"namespace": "b", "name": "shop"}, "spec": {"selector": {"app": "shop"}, "ports": [{"name": "http", "port": 80}]}});
        let monitor = json!({"metadata": {"namespace": "m", "name": "all"}, "spec": {"namespaceSelector": {"any": true}, "endpoints": [{"port": "http", "scheme": "https", "path": "/prom"}],
            "selector": {"matchExpressions": [{"key": "team", "operator": "In", "values": ["x"]}]}}});
        let services = resource("", "services", "Service");
        let found = plan(&[
            (&resource("apps", "deployments", "Deployment"), deployment),
            (&services, service),
            (&services, other),
            (&resource("monitoring.coreos.com", "servicemonitors", "ServiceMonitor"), monitor),
        ]);
        let declared: Vec<_> = found.iter().filter(|target| !target.4).map(|target| (target.1, target.2.as_str(), target.3)).collect();
        assert_eq!(declared, [(80, "/api/health", false), (80, "/prom", true), (9100, "/stats", false)]);
        let guessed: Vec<_> = found.iter().filter(|target| target.4 && target.1 == 80).map(|target| target.2.as_str()).collect();
        assert_eq!(guessed, ["/health", "/healthz", "/metrics"], "the declared one is not guessed again");
        assert!(found.iter().all(|target| target.0 == "shop") && found.iter().position(|target| target.4) == Some(3));
    }

    #[test]
    fn nothing_is_asked_of_what_does_not_speak_http() {
        let database = json!({"metadata": {"namespace": "a", "name": "db"}, "spec": {"template": {"metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "db", "ports": [{"name": "mongodb", "containerPort": 27017}], "readinessProbe": {"tcpSocket": {"port": 27017}}}]}}}});
        let service = json!({"metadata": {"namespace": "a", "name": "db"}, "spec": {"selector": {"app": "db"}, "ports": [{"name": "mongodb", "port": 27017}]}});
        let outside = json!({"metadata": {"namespace": "a", "name": "out"}, "spec": {"type": "ExternalName", "externalName": "example.com", "ports": [{"name": "http", "port": 80}]}});
        let services = resource("", "services", "Service");
        let found = plan(&[(&resource("apps", "statefulsets", "StatefulSet"), database), (&services, service), (&services, outside)]);
        assert_eq!(found, []);
    }

    #[test]
    fn paths_cannot_climb() {
        for bad in ["/../x", "/a/..", "/%2e%2e/x", "/a b", "/x#y", "/./a"] {
            assert_eq!(path(&json!(bad), "/"), None, "{bad}");
        }
        assert_eq!(path(&json!("live?full=1"), "/").as_deref(), Some("/live?full=1"));
        assert_eq!(path(&Value::Null, "/metrics").as_deref(), Some("/metrics"));
    }
}
