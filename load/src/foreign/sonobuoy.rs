//! Sonobuoy: `resources/`, `podlogs/`, `serverversion.json`.

use super::documents::kind_of_file;
use super::{Item, Layout, after, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "sonobuoy",
    marks: |paths| {
        let has = |first: &str| paths.iter().any(|p| after(p, "resources").is_some_and(|rest| rest.first() == Some(&first)));
        has("ns") || (has("cluster") && paths.iter().any(|p| p.ends_with("serverversion.json")))
    },
    item,
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    if path.ends_with("serverversion.json") {
        return Item::Version;
    }
    if let Some(rest) = after(path, "podlogs") {
        return match rest.as_slice() {
            [namespace, pod, "logs", file] => log(namespace, pod, stem(file), false),
            _ => Item::Other,
        };
    }
    match after(path, "resources").as_deref() {
        Some([.., file]) if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
        _ => Item::Other,
    }
}
