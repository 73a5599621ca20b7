//! Prometheus's custom objects: monitors, what they select, and who reads them.

use serde_json::Value;
use tarbox_model::Snapshot;
use tarbox_model::object::Custom;
use tarbox_model::selector::{LabelSelector, Labels, Requirement};

/// API group.
pub(super) const GROUP: &str = "monitoring.coreos.com";

/// A label selector at a pointer of an object; `None` when there is none.
pub(super) fn selector(object: &Custom, pointer: &str) -> Option<LabelSelector> {
    let value = object.get(pointer)?;
    let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let texts =
        |v: Option<&Value>| v.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let pairs = value.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    let match_labels: Labels = pairs.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect();
    let conditions = value.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    let match_expressions =
        conditions.map(|v| Requirement { key: text(v, "key"), operator: text(v, "operator"), values: texts(v.get("values")) }).collect();
    Some(LabelSelector { match_labels, match_expressions })
}

/// A selector in words: `a=1,b in (x,y)`.
pub(super) fn describe(selector: &LabelSelector) -> String {
    let pairs = selector.match_labels.iter().map(|(k, v)| format!("{k}={v}"));
    pairs.chain(selector.match_expressions.iter().map(Requirement::describe)).collect::<Vec<_>>().join(",")
}

/// Namespaces in which a monitor looks; `None` means all.
pub(super) fn namespaces(monitor: &Custom) -> Option<Vec<&str>> {
    if monitor.get("/spec/namespaceSelector/any").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let named = monitor.get("/spec/namespaceSelector/matchNames").and_then(Value::as_array);
    let named: Vec<&str> = named.into_iter().flatten().filter_map(Value::as_str).collect();
    Some(if named.is_empty() { vec![monitor.metadata.namespace.as_str()] } else { named })
}

/// Every Prometheus; none where something else may read monitors as well.
pub(super) fn readers(snapshot: &Snapshot) -> Vec<&Custom> {
    let others = ["VMAgent", "VMServiceScrape", "PrometheusAgent", "Alloy", "OpenTelemetryCollector", "TargetAllocator"];
    let other = snapshot.custom.iter().any(|c| others.contains(&&*c.kind));
    snapshot.custom_of(GROUP, "Prometheus").filter(|_| !other).collect()
}

/// Whether a Prometheus reads a monitor; `field` is `serviceMonitor` or `podMonitor`. An absent selector selects nothing, an
/// empty one everything; an absent selector of namespaces means its own.
pub(super) fn reads(snapshot: &Snapshot, prometheus: &Custom, field: &str, monitor: &Custom) -> bool {
    let chosen = selector(prometheus, &format!("/spec/{field}Selector")).is_some_and(|s| s.matches(&monitor.metadata.labels));
    let namespace = monitor.metadata.namespace.as_str();
    let there = match selector(prometheus, &format!("/spec/{field}NamespaceSelector")) {
        None => prometheus.metadata.namespace == namespace,
        Some(wanted) if wanted.is_empty() => true,
        Some(wanted) => Snapshot::find(&snapshot.namespaces, "", namespace).is_none_or(|n| wanted.matches(&n.metadata.labels)),
    };
    chosen && there
}
