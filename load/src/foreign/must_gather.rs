//! `oc adm must-gather` and `oc adm inspect`: `namespaces/` and `cluster-scoped-resources/`, lists and single objects, YAML.

use super::documents::kind_of_file;
use super::{Item, Layout, after, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "must-gather",
    marks: |paths| {
        let has = |anchor: &str| paths.iter().any(|p| after(p, anchor).is_some_and(|rest| rest.len() >= 2));
        has("cluster-scoped-resources") || (has("namespaces") && paths.iter().any(|p| p.ends_with("/logs/current.log")))
    },
    item,
    // Which namespaces are there is the choice of whoever ran it.
    whole: &["nodes", "persistentvolumes", "storageclasses"],
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    if let Some(rest) = after(path, "cluster-scoped-resources") {
        return match rest.as_slice() {
            [_, file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
            [_, resource, file] if is_document(file) => Item::Objects { kind: kind_of_file(resource) },
            _ => Item::Other,
        };
    }
    if let Some(rest) = after(path, "namespaces") {
        return match rest.as_slice() {
            [
                namespace,
                "pods",
                pod,
                container,
                ..,
                "logs",
                file @ ("current.log" | "previous.log" | "current.insecure.log" | "previous.insecure.log"),
            ] => log(namespace, pod, container, file.starts_with("previous")),
            // What the runtime rotated away is of the run that goes on, or of one before: lines have their times.
            [namespace, "pods", pod, container, .., "logs", "rotated", file] if file.contains(".log") => {
                log(namespace, pod, container, false)
            }
            [_, "pods", _, file] if is_document(file) => Item::Objects { kind: Some("Pod") },
            [namespace, file] if stem(file) == *namespace && is_document(file) => Item::Objects { kind: Some("Namespace") },
            [_, _, file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
            [_, _, resource, file] if is_document(file) => Item::Objects { kind: kind_of_file(resource) },
            _ => Item::Other,
        };
    }
    // Its second line is when it ended.
    if path == "timestamp" || path.ends_with("/timestamp") { Item::Time { behind: "" } } else { Item::Other }
}
