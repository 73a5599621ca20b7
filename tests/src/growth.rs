//! Makes a case many times as large: every copy has names, uids and label values of its own, so that it is one more such
//! cluster beside the others in the same namespaces.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tarbox_bundle::{Limits, Place, read_all};

use crate::case::Case;

/// A recorded bundle as a case: its objects, logs and samples, without what was said of it.
///
/// # Panics
/// When the bundle cannot be read.
pub fn of_bundle(bundle: &Path) -> Case {
    let mut case = Case::parse(bundle, "");
    let (entries, _) = read_all(bundle, Limits::default()).unwrap_or_else(|e| panic!("{}: {e}", bundle.display()));
    for (path, content) in entries {
        let text = String::from_utf8_lossy(&content).into_owned();
        match Place::parse(&path) {
            Place::Objects { .. } | Place::Secrets => case.objects.extend(text.lines().filter_map(|l| serde_json::from_str(l).ok())),
            Place::Log { .. } | Place::Kubelet { .. } | Place::Mongodb { .. } | Place::Http { .. } => case.files.push((path, text)),
            Place::Header => {
                let header: Value = serde_json::from_str(&text).unwrap();
                case.at = header["collected_at"].as_str().and_then(|at| at.parse().ok()).unwrap_or(case.at);
            }
            _ => {}
        }
    }
    case
}

/// The case with itself beside it so many times.
pub fn grown(case: &Case, times: usize) -> Case {
    let names = names(case);
    let mut grown = case.clone();
    for copy in 1..times {
        for object in &case.objects {
            let other = renamed(object, &names, copy);
            if other != *object {
                grown.objects.push(other);
            }
        }
        for (path, text) in &case.files {
            let other = moved(path, &names, copy);
            if other != *path {
                grown.files.push((other, retold(text, &names, copy)));
            }
        }
    }
    grown
}

/// Names, uids and label values of what is copied; the cluster's own parts are there once.
fn names(case: &Case) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for object in &case.objects {
        let metadata = &object["metadata"];
        let own = metadata["namespace"].as_str().is_some_and(|n| n.starts_with("kube-"));
        if own || object["kind"] == "Namespace" {
            continue;
        }
        let labels = metadata["labels"].as_object().into_iter().flatten().map(|(_, value)| value);
        let all = [&metadata["name"], &metadata["uid"]].into_iter().chain(labels).filter_map(Value::as_str);
        names.extend(all.filter(|n| n.len() > 1 && n.bytes().all(in_name)).map(str::to_owned));
    }
    names
}

/// Where a copy's file lies: the kind of file and the namespace stay; a node's name does not.
fn moved(path: &str, names: &BTreeSet<String>, copy: usize) -> String {
    let stays = if path.starts_with("kubelet/") { 1 } else { 2 };
    let parts = path.split('/').enumerate();
    parts.map(|(i, part)| if i < stays { part.to_owned() } else { retold(part, names, copy) }).collect::<Vec<_>>().join("/")
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// A value with its strings retold; keys stay, and so does whose namespace it is.
fn renamed(value: &Value, names: &BTreeSet<String>, copy: usize) -> Value {
    match value {
        Value::String(text) => Value::String(retold(text, names, copy)),
        Value::Array(list) => list.iter().map(|v| renamed(v, names, copy)).collect(),
        Value::Object(map) => {
            let stays = |key: &str| matches!(key, "namespace" | "kind" | "apiVersion" | "image" | "type" | "reason");
            map.iter().map(|(k, v)| (k.clone(), if stays(k) { v.clone() } else { renamed(v, names, copy) })).collect()
        }
        other => other.clone(),
    }
}

/// A text in which every name has the copy's number.
fn retold(text: &str, names: &BTreeSet<String>, copy: usize) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|b| !in_name(b)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(word);
        if names.contains(word) {
            out.push_str(&format!("-{copy}"));
        }
        let next = after.bytes().position(in_name).unwrap_or(after.len());
        let (between, after) = after.split_at(next);
        out.push_str(between);
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_names_of_their_own() {
        let case = Case::parse(
            Path::new("case"),
            "\n== objects\napiVersion: v1\nkind: Pod\nmetadata: {name: app-1, namespace: web, labels: {app: shop}}\nspec: {nodeName: a}\n\n== logs/web/app-1/main/current.log\nbegun app-1 of shop, not app-12\n",
        );
        let grown = grown(&case, 3);
        let of = |i: usize| (grown.objects[i]["metadata"]["name"].clone(), grown.objects[i]["metadata"]["labels"]["app"].clone());
        assert_eq!((of(0), of(2)), (("app-1".into(), "shop".into()), ("app-1-2".into(), "shop-2".into())));
        assert_eq!(grown.files[1].0, "logs/web/app-1-1/main/current.log");
        assert_eq!(grown.files[1].1, "begun app-1-1 of shop-1, not app-12\n");
    }
}
