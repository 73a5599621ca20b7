//! `kubectl describe` of what leads traffic to pods: Services, their endpoints, Ingresses.

use serde_json::{Map, Value, json};

use super::describe::Described;
use super::drafts::{Drafts, Fullness, label_list, object};
use super::indented::Node;

/// `10.0.0.1:8080,10.0.0.2:8080 + 1 more...` as subsets of one port each.
pub(super) fn addresses(text: &str) -> Vec<Value> {
    let mut by_port: Vec<(i64, Vec<Value>)> = Vec::new();
    for part in text.split(',') {
        let part = part.split(" + ").next().unwrap_or_default().trim();
        let Some((ip, port)) = part.rsplit_once(':').and_then(|(ip, port)| Some((ip, port.parse::<i64>().ok()?))) else { continue };
        match by_port.iter_mut().find(|(p, _)| *p == port) {
            Some((_, ips)) => ips.push(json!({ "ip": ip })),
            None => by_port.push((port, vec![json!({ "ip": ip })])),
        }
    }
    by_port.into_iter().map(|(port, ips)| json!({ "addresses": ips, "ports": [{ "port": port, "protocol": "TCP" }] })).collect()
}

pub(super) fn service(described: &Described<'_>, namespace: &str, name: &str, line: (u32, String), drafts: &mut Drafts) -> Value {
    let mut ports: Vec<Map<String, Value>> = Vec::new();
    let mut endpoints = Vec::new();
    for node in described.all {
        match node.key {
            "Port" => {
                let words: Vec<&str> = node.value.split_whitespace().collect();
                let (name, spec) = match words.as_slice() {
                    [spec] => ("", *spec),
                    [name, spec, ..] => (*name, *spec),
                    [] => continue,
                };
                let (number, protocol) = spec.split_once('/').unwrap_or((spec, "TCP"));
                let mut port = Map::new();
                port.insert("name".to_owned(), Value::from(if name == "<unset>" { "" } else { name }));
                port.insert("port".to_owned(), number.parse::<i64>().map_or(Value::Null, Value::from));
                port.insert("protocol".to_owned(), Value::from(protocol));
                ports.push(port);
            }
            "TargetPort" => {
                let target = node.value.split('/').next().unwrap_or_default();
                let value = target.parse::<i64>().map_or_else(|_| Value::from(target), Value::from);
                if let Some(port) = ports.last_mut() {
                    port.insert("targetPort".to_owned(), value);
                }
            }
            "NodePort" => {
                let number = node.value.split_whitespace().last().and_then(|w| w.split('/').next()).and_then(|n| n.parse::<i64>().ok());
                if let (Some(port), Some(number)) = (ports.last_mut(), number) {
                    port.insert("nodePort".to_owned(), Value::from(number));
                }
            }
            "Endpoints" => endpoints.extend(addresses(node.text().unwrap_or_default())),
            _ => {}
        }
    }
    if described.get("Endpoints").is_some() {
        drafts.add("Endpoints", namespace, name, json!({ "subsets": endpoints }), Fullness::Row, vec![line]);
    }
    let ip = described.text("IP").or_else(|| described.text("IPs"));
    let external: Vec<Value> =
        described.text("LoadBalancer Ingress").into_iter().flat_map(|l| l.split(',')).map(|ip| json!({ "ip": ip.trim() })).collect();
    let ports: Vec<Value> = ports.into_iter().map(Value::Object).collect();
    let selector = described.text("Selector").map(label_list);
    object([
        (
            "spec",
            Some(object([
                ("type", described.text("Type").map(Value::from)),
                ("clusterIP", ip.map(|ip| Value::from(if ip == "None" { "None" } else { ip }))),
                ("externalName", described.text("External Name").map(Value::from)),
                ("selector", Some(selector.unwrap_or_else(|| json!({})))),
                ("ports", Some(ports.into())),
                ("externalTrafficPolicy", described.text("External Traffic Policy").map(Value::from)),
                ("internalTrafficPolicy", described.text("Internal Traffic Policy").map(Value::from)),
            ])),
        ),
        ("status", Some(json!({ "loadBalancer": { "ingress": external } }))),
    ])
}

pub(super) fn endpoints(described: &Described<'_>) -> Value {
    let Some(subsets) = described.get("Subsets") else { return json!({ "subsets": [] }) };
    let mut all = Vec::new();
    let mut current: Option<Map<String, Value>> = None;
    for node in subsets.children() {
        let ips = || -> Value {
            node.text().unwrap_or_default().split(',').filter(|ip| !ip.is_empty()).map(|ip| json!({ "ip": ip.trim() })).collect()
        };
        match node.key {
            "Addresses" => {
                all.extend(current.take().map(Value::Object));
                current = Some(Map::from_iter([("addresses".to_owned(), ips())]));
            }
            "NotReadyAddresses" => {
                current.get_or_insert_default().insert("notReadyAddresses".to_owned(), ips());
            }
            "Ports" => {
                let ports: Vec<Value> = node
                    .rows()
                    .iter()
                    .filter_map(|row| Some(json!({ "name": row.cell("NAME").unwrap_or_default(), "port": row.cell("PORT")?.parse::<i64>().ok()?, "protocol": row.cell("PROTOCOL").unwrap_or("TCP") })))
                    .collect();
                current.get_or_insert_default().insert("ports".to_owned(), ports.into());
            }
            _ => {}
        }
    }
    all.extend(current.map(Value::Object));
    json!({ "subsets": all })
}

pub(super) fn ingress(described: &Described<'_>) -> Value {
    let mut rules: Vec<Value> = Vec::new();
    let mut host = String::new();
    for line in described.get("Rules").map(Node::body).unwrap_or_default() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Host", ..] => {}
            [dashes, ..] if dashes.starts_with("--") => {}
            [name] => host = if *name == "*" { String::new() } else { (*name).to_owned() },
            [path, told, ..] => {
                let Some(backend) = backend(told) else { continue };
                rules.push(json!({ "host": host, "http": { "paths": [{ "path": path, "backend": backend }] } }));
            }
            [] => {}
        }
    }
    let addresses: Vec<Value> =
        described.text("Address").into_iter().flat_map(|a| a.split(',')).map(|ip| json!({ "ip": ip.trim() })).collect();
    // `secret terminates host,host`
    let tls: Vec<Value> = described
        .get("TLS")
        .map(Node::body)
        .unwrap_or_default()
        .iter()
        .filter_map(|line| line.trim().split_once(" terminates "))
        .map(|(secret, hosts)| {
            let hosts: Vec<&str> = hosts.split(',').map(str::trim).filter(|h| !h.is_empty()).collect();
            json!({ "secretName": if secret == "SNI" { "" } else { secret }, "hosts": hosts })
        })
        .collect();
    // kubectl shows a name that no Ingress has where it has none: `default`, `<default>`.
    let default = described.text("Default backend").filter(|b| !b.starts_with("default") && !b.starts_with('<'));
    json!({
        "spec": object([
            ("ingressClassName", described.text("Ingress Class").map(Value::from)),
            ("defaultBackend", default.and_then(|b| b.split_whitespace().next()).and_then(backend)),
            ("tls", (!tls.is_empty()).then(|| tls.into())),
            ("rules", Some(rules.into())),
        ]),
        "status": { "loadBalancer": { "ingress": addresses } },
    })
}

/// `web:80` as a backend.
fn backend(told: &str) -> Option<Value> {
    let (service, port) = told.rsplit_once(':')?;
    let port = port.parse::<i64>().map_or_else(|_| json!({ "name": port }), |n| json!({ "number": n }));
    Some(json!({ "service": { "name": service, "port": port } }))
}
