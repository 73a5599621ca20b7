//! Described pods and pod templates.

use serde_json::{Map, Value, json};

use super::clock;
use super::describe::{Described, conditions, quantities};
use super::drafts::{labels, object};
use super::indented::Node;

/// A described pod.
pub(crate) fn pod(described: &Described<'_>) -> Value {
    let node = described.text("Node").map(|n| n.split('/').next().unwrap_or(n));
    let mut spec = spec(described.all);
    if let (Some(map), Some(node)) = (spec.as_object_mut(), node) {
        map.insert("nodeName".to_owned(), Value::from(node));
    }
    let statuses = |key: &str| -> Option<Value> {
        let all: Vec<Value> = described.get(key)?.children().iter().filter_map(status).collect();
        (!all.is_empty()).then(|| all.into())
    };
    let phase =
        described.text("Status").map(|s| s.split_whitespace().next().unwrap_or(s)).map(|s| if s == "Terminating" { "Running" } else { s });
    let status = object([
        ("phase", phase.map(Value::from)),
        ("reason", described.text("Reason").map(Value::from)),
        ("message", described.get("Message").map(|n| Value::from(n.values().join(" ")))),
        ("podIP", described.text("IP").map(Value::from)),
        ("startTime", described.time("Start Time")),
        ("conditions", Some(conditions(described.get("Conditions")).into())),
        ("initContainerStatuses", statuses("Init Containers")),
        ("containerStatuses", statuses("Containers")),
    ]);
    json!({ "spec": spec, "status": status })
}

/// A template under a described workload.
pub(crate) fn template(nodes: &[Node<'_>]) -> Value {
    let pairs = nodes.iter().find(|n| n.key == "Labels").map(|n| labels(n.values()));
    let annotations = nodes.iter().find(|n| n.key == "Annotations").map(|n| labels(n.values()));
    json!({ "metadata": object([("labels", pairs), ("annotations", annotations)]), "spec": spec(nodes) })
}

fn spec(nodes: &[Node<'_>]) -> Value {
    let get = |key: &str| nodes.iter().find(|n| n.key == key);
    let containers = |key: &str| -> Option<Value> {
        let all: Vec<Value> = get(key)?.children().iter().map(container).collect();
        (!all.is_empty()).then(|| all.into())
    };
    let tolerations: Vec<Value> = get("Tolerations").map(Node::values).unwrap_or_default().iter().map(|t| toleration(t)).collect();
    let volumes: Vec<Value> = get("Volumes").map(Node::children).unwrap_or_default().iter().map(volume).collect();
    object([
        ("initContainers", containers("Init Containers")),
        ("containers", containers("Containers")),
        ("serviceAccountName", get("Service Account").and_then(|n| n.text().map(Value::from))),
        ("priorityClassName", get("Priority Class Name").and_then(|n| n.text().map(Value::from))),
        ("nodeSelector", get("Node-Selectors").map(|n| labels(n.values()))),
        ("tolerations", (!tolerations.is_empty()).then(|| tolerations.into())),
        ("volumes", (!volumes.is_empty()).then(|| volumes.into())),
    ])
}

fn container(node: &Node<'_>) -> Value {
    let get = |key: &str| node.child(key);
    let list = |key: &str| get(key).map(|n| n.values().into_iter().map(Value::from).collect::<Value>());
    let ports: Vec<Value> = get("Ports")
        .or_else(|| get("Port"))
        .and_then(|n| n.text().map(str::to_owned))
        .unwrap_or_default()
        .split(',')
        .filter_map(|port| {
            // `8080/TCP (http)`
            let (number, rest) = port.trim().split_once('/')?;
            let protocol = rest.split_whitespace().next().unwrap_or("TCP");
            Some(json!({ "containerPort": number.parse::<i64>().ok()?, "protocol": protocol }))
        })
        .collect();
    let probe_of = |key: &str| get(key).and_then(|n| n.text().map(str::to_owned)).and_then(|t| probe(&t));
    object([
        ("name", Some(Value::from(node.key))),
        ("image", get("Image").and_then(|n| n.text().map(Value::from))),
        ("command", list("Command")),
        ("args", list("Args")),
        ("ports", (!ports.is_empty()).then(|| ports.into())),
        ("resources", Some(object([("limits", quantities(get("Limits"))), ("requests", quantities(get("Requests")))]))),
        ("livenessProbe", probe_of("Liveness")),
        ("readinessProbe", probe_of("Readiness")),
        ("startupProbe", probe_of("Startup")),
        ("env", get("Environment").map(|n| n.children().iter().map(variable).collect())),
        ("envFrom", get("Environment Variables from").map(|n| n.body().iter().filter_map(|l| whole_object(l)).collect())),
        ("volumeMounts", get("Mounts").map(|n| n.body().iter().filter_map(|l| mount(l)).collect())),
    ])
}

fn status(node: &Node<'_>) -> Option<Value> {
    let get = |key: &str| node.child(key);
    let text = |key: &str| get(key).and_then(|n| n.text().map(str::to_owned));
    text("State")?;
    Some(object([
        ("name", Some(Value::from(node.key))),
        ("image", text("Image").map(Value::from)),
        ("imageID", text("Image ID").map(Value::from)),
        ("ready", Some(Value::from(text("Ready").as_deref() == Some("True")))),
        ("restartCount", text("Restart Count").and_then(|n| n.parse::<i64>().ok()).map(Value::from)),
        ("state", get("State").map(|n| state(&n))),
        ("lastState", get("Last State").map(|n| state(&n))),
    ]))
}

/// `State: Waiting` with its reason and message further in.
fn state(node: &Node<'_>) -> Value {
    let text = |key: &str| node.child(key).map(|n| Value::from(n.values().join(" "))).filter(|v| v.as_str() != Some(""));
    let time = |key: &str| node.child(key).and_then(|n| n.text().and_then(clock::absolute)).map(|t| Value::from(t.to_string()));
    let number = |key: &str| node.child(key).and_then(|n| n.text().and_then(|t| t.parse::<i64>().ok())).map(Value::from);
    match node.value {
        "Waiting" => json!({ "waiting": object([("reason", text("Reason")), ("message", text("Message"))]) }),
        "Running" => json!({ "running": object([("startedAt", time("Started"))]) }),
        "Terminated" => json!({ "terminated": object([
            ("reason", text("Reason")), ("message", text("Message")), ("exitCode", number("Exit Code")), ("signal", number("Signal")),
            ("startedAt", time("Started")), ("finishedAt", time("Finished")),
        ]) }),
        _ => json!({}),
    }
}

/// `http-get http://:5000/health delay=5s timeout=1s period=10s #success=1 #failure=3`
fn probe(text: &str) -> Option<Value> {
    let seconds =
        |key: &str| text.split_whitespace().find_map(|w| w.strip_prefix(key)?.trim_end_matches('s').parse::<i64>().ok()).map(Value::from);
    let port = |text: &str| text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from);
    let mut words = text.split_whitespace();
    let (kind, target) = (words.next()?, words.next().unwrap_or_default());
    let (name, handler) = match kind {
        "http-get" => {
            let (scheme, rest) = target.split_once("://")?;
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let (host, number) = authority.rsplit_once(':').unwrap_or((authority, ""));
            ("httpGet", json!({ "scheme": scheme.to_ascii_uppercase(), "host": host, "port": port(number), "path": format!("/{path}") }))
        }
        "tcp-socket" => ("tcpSocket", json!({ "port": port(target.rsplit_once(':').map_or(target, |(_, p)| p)) })),
        "grpc" => {
            let number = target.rsplit_once(':').map_or(target, |(_, p)| p);
            let service = words.next().filter(|w| !w.contains('=')).unwrap_or_default();
            ("grpc", json!({ "port": port(number), "service": service }))
        }
        "exec" => {
            let command = text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
            ("exec", json!({ "command": command.split_whitespace().collect::<Vec<_>>() }))
        }
        _ => return None,
    };
    let mut probe = object([
        ("initialDelaySeconds", seconds("delay=")),
        ("timeoutSeconds", seconds("timeout=")),
        ("periodSeconds", seconds("period=")),
        ("successThreshold", seconds("#success=")),
        ("failureThreshold", seconds("#failure=")),
    ]);
    probe.as_object_mut()?.insert(name.to_owned(), handler);
    Some(probe)
}

/// `NAME:  value`, or `<set to the key 'k' in secret 's'>  Optional: false`.
fn variable(node: &Node<'_>) -> Value {
    let value = node.value;
    let quoted: Vec<&str> = value.split('\'').collect();
    let optional = value.contains("Optional: true");
    match quoted.as_slice() {
        ["<set to the key ", key, " in secret ", name, ..] => {
            json!({ "name": node.key, "valueFrom": { "secretKeyRef": { "name": name, "key": key, "optional": optional } } })
        }
        ["<set to the key ", key, " of config map ", name, ..] => {
            json!({ "name": node.key, "valueFrom": { "configMapKeyRef": { "name": name, "key": key, "optional": optional } } })
        }
        _ if value.starts_with("(v1:") => {
            json!({ "name": node.key, "valueFrom": { "fieldRef": { "fieldPath": value.trim_start_matches("(v1:").trim_end_matches(')').trim() } } })
        }
        _ => json!({ "name": node.key, "value": value }),
    }
}

/// `name  Secret  Optional: false`
fn whole_object(line: &str) -> Option<Value> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, kind) = (words.first()?, words.get(1)?);
    let reference = json!({ "name": name, "optional": line.contains("Optional: true") });
    match *kind {
        "Secret" => Some(json!({ "secretRef": reference })),
        "ConfigMap" => Some(json!({ "configMapRef": reference })),
        _ => None,
    }
}

/// `/data from volume (rw,path="sub")`
fn mount(line: &str) -> Option<Value> {
    let (path, rest) = line.trim().split_once(" from ")?;
    let (name, modes) = rest.split_once(" (").unwrap_or((rest, ""));
    let sub_path = modes.split("path=\"").nth(1).and_then(|p| p.split('"').next()).unwrap_or_default();
    Some(json!({ "mountPath": path, "name": name, "readOnly": modes.starts_with("ro"), "subPath": sub_path }))
}

fn volume(node: &Node<'_>) -> Value {
    let text = |key: &str| node.child(key).and_then(|n| n.text().map(str::to_owned)).unwrap_or_default();
    let optional = text("Optional") == "true";
    let kind = text("Type");
    let source = match kind.split(' ').next().unwrap_or_default() {
        "Secret" => Some(("secret", json!({ "secretName": text("SecretName"), "optional": optional }))),
        "ConfigMap" => Some(("configMap", json!({ "name": text("Name"), "optional": optional }))),
        "PersistentVolumeClaim" => Some(("persistentVolumeClaim", json!({ "claimName": text("ClaimName") }))),
        "HostPath" => Some(("hostPath", json!({ "path": text("Path") }))),
        "EmptyDir" => {
            let limit = Some(text("SizeLimit")).filter(|l| !l.is_empty());
            Some(("emptyDir", json!({ "medium": text("Medium"), "sizeLimit": limit })))
        }
        _ => None,
    };
    let mut map = Map::from_iter([("name".to_owned(), Value::from(node.key))]);
    if let Some((name, source)) = source {
        map.insert(name.to_owned(), source);
    }
    Value::Object(map)
}

/// `key=value:NoSchedule`, `key:NoExecute op=Exists for 300s`, `op=Exists`.
fn toleration(text: &str) -> Value {
    let exists = text.contains("op=Exists");
    let seconds = text.split(" for ").nth(1).and_then(|s| s.trim_end_matches('s').parse::<i64>().ok()).map(Value::from);
    let first = text.split_whitespace().next().filter(|w| !w.starts_with("op=")).unwrap_or_default();
    let (pair, effect) = first.rsplit_once(':').unwrap_or((first, ""));
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    object([
        ("key", Some(Value::from(key))),
        ("operator", Some(Value::from(if exists || value.is_empty() { "Exists" } else { "Equal" }))),
        ("value", Some(Value::from(value))),
        ("effect", Some(Value::from(effect))),
        ("tolerationSeconds", seconds),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_of_every_kind() {
        let http = probe("http-get http://:5000/api/health delay=5s timeout=1s period=10s #success=1 #failure=3").unwrap();
        assert_eq!(
            (http["httpGet"]["port"].as_i64(), http["httpGet"]["path"].as_str(), http["failureThreshold"].as_i64()),
            (Some(5000), Some("/api/health"), Some(3))
        );
        assert_eq!(probe("grpc <pod>:9555  delay=5s timeout=1s").unwrap()["grpc"]["port"], 9555);
        assert_eq!(probe("exec [cat /tmp/ok] delay=0s").unwrap()["exec"]["command"][1], "/tmp/ok");
        assert_eq!(probe("tcp-socket :redis delay=0s").unwrap()["tcpSocket"]["port"], "redis");
    }

    #[test]
    fn tolerations_of_every_kind() {
        let all = toleration("op=Exists");
        assert_eq!((all["key"].as_str(), all["operator"].as_str()), (Some(""), Some("Exists")));
        let timed = toleration("node.kubernetes.io/not-ready:NoExecute op=Exists for 300s");
        assert_eq!(
            (timed["key"].as_str(), timed["effect"].as_str(), timed["tolerationSeconds"].as_i64()),
            (Some("node.kubernetes.io/not-ready"), Some("NoExecute"), Some(300))
        );
        let equal = toleration("dedicated=gpu:NoSchedule");
        assert_eq!((equal["operator"].as_str(), equal["value"].as_str()), (Some("Equal"), Some("gpu")));
    }
}
