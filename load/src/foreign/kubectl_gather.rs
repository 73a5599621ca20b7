//! kubectl-gather: `CLUSTER/{cluster,namespaces,addons}`, one object a file, events only in their newer form.

use super::{Item, Layout, after, is_document, log};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "kubectl-gather",
    marks: |paths| paths.iter().any(|p| *p == "gather.log" || p.ends_with("/gather.log")),
    item,
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    match after(path, "namespaces").as_deref() {
        Some([namespace, "pods", pod, container, file @ ("current.log" | "previous.log")]) => {
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
