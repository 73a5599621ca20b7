//! crust-gather: one object a file, under `cluster/` and `namespaces/`, log lines with times; nodes' journals as pods that are none.

use super::{Item, Layout, after, is_document, log};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "crust-gather",
    marks: |paths| {
        let ends = |end: &str| paths.iter().any(|p| *p == end || p.ends_with(&format!("/{end}")));
        ends("collected.timestamp") || (ends("api.json") && ends("apis.json") && ends("version.yaml"))
    },
    item,
    whole: &["nodes", "namespaces", "pods", "services", "deployments", "replicasets", "statefulsets", "daemonsets", "events"],
    null_words: false,
};

fn item(path: &str) -> Item {
    if path == "version.yaml" || path.ends_with("/version.yaml") {
        return Item::Version;
    }
    let rest = after(path, "namespaces");
    match rest.as_deref() {
        Some([namespace, "v1", "pod", pod, container, file @ ("current.log" | "previous.log")]) => {
            log(namespace, pod, container, *file == "previous.log")
        }
        // A node's journal comes as a pod: no object.
        Some(["default", "v1", "pod", file]) if !file.contains('-') && is_document(file) => Item::Objects { kind: None },
        Some([.., file]) if is_document(file) => Item::Objects { kind: None },
        Some(_) => Item::Other,
        None => match after(path, "cluster").as_deref() {
            Some([.., file]) if is_document(file) => Item::Objects { kind: None },
            _ => Item::Other,
        },
    }
}
