//! Makes a case many times as large: every copy has names, uids and label values of its own, so that it is one more such
//! cluster beside the others, in the same namespaces or in others.

use std::collections::{BTreeMap, BTreeSet};
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

/// The case with itself beside it so many times, `together` copies to a namespace: all of them in one is what no cluster looks
/// like, and shows what compares everything of a namespace with everything of it.
pub fn grown(case: &Case, times: usize, together: usize) -> Case {
    let names = Names::of(case);
    let mut grown = case.clone();
    for number in 1..times {
        let group = number / together;
        let copy = Copy { names: &names, number, group };
        // What bears no name of its own is there once in each namespace.
        let first = (number > group * together && group > 0).then_some(Copy { names: &names, number: group * together, group });
        for object in &case.objects {
            let other = copy.renamed(object);
            if other != *object && first.as_ref().is_none_or(|first| other != first.renamed(object)) {
                grown.objects.push(other);
            }
        }
        for (path, text) in &case.files {
            let other = copy.moved(path);
            if other != *path && first.as_ref().is_none_or(|first| other != first.moved(path)) {
                grown.files.push((other, copy.retold(text)));
            }
        }
    }
    grown
}

/// Many cases as one cluster, each of them so many times, and each copy in namespaces of its own. What bears no name of its own
/// is there once.
///
/// # Panics
/// When there is no case.
pub fn side_by_side(cases: &[Case], times: usize) -> Case {
    let mut all = Case { objects: Vec::new(), files: Vec::new(), ..cases[0].clone() };
    let (mut known, mut places) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    for (i, case) in cases.iter().enumerate() {
        let names = Names::of(case);
        for number in (1..=times).map(|time| i * times + time) {
            let copy = Copy { names: &names, number, group: number };
            for object in case.objects.iter().map(|object| copy.renamed(object)) {
                let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                if known.insert((text("/kind"), text("/metadata/namespace"), text("/metadata/name"))) {
                    all.objects.push(object);
                }
            }
            for (path, text) in &case.files {
                // A file of the whole bundle has lines of all.
                let path = if path.contains('/') { copy.moved(path) } else { path.clone() };
                let lines = copy.retold(text);
                match places.get(&path) {
                    Some(&at) if !path.contains('/') => all.files[at].1.push_str(&lines),
                    Some(_) => {}
                    None => {
                        places.insert(path.clone(), all.files.len());
                        all.files.push((path, lines));
                    }
                }
            }
        }
    }
    all
}

/// A case that is copied object by object, for more copies than memory has room for.
pub struct Growing<'a> {
    case: &'a Case,
    names: Names,
}

impl<'a> Growing<'a> {
    /// Takes the names of a case.
    pub fn of(case: &'a Case) -> Self {
        Self { case, names: Names::of(case) }
    }

    /// The objects of a copy that are its own; copy 0 is the case itself. `group` numbers its namespaces. Roles, classes and definitions
    /// are the cluster's, and there once.
    pub fn copy(&self, number: usize, group: usize) -> Vec<Value> {
        if number == 0 {
            return self.case.objects.clone();
        }
        let copy = Copy { names: &self.names, number, group };
        let own = |object: &&Value| {
            let placed = object["metadata"]["namespace"].as_str().is_some_and(|namespace| !namespace.starts_with("kube-"));
            placed || matches!(object["kind"].as_str(), Some("Namespace" | "Node" | "PersistentVolume"))
        };
        let renamed = self.case.objects.iter().filter(own).map(|object| (object, copy.renamed(object)));
        renamed.filter(|(object, other)| other != *object).map(|(_, other)| other).collect()
    }
}

/// What is copied.
struct Names {
    /// Names, uids and label values; the cluster's own parts are there once.
    own: BTreeSet<String>,
    /// Namespaces, without the cluster's own.
    namespaces: BTreeSet<String>,
}

impl Names {
    fn of(case: &Case) -> Self {
        let mut names = Self { own: BTreeSet::new(), namespaces: BTreeSet::new() };
        for object in &case.objects {
            let metadata = &object["metadata"];
            let namespace = if object["kind"] == "Namespace" { &metadata["name"] } else { &metadata["namespace"] }.as_str();
            if namespace.is_some_and(|n| n.starts_with("kube-")) {
                continue;
            }
            names.namespaces.extend(namespace.filter(|n| !n.is_empty()).map(str::to_owned));
            if object["kind"] == "Namespace" {
                continue;
            }
            let labels = metadata["labels"].as_object().into_iter().flatten().map(|(_, value)| value);
            let all = [&metadata["name"], &metadata["uid"]].into_iter().chain(labels).filter_map(Value::as_str);
            names.own.extend(all.filter(|n| n.len() > 1 && n.bytes().all(in_name)).map(str::to_owned));
        }
        names
    }
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// One copy, by its number and by that of its namespaces.
struct Copy<'a> {
    names: &'a Names,
    number: usize,
    group: usize,
}

impl Copy<'_> {
    /// Where a file lies: the kind of file stays, what it is of does not.
    fn moved(&self, path: &str) -> String {
        let parts = path.split('/').enumerate();
        let moved = parts.map(|(i, part)| match i {
            0 => part.to_owned(),
            1 if !path.starts_with("kubelet/") => self.namespace(part),
            _ => self.retold(part),
        });
        moved.collect::<Vec<_>>().join("/")
    }

    fn namespace(&self, name: &str) -> String {
        if self.group > 0 && self.names.namespaces.contains(name) { format!("{name}-{}", self.group) } else { name.to_owned() }
    }

    /// A value with its strings retold; keys stay.
    fn renamed(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.retold(text)),
            Value::Array(list) => list.iter().map(|v| self.renamed(v)).collect(),
            Value::Object(map) => {
                let renamed = |key: &str, v: &Value| match (key, v) {
                    ("kind" | "apiVersion" | "image" | "type" | "reason", _) => v.clone(),
                    ("namespace", Value::String(name)) => Value::String(self.namespace(name)),
                    _ => self.renamed(v),
                };
                map.iter().map(|(k, v)| (k.clone(), renamed(k, v))).collect()
            }
            other => other.clone(),
        }
    }

    /// A text in which every name has the copy's number, and every namespace that of its group.
    fn retold(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.bytes().position(|b| !in_name(b)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if self.names.own.contains(word) {
                out.push_str(&format!("{word}-{}", self.number));
            } else {
                out.push_str(&self.namespace(word));
            }
            let next = after.bytes().position(in_name).unwrap_or(after.len());
            let (between, after) = after.split_at(next);
            out.push_str(between);
            rest = after;
        }
        out
    }
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
        let grown = grown(&case, 3, 2);
        let of = |i: usize| (grown.objects[i]["metadata"]["name"].clone(), grown.objects[i]["metadata"]["labels"]["app"].clone());
        assert_eq!((of(0), of(2)), (("app-1".into(), "shop".into()), ("app-1-2".into(), "shop-2".into())));
        assert_eq!(
            (&grown.objects[1]["metadata"]["namespace"], &grown.objects[2]["metadata"]["namespace"]),
            (&"web".into(), &"web-1".into())
        );
        assert_eq!(grown.objects.len(), 3);
        assert_eq!(grown.files[1].0, "logs/web/app-1-1/main/current.log");
        assert_eq!(grown.files[1].1, "begun app-1-1 of shop-1, not app-12\n");
    }

    #[test]
    fn a_log_of_an_unknown_pod_is_there_once_in_a_namespace() {
        let case = Case::parse(
            Path::new("case"),
            "\n== objects\napiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n\n== logs/web/gone-1/main/current.log\nbegun\n",
        );
        let grown = grown(&case, 6, 2);
        let paths: Vec<&str> = grown.files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["web", "web-1", "web-2"].map(|n| format!("logs/{n}/gone-1/main/current.log")));
        assert_eq!(grown.objects.len(), 3);
    }
}
