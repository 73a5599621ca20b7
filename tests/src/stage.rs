//! Writes a case as a real bundle, as the collector would have: objects by kind, files as they are, ledger, manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tarbox_bundle::{EntryPath, Header, LogKind, Outcome, Place, SourceOutcome, Writer, WriterOptions};
use tarbox_model::Snapshot;

use crate::case::Case;

/// Kinds whose plural is not the kind in lower case with an `s`.
const IRREGULAR: &[(&str, &str)] = &[
    ("Endpoints", "endpoints"),
    ("Ingress", "ingresses"),
    ("IngressClass", "ingressclasses"),
    ("StorageClass", "storageclasses"),
    ("NetworkPolicy", "networkpolicies"),
    ("PriorityClass", "priorityclasses"),
    ("GatewayClass", "gatewayclasses"),
    ("Gateway", "gateways"),
    ("ServiceEntry", "serviceentries"),
];

/// Group, version and plural name of an object.
pub(crate) fn resource(object: &Value) -> (String, String, String) {
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {object}")).to_owned();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let (group, version) = api.split_once('/').map_or(("", api.as_str()), |(g, v)| (g, v));
    let lower = kind.to_lowercase();
    let regular = lower.strip_suffix("cy").map_or_else(|| format!("{lower}s"), |stem| format!("{stem}cies"));
    let plural = IRREGULAR.iter().find(|(k, _)| *k == kind).map_or(regular, |(_, plural)| (*plural).to_owned());
    (group.to_owned(), version.to_owned(), plural)
}

/// Writes the case as `FOLDER/case.tar.zst`.
///
/// # Panics
/// When it cannot be written.
pub fn write(case: &Case, folder: &Path) -> PathBuf {
    let path = folder.join("case.tar.zst");
    let writer = Writer::create(&path, WriterOptions::new("case", 1_764_000_000)).unwrap();
    writer.header(&header(case)).unwrap();
    let mut by_resource: BTreeMap<(String, String, String), Vec<&Value>> = BTreeMap::new();
    for object in &case.objects {
        by_resource.entry(resource(object)).or_default().push(object);
    }
    let mut ledger: BTreeMap<String, u64> = everything().into_iter().map(|source| (source, 0)).collect();
    for ((group, version, plural), objects) in &by_resource {
        let (path, source) = match plural.as_str() {
            "secrets" => (EntryPath::secrets(), "secrets".to_owned()),
            _ if group == "metrics.k8s.io" => (EntryPath::metrics(&format!("{plural}.ndjson")), "metrics".to_owned()),
            plural => (EntryPath::objects(group, version, plural, None), format!("objects/{group}/{version}/{plural}")),
        };
        let lines: String = objects.iter().map(|o| format!("{o}\n")).collect();
        writer.add(&path, lines.as_bytes()).unwrap();
        ledger.retain(|known, _| !known.ends_with(&format!("/{plural}")));
        ledger.insert(source, objects.len() as u64);
    }
    for (path, text) in &case.files {
        writer.add(&entry_path(path), text.as_bytes()).unwrap();
    }
    let denied: BTreeSet<&str> = case.missing.iter().map(String::as_str).collect();
    for (source, items) in ledger {
        let refused = source.rsplit('/').next().is_some_and(|topic| denied.contains(topic));
        let outcome = if refused { Outcome::Denied } else { Outcome::Collected };
        writer.outcome(SourceOutcome { source, outcome, items, bytes: 0, detail: String::new() });
    }
    writer.finish().unwrap();
    path
}

/// The head of a bundle that was taken when the case was.
pub(crate) fn header(case: &Case) -> Header {
    let header = serde_json::json!({
        "format": 1, "collected_at": case.at.to_string(), "redaction": "default",
        "tool": {"name": "tarbox-tests", "version": "0"}, "cluster": {"server": "https://cluster.example.com", "version": "v1.34.0"},
    });
    serde_json::from_value(header).unwrap()
}

/// Every source that a cluster without surprises answers.
pub(crate) fn everything() -> Vec<String> {
    let objects = Snapshot::default();
    let kinds = objects.counts().filter(|(resource, _)| *resource != "secrets").map(|(resource, _)| format!("objects/any/v1/{resource}"));
    kinds.chain(["secrets", "logs", "kubelet", "metrics", "health", "http", "mongodb", "helm", "certificates"].map(str::to_owned)).collect()
}

/// The entry path that a case's section names.
fn entry_path(path: &str) -> EntryPath {
    match Place::parse(path) {
        Place::Log { namespace, pod, container, kind } => EntryPath::log(&namespace, &pod, &container, kind),
        Place::Kubelet { node, file } => EntryPath::kubelet(&node, &file),
        Place::Health { file } => EntryPath::health(&file),
        Place::Http { namespace, service, file } => EntryPath::http(&namespace, &service, &file),
        Place::Mongodb { namespace, pod, file } => EntryPath::mongodb(&namespace, &pod, &file),
        Place::Helm { namespace, release } => EntryPath::helm(&namespace, &release),
        Place::Certificates => EntryPath::certificates(),
        Place::Metrics { file } => EntryPath::metrics(&file),
        _ => panic!("no place of the bundle: {path}; a log is logs/NAMESPACE/POD/CONTAINER/{}.log", kind_words(LogKind::Current)),
    }
}

fn kind_words(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Previous => "previous",
        LogKind::Current => "current",
    }
}
