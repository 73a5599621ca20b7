//! Which pods are MongoDB, and which login leads to each: by image, port, label, and the applications' own URIs.
use crate::{certificate::base64, options::Mongodb};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Pods, services and URIs remembered at most.
const REMEMBERED: usize = 2_000;
/// MongoDB's port.
const PORT: u16 = 27017;
/// What images with `mongo` in their name are not the database.
const NO_DATABASE: &[&str] = &["exporter", "express", "operator", "backup", "agent", "tools", "init", "shell"];

/// One server to ask.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Instance {
    /// Namespace of the pod; empty for one that is not in the cluster.
    pub(crate) namespace: String,
    /// The pod, or the host.
    pub(crate) name: String,
    /// Its port.
    pub(crate) port: u16,
    /// Whether it is a pod, reached through a forwarded port.
    pub(crate) in_cluster: bool,
    /// The URI whose login and options are used.
    pub(crate) uri: Option<String>,
}

/// What the lists told so far.
#[derive(Default)]
pub(crate) struct Databases {
    pods: Vec<Pod>,
    services: Vec<Service>,
    uris: BTreeSet<(String, String)>,
}

struct Pod {
    namespace: String,
    name: String,
    subdomain: String,
    port: u16,
    labels: BTreeMap<String, String>,
}

struct Service {
    namespace: String,
    name: String,
    selector: BTreeMap<String, String>,
}

impl Databases {
    /// Notes a pod, should it be a database that runs.
    pub(crate) fn note_pod(&mut self, pod: &Value) {
        let metadata = &pod["metadata"];
        let runs = pod["status"]["phase"] == "Running" && metadata["deletionTimestamp"].is_null();
        if !runs || self.pods.len() >= REMEMBERED {
            return;
        }
        let containers = || pod["spec"]["containers"].as_array().into_iter().flatten();
        let ports = |container: &Value| -> Vec<u16> {
            let ports = container["ports"].as_array().into_iter().flatten();
            ports.filter_map(|port| port["containerPort"].as_u64().and_then(|number| u16::try_from(number).ok())).collect()
        };
        let labelled = ["app.kubernetes.io/name", "app", "k8s-app"]
            .iter()
            .any(|label| metadata["labels"][*label].as_str().is_some_and(|value| ["mongodb", "mongo", "ferretdb"].contains(&value)));
        let found = containers().find_map(|container| {
            let ports = ports(container);
            let own = ports.iter().copied().find(|port| (PORT..=PORT + 2).contains(port));
            let by_image = is_database(container["image"].as_str().unwrap_or_default());
            let no_database = is_helper(container["image"].as_str().unwrap_or_default());
            (by_image || own.is_some() || (labelled && !no_database)).then(|| own.unwrap_or(PORT))
        });
        let Some(port) = found else { return };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.pods.push(Pod {
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
            subdomain: text(&pod["spec"]["subdomain"]),
            port,
            labels: map(&metadata["labels"]),
        });
    }

    /// Notes a service, by whose name a URI may lead to a pod.
    pub(crate) fn note_service(&mut self, service: &Value) {
        let selector = map(&service["spec"]["selector"]);
        let text = |pointer: &str| service.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        if !selector.is_empty() && self.services.len() < REMEMBERED * 10 {
            self.services.push(Service { namespace: text("/metadata/namespace"), name: text("/metadata/name"), selector });
        }
    }

    /// Notes the URIs of a Secret.
    pub(crate) fn note_secret(&mut self, secret: &Value) {
        let namespace = secret["metadata"]["namespace"].as_str().unwrap_or_default();
        for value in secret["data"].as_object().into_iter().flat_map(|data| data.values()).filter_map(Value::as_str) {
            if value.len() > 16 << 10 || self.uris.len() >= REMEMBERED {
                continue;
            }
            let Some(text) = base64(value).and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
            // A value by itself, or a line of a file.
            for word in text.split(['\n', '"', '\'', ' ', '\t']).filter_map(|word| word.find("mongodb://").map(|start| &word[start..])) {
                self.uris.insert((namespace.to_owned(), word.trim().to_owned()));
            }
        }
    }

    /// The instances to ask, at most `most`, and how many more there are.
    pub(crate) fn plan(&self, how: &Mongodb, most: usize) -> (Vec<Instance>, usize) {
        let mut instances: Vec<Instance> = match how {
            Mongodb::Off => Vec::new(),
            Mongodb::Auto => self.pods.iter().map(|pod| self.instance(pod, self.login(pod))).collect(),
            Mongodb::Uri(uri) => {
                let hosts = hosts(uri);
                let of =
                    |(host, port): &(String, u16)| match self.pods.iter().filter(|pod| self.leads_to(host, "", pod)).collect::<Vec<_>>() {
                        pods if pods.is_empty() => {
                            vec![Instance {
                                namespace: String::new(),
                                name: host.clone(),
                                port: *port,
                                in_cluster: false,
                                uri: Some(uri.clone()),
                            }]
                        }
                        pods => pods.into_iter().map(|pod| self.instance(pod, Some(uri.clone()))).collect(),
                    };
                hosts.iter().flat_map(of).collect()
            }
        };
        instances.sort_by(|a, b| (&a.namespace, &a.name, a.port).cmp(&(&b.namespace, &b.name, b.port)));
        instances.dedup_by(|a, b| (&a.namespace, &a.name) == (&b.namespace, &b.name));
        let more = instances.len().saturating_sub(most);
        instances.truncate(most);
        (instances, more)
    }

    fn instance(&self, pod: &Pod, uri: Option<String>) -> Instance {
        Instance { namespace: pod.namespace.clone(), name: pod.name.clone(), port: pod.port, in_cluster: true, uri }
    }

    /// The first URI with a login whose hosts lead to this pod.
    fn login(&self, pod: &Pod) -> Option<String> {
        let leading = self.uris.iter().filter(|(namespace, uri)| hosts(uri).iter().any(|(host, _)| self.leads_to(host, namespace, pod)));
        leading.map(|(_, uri)| uri).min_by_key(|uri| !uri.contains('@')).cloned()
    }

    /// Whether a host name, as seen from `namespace`, leads to this pod: `service`, `service.namespace[.svc…]`, `pod.service[.namespace.svc…]`.
    fn leads_to(&self, host: &str, namespace: &str, pod: &Pod) -> bool {
        let parts: Vec<&str> = host.split('.').collect();
        let by_service = |name: &str, within: &str| {
            within == pod.namespace
                && self.services.iter().any(|service| {
                    service.namespace == within
                        && service.name == name
                        && service.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
                })
        };
        let by_pod = |name: &str, service: &str, within: &str| name == pod.name && service == pod.subdomain && within == pod.namespace;
        match *parts.as_slice() {
            [service] => by_service(service, namespace),
            [first, second] => by_service(first, second) || by_pod(first, second, namespace),
            [first, second, "svc", ..] => by_service(first, second),
            [first, second, third, ..] => by_pod(first, second, third),
            [] => false,
        }
    }
}

/// Hosts and ports of a URI.
fn hosts(uri: &str) -> Vec<(String, u16)> {
    let authority = uri.strip_prefix("mongodb://").unwrap_or_default().split(['/', '?']).next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let host = |text: &str| match text.rsplit_once(':') {
        Some((host, port)) => (host.to_owned(), port.parse().unwrap_or(PORT)),
        None => (text.to_owned(), PORT),
    };
    hosts.split(',').filter(|text| !text.is_empty()).map(host).collect()
}

fn last_part(image: &str) -> &str {
    let path = image.split('@').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default()
}

fn is_helper(image: &str) -> bool {
    NO_DATABASE.iter().any(|word| last_part(image).contains(word))
}

fn is_database(image: &str) -> bool {
    ["mongo", "ferretdb"].iter().any(|word| last_part(image).contains(word)) && !is_helper(image)
}

fn map(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};
    use serde_json::json;

    fn pod(name: &str, image: &str, port: Option<u16>) -> Value {
        let ports = port.map_or(json!([]), |port| json!([{"containerPort": port}]));
        json!({"metadata": {"namespace": "db", "name": name, "labels": {"role": "db"}}, "spec": {"subdomain": "mongo", "containers": [{"image": image, "ports": ports}]}, "status": {"phase": "Running"}})
    }

    #[test]
    fn databases_are_told_from_what_only_talks_to_them() {
        for (image, port, found) in [
            ("registry.example:5000/library/mongo:7.0", None, Some(27017)),
            ("percona/percona-server-mongodb@sha256:aa", Some(27018), Some(27018)),
            ("example/ours:1", Some(27017), Some(27017)),
            ("percona/mongodb_exporter:0.40", Some(9216), None),
            ("mongo-express:1", Some(8081), None),
            ("mongo/app:1", None, None),
        ] {
            let mut databases = Databases::default();
            databases.note_pod(&pod("mongo-0", image, port));
            let (instances, _) = databases.plan(&Mongodb::Auto, 10);
            assert_eq!(instances.first().map(|instance| instance.port), found, "{image}");
        }
    }

    #[test]
    fn the_applications_login_leads_to_the_pod() {
        let service = json!({"metadata": {"namespace": "db", "name": "mongo"}, "spec": {"selector": {"role": "db"}}});
        for (namespace, host) in [
            ("db", "mongo"),
            ("shop", "mongo.db"),
            ("shop", "mongo.db.svc.cluster.local:27017"),
            ("db", "mongo-0.mongo"),
            ("shop", "x,mongo-0.mongo.db.svc"),
        ] {
            let mut databases = Databases::default();
            databases.note_pod(&pod("mongo-0", "mongo:7", None));
            databases.note_service(&service);
            let uri = format!("mongodb://shop:pw@{host}/shop?authSource=admin");
            let file = format!("DEBUG=0\nURI=\"{uri}\"\n");
            databases.note_secret(&json!({"metadata": {"namespace": namespace}, "data": {"env": Base64::encode_string(file.as_bytes())}}));
            databases.note_secret(
                &json!({"metadata": {"namespace": namespace}, "data": {"uri": Base64::encode_string(b"mongodb://u:p@elsewhere/")}}),
            );
            let (instances, more) = databases.plan(&Mongodb::Auto, 10);
            assert_eq!((instances.len(), more, instances[0].uri.as_ref()), (1, 0, Some(&uri)), "{host} from {namespace}");
        }
    }

    #[test]
    fn a_uri_that_leads_outside_is_asked_from_here() {
        let (instances, _) = Databases::default().plan(&Mongodb::Uri("mongodb://u:p@one.example:1234,two.example/x".into()), 10);
        let told: Vec<_> = instances.iter().map(|instance| (instance.name.as_str(), instance.port, instance.in_cluster)).collect();
        assert_eq!(told, [("one.example", 1234, false), ("two.example", 27017, false)]);
    }
}
