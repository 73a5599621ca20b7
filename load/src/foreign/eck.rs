//! eck-diagnostics: resources by namespace, logs of a pod between START and END lines that name no container.

use tarbox_model::log::Run;

use super::documents::kind_of_file;
use super::{Item, Layout, is_document, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "eck-diagnostics",
    marks: |paths| {
        let has = |name: &str| paths.iter().any(|p| p.rsplit('/').next() == Some(name));
        has("eck-diagnostics.log") || has("operators.json") && has("storageclasses.json")
    },
    item,
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., namespace, "pod", pod, file @ ("logs.txt" | "previous-logs.txt")] => Item::Sections {
            namespace: (*namespace).to_owned(),
            pod: (*pod).to_owned(),
            run: if file.starts_with("previous") { Run::Previous } else { Run::Current },
        },
        [.., "version.json"] => Item::Version,
        [.., "manifest.json" | "operators.json"] => Item::Other,
        [.., file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
        _ => Item::Other,
    }
}
