//! A small plain cluster, as an API server would show it: discovery, lists in pages, logs, kubelets, health.
use super::server::{Asked, Reply};
use serde_json::{Value, json};

/// The cluster's size and contents.
#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) pods: usize,
    pub(crate) namespaces: Vec<&'static str>,
    /// A container's whole log.
    pub(crate) log: String,
    /// Objects per page at most, whatever is asked for.
    pub(crate) page: usize,
    /// Bytes of annotations on every pod, to give it a real pod's size.
    pub(crate) weight: usize,
    /// Further objects: group, resource, object.
    pub(crate) extra: Vec<(&'static str, &'static str, Value)>,
    /// How long each answer takes.
    pub(crate) pause: Option<std::time::Duration>,
    /// Whether discovery is aggregated.
    pub(crate) aggregated: bool,
}

impl Default for Cluster {
    fn default() -> Self {
        let log = (0..20).map(|line| format!("2026-11-24T07:00:{:02}.000000000Z line {line}\n", line % 60)).collect();
        Self { pods: 12, namespaces: vec!["a", "b"], log, page: 5, weight: 0, extra: Vec::new(), pause: None, aggregated: true }
    }
}

/// group, version, plural, kind, namespaced
const KINDS: &[(&str, &str, &str, &str, bool)] = &[
    ("", "v1", "configmaps", "ConfigMap", true),
    ("", "v1", "events", "Event", true),
    ("", "v1", "namespaces", "Namespace", false),
    ("", "v1", "nodes", "Node", false),
    ("", "v1", "pods", "Pod", true),
    ("", "v1", "secrets", "Secret", true),
    ("", "v1", "services", "Service", true),
    ("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
    ("apps", "v1", "deployments", "Deployment", true),
    ("events.k8s.io", "v1", "events", "Event", true),
    ("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false),
    ("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true),
];

pub(crate) fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code, "metadata": {}})
}

impl Cluster {
    pub(crate) fn answer(&self, asked: &Asked) -> Reply {
        let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        match *parts.as_slice() {
            ["version"] => Reply::Json(200, json!({"gitVersion": "v1.34.4"})),
            ["readyz" | "livez"] => Reply::Text(200, "[+]ping ok\n[+]etcd ok\n".into()),
            ["api"] => Reply::Json(200, self.discovery(true)),
            ["apis"] => Reply::Json(200, self.discovery(false)),
            ["api", "v1"] => Reply::Json(200, legacy_resources("", "v1")),
            ["apis", group, version] => Reply::Json(200, legacy_resources(group, version)),
            ["api", "v1", "namespaces", "kube-system"] => Reply::Json(200, json!({"metadata": {"name": "kube-system", "uid": "the-uid"}})),
            ["api", "v1", "namespaces", _, "pods", _, "log"] => self.log(asked),
            ["api", "v1", "nodes", _, "proxy", "stats", "summary"] => Reply::Json(200, json!({"node": {"nodeName": "n"}})),
            ["api", "v1", "nodes", _, "proxy", "metrics", "cadvisor"] => Reply::Text(200, "container_cpu_usage_seconds_total 1\n".into()),
            ["api", "v1", resource] => self.list("", resource, None, asked),
            ["api", "v1", "namespaces", namespace, resource] => self.list("", resource, Some(namespace), asked),
            ["apis", group, _, resource] => self.list(group, resource, None, asked),
            ["apis", group, _, "namespaces", namespace, resource] => self.list(group, resource, Some(namespace), asked),
            _ => Reply::Json(404, status(404, "NotFound", "the server could not find the requested resource")),
        }
    }

    fn discovery(&self, core: bool) -> Value {
        let kinds = KINDS.iter().filter(|kind| kind.0.is_empty() == core);
        if !self.aggregated {
            let mut groups: Vec<Value> = kinds
                .map(|kind| json!({"name": kind.0, "versions": [{"version": kind.1}], "preferredVersion": {"version": kind.1}}))
                .collect();
            groups.dedup();
            return if core {
                json!({"kind": "APIVersions", "versions": ["v1"]})
            } else {
                json!({"kind": "APIGroupList", "groups": groups})
            };
        }
        let items: Vec<Value> = kinds
            .map(|(group, version, plural, kind, namespaced)| {
                let scope = if *namespaced { "Namespaced" } else { "Cluster" };
                let resource = json!({"resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": ["get", "list"]});
                json!({"metadata": {"name": group}, "versions": [{"version": version, "freshness": "Current", "resources": [resource]}]})
            })
            .collect();
        json!({"kind": "APIGroupDiscoveryList", "items": items})
    }

    fn log(&self, asked: &Asked) -> Reply {
        let text = asked.query.get("tailLines").and_then(|lines| lines.parse::<usize>().ok()).map_or(self.log.as_str(), |lines| {
            let start = self.log.lines().count().saturating_sub(lines);
            let skipped: usize = self.log.lines().take(start).map(|line| line.len() + 1).sum();
            &self.log[skipped..]
        });
        let limit = asked.query.get("limitBytes").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
        Reply::Text(200, text[..text.len().min(limit)].to_owned())
    }

    /// One page of a list; the continue token is the position.
    fn list(&self, group: &str, resource: &str, namespace: Option<&str>, asked: &Asked) -> Reply {
        let objects: Vec<Value> = self
            .objects(group, resource)
            .into_iter()
            .filter(|object| namespace.is_none_or(|name| object["metadata"]["namespace"] == name))
            .collect();
        let start: usize = asked.query.get("continue").and_then(|token| token.parse().ok()).unwrap_or(0);
        let end = (start + self.page).min(objects.len());
        let token = if end < objects.len() { end.to_string() } else { String::new() };
        Reply::Json(
            200,
            json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1", "continue": token}, "items": objects[start.min(end)..end]}),
        )
    }

    /// All objects of a kind in the store's order.
    pub(crate) fn objects(&self, group: &str, resource: &str) -> Vec<Value> {
        let named = |namespace: &str, name: String, rest: Value| {
            let mut object = json!({"metadata": {"namespace": namespace, "name": name}});
            object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            object
        };
        let each =
            |name: &str, rest: Value| self.namespaces.iter().map(|namespace| named(namespace, name.to_owned(), rest.clone())).collect();
        let extra = self.extra.iter().filter(|(of, name, _)| (*of, *name) == (group, resource)).map(|(_, _, object)| object.clone());
        let mut objects: Vec<Value> = match (group, resource) {
            ("", "pods") => self
                .namespaces
                .iter()
                .enumerate()
                .flat_map(|(index, namespace)| {
                    let count = self.pods / self.namespaces.len() + usize::from(index < self.pods % self.namespaces.len());
                    (0..count).map(|number| self.pod(namespace, number)).collect::<Vec<_>>()
                })
                .collect(),
            ("", "nodes") => vec![json!({"metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})],
            ("", "namespaces") => self.namespaces.iter().map(|name| json!({"metadata": {"name": name}})).collect(),
            ("", "secrets") => each("secret", json!({"type": "Opaque", "data": {"password": "SHg3LWtrMlE5ekx3LXYz"}})),
            ("", "events") => each("event", json!({"reason": "Started", "message": "Started container"})),
            ("", "configmaps") => each("settings", json!({"data": {"mode": "fast"}})),
            ("apps", "deployments") => each("web", json!({"spec": {"replicas": 1}})),
            ("metrics.k8s.io", "nodes") => vec![json!({"metadata": {"name": "n"}, "usage": {"cpu": "1", "memory": "1Gi"}})],
            ("metrics.k8s.io", "pods") => each("pod-00000", json!({"containers": []})),
            _ => Vec::new(),
        };
        objects.extend(extra);
        objects
    }
}

impl Cluster {
    fn pod(&self, namespace: &str, number: usize) -> Value {
        let mut whole = pod(number);
        whole["metadata"] = json!({"namespace": namespace, "name": format!("pod-{number:05}")});
        if self.weight > 0 {
            whole["metadata"]["annotations"] = json!({"weight": "some words of no meaning ".repeat(self.weight / 25)});
        }
        whole
    }
}

/// A pod; the first one of each namespace crashes.
fn pod(number: usize) -> Value {
    let crashed = number == 0;
    let state = if crashed { json!({"waiting": {"reason": "CrashLoopBackOff"}}) } else { json!({"running": {}}) };
    let last = if crashed { json!({"terminated": {"containerID": "containerd://x", "exitCode": 1}}) } else { json!({}) };
    json!({
        "spec": {"nodeName": "n", "containers": [{"name": "app"}], "initContainers": [{"name": "init"}]},
        "status": {"phase": "Running",
            "initContainerStatuses": [{"name": "init", "ready": true, "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}],
            "containerStatuses": [{"name": "app", "ready": !crashed, "restartCount": if crashed { 4 } else { 0 }, "state": state, "lastState": last}]},
    })
}

fn legacy_resources(group: &str, version: &str) -> Value {
    let kinds = KINDS.iter().filter(|kind| kind.0 == group && kind.1 == version);
    let mut resources: Vec<Value> =
        kinds.map(|kind| json!({"name": kind.2, "kind": kind.3, "namespaced": kind.4, "verbs": ["get", "list"]})).collect();
    resources.push(json!({"name": "pods/log", "kind": "Pod", "namespaced": true, "verbs": ["get"]}));
    json!({"kind": "APIResourceList", "resources": resources})
}
