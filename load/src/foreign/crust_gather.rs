//! crust-gather: one object a file, under `cluster/` and `namespaces/`, log lines with times; nodes' journals as pods that are none.

use std::collections::BTreeSet;

use tarbox_model::snapshot::Snapshot;

use super::{Item, Layout, after, is_document, log};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "crust-gather",
    marks: |paths| {
        let ends = |end: &str| paths.iter().any(|p| *p == end || p.ends_with(&format!("/{end}")));
        ends("collected.timestamp") || (ends("api.json") && ends("apis.json") && ends("version.yaml"))
    },
    item,
    settle,
    whole: &["nodes", "namespaces", "pods", "services", "deployments", "replicasets", "statefulsets", "daemonsets", "events"],
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    if path == "version.yaml" || path.ends_with("/version.yaml") {
        return Item::Version;
    }
    if path.ends_with("collected.timestamp") {
        return Item::Time { behind: "" };
    }
    let rest = after(path, "namespaces");
    match rest.as_deref() {
        Some([namespace, "v1", "pod", pod, container, file @ ("current.log" | "previous.log")]) => {
            log(namespace, pod, container, *file == "previous.log")
        }
        Some([.., file]) if is_document(file) => Item::Objects { kind: None },
        Some(_) => Item::Other,
        None => match after(path, "cluster").as_deref() {
            Some([.., file]) if is_document(file) => Item::Objects { kind: None },
            _ => Item::Other,
        },
    }
}

/// A node's journal comes as the log of a pod of the node's name. It is no container's: the index has it.
fn settle(snapshot: &mut Snapshot) {
    let nodes: BTreeSet<&str> = snapshot.nodes.iter().map(|n| n.metadata.name.as_str()).collect();
    let pods: BTreeSet<&str> =
        snapshot.pods.iter().filter(|p| p.metadata.namespace == "default").map(|p| p.metadata.name.as_str()).collect();
    snapshot.logs.retain(|l| l.namespace != "default" || pods.contains(l.pod.as_str()) || !nodes.contains(l.pod.as_str()));
}
