//! Tables of settings and bounds: maps, quotas, classes, leases, components, and what metrics.k8s.io measures.
use super::column::{AGE, Column, NAME, Row, boolean, integer, plain, text};
use serde_json::Value;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "configmaps") => CONFIG_MAPS,
        ("", "resourcequotas") => QUOTAS,
        ("", "componentstatuses") => COMPONENTS,
        ("scheduling.k8s.io", "priorityclasses") => PRIORITIES,
        ("node.k8s.io", "runtimeclasses") => RUNTIMES,
        ("coordination.k8s.io", "leases") => LEASES,
        ("coordination.k8s.io", "leasecandidates") => CANDIDATES,
        ("metrics.k8s.io", "nodes") => NODE_METRICS,
        ("metrics.k8s.io", "pods") => POD_METRICS,
        _ => return None,
    })
}

const CONFIG_MAPS: &[Column] = &[NAME, text("Data", |row| (row.count("/data") + row.count("/binaryData")).into()), AGE];

const QUOTAS: &[Column] = &[NAME, text("Request", |row| quota(row, false).into()), text("Limit", |row| quota(row, true).into()), AGE];

const COMPONENTS: &[Column] = &[
    NAME,
    text("Status", |row| match healthy(row) {
        Value::Null => "Unknown".into(),
        condition if condition["status"] == "True" => "Healthy".into(),
        _ => "Unhealthy".into(),
    }),
    text("Message", |row| plain(&healthy(row)["message"]).into()),
    text("Error", |row| plain(&healthy(row)["error"]).into()),
];

const PRIORITIES: &[Column] = &[
    NAME,
    integer("Value", |row| row.number("/value").into()),
    boolean("Global-Default", |row| row.flag_or("/globalDefault", false).into()),
    AGE,
    text("PreemptionPolicy", |row| row.text("/preemptionPolicy").into()),
];

const RUNTIMES: &[Column] = &[NAME, text("Handler", |row| row.text("/handler").into()), AGE];

const LEASES: &[Column] = &[NAME, text("Holder", |row| row.text("/spec/holderIdentity").into()), AGE];

const CANDIDATES: &[Column] = &[
    NAME,
    text("LeaseName", |row| row.text("/spec/leaseName").into()),
    text("BinaryVersion", |row| row.text("/spec/binaryVersion").into()),
    text("EmulationVersion", |row| row.text("/spec/emulationVersion").into()),
    AGE,
];

const WINDOW: Column = text("Window", |row| row.text("/window").into());
const NODE_METRICS: &[Column] =
    &[NAME, text("CPU", |row| row.text("/usage/cpu").into()), text("Memory", |row| row.text("/usage/memory").into()), WINDOW];
const POD_METRICS: &[Column] = &[NAME, text("CPU", |row| sum(row, "cpu").into()), text("Memory", |row| sum(row, "memory").into()), WINDOW];

fn healthy<'o>(row: &Row<'o>) -> &'o Value {
    row.list("/conditions").iter().find(|condition| condition["type"] == "Healthy").unwrap_or(&Value::Null)
}

/// `pods: 3/10, requests.cpu: 1/2`: what is used of what may be, requests or limits.
fn quota(row: &Row<'_>, limits: bool) -> String {
    let hard = row.get("/status/hard").as_object().into_iter().flatten();
    let of_kind = hard.filter(|(name, _)| name.starts_with("limits.") == limits);
    let used = row.get("/status/used");
    let known = |value: &Value| if value.is_null() { "0".to_owned() } else { plain(value) };
    of_kind.map(|(name, most)| format!("{name}: {}/{}", known(&used[name]), plain(most))).collect::<Vec<_>>().join(", ")
}

/// What a pod's containers use together. The metrics server gives all in one unit.
fn sum(row: &Row<'_>, what: &str) -> String {
    let (mut total, mut unit) = (0_i64, "");
    for container in row.list("/containers") {
        let usage = container["usage"][what].as_str().unwrap_or_default();
        let (number, suffix) = usage.split_at(usage.find(|c: char| !c.is_ascii_digit()).unwrap_or(usage.len()));
        if !suffix.is_empty() && !unit.is_empty() && suffix != unit {
            return "<unknown>".to_owned();
        }
        total = total.saturating_add(number.parse().unwrap_or(0));
        unit = if suffix.is_empty() { unit } else { suffix };
    }
    format!("{total}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn quotas_and_sums() {
        let object = json!({"status": {"hard": {"pods": "10", "limits.cpu": "2"}, "used": {"pods": "3"}},
            "containers": [{"usage": {"cpu": "100n", "memory": "10Ki"}}, {"usage": {"cpu": "0", "memory": "5Ki"}}]});
        let row = Row::new(&object, Timestamp::UNIX_EPOCH);
        assert_eq!((quota(&row, false), quota(&row, true)), ("pods: 3/10".to_owned(), "limits.cpu: 0/2".to_owned()));
        assert_eq!((sum(&row, "cpu"), sum(&row, "memory")), ("100n".to_owned(), "15Ki".to_owned()));
    }
}
