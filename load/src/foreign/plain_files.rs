//! A folder or archive that somebody filled by hand: output of `kubectl get -o yaml|json`, and logs. What a file is, its name and content
//! tell; of a log's place, whatever its path tells.

use super::documents::kind_of_file;
use super::{Item, Layout, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout { name: "plain files", marks: |_| true, item, ..Layout::PLAIN };

fn item(path: &str) -> Item {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "stats", "summary"] | [.., "summary.json"] => Item::Summary,
        [.., "cadvisor" | "cadvisor.prom"] => Item::Counters,
        [.., file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
        [.., namespace, pod, container, file @ ("current.log" | "previous.log")] => log(namespace, pod, container, *file == "previous.log"),
        [.., file] if file.ends_with(".log") || file.ends_with(".txt") || file.ends_with(".log.1") => loose_log(&parts, file),
        _ => Item::Other,
    }
}

/// `web-0.log`, `web-0_app.log`, `logs/web-0/app.log`, `web-0-previous.log`.
fn loose_log(parts: &[&str], file: &str) -> Item {
    let name = file.trim_end_matches(".1").trim_end_matches(".log").trim_end_matches(".txt");
    let previous = file.ends_with(".1") || name.ends_with("-previous") || name.ends_with("_previous") || name.ends_with(".previous");
    let name = name.trim_end_matches("previous").trim_end_matches(['-', '_', '.']);
    let above = parts.iter().rev().nth(1).copied().unwrap_or_default();
    match name.split_once('_') {
        Some((pod, container)) => log("", pod, container, previous),
        // A folder that looks like a pod's name holds its containers' logs.
        None if above.contains('-') && above.bytes().any(|b| b.is_ascii_digit()) => log("", above, name, previous),
        None => log("", name, "", previous),
    }
}
