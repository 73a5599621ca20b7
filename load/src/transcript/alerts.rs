//! Alerts of a monitoring system, where a session shows them as JSON: those of Prometheus and Alertmanager, and lists of objects
//! with a kind, a name and what is held against them.

use std::sync::Arc;

use serde_json::Value;
use tarbox_model::evidence::Origin;
use tarbox_model::facts::Alert;
use tarbox_model::{ObjectRef, Timestamp};

use super::blocks::Block;

/// Alerts that a block's output holds, each at its line.
pub(super) fn read(path: &Arc<str>, block: &Block<'_>) -> Vec<Alert> {
    let text = block.text();
    let starts = text.trim_start().starts_with(['{', '[']);
    let Some(value) = starts.then(|| serde_json::from_str::<Value>(&text).ok()).flatten() else { return Vec::new() };
    let list = ["/alerts", "/data/alerts"].iter().find_map(|pointer| value.pointer(pointer)).unwrap_or(&value);
    let mut from = 0;
    let mut all = Vec::new();
    for item in list.as_array().into_iter().flatten() {
        let Some(object) = object(item).filter(|_| is_firing(item)) else { continue };
        for said in texts(item) {
            // In the order of the document: the same words may be said of several objects.
            let Some(i) = (from..block.lines.len()).find(|i| block.lines.get(*i).is_some_and(|line| line.contains(&said))) else {
                continue;
            };
            from = i;
            let number = u32::try_from(block.start + i + 1).unwrap_or(u32::MAX);
            all.push(Alert {
                origin: Origin::new(path, number, ""),
                pointer: None,
                name: name(item, &said),
                object: object.clone(),
                text: said,
                since: ["activeAt", "startsAt"].iter().find_map(|key| item.get(key)?.as_str()?.parse::<Timestamp>().ok()),
            });
        }
    }
    all
}

/// Whether it holds now: not pending, not silenced, not over.
fn is_firing(item: &Value) -> bool {
    let state = item.get("state").or_else(|| item.pointer("/status/state")).or_else(|| item.get("status")).and_then(Value::as_str);
    state.is_none_or(|s| !matches!(s.to_ascii_lowercase().as_str(), "pending" | "inactive" | "resolved" | "suppressed" | "ok" | "normal"))
}

/// What an alert is about: by its labels, the narrowest first, or by its own kind and name.
fn object(item: &Value) -> Option<ObjectRef> {
    let label = |key: &str| item.pointer(&format!("/labels/{key}")).and_then(Value::as_str);
    if item.get("labels").is_some() {
        let namespace = label("namespace").unwrap_or_default();
        let kinds = [
            ("pod", "Pod"),
            ("deployment", "Deployment"),
            ("statefulset", "StatefulSet"),
            ("daemonset", "DaemonSet"),
            ("persistentvolumeclaim", "PersistentVolumeClaim"),
            ("service", "Service"),
        ];
        let named = kinds.iter().find_map(|(key, kind)| Some(ObjectRef::new(*kind, namespace, label(key)?)));
        let node =
            || label("node").or_else(|| label("instance")).map(|n| ObjectRef::cluster_wide("Node", n.split(':').next().unwrap_or(n)));
        return named.or_else(node);
    }
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let kind = text("kind").or_else(|| text("type")).filter(|k| k.starts_with(|c: char| c.is_ascii_uppercase()))?;
    Some(ObjectRef::new(kind, text("namespace").unwrap_or_default(), text("name")?))
}

/// What it says, one text for each complaint.
fn texts(item: &Value) -> Vec<String> {
    let strings = |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    for key in ["evidence", "messages", "details"] {
        if let Some(found) = item.get(key).map(strings).filter(|found| !found.is_empty()) {
            return found;
        }
    }
    let pointers = ["/annotations/description", "/annotations/summary", "/annotations/message", "/message", "/labels/alertname"];
    pointers.iter().find_map(|p| item.pointer(p)?.as_str()).map(str::to_owned).into_iter().collect()
}

/// The alert's name, or the words before its figures.
fn name(item: &Value, said: &str) -> String {
    let named = item.pointer("/labels/alertname").and_then(Value::as_str);
    named.unwrap_or_else(|| said.split('|').next().unwrap_or(said).trim()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alerts(text: &str) -> Vec<Alert> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        read(&Arc::from("ticket.txt"), &Block { command: "curl /api/v1/alerts".to_owned(), start: 4, lines: &lines })
    }

    #[test]
    fn prometheus_tells_of_what_fires() {
        let found = alerts(
            r#"{"status":"success","data":{"alerts":[
{"labels":{"alertname":"HighLatency","namespace":"web","service":"app"},"annotations":{"summary":"p99 latency is 3.2 s"},"state":"firing","activeAt":"2026-11-24T03:00:00Z"},
{"labels":{"alertname":"DiskFull","node":"node-a"},"annotations":{"summary":"soon"},"state":"pending"}]}}"#,
        );
        let shown: Vec<_> = found.iter().map(|a| (a.name.as_str(), a.object.to_string(), a.text.as_str(), a.origin.line)).collect();
        assert_eq!(shown, [("HighLatency", "Service/web/app".to_owned(), "p99 latency is 3.2 s", 6)]);
        assert!(found.first().is_some_and(|a| a.since.is_some()));
    }

    #[test]
    fn lists_of_objects_tell_each_complaint_at_its_line() {
        let found = alerts(
            "{\n\"alerts\": [\n{\"type\": \"Node\", \"name\": \"node-a\", \"status\": \"ABNORMAL\", \"evidence\": [\n\"RETRANSMISSIONS | Current=9.1\",\n\"DROPS | Current=2\"\n]}]}",
        );
        let shown: Vec<_> = found.iter().map(|a| (a.name.as_str(), a.object.to_string(), a.origin.line)).collect();
        assert_eq!(shown, [("RETRANSMISSIONS", "Node/node-a".to_owned(), 8), ("DROPS", "Node/node-a".to_owned(), 9)]);
        assert!(alerts("{\"alerts\": 3}").is_empty() && alerts("kind: Pod").is_empty());
    }
}
