//! `kubectl cluster-info dump --output-directory`: seven kinds, logs of all containers of a pod in one file.

use tarbox_model::log::Run;

use super::documents::kind_of_file;
use super::{Item, Layout, is_document, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "kubectl cluster-info dump",
    marks: |paths| {
        let ends = |end: &str| paths.iter().any(|p| p.ends_with(end));
        (ends("nodes.json") || ends("nodes.yaml"))
            && (ends("/replication-controllers.json") || ends("/replication-controllers.yaml") || ends("/logs.txt"))
    },
    item,
    whole: &["nodes", "events", "services", "daemonsets", "deployments", "replicasets", "pods"],
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., namespace, pod, "logs.txt"] => {
            Item::Sections { namespace: (*namespace).to_owned(), pod: (*pod).to_owned(), run: Run::Current }
        }
        [.., file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
        _ => Item::Other,
    }
}
