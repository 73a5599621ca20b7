//! `kubectl describe`, into objects: one function a kind. Pods and templates are in `pod`.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::blocks::Block;
use super::clock;
use super::drafts::{Drafts, Fullness, label_list, labels, object};
use super::indented::{Node, nodes, rows};
use super::tables::{age_parts, modes};
use super::{network, pod};

/// Reads one described object, at these lines of an output.
pub(crate) fn read(kind: Option<&'static str>, namespace: &str, block: &Block<'_>, range: Range<usize>, drafts: &mut Drafts) {
    let Some(text) = block.lines.get(range.clone()) else { return };
    let all = nodes(text);
    let get = |key: &str| all.iter().find(|n| n.key == key);
    let Some(name) = get("Name").and_then(Node::text) else { return };
    let Some(kind) = kind.or_else(|| guess(&all)) else { return };
    let cluster_wide =
        matches!(kind, "Node" | "Namespace" | "PersistentVolume" | "StorageClass" | "IngressClass" | "ClusterRole" | "ClusterRoleBinding");
    let namespace = if cluster_wide { "" } else { get("Namespace").and_then(Node::text).unwrap_or(namespace) };
    let described = Described { all: &all };
    let mut value = match kind {
        "Pod" => pod::pod(&described),
        "Node" => node(&described, drafts),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => workload(&described, kind),
        "Service" => network::service(&described, namespace, name, block.line(range.start), drafts),
        "Endpoints" => network::endpoints(&described),
        "PersistentVolumeClaim" => claim(&described),
        "PersistentVolume" => volume(&described),
        "StorageClass" => json!({ "provisioner": described.text("Provisioner"), "volumeBindingMode": described.text("VolumeBindingMode") }),
        "ConfigMap" => config_map(text),
        "Secret" => secret(text),
        "ServiceAccount" => service_account(&described),
        "Ingress" => network::ingress(&described),
        "HorizontalPodAutoscaler" => autoscaler(&described),
        "CronJob" => cron_job(&described),
        "ResourceQuota" => quota(text),
        _ => json!({}),
    };
    metadata(&described, &mut value);
    let lines: Vec<(u32, String)> = range.clone().map(|i| block.line(i)).filter(|(_, line)| !line.trim().is_empty()).collect();
    drafts.add(kind, namespace, name, value, Fullness::Described, lines);
    let events_at = text.iter().position(|l| l.starts_with("Events:"));
    if let Some(at) = events_at {
        events(kind, namespace, name, block, range.start + at + 1..range.end, drafts);
    }
}

/// A described object, taken apart.
pub(crate) struct Described<'a> {
    pub(crate) all: &'a [Node<'a>],
}

impl<'a> Described<'a> {
    /// A key at the top.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.all.iter().find(|n| n.key == key)
    }

    /// The value of a key at the top.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Node::text)
    }

    /// A time of a key at the top, as the API writes it.
    pub(crate) fn time(&self, key: &str) -> Option<Value> {
        self.text(key).and_then(clock::absolute).map(|t| Value::from(t.to_string()))
    }
}

/// The kind that has these keys.
fn guess(all: &[Node<'_>]) -> Option<&'static str> {
    let has = |key: &str| all.iter().any(|n| n.key == key);
    Some(match () {
        () if has("Containers") && has("Node") => "Pod",
        () if has("StrategyType") => "Deployment",
        () if has("Update Strategy") => "StatefulSet",
        () if has("Desired Number of Nodes Scheduled") => "DaemonSet",
        () if has("Pod Template") && has("Completions") => "Job",
        () if has("Pod Template") && has("Replicas") => "ReplicaSet",
        () if has("Capacity") && has("Allocatable") => "Node",
        () if has("Session Affinity") => "Service",
        () if has("Subsets") => "Endpoints",
        () if has("Reclaim Policy") => "PersistentVolume",
        () if has("VolumeMode") || has("Used By") => "PersistentVolumeClaim",
        () if has("Provisioner") => "StorageClass",
        () if has("Mountable secrets") => "ServiceAccount",
        () if has("Rules") && has("Default backend") => "Ingress",
        () if has("Min replicas") && has("Max replicas") => "HorizontalPodAutoscaler",
        () if has("Schedule") && has("Concurrency Policy") => "CronJob",
        _ => return None,
    })
}

fn metadata(described: &Described<'_>, value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    let pairs = |key: &str| described.get(key).map(|n| labels(n.values()));
    let owner = described
        .text("Controlled By")
        .and_then(|o| o.split_once('/'))
        .map(|(kind, name)| json!([{ "kind": kind, "name": name, "controller": true }]));
    let created = described.time("CreationTimestamp").or_else(|| described.time("Start Time"));
    let deleted = described.text("Status").filter(|s| s.starts_with("Terminating")).and(created.clone());
    let metadata = object([
        ("labels", pairs("Labels")),
        ("annotations", pairs("Annotations")),
        ("ownerReferences", owner),
        ("creationTimestamp", created),
        ("deletionTimestamp", deleted),
    ]);
    map.insert("metadata".to_owned(), metadata);
}

/// The table of events under an object.
fn events(kind: &str, namespace: &str, name: &str, block: &Block<'_>, range: Range<usize>, drafts: &mut Drafts) {
    let Some(text) = block.lines.get(range.clone()) else { return };
    for row in rows(text) {
        let line = block.line(range.start + row.at);
        let (last, times, first) = age_parts(row.cell("AGE").unwrap_or_default());
        let time = |age: &str| drafts.clock.ago(age).map(|t| Value::from(t.to_string()));
        let value = object([
            ("kind", Some(Value::from("Event"))),
            (
                "metadata",
                Some(
                    json!({ "namespace": if namespace.is_empty() { "default" } else { namespace }, "name": format!("{name}.{}", line.0) }),
                ),
            ),
            ("involvedObject", Some(json!({ "kind": kind, "namespace": namespace, "name": name }))),
            ("type", row.cell("TYPE").map(Value::from)),
            ("reason", row.cell("REASON").map(Value::from)),
            ("message", row.cell("MESSAGE").map(Value::from)),
            ("count", Some(Value::from(times.unwrap_or(1)))),
            ("firstTimestamp", time(first)),
            ("lastTimestamp", time(last)),
            ("source", Some(json!({ "component": row.cell("FROM").unwrap_or_default() }))),
        ]);
        if row.cell("REASON").is_some() && row.cell("MESSAGE").is_some() {
            drafts.event(value, line);
        }
    }
}

/// Rows of a table of conditions.
pub(crate) fn conditions(node: Option<&Node<'_>>) -> Vec<Value> {
    let rows = node.map(Node::rows).unwrap_or_default();
    rows.iter()
        .filter_map(|row| {
            let time = |column: &str| row.cell(column).and_then(clock::absolute).map(|t| Value::from(t.to_string()));
            Some(object([
                ("type", Some(Value::from(row.cell("TYPE")?))),
                ("status", row.cell("STATUS").map(Value::from)),
                ("reason", row.cell("REASON").map(Value::from)),
                ("message", row.cell("MESSAGE").map(Value::from)),
                ("lastTransitionTime", time("LASTTRANSITIONTIME")),
                ("lastHeartbeatTime", time("LASTHEARTBEATTIME")),
            ]))
        })
        .collect()
}

/// `name: quantity` children as a map.
pub(crate) fn quantities(node: Option<Node<'_>>) -> Option<Value> {
    let map: Map<String, Value> = node?.children().iter().filter_map(|c| Some((c.key.to_owned(), Value::from(c.text()?)))).collect();
    Some(map.into())
}

fn node(described: &Described<'_>, drafts: &mut Drafts) -> Value {
    let taints: Vec<Value> = described
        .get("Taints")
        .map(Node::values)
        .unwrap_or_default()
        .iter()
        .filter_map(|taint| {
            let (pair, effect) = taint.rsplit_once(':')?;
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some(json!({ "key": key, "value": value, "effect": effect }))
        })
        .collect();
    let name = described.text("Name").unwrap_or_default();
    if let Some(renewed) = described.get("Lease").and_then(|l| l.child("RenewTime")).and_then(|r| r.text().and_then(clock::absolute)) {
        let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "spec": { "holderIdentity": name, "renewTime": renewed.to_string() } });
        drafts.add("Lease", "kube-node-lease", name, lease, Fullness::Mention, Vec::new());
    }
    // Pods of other namespaces are seen only here: what they ask for counts when a node is full.
    for row in described.get("Non-terminated Pods").map(Node::rows).unwrap_or_default() {
        let (Some(namespace), Some(pod)) = (row.cell("NAMESPACE"), row.cell("NAME")) else { continue };
        let asked = |column: &str| row.cell(column).map(|c| c.split(' ').next().unwrap_or(c).to_owned());
        let value = json!({
            "metadata": {},
            "spec": { "nodeName": name, "containers": [{ "name": "", "resources": { "requests": { "cpu": asked("CPU REQUESTS"), "memory": asked("MEMORY REQUESTS") } } }] },
            "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] },
        });
        drafts.add("Pod", namespace, pod, value, Fullness::Mention, Vec::new());
    }
    let info = described.get("System Info");
    let fact = |key: &str| info.and_then(|i| i.child(key)).and_then(|n| n.text().map(Value::from));
    let addresses: Vec<Value> = described
        .get("Addresses")
        .map(Node::children)
        .unwrap_or_default()
        .iter()
        .map(|a| json!({ "type": a.key, "address": a.value }))
        .collect();
    object([
        ("spec", Some(json!({ "taints": taints, "unschedulable": described.text("Unschedulable") == Some("true") }))),
        (
            "status",
            Some(object([
                ("capacity", quantities(described.get("Capacity").cloned())),
                ("allocatable", quantities(described.get("Allocatable").cloned())),
                ("conditions", Some(conditions(described.get("Conditions")).into())),
                ("addresses", Some(addresses.into())),
                (
                    "nodeInfo",
                    Some(object([
                        ("architecture", fact("Architecture")),
                        ("kernelVersion", fact("Kernel Version")),
                        ("osImage", fact("OS Image")),
                        ("kubeletVersion", fact("Kubelet Version")),
                        ("containerRuntimeVersion", fact("Container Runtime Version")),
                        ("bootID", fact("Boot ID")),
                    ])),
                ),
            ])),
        ),
    ])
}

/// `1 desired | 1 updated | 1 total | 0 available | 1 unavailable`, or `1 current / 1 desired`.
fn counts(text: &str) -> impl Fn(&str) -> Option<Value> {
    let pairs: Vec<(String, i64)> = text
        .split(['|', '/'])
        .filter_map(|part| {
            let (number, word) = part.trim().split_once(' ')?;
            Some((word.trim().to_owned(), number.parse().ok()?))
        })
        .collect();
    move |word| pairs.iter().find(|(w, _)| w == word).map(|(_, n)| Value::from(*n))
}

fn workload(described: &Described<'_>, kind: &str) -> Value {
    if kind == "Job" {
        return job(described);
    }
    let count = counts(described.text("Replicas").unwrap_or_default());
    let statuses = described.text("Pods Status").unwrap_or_default();
    let strategy = described.text("RollingUpdateStrategy").map(|text| {
        let part = |word: &str| text.split(',').find_map(|p| p.trim().strip_suffix(word)).map(|v| v.trim().to_owned());
        let value = |v: Option<String>| v.map(|v| v.parse::<i64>().map_or(Value::from(v), Value::from));
        object([("maxUnavailable", value(part(" max unavailable"))), ("maxSurge", value(part(" max surge")))])
    });
    let template = described.get("Pod Template").map(|t| pod::template(&t.children()));
    let selector = described.text("Selector").map(|s| json!({ "matchLabels": label_list(s) }));
    let running = statuses.split('/').find_map(|p| p.trim().strip_suffix(" Running")).and_then(|n| n.trim().parse::<i64>().ok());
    let desired_nodes = described.text("Desired Number of Nodes Scheduled").and_then(|n| n.parse::<i64>().ok()).map(Value::from);
    let available_nodes =
        described.text("Number of Nodes Scheduled with Available Pods").and_then(|n| n.parse::<i64>().ok()).map(Value::from);
    // A ReplicaSet tells how many run, not how many are ready.
    let ready = if kind == "Deployment" { count("available") } else { running.map(Value::from) };
    object([
        (
            "spec",
            Some(object([
                ("replicas", count("desired")),
                ("selector", selector),
                ("template", template),
                ("strategy", Some(object([("type", described.text("StrategyType").map(Value::from)), ("rollingUpdate", strategy)]))),
            ])),
        ),
        (
            "status",
            Some(object([
                ("replicas", count("total").or_else(|| count("current"))),
                ("updatedReplicas", count("updated")),
                ("readyReplicas", ready),
                ("availableReplicas", count("available")),
                ("unavailableReplicas", count("unavailable")),
                ("desiredNumberScheduled", desired_nodes),
                ("numberReady", available_nodes),
                ("conditions", Some(conditions(described.get("Conditions")).into())),
            ])),
        ),
    ])
}

/// `0 Active (0 Ready) / 1 Succeeded / 6 Failed`; that it gave up only its events say.
fn job(described: &Described<'_>) -> Value {
    let number = |key: &str| {
        described.text(key).and_then(|n| n.split_whitespace().next()?.trim_end_matches('s').parse::<i64>().ok()).map(Value::from)
    };
    let statuses = described.text("Pods Statuses").unwrap_or_default();
    let count = |word: &str| {
        let part = statuses.split('/').find(|p| p.contains(word))?;
        part.split_whitespace().next()?.parse::<i64>().ok().map(Value::from)
    };
    let events = described.get("Events").map(Node::rows).unwrap_or_default();
    let gave_up = events.iter().find_map(|row| {
        let reason = row.cell("REASON").filter(|r| matches!(*r, "BackoffLimitExceeded" | "DeadlineExceeded"))?;
        Some(json!([{ "type": "Failed", "status": "True", "reason": reason, "message": row.cell("MESSAGE") }]))
    });
    object([
        (
            "spec",
            Some(object([
                ("completions", number("Completions")),
                ("activeDeadlineSeconds", number("Active Deadline Seconds")),
                ("template", described.get("Pod Template").map(|t| pod::template(&t.children()))),
            ])),
        ),
        (
            "status",
            Some(object([
                ("active", count("Active")),
                ("succeeded", count("Succeeded")),
                ("failed", count("Failed")),
                ("startTime", described.time("Start Time")),
                ("completionTime", described.time("Completed At")),
                ("conditions", gave_up),
            ])),
        ),
    ])
}

fn claim(described: &Described<'_>) -> Value {
    // Without a class the line is there and empty; a claim that never asked has no such line.
    let class = described.get("StorageClass").map(|n| Value::from(n.text().unwrap_or_default()));
    let capacity = described.text("Capacity").map(|c| json!({ "storage": c }));
    object([
        (
            "spec",
            Some(object([
                ("storageClassName", class),
                ("volumeName", described.text("Volume").map(Value::from)),
                ("accessModes", described.text("Access Modes").map(modes)),
                ("volumeMode", described.text("VolumeMode").map(Value::from)),
            ])),
        ),
        ("status", Some(object([("phase", described.text("Status").map(Value::from)), ("capacity", capacity)]))),
    ])
}

fn volume(described: &Described<'_>) -> Value {
    let claim = described
        .text("Claim")
        .and_then(|c| c.split_once('/'))
        .map(|(ns, name)| json!({ "kind": "PersistentVolumeClaim", "namespace": ns, "name": name }));
    object([
        (
            "spec",
            Some(object([
                ("storageClassName", described.get("StorageClass").map(|n| Value::from(n.text().unwrap_or_default()))),
                ("capacity", described.text("Capacity").map(|c| json!({ "storage": c }))),
                ("accessModes", described.text("Access Modes").map(modes)),
                ("persistentVolumeReclaimPolicy", described.text("Reclaim Policy").map(Value::from)),
                ("claimRef", claim),
            ])),
        ),
        (
            "status",
            Some(object([("phase", described.text("Status").map(Value::from)), ("message", described.text("Message").map(Value::from))])),
        ),
    ])
}

/// `Data`, `====`, then each key with a dashed line under it, then its value.
fn config_map(text: &[String]) -> Value {
    let mut data = Map::new();
    let mut key: Option<(String, Vec<&str>)> = None;
    let mut keep = |key: &mut Option<(String, Vec<&str>)>| {
        if let Some((name, lines)) = key.take() {
            data.insert(name, Value::from(lines.join("\n").trim_end()));
        }
    };
    let begin = text.iter().position(|l| l == "Data").map_or(text.len(), |at| at + 2);
    let mut lines = text.get(begin..).unwrap_or_default().iter().peekable();
    while let Some(line) = lines.next() {
        if line == "BinaryData" || line.starts_with("Events:") {
            break;
        }
        match line.strip_suffix(':') {
            Some(name) if lines.peek().is_some_and(|next| next.as_str() == "----") => {
                keep(&mut key);
                lines.next();
                key = Some((name.to_owned(), Vec::new()));
            }
            _ => {
                if let Some((_, value)) = &mut key {
                    value.push(line);
                }
            }
        }
    }
    keep(&mut key);
    json!({ "data": data })
}

/// `key:  12 bytes`.
fn secret(text: &[String]) -> Value {
    let begin = text.iter().position(|l| l == "Data").map_or(text.len(), |at| at + 2);
    let keys: Map<String, Value> = text
        .get(begin..)
        .unwrap_or_default()
        .iter()
        .filter_map(|line| {
            let (key, size) = line.split_once(':')?;
            let bytes: u64 = size.trim().strip_suffix(" bytes")?.trim().parse().ok()?;
            Some((key.to_owned(), json!({ "bytes": bytes })))
        })
        .collect();
    let kind = nodes(text).iter().find(|n| n.key == "Type").and_then(|n| n.text().map(str::to_owned));
    json!({ "type": kind.unwrap_or_default(), "keys": keys })
}

fn service_account(described: &Described<'_>) -> Value {
    let names = described.get("Image pull secrets").map(Node::values).unwrap_or_default();
    // `name (not found)` is how kubectl says that it is missing.
    let secrets: Vec<Value> = names.iter().map(|n| json!({ "name": n.split_whitespace().next().unwrap_or_default() })).collect();
    json!({ "imagePullSecrets": secrets })
}

/// Bounds, conditions, and what was measured: `resource cpu on pods  (as a percentage of request):  95% (190m) / 80%`.
fn autoscaler(described: &Described<'_>) -> Value {
    let number = |key: &str| described.text(key).and_then(|n| n.parse::<i64>().ok()).map(Value::from);
    let target = described.text("Reference").and_then(|r| r.split_once('/')).map(|(kind, name)| json!({ "kind": kind, "name": name }));
    let pods = described.all.iter().find(|n| n.key.ends_with(" pods"));
    let count = counts(pods.and_then(Node::text).unwrap_or_default());
    let measured = described.get("Metrics").map(Node::children).unwrap_or_default();
    let figures = measured.iter().filter_map(|figure| {
        let name = figure.key.strip_prefix("resource ")?.split_whitespace().next()?;
        let percent: i64 = figure.value.split('%').next()?.trim().parse().ok()?;
        Some(json!({ "type": "Resource", "resource": { "name": name, "current": { "averageUtilization": percent } } }))
    });
    let figures: Vec<Value> = figures.collect();
    object([
        (
            "spec",
            Some(object([("scaleTargetRef", target), ("minReplicas", number("Min replicas")), ("maxReplicas", number("Max replicas"))])),
        ),
        (
            "status",
            Some(object([
                ("currentReplicas", count("current")),
                ("desiredReplicas", count("desired")),
                ("currentMetrics", (!figures.is_empty()).then(|| figures.into())),
                ("conditions", Some(conditions(described.get("Conditions")).into())),
            ])),
        ),
    ])
}

fn cron_job(described: &Described<'_>) -> Value {
    object([
        (
            "spec",
            Some(object([
                ("schedule", described.text("Schedule").map(Value::from)),
                ("suspend", described.text("Suspend").map(|s| Value::from(s == "True"))),
                ("concurrencyPolicy", described.text("Concurrency Policy").map(Value::from)),
            ])),
        ),
        ("status", Some(object([("lastScheduleTime", described.time("Last Schedule Time"))]))),
    ])
}

/// The table `Resource  Used  Hard`.
fn quota(text: &[String]) -> Value {
    let at = text.iter().position(|l| l.starts_with("Resource ") && l.contains("Used") && l.contains("Hard")).unwrap_or(text.len());
    let (mut used, mut hard) = (Map::new(), Map::new());
    for row in rows(text.get(at..).unwrap_or_default()) {
        if let (Some(resource), Some(u), Some(h)) = (row.cell("RESOURCE"), row.cell("USED"), row.cell("HARD")) {
            used.insert(resource.to_owned(), Value::from(u));
            hard.insert(resource.to_owned(), Value::from(h));
        }
    }
    json!({ "spec": { "hard": hard.clone() }, "status": { "hard": hard, "used": used } })
}
