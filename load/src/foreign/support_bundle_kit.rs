//! support-bundle-kit (Rancher, Harvester, Longhorn): `yamls/`, `logs/`, `metadata.yaml`; empty strings come as `"null"`.

use super::documents::kind_of_file;
use super::{Item, Layout, after, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "support-bundle-kit",
    marks: |paths| {
        let under = |anchor: &str| paths.iter().any(|p| after(p, "yamls").is_some_and(|rest| rest.first() == Some(&anchor)));
        under("cluster") || under("namespaced")
    },
    item,
    whole: &[
        "nodes",
        "namespaces",
        "pods",
        "services",
        "deployments",
        "replicasets",
        "statefulsets",
        "daemonsets",
        "events",
        "persistentvolumeclaims",
        "persistentvolumes",
    ],
    null_words: true,
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    if let Some(rest) = after(path, "yamls") {
        return match rest.last() {
            Some(file) if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
            _ => Item::Other,
        };
    }
    if path == "metadata.yaml" || path.ends_with("/metadata.yaml") {
        return Item::Time { behind: "bundlecreatedat:" };
    }
    // A node's own files have folders of that name as well.
    match after(path, "logs").filter(|_| after(path, "nodes").is_none()).as_deref() {
        Some([namespace, pod, file]) => match (file.strip_suffix(".log.1"), file.strip_suffix(".log")) {
            (Some(container), _) => log(namespace, pod, container, true),
            (_, Some(container)) => log(namespace, pod, container, false),
            _ => Item::Other,
        },
        _ => Item::Other,
    }
}
