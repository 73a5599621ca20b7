//! Tables of `kubectl get`, into objects: what a row shows of each kind.

use serde_json::{Value, json};

use super::blocks::Block;
use super::drafts::{Drafts, Fullness, label_list, object};
use super::indented::{Row, rows};
use super::kubectl::kind_of_word;

/// Reads all tables of an output.
pub(crate) fn read(kind: Option<&'static str>, namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let mut from = 0;
    while from < block.lines.len() {
        let rest = block.lines.get(from..).unwrap_or_default();
        let length = rest.iter().position(|l| l.trim().is_empty()).unwrap_or(rest.len());
        let table = rest.get(..length).unwrap_or_default();
        let kind = kind.or_else(|| guess(table.first().map(String::as_str).unwrap_or_default()));
        for row in rows(table) {
            one(kind, namespace, &row, block.line(from + row.at), drafts);
        }
        from += length + 1;
    }
}

/// The kind that a table's head belongs to.
fn guess(head: &str) -> Option<&'static str> {
    let has = |column: &str| head.contains(column);
    Some(match () {
        () if has("RESTARTS") && has("STATUS") => "Pod",
        () if has("CLUSTER-IP") => "Service",
        () if has("UP-TO-DATE") && has("AVAILABLE") && !has("DESIRED") => "Deployment",
        () if has("DESIRED") && has("NODE SELECTOR") => "DaemonSet",
        () if has("DESIRED") && has("CURRENT") => "ReplicaSet",
        () if has("ROLES") && has("VERSION") => "Node",
        () if has("RECLAIM POLICY") => "PersistentVolume",
        () if has("STORAGECLASS") && has("VOLUME") => "PersistentVolumeClaim",
        () if has("PROVISIONER") => "StorageClass",
        () if has("LAST SEEN") => "Event",
        () if has("ENDPOINTS") => "Endpoints",
        () if has("HOSTS") && has("PORTS") => "Ingress",
        () if has("COMPLETIONS") && has("DURATION") => "Job",
        () if has("SCHEDULE") && has("SUSPEND") => "CronJob",
        () if has("MINPODS") && has("MAXPODS") => "HorizontalPodAutoscaler",
        () if has("ALLOWED DISRUPTIONS") => "PodDisruptionBudget",
        _ => return None,
    })
}

/// Puts one row where it belongs.
fn one(kind: Option<&'static str>, namespace: &str, row: &Row, line: (u32, String), drafts: &mut Drafts) {
    let namespace = row.cell("NAMESPACE").unwrap_or(namespace).to_owned();
    let Some(name) =
        row.cell("NAME").map(|n| n.trim_end_matches(" (default)").to_owned()).or_else(|| (kind == Some("Event")).then(String::new))
    else {
        return;
    };
    let (kind, name) = match name.split_once('/') {
        Some((word, name)) => (kind_of_word(word), name.to_owned()),
        None => (kind, name),
    };
    let Some(kind) = kind else { return };
    if kind == "Event" {
        event(&namespace, row, line, drafts);
        return;
    }
    let mut value = shape(kind, row, |age| drafts.clock.ago(age).map(|t| t.to_string()));
    if let (Some(map), Some(created)) = (value.as_object_mut(), row.cell("AGE").and_then(|age| drafts.clock.ago(age))) {
        let mut metadata = json!({ "creationTimestamp": created.to_string() });
        if let Some(labels) = row.cell("LABELS") {
            metadata["labels"] = label_list(labels);
        }
        map.insert("metadata".to_owned(), metadata);
    } else if let (Some(map), Some(labels)) = (value.as_object_mut(), row.cell("LABELS")) {
        map.insert("metadata".to_owned(), json!({ "labels": label_list(labels) }));
    }
    let home = if matches!(
        kind,
        "Node" | "Namespace" | "PersistentVolume" | "StorageClass" | "IngressClass" | "ClusterRole" | "ClusterRoleBinding"
    ) {
        ""
    } else {
        &namespace
    };
    drafts.add(kind, home, &name, value, Fullness::Row, vec![line]);
}

/// What a row shows of an object.
fn shape(kind: &str, row: &Row, ago: impl Fn(&str) -> Option<String>) -> Value {
    let text = |column: &str| row.cell(column).map(Value::from);
    let number = |column: &str| row.cell(column).and_then(|c| c.parse::<i64>().ok()).map(Value::from);
    let (ready, wanted) =
        row.cell("READY").and_then(|r| r.split_once('/')).map_or((None, None), |(a, b)| (a.parse::<i64>().ok(), b.parse::<i64>().ok()));
    match kind {
        "Pod" => pod(row, ready, wanted),
        "Node" => node(row),
        "Deployment" | "StatefulSet" => object([
            (
                "spec",
                Some(object([
                    ("replicas", wanted.map(Value::from)),
                    ("selector", row.cell("SELECTOR").map(|s| json!({ "matchLabels": label_list(s) }))),
                ])),
            ),
            (
                "status",
                Some(object([
                    ("readyReplicas", ready.map(Value::from)),
                    ("updatedReplicas", number("UP-TO-DATE")),
                    ("availableReplicas", number("AVAILABLE")),
                    ("replicas", wanted.map(Value::from)),
                ])),
            ),
        ]),
        "ReplicaSet" => object([
            ("spec", Some(object([("replicas", number("DESIRED"))]))),
            ("status", Some(object([("replicas", number("CURRENT")), ("readyReplicas", number("READY"))]))),
        ]),
        "DaemonSet" => object([(
            "status",
            Some(object([
                ("desiredNumberScheduled", number("DESIRED")),
                ("currentNumberScheduled", number("CURRENT")),
                ("numberReady", number("READY")),
            ])),
        )]),
        "Service" => service(row),
        "Endpoints" => {
            let addresses = super::network::addresses(row.cell("ENDPOINTS").unwrap_or_default());
            json!({ "subsets": addresses })
        }
        "PersistentVolumeClaim" => object([
            (
                "spec",
                Some(object([
                    ("volumeName", text("VOLUME")),
                    ("accessModes", row.cell("ACCESS MODES").map(modes)),
                    ("storageClassName", text("STORAGECLASS")),
                ])),
            ),
            ("status", Some(object([("phase", text("STATUS")), ("capacity", row.cell("CAPACITY").map(|c| json!({ "storage": c })))]))),
        ]),
        "PersistentVolume" => {
            let claim = row
                .cell("CLAIM")
                .and_then(|c| c.split_once('/'))
                .map(|(ns, name)| json!({ "kind": "PersistentVolumeClaim", "namespace": ns, "name": name }));
            object([
                (
                    "spec",
                    Some(object([
                        ("capacity", row.cell("CAPACITY").map(|c| json!({ "storage": c }))),
                        ("accessModes", row.cell("ACCESS MODES").map(modes)),
                        ("storageClassName", text("STORAGECLASS")),
                        ("persistentVolumeReclaimPolicy", text("RECLAIM POLICY")),
                        ("claimRef", claim),
                    ])),
                ),
                ("status", Some(object([("phase", text("STATUS")), ("reason", text("REASON"))]))),
            ])
        }
        "StorageClass" => object([("provisioner", text("PROVISIONER")), ("volumeBindingMode", text("VOLUMEBINDINGMODE"))]),
        "Ingress" => {
            let hosts = row.cell("HOSTS").filter(|h| *h != "*").unwrap_or_default();
            let rules: Vec<Value> = hosts.split(',').filter(|h| !h.is_empty()).map(|host| json!({ "host": host.trim() })).collect();
            let addresses: Vec<Value> =
                row.cell("ADDRESS").unwrap_or_default().split(',').filter(|a| !a.is_empty()).map(|ip| json!({ "ip": ip.trim() })).collect();
            json!({ "spec": object([("ingressClassName", text("CLASS")), ("rules", Some(rules.into()))]), "status": { "loadBalancer": { "ingress": addresses } } })
        }
        "Namespace" => json!({ "status": object([("phase", text("STATUS"))]) }),
        "Job" => {
            let (done, of) = row
                .cell("COMPLETIONS")
                .and_then(|c| c.split_once('/'))
                .map_or((None, None), |(a, b)| (a.parse::<i64>().ok(), b.parse::<i64>().ok()));
            // Since Kubernetes 1.31 the table says how it ended.
            let ended = row.cell("STATUS").filter(|s| matches!(*s, "Failed" | "Complete"));
            let conditions = ended.map(|kind| json!([{ "type": kind, "status": "True" }]));
            json!({
                "spec": object([("completions", of.map(Value::from))]),
                "status": object([("succeeded", done.map(Value::from)), ("conditions", conditions)]),
            })
        }
        "CronJob" => object([
            ("spec", Some(object([("schedule", text("SCHEDULE")), ("suspend", row.cell("SUSPEND").map(|s| Value::from(s == "True")))]))),
            ("status", row.cell("LAST SCHEDULE").and_then(ago).map(|time| json!({ "lastScheduleTime": time }))),
        ]),
        "HorizontalPodAutoscaler" => autoscaler(row),
        "PodDisruptionBudget" => object([
            ("spec", Some(object([("minAvailable", bound(row, "MIN AVAILABLE")), ("maxUnavailable", bound(row, "MAX UNAVAILABLE"))]))),
            ("status", Some(object([("disruptionsAllowed", number("ALLOWED DISRUPTIONS"))]))),
        ]),
        _ => json!({}),
    }
}

/// A number or a share; nothing for `N/A`.
fn bound(row: &Row, column: &str) -> Option<Value> {
    let text = row.cell(column).filter(|c| *c != "N/A")?;
    Some(text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from))
}

/// An autoscaler's row: `cpu: 95%/80%`, in older versions `95%/80%`; `<unknown>` is a figure that could not be had.
fn autoscaler(row: &Row) -> Value {
    let number = |column: &str| row.cell(column).and_then(|c| c.parse::<i64>().ok()).map(Value::from);
    let target = row.cell("REFERENCE").and_then(|r| r.split_once('/')).map(|(kind, name)| json!({ "kind": kind, "name": name }));
    let figures = row.cell("TARGETS").unwrap_or_default().split(", ").filter_map(|figure| {
        let (name, now) = figure.split_once(": ").unwrap_or(("cpu", figure));
        let percent: i64 = now.split_once('/')?.0.strip_suffix('%')?.parse().ok()?;
        Some(json!({ "type": "Resource", "resource": { "name": name, "current": { "averageUtilization": percent } } }))
    });
    let figures: Vec<Value> = figures.collect();
    object([
        ("spec", Some(object([("scaleTargetRef", target), ("minReplicas", number("MINPODS")), ("maxReplicas", number("MAXPODS"))]))),
        (
            "status",
            Some(object([("currentReplicas", number("REPLICAS")), ("currentMetrics", (!figures.is_empty()).then(|| figures.into()))])),
        ),
    ])
}

/// `RWO,ROX` in the API's words.
pub(crate) fn modes(text: &str) -> Value {
    let long = |mode: &str| match mode.trim() {
        "RWO" => "ReadWriteOnce".to_owned(),
        "ROX" => "ReadOnlyMany".to_owned(),
        "RWX" => "ReadWriteMany".to_owned(),
        "RWOP" => "ReadWriteOncePod".to_owned(),
        other => other.to_owned(),
    };
    text.split(',').map(long).collect()
}

/// A pod's row: STATUS is the phase, or the reason why it is not what the phase says.
fn pod(row: &Row, ready: Option<i64>, wanted: Option<i64>) -> Value {
    let status = row.cell("STATUS").unwrap_or_default();
    let restarts = row.cell("RESTARTS").and_then(|r| r.split([' ', '(']).next()?.parse::<i64>().ok()).unwrap_or(0);
    let all_ready = ready.is_some() && ready == wanted;
    let phase = match status {
        "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown" => status,
        "Completed" => "Succeeded",
        "Error" | "Evicted" | "OOMKilled" if restarts == 0 => "Failed",
        "ContainerCreating"
        | "PodInitializing"
        | "ErrImagePull"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "CreateContainerConfigError"
        | "CreateContainerError"
        | "ErrImageNeverPull" => "Pending",
        other if other.starts_with("Init:") => "Pending",
        _ => "Running",
    };
    let waiting = !matches!(
        status,
        "Pending"
            | "Running"
            | "Succeeded"
            | "Failed"
            | "Unknown"
            | "Completed"
            | "Error"
            | "Evicted"
            | "OOMKilled"
            | "Terminating"
            | ""
            | "NodeLost"
    ) && !status.starts_with("Init:");
    let state = match status {
        "Running" => json!({ "running": {} }),
        "Error" | "OOMKilled" => json!({ "terminated": { "reason": status, "exitCode": 1 } }),
        reason if waiting => json!({ "waiting": { "reason": reason } }),
        _ => json!({}),
    };
    // How many containers there are is told; what they are called is not.
    let containers: Vec<Value> = if phase == "Pending" && !waiting && !status.starts_with("Init:") {
        Vec::new()
    } else {
        (0..wanted.unwrap_or(0).min(1))
            .map(|_| json!({ "name": "", "ready": all_ready, "restartCount": restarts, "state": state }))
            .collect()
    };
    let conditions = json!([{ "type": "Ready", "status": if all_ready && phase == "Running" { "True" } else { "False" } }]);
    object([
        ("spec", Some(object([("nodeName", row.cell("NODE").map(Value::from))]))),
        (
            "status",
            Some(object([
                ("phase", Some(Value::from(phase))),
                ("podIP", row.cell("IP").map(Value::from)),
                ("reason", (status == "Evicted").then(|| Value::from("Evicted"))),
                ("conditions", Some(conditions)),
                ("containerStatuses", (!containers.is_empty()).then(|| containers.into())),
            ])),
        ),
    ])
}

fn node(row: &Row) -> Value {
    let status = row.cell("STATUS").unwrap_or_default();
    let ready = if status.starts_with("Ready") { "True" } else { "Unknown" };
    let conditions = json!([{ "type": "Ready", "status": ready }]);
    let text = |column: &str| row.cell(column).map(Value::from);
    object([
        ("spec", status.contains("SchedulingDisabled").then(|| json!({ "unschedulable": true }))),
        (
            "status",
            Some(object([
                ("conditions", Some(conditions)),
                (
                    "nodeInfo",
                    Some(object([
                        ("kubeletVersion", text("VERSION")),
                        ("osImage", text("OS-IMAGE")),
                        ("kernelVersion", text("KERNEL-VERSION")),
                        ("containerRuntimeVersion", text("CONTAINER-RUNTIME")),
                    ])),
                ),
            ])),
        ),
    ])
}

fn service(row: &Row) -> Value {
    let ports: Vec<Value> = row
        .cell("PORT(S)")
        .unwrap_or_default()
        .split(',')
        .filter_map(|port| {
            let (numbers, protocol) = port.split_once('/')?;
            let number: i64 = numbers.split(':').next()?.parse().ok()?;
            Some(json!({ "port": number, "protocol": protocol }))
        })
        .collect();
    let kind = row.cell("TYPE").unwrap_or("ClusterIP");
    let external: Vec<Value> = row
        .cell("EXTERNAL-IP")
        .unwrap_or_default()
        .split(',')
        .filter(|ip| kind == "LoadBalancer" && !ip.is_empty() && *ip != "<pending>")
        .map(|ip| json!({ "ip": ip }))
        .collect();
    object([
        (
            "spec",
            Some(object([
                ("type", Some(Value::from(kind))),
                ("clusterIP", row.cell("CLUSTER-IP").map(Value::from)),
                ("ports", (!ports.is_empty()).then(|| ports.into())),
                ("selector", row.cell("SELECTOR").map(label_list)),
            ])),
        ),
        ("status", Some(json!({ "loadBalancer": { "ingress": external } }))),
    ])
}

/// A row of `kubectl get events`, in any of its forms: old versions had the object in two columns, `kubectl events` counts in the age.
fn event(namespace: &str, row: &Row, line: (u32, String), drafts: &mut Drafts) {
    let object_of = |cell: &str| cell.split_once('/').map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    let older = || Some((row.cell("KIND")?.to_owned(), row.cell("NAME")?.rsplit_once('.').map(|(name, _)| name.to_owned())?));
    let Some((kind, name)) = row.cell("OBJECT").and_then(object_of).or_else(older) else { return };
    let kind = kind_of_word(&kind).map_or(kind, str::to_owned);
    let (last, count, first) = age_parts(row.cell("LAST SEEN").unwrap_or_default());
    let first = row.cell("FIRST SEEN").unwrap_or(first);
    let time = |age: &str| drafts.clock.ago(age).map(|t| Value::from(t.to_string()));
    let count = row.cell("COUNT").and_then(|c| c.parse::<i64>().ok()).or(count);
    let value = object([
        ("kind", Some(Value::from("Event"))),
        ("metadata", Some(json!({ "namespace": namespace, "name": format!("{name}.{}", line.0) }))),
        (
            "involvedObject",
            Some(object([
                ("kind", Some(Value::from(kind))),
                ("namespace", Some(Value::from(namespace))),
                ("name", Some(Value::from(name))),
                ("fieldPath", row.cell("SUBOBJECT").map(Value::from)),
            ])),
        ),
        ("type", row.cell("TYPE").map(Value::from)),
        ("reason", row.cell("REASON").map(Value::from)),
        ("message", row.cell("MESSAGE").map(Value::from)),
        ("count", count.map(Value::from)),
        ("lastTimestamp", time(last)),
        ("firstTimestamp", time(first)),
        ("source", row.cell("SOURCE").map(|s| json!({ "component": s.split(',').next().unwrap_or(s) }))),
    ]);
    drafts.event(value, line);
}

/// `3m2s (x5 over 10m)`: last, how often, first.
pub(crate) fn age_parts(age: &str) -> (&str, Option<i64>, &str) {
    match age.split_once(" (x") {
        Some((last, rest)) => {
            let (count, over) = rest.trim_end_matches(')').split_once(" over ").unwrap_or((rest.trim_end_matches(')'), last));
            (last, count.parse().ok(), over)
        }
        None => (age, None, age),
    }
}
