//! Tables of nodes, namespaces and events.
use super::column::{AGE, Column, NAME, Row, integer, or_none, text};
use std::collections::BTreeSet;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "nodes") => NODES,
        ("", "namespaces") => NAMESPACES,
        ("", "events") => EVENTS,
        _ => return None,
    })
}

const NODES: &[Column] = &[
    NAME,
    text("Status", |row| {
        let ready = row.list("/status/conditions").iter().find(|condition| condition["type"] == "Ready");
        let status = ready.map_or("Unknown", |ready| if ready["status"] == "True" { "Ready" } else { "NotReady" });
        format!("{status}{}", if row.flag_or("/spec/unschedulable", false) { ",SchedulingDisabled" } else { "" }).into()
    }),
    text("Roles", |row| {
        let mut roles = BTreeSet::new();
        for (label, value) in row.get("/metadata/labels").as_object().into_iter().flatten() {
            match (label.strip_prefix("node-role.kubernetes.io/"), value.as_str()) {
                (Some(role), _) if !role.is_empty() => drop(roles.insert(role)),
                (None, Some(role)) if label == "kubernetes.io/role" && !role.is_empty() => drop(roles.insert(role)),
                _ => {}
            }
        }
        or_none(roles.into_iter().collect::<Vec<_>>().join(",")).into()
    }),
    AGE,
    text("Version", |row| row.text("/status/nodeInfo/kubeletVersion").into()),
    text("Internal-IP", |row| address(row, "InternalIP").into()).wide(),
    text("External-IP", |row| address(row, "ExternalIP").into()).wide(),
    text("OS-Image", |row| row.text_or("/status/nodeInfo/osImage", "<unknown>").into()).wide(),
    text("Kernel-Version", |row| row.text_or("/status/nodeInfo/kernelVersion", "<unknown>").into()).wide(),
    text("Container-Runtime", |row| row.text_or("/status/nodeInfo/containerRuntimeVersion", "<unknown>").into()).wide(),
];

const NAMESPACES: &[Column] = &[NAME, text("Status", |row| row.text("/status/phase").into()), AGE];

const EVENTS: &[Column] = &[
    text("Last Seen", |row| {
        let series = row.text("/series/lastObservedTime");
        let last = row.text_or("/lastTimestamp", first_seen(row));
        row.ago(if series.is_empty() { last } else { series }).into()
    }),
    text("Type", |row| row.text("/type").into()),
    text("Reason", |row| row.text("/reason").into()),
    text("Object", |row| {
        let kind = row.text("/involvedObject/kind").to_lowercase();
        match row.text("/involvedObject/name") {
            "" => kind.into(),
            name => format!("{kind}/{name}").into(),
        }
    }),
    text("Subobject", |row| row.text("/involvedObject/fieldPath").into()).wide(),
    text("Source", |row| {
        let component = row.text_or("/source/component", row.text("/reportingComponent"));
        match row.text_or("/source/host", row.text("/reportingInstance")) {
            "" => component.into(),
            instance => format!("{component}, {instance}").into(),
        }
    })
    .wide(),
    text("Message", |row| row.text("/message").trim().into()),
    text("First Seen", |row| row.ago(first_seen(row)).into()).wide(),
    integer("Count", |row| match row.number("/series/count") {
        0 => row.number("/count").max(1).into(),
        count => count.into(),
    })
    .wide(),
    text("Name", |row| row.text("/metadata/name").into()).named().wide(),
];

fn first_seen<'o>(row: &Row<'o>) -> &'o str {
    row.text_or("/firstTimestamp", row.text("/eventTime"))
}

fn address<'o>(row: &Row<'o>, kind: &str) -> &'o str {
    let found = row.list("/status/addresses").iter().find(|address| address["type"] == kind);
    found.and_then(|address| address["address"].as_str()).unwrap_or("<none>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn shown(columns: &[Column], object: &Value) -> Vec<String> {
        let row = Row::new(object, "2026-11-24T03:10:00Z".parse().unwrap());
        columns.iter().map(|column| super::super::column::plain(&column.cell(&row))).collect()
    }

    #[test]
    fn events_old_and_new() {
        let old = json!({"lastTimestamp": "2026-11-24T03:09:00Z", "firstTimestamp": "2026-11-24T03:00:00Z", "count": 7, "type": "Warning", "reason": "BackOff",
            "involvedObject": {"kind": "Pod", "name": "p", "fieldPath": "spec.containers{c}"}, "source": {"component": "kubelet", "host": "n1"}, "message": "text \n", "metadata": {"name": "e"}});
        assert_eq!(
            shown(EVENTS, &old),
            ["60s", "Warning", "BackOff", "pod/p", "spec.containers{c}", "kubelet, n1", "text", "10m", "7", "e"]
        );
        let new = json!({"eventTime": "2026-11-24T03:08:00.5Z", "series": {"count": 3, "lastObservedTime": "2026-11-24T03:09:59.5Z"}, "reportingComponent": "scheduler", "reportingInstance": "s-1",
            "lastTimestamp": null, "firstTimestamp": null, "involvedObject": {"kind": "Pod"}});
        let cells = shown(EVENTS, &new);
        assert_eq!([&cells[0], &cells[3], &cells[5], &cells[7], &cells[8]], ["0s", "pod", "scheduler, s-1", "119s", "3"]);
    }

    #[test]
    fn nodes_by_condition_and_role() {
        let node = json!({"metadata": {"name": "n", "labels": {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/edge": "", "kubernetes.io/role": "x"}},
            "spec": {"unschedulable": true}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}});
        assert_eq!(shown(NODES, &node)[1..4], ["NotReady,SchedulingDisabled", "edge,worker,x", "<unknown>"]);
        assert_eq!(shown(NODES, &json!({}))[1..3], ["Unknown", "<none>"]);
    }
}
