//! crash-diagnostics: `kubecapture/GROUP_VERSION/[NAMESPACE/]RESOURCE-TIME.json`, logs beside them.

use super::documents::kind_of_file;
use super::{Item, Layout, after, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "crash-diagnostics",
    marks: |paths| paths.iter().any(|p| after(p, "kubecapture").is_some_and(|rest| rest.len() >= 2)),
    item,
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    match after(path, "kubecapture").as_deref() {
        Some([_, namespace, pod, container, file]) if file.ends_with(".log") => log(namespace, pod, container, false),
        Some([.., file]) if is_document(file) => {
            let resource = stem(file).split('-').next().unwrap_or_default();
            Item::Objects { kind: kind_of_file(resource) }
        }
        _ => Item::Other,
    }
}
