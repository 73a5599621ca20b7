//! Documents of other tools: JSON or YAML, a list, a bare array, single objects, one after the other; with or without kinds.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tarbox_model::coverage::InputProblem;
use tarbox_model::evidence::Origin;
use tarbox_model::log::ContainerLog;
use tarbox_model::object::{Kind, Object};
use tarbox_model::snapshot::Snapshot;

use super::{masks, mongo_data};
use crate::metrics;
use crate::objects::{Json, Resource, kind_of, read_one, resource_of};

/// Lists within lists that are followed: `kubectl get -o json` of several makes one.
const NESTING: usize = 3;

/// Reads all objects of a document.
pub(crate) fn read(path: &Arc<str>, bytes: &[u8], kind: Option<&str>, null_words: bool, into: &mut Snapshot) {
    let text = String::from_utf8_lossy(bytes);
    let (documents, cut) = match parse(path, &text) {
        Ok(read) => read,
        Err(message) => {
            into.problems.push(InputProblem { path: Some(path.to_string()), line: None, message: format!("not read: {message}") });
            return;
        }
    };
    if let Some(message) = cut {
        into.problems.push(InputProblem { path: Some(path.to_string()), line: None, message });
    }
    let several = documents.len() > 1;
    for (i, document) in documents.into_iter().enumerate() {
        let document = if null_words { without_null_words(document) } else { document };
        let document = if document.get("Items").is_some() || document.get("ObjectMeta").is_some() { modern(document) } else { document };
        // With several documents in a file a pointer cannot say which: they are told by their place in it.
        let base = if several { format!("/{i}") } else { String::new() };
        if mongo_data::is_one(&document) {
            mongo_data::read(document, path, &base, into);
            continue;
        }
        object(document, kind, path, &base, 0, into);
    }
}

/// Documents, and what is to be said of a part that could not be read.
pub(crate) type Documents = Result<(Vec<Value>, Option<String>), String>;

/// All documents of a text, JSON or YAML; `path` is where it stands.
pub(crate) fn parse(path: &str, text: &str) -> Documents {
    // A tar quirk of one tool leaves a NUL behind.
    let text = text.trim_end_matches('\0').trim();
    if text.is_empty() {
        return Ok((Vec::new(), None));
    }
    let yaml = !(text.starts_with('{') || text.starts_with('['));
    let parsed = if yaml { from_yaml(text) } else { from_json(text) };
    // YAML may begin as JSON does.
    parsed.or_else(|error| if path.contains(".yaml") && !yaml { from_yaml(text).map_err(|_| error) } else { Err(error) })
}

fn from_json(text: &str) -> Documents {
    let mut documents = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match document {
            Ok(value) => documents.push(value),
            Err(error) if documents.is_empty() => return Err(error.to_string()),
            Err(error) => return Ok((documents, Some(format!("the rest was not read: {error}")))),
        }
    }
    Ok((documents, None))
}

/// Bytes of a broken file that are read again to find where it is whole.
const READ_AGAIN: usize = 256 << 20;

fn from_yaml(text: &str) -> Documents {
    let error = match yaml(text) {
        Ok(documents) => return Ok((documents, None)),
        Err(error) => error,
    };
    // Files of a run that was ended are cut anywhere: what stands before the last whole item is good.
    let (mut end, mut read_again) = (text.len(), 0);
    for _ in 0..64 {
        let Some(shorter) = text.get(..end).and_then(|t| t.rfind("\n- ").or_else(|| t.rfind('\n'))) else { break };
        end = shorter;
        read_again += end;
        if read_again > READ_AGAIN {
            break;
        }
        if let Ok(documents) = yaml(text.get(..end).unwrap_or_default()) {
            return Ok((documents, Some(format!("cut: its end was not read: {error}"))));
        }
    }
    Err(error)
}

fn yaml(text: &str) -> Result<Vec<Value>, String> {
    let masked = masks::are_in(text);
    let documents: Vec<Value> =
        serde_saphyr::from_multiple_with_options(&masks::quoted(text), yaml_options(masked)).map_err(|e| first_line(&e.to_string()))?;
    Ok(documents.into_iter().filter(|d| !d.is_null()).collect())
}

/// Room for the largest honest lists; aliases stay bounded, so that a bomb goes off in nobody's face.
fn yaml_options(masked: bool) -> serde_saphyr::Options {
    // Keys that differed may all be the same mask.
    let duplicate_keys = if masked { serde_saphyr::DuplicateKeyPolicy::LastWins } else { serde_saphyr::DuplicateKeyPolicy::Error };
    let mut budget = serde_saphyr::Budget::default();
    budget.max_events = 20_000_000;
    budget.max_nodes = 10_000_000;
    budget.max_total_scalar_bytes = 512 << 20;
    budget.max_depth = 200;
    // kubectl and its kin write no aliases at all; people write a few.
    let alias_limits = serde_saphyr::alias_limits! { max_total_replayed_events: 10_000 };
    serde_saphyr::options! { budget: Some(budget), alias_limits: alias_limits, duplicate_keys: duplicate_keys }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

/// The objects of a text, lists taken apart; nothing where it is no document.
pub(crate) fn objects_of(text: &str) -> Vec<Value> {
    let text = text.trim();
    let parsed = if text.starts_with('{') || text.starts_with('[') { from_json(text) } else { from_yaml(text) };
    let mut all = Vec::new();
    for mut document in parsed.map(|(documents, _)| documents).unwrap_or_default() {
        match document.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => all.extend(items),
            _ => all.push(document),
        }
    }
    all
}

/// Reads an object, or what is in a list.
fn object(value: Value, kind: Option<&str>, path: &Arc<str>, base: &str, depth: usize, into: &mut Snapshot) {
    match value {
        Value::Array(items) if depth < NESTING => {
            for (i, item) in items.into_iter().enumerate() {
                object(item, kind, path, &format!("{base}/{i}"), depth + 1, into);
            }
        }
        Value::Object(mut map) => {
            let said = map.get("kind").and_then(Value::as_str).map(str::to_owned);
            if let (Some(Value::Array(items)), true) = (map.get_mut("items").map(Value::take), depth < NESTING) {
                // `PodList` says what its items are, when they do not.
                let kind = said.as_deref().and_then(|k| k.strip_suffix("List")).filter(|k| !k.is_empty()).or(kind);
                for (i, item) in items.into_iter().enumerate() {
                    object(item, kind, path, &format!("{base}/items/{i}"), depth + 1, into);
                }
                return;
            }
            let Some(kind) = said.as_deref().or(kind).map(str::to_owned) else { return };
            if map.get("metadata").and_then(|m| m.get("name")).is_none() {
                return;
            }
            one(map, &kind, Origin::new(path, 0, base), into);
        }
        _ => {}
    }
}

fn one(mut map: Map<String, Value>, kind: &str, origin: Origin, into: &mut Snapshot) {
    let api_version = map.get("apiVersion").and_then(Value::as_str).map(str::to_owned);
    if kind == "Secret" {
        keys_only(&mut map);
    }
    if kind == "Event" && map.contains_key("regarding") {
        newer_event(&mut map);
    }
    if matches!(kind, "PodMetrics" | "NodeMetrics") {
        metrics::read_metrics_object(&Value::Object(map), &origin, into);
        return;
    }
    let resource = resource_of(api_version.as_deref(), kind).unwrap_or(Resource { group: "?", name: "?" });
    map.entry("kind").or_insert_with(|| Value::from(kind));
    let path = origin.path.to_string();
    if let Err(error) = read_one(resource, Json::Value(Value::Object(map)), origin, into) {
        into.problems.push(InputProblem { path: Some(path), line: None, message: format!("{kind} skipped: {error}") });
    }
}

/// The values of a Secret are dropped at once; that its keys are there, and how long they are, is what a diagnosis needs.
fn keys_only(map: &mut Map<String, Value>) {
    let mut keys = Map::new();
    // kubectl-gather puts a hash in place of each value.
    let annotations = map.get("metadata").and_then(|m| m.get("annotations"));
    let hashed = annotations.is_some_and(|a| a.get("kubectl-gather.nirs.github.com/sanitized").is_some());
    for field in ["data", "stringData"] {
        let Some(Value::Object(data)) = map.remove(field) else { continue };
        for (key, value) in data {
            let text = value.as_str().unwrap_or_default();
            let length = text.trim_end_matches('=').len() as u64;
            let bytes = if text.contains("***") || hashed {
                Value::Null
            } else if let Some(told) = text.strip_suffix(" bytes long") {
                told.parse::<u64>().map_or(Value::Null, Value::from)
            } else if field == "data" {
                Value::from(length * 3 / 4)
            } else {
                Value::from(text.len())
            };
            keys.insert(key, serde_json::json!({ "bytes": bytes }));
        }
    }
    // Where the values are gone already, a summary of ours says what is known of them.
    if keys.is_empty() && map.get("keys").is_some_and(Value::is_object) {
        return;
    }
    map.insert("keys".to_owned(), Value::Object(keys));
}

/// An event of `events.k8s.io` in the words of the core form.
fn newer_event(map: &mut Map<String, Value>) {
    for (newer, core) in [
        ("regarding", "involvedObject"),
        ("note", "message"),
        ("deprecatedCount", "count"),
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedSource", "source"),
        ("reportingController", "reportingComponent"),
    ] {
        if let Some(value) = map.remove(newer) {
            map.insert(core.to_owned(), value);
        }
    }
}

/// One tool writes `"null"` for every empty string.
fn without_null_words(value: Value) -> Value {
    match value {
        Value::String(text) if text == "null" => Value::from(""),
        Value::Array(items) => items.into_iter().map(without_null_words).collect(),
        Value::Object(map) => map.into_iter().map(|(k, v)| (k, without_null_words(v))).collect(),
        other => other,
    }
}

/// Old kubectl wrote Go's field names: `ObjectMeta`, `Items`, `PodIP`.
fn modern(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(modern).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| {
                let key = match key.as_str() {
                    "ObjectMeta" | "ListMeta" => "metadata".to_owned(),
                    // Labels, annotations and data are the user's names; Go's begin with a capital.
                    key => key.char_indices().next().map_or(String::new(), |(_, first)| {
                        first.to_ascii_lowercase().to_string() + key.get(first.len_utf8()..).unwrap_or_default()
                    }),
                };
                let keep = matches!(key.as_str(), "labels" | "annotations" | "matchLabels" | "selector" | "data" | "nodeSelector");
                (key, if keep { value } else { modern(value) })
            })
            .collect(),
        other => other,
    }
}

/// The resource by which rules ask for a kind.
pub(crate) fn topic(kind: &str) -> String {
    resource_of(None, kind).map_or_else(|| kind.to_lowercase(), |r| r.name.to_owned())
}

/// The kind that a file name stands for: `pods`, `Pods`, `core_v1_pods`, and the names that tools made up.
pub(crate) fn kind_of_file(stem: &str) -> Option<&'static str> {
    let lower = stem.to_ascii_lowercase();
    let bare = lower.rsplit('_').next().unwrap_or(&lower).replace('-', "");
    let known = match bare.as_str() {
        "pvcs" | "pvc" => "persistentvolumeclaims",
        "pvs" | "pv" => "persistentvolumes",
        "ingress" => "ingresses",
        "networkpolicy" => "networkpolicies",
        "resourcequota" => "resourcequotas",
        "storageclass" => "storageclasses",
        "limitrange" => "limitranges",
        other => other,
    };
    kind_of(known)
        .or_else(|| kind_of(&format!("{known}s")))
        .or_else(|| KINDS.iter().find(|(name, _)| *name == known).map(|(_, kind)| *kind))
}

/// Kinds without a shape of which tools write lists that leave the kind out.
const KINDS: [(&str, &str); 6] = [
    ("customresourcedefinitions", "CustomResourceDefinition"),
    ("priorityclasses", "PriorityClass"),
    ("volumeattachments", "VolumeAttachment"),
    ("certificatesigningrequests", "CertificateSigningRequest"),
    ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
];

/// The API server's version, in any of the forms that tools keep it.
pub(crate) fn version(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let rest = ["gitVersion", "kubernetesversion"].iter().find_map(|key| text.split_once(key))?.1.trim_start_matches(['"', '\'', ':', ' ']);
    let version: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || ".+-".contains(*c)).collect();
    (!version.is_empty()).then_some(version)
}

/// Drops second copies: some tools write an object in a list and again alone.
pub(crate) fn without_repetitions(snapshot: &mut Snapshot) {
    fn once<T: Kind>(list: &mut Vec<Object<T>>) {
        list.dedup_by(|a, b| {
            let (x, y) = (a.metadata(), b.metadata());
            x.namespace == y.namespace && x.name == y.name
        });
    }
    once(&mut snapshot.pods);
    once(&mut snapshot.nodes);
    once(&mut snapshot.namespaces);
    once(&mut snapshot.deployments);
    once(&mut snapshot.replica_sets);
    once(&mut snapshot.stateful_sets);
    once(&mut snapshot.daemon_sets);
    once(&mut snapshot.controller_revisions);
    once(&mut snapshot.jobs);
    once(&mut snapshot.cron_jobs);
    once(&mut snapshot.services);
    once(&mut snapshot.endpoint_slices);
    once(&mut snapshot.endpoints);
    once(&mut snapshot.ingresses);
    once(&mut snapshot.ingress_classes);
    once(&mut snapshot.config_maps);
    once(&mut snapshot.secrets);
    once(&mut snapshot.service_accounts);
    once(&mut snapshot.roles);
    once(&mut snapshot.role_bindings);
    once(&mut snapshot.persistent_volumes);
    once(&mut snapshot.persistent_volume_claims);
    once(&mut snapshot.storage_classes);
    once(&mut snapshot.resource_quotas);
    once(&mut snapshot.limit_ranges);
    once(&mut snapshot.network_policies);
    once(&mut snapshot.disruption_budgets);
    once(&mut snapshot.autoscalers);
    once(&mut snapshot.leases);
    once(&mut snapshot.api_services);
    let mut seen = std::collections::BTreeSet::new();
    snapshot.custom.retain(|o| {
        let group = o.api_version.split_once('/').map_or(String::new(), |(group, _)| group.to_owned());
        seen.insert((group, Arc::clone(&o.kind), o.metadata.namespace.clone(), o.metadata.name.clone()))
    });
    let mut seen = std::collections::BTreeSet::new();
    snapshot.events.retain(|e| e.metadata.uid.is_empty() || seen.insert(e.metadata.uid.clone()));
}

/// Drops second copies of logs: older versions of one tool wrote each twice, and of two places the longer copy is kept.
pub(crate) fn without_repeated_logs(snapshot: &mut Snapshot) {
    snapshot.logs.sort_by(|a, b| {
        (&a.namespace, &a.pod, &a.container, a.run, b.bytes, &a.path).cmp(&(&b.namespace, &b.pod, &b.container, b.run, a.bytes, &b.path))
    });
    snapshot.logs.dedup_by(|later, first| {
        let place = |log: &ContainerLog| (log.namespace.clone(), log.pod.clone(), log.container.clone(), log.run, log.first_time);
        let last = |log: &ContainerLog| log.tail.last().map(|line| line.text.clone());
        place(later) == place(first) && (later.lines == 0 || last(later) == last(first))
    });
}

/// Logs of which only the pod's name is known get its namespace, where one pod has that name.
pub(crate) fn home_of_logs(snapshot: &mut Snapshot) {
    let mut homes: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for pod in &snapshot.pods {
        let home = Some(pod.metadata.namespace.as_str());
        homes.entry(&pod.metadata.name).and_modify(|known| *known = None).or_insert(home);
    }
    for log in snapshot.logs.iter_mut().filter(|l| l.namespace.is_empty()) {
        // What was taken for a pod's folder may be a collector's, and the file's name the pod's.
        if !homes.contains_key(log.pod.as_str()) && homes.contains_key(log.container.as_str()) {
            log.pod = std::mem::take(&mut log.container);
        }
        if let Some(Some(home)) = homes.get(log.pod.as_str()) {
            log.namespace = (*home).to_owned();
        }
    }
}
