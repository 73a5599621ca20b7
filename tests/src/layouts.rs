//! Our bundle, written again as other tools would have written it: what their layout has no place for is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};
use tarbox_bundle::{LogKind, Place};
use tarbox_load::split_time;

/// Entries of a bundle: path and content.
pub type Entries = [(String, Vec<u8>)];

/// What a layout has a place for.
#[derive(Debug)]
pub struct Layout {
    /// The tool.
    pub name: &'static str,
    /// Writes our entries to a path.
    pub write: fn(&Entries, &Path),
    /// Resources, and parts that are none: `kubelet`, `previous logs`, `custom objects`.
    pub carries: &'static [&'static str],
}

/// The layouts that are written.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "Troubleshoot",
        write: troubleshoot,
        carries: &[
            "pods",
            "poddisruptionbudgets",
            "services",
            "deployments",
            "statefulsets",
            "daemonsets",
            "replicasets",
            "jobs",
            "cronjobs",
            "ingresses",
            "networkpolicies",
            "resourcequotas",
            "limitranges",
            "events",
            "persistentvolumeclaims",
            "roles",
            "rolebindings",
            "endpoints",
            "endpointslices",
            "serviceaccounts",
            "leases",
            "configmaps",
            "namespaces",
            "nodes",
            "persistentvolumes",
            "storageclasses",
            "ingressclasses",
            "previous logs",
            "custom objects",
            "kubelet",
            "helm",
            "certificates",
        ],
    },
    Layout {
        name: "cluster-info dump",
        write: cluster_info_dump,
        carries: &["nodes", "events", "services", "daemonsets", "deployments", "replicasets", "pods"],
    },
];

/// Folders and files of `cluster-resources`, by resource.
const NAMESPACED: &[(&str, &str)] = &[
    ("pods", "pods"),
    ("poddisruptionbudgets", "pod-disruption-budgets"),
    ("services", "services"),
    ("deployments", "deployments"),
    ("statefulsets", "statefulsets"),
    ("daemonsets", "daemonsets"),
    ("replicasets", "replicasets"),
    ("jobs", "jobs"),
    ("cronjobs", "cronjobs"),
    ("ingresses", "ingress"),
    ("networkpolicies", "network-policy"),
    ("resourcequotas", "resource-quota"),
    ("limitranges", "limitranges"),
    ("events", "events"),
    ("persistentvolumeclaims", "pvcs"),
    ("roles", "roles"),
    ("rolebindings", "rolebindings"),
    ("endpoints", "endpoints"),
    ("endpointslices", "endpointslices"),
    ("serviceaccounts", "serviceaccounts"),
    ("leases", "leases"),
    ("configmaps", "configmaps"),
];
const CLUSTER_WIDE: &[(&str, &str)] = &[
    ("namespaces", "namespaces"),
    ("nodes", "nodes"),
    ("persistentvolumes", "pvs"),
    ("storageclasses", "storage-classes"),
    ("ingressclasses", "ingress-classes"),
    ("priorityclasses", "priorityclasses"),
    ("clusterroles", "clusterroles"),
    ("clusterrolebindings", "clusterrolebindings"),
    ("volumeattachments", "volumeattachments"),
    ("certificatesigningrequests", "certificatesigningrequests"),
    ("customresourcedefinitions", "custom-resource-definitions"),
    ("validatingwebhookconfigurations", "validating-webhook-configurations"),
    ("mutatingwebhookconfigurations", "mutating-webhook-configurations"),
];

/// Objects by group and resource.
type Objects = BTreeMap<(String, String), Vec<Value>>;

fn objects(entries: &Entries) -> Objects {
    let mut all = Objects::new();
    for (path, content) in entries {
        if let Place::Objects { group, resource, .. } = Place::parse(path) {
            let lines = content.split(|&b| b == b'\n').filter(|line| !line.is_empty());
            all.entry((group, resource)).or_default().extend(lines.map(|line| serde_json::from_slice::<Value>(line).unwrap()));
        }
    }
    all
}

/// A log as tools write it that ask for no times.
fn without_times(log: &[u8]) -> String {
    String::from_utf8_lossy(log).split_inclusive('\n').map(|line| split_time(line).1).collect()
}

fn namespace(object: &Value) -> &str {
    object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default()
}

/// A list as the API server's typed clients have it.
fn list(of: &[&Value], kind: &str, api_version: &str) -> Vec<u8> {
    let items = if of.is_empty() { Value::Null } else { json!(of) };
    serde_json::to_vec_pretty(&json!({ "kind": kind, "apiVersion": api_version, "metadata": { "resourceVersion": "1" }, "items": items }))
        .unwrap()
}

/// Of the objects, those of one resource in the group where it is at home; events are there in two groups.
fn of_resource<'a>(all: &'a Objects, wanted: &str) -> Vec<&'a Value> {
    let found = all.iter().filter(|((group, resource), _)| resource == wanted && group != "events.k8s.io");
    found.flat_map(|(_, objects)| objects).collect()
}

/// Troubleshoot's `support-bundle` with `clusterInfo`, `clusterResources`, `nodeMetrics`, `helm`, `certificates` and the logs of all pods.
fn troubleshoot(entries: &Entries, file: &Path) {
    let all = objects(entries);
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let version = b"apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: \"\"\n";
    files.insert("version.yaml".to_owned(), version.to_vec());
    let namespaces = of_resource(&all, "namespaces");
    for (resource, folder) in NAMESPACED {
        let objects = of_resource(&all, resource);
        let (kind, api) = objects
            .first()
            .map_or(("List", "v1"), |first| (first["kind"].as_str().unwrap_or_default(), first["apiVersion"].as_str().unwrap_or_default()));
        for home in namespaces.iter().filter_map(|n| n.pointer("/metadata/name")?.as_str()) {
            let here: Vec<&Value> = objects.iter().copied().filter(|o| namespace(o) == home).collect();
            files.insert(format!("cluster-resources/{folder}/{home}.json"), list(&here, &format!("{kind}List"), api));
        }
    }
    for (resource, name) in CLUSTER_WIDE {
        files.insert(format!("cluster-resources/{name}.json"), list(&of_resource(&all, resource), "List", "v1"));
    }
    let defined: BTreeSet<&str> = of_resource(&all, "customresourcedefinitions")
        .iter()
        .filter_map(|definition| definition.pointer("/metadata/name").and_then(Value::as_str))
        .collect();
    for ((group, resource), objects) in all.iter().filter(|((group, resource), _)| defined.contains(format!("{resource}.{group}").as_str()))
    {
        let mut homes: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        objects.iter().for_each(|o| homes.entry(namespace(o)).or_default().push(o));
        for (home, objects) in homes {
            let place = if home.is_empty() { String::new() } else { format!("/{home}") };
            let path = format!("cluster-resources/custom-resources/{resource}.{group}{place}.json");
            files.insert(path, serde_json::to_vec_pretty(&objects).unwrap());
        }
    }
    for (path, content) in entries {
        match Place::parse(path) {
            Place::Log { namespace, pod, container, kind } => {
                let end = if kind == LogKind::Previous { "-previous" } else { "" };
                files.insert(
                    format!("cluster-resources/pods/logs/{namespace}/{pod}/{container}{end}.log"),
                    without_times(content).into_bytes(),
                );
            }
            // Of several samples the last one stays.
            Place::Kubelet { node, file } if file.starts_with("summary") && file.ends_with(".json") => {
                files.insert(format!("node-metrics/{node}.json"), content.clone());
            }
            Place::Helm { namespace, release } => {
                let told: Value = serde_json::from_slice(content).unwrap();
                // In place of what the Secrets told before.
                files.insert(format!("helm/{namespace}/{release}.json"), release_list(&namespace, &release, &told));
            }
            Place::Secrets => {
                for ((namespace, release), revisions) in releases_of_secrets(content) {
                    let told = json!({ "history": revisions });
                    files.entry(format!("helm/{namespace}/{release}.json")).or_insert_with(|| release_list(&namespace, &release, &told));
                }
            }
            Place::Certificates => {
                files.insert("certificates/certificates.json".to_owned(), certificate_list(content));
            }
            Place::Health { file } if file == "version.json" => {
                let info: Value = serde_json::from_slice(content).unwrap();
                let told = json!({ "info": info, "string": info["gitVersion"] });
                files.insert("cluster-info/cluster_version.json".to_owned(), serde_json::to_vec_pretty(&told).unwrap());
            }
            _ => {}
        }
    }
    let packed = flate2::write::GzEncoder::new(File::create(file).unwrap(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(packed);
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("support-bundle-2026-01-02T15_04_05/{path}"), content.as_slice()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
}

/// A release as Troubleshoot's `helm` collector has it.
fn release_list(namespace: &str, release: &str, told: &Value) -> Vec<u8> {
    let history = told["history"].as_array().cloned().unwrap_or_default();
    let newest = history.last().cloned().unwrap_or_default();
    let revisions: Vec<Value> = history
        .iter()
        .map(|r| {
            let time = r["updated"].as_str().unwrap_or_default().replace('T', " ").replace('Z', " +0000 UTC");
            json!({ "revision": r["revision"].to_string(), "date": time, "status": r["status"] })
        })
        .collect();
    let text = |key: &str| newest[key].as_str().unwrap_or_default();
    let list = json!([{ "releaseName": release, "namespace": namespace, "chart": text("chart"), "chartVersion": text("chart_version"),
        "appVersion": text("app_version"), "releaseHistory": revisions }]);
    serde_json::to_vec_pretty(&list).unwrap()
}

/// Releases by namespace and name, with their revisions, as Helm's own Secrets tell of them.
fn releases_of_secrets(content: &[u8]) -> BTreeMap<(String, String), Vec<Value>> {
    let mut all: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for line in content.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let secret: Value = serde_json::from_slice(line).unwrap();
        let labels = &secret["metadata"]["labels"];
        if labels["owner"] == "helm" {
            let revision: i64 = labels["version"].as_str().unwrap().parse().unwrap();
            let told = json!({ "revision": revision, "status": labels["status"], "updated": secret["metadata"]["creationTimestamp"] });
            all.entry((namespace(&secret).to_owned(), labels["name"].as_str().unwrap().to_owned())).or_default().push(told);
        }
    }
    all.values_mut().for_each(|revisions| revisions.sort_by_key(|r| r["revision"].as_i64()));
    all
}

/// Certificates as Troubleshoot's `certificates` collector has them: of Secrets and ConfigMaps.
fn certificate_list(content: &[u8]) -> Vec<u8> {
    let mut sources: BTreeMap<(String, String, String), Vec<Value>> = BTreeMap::new();
    for line in content.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let one: Value = serde_json::from_slice(line).unwrap();
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let (kind, source) = (text("kind"), (text("kind"), text("namespace"), text("name")));
        if matches!(kind.as_str(), "Secret" | "ConfigMap") && text("error").is_empty() {
            sources.entry(source).or_default().push(json!({ "certificate": one["field"], "subject": one["subject"],
                "subjectAlternativeNames": one["sans"].as_array().into_iter().flatten().filter_map(Value::as_str)
                    .map(|san| san.split_once(':').map_or(san, |(_, name)| name)).collect::<Vec<_>>(),
                "issuer": one["issuer"], "notBefore": one["not_before"], "notAfter": one["not_after"], "isValid": true, "isCA": one["ca"] }));
        }
    }
    let list: Vec<Value> = sources
        .into_iter()
        .map(|((kind, namespace, name), chain)| {
            let key = if kind == "Secret" { "secret" } else { "configMap" };
            json!({ "source": { key: name, "namespace": namespace }, "certificateChain": chain })
        })
        .collect();
    serde_json::to_vec_pretty(&list).unwrap()
}

/// `kubectl cluster-info dump --all-namespaces --output-directory=FOLDER`: typed lists, whose items do not say their kind.
fn cluster_info_dump(entries: &Entries, folder: &Path) {
    let all = objects(entries);
    let write = |path: String, content: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let bare = |objects: Vec<&Value>, kind: &str| {
        let mut objects: Vec<Value> = objects.into_iter().cloned().collect();
        for map in objects.iter_mut().filter_map(Value::as_object_mut) {
            map.remove("kind");
            map.remove("apiVersion");
        }
        list(&objects.iter().collect::<Vec<_>>(), kind, "v1")
    };
    write("nodes.json".to_owned(), &bare(of_resource(&all, "nodes"), "NodeList"));
    for home in of_resource(&all, "namespaces").iter().filter_map(|n| n.pointer("/metadata/name")?.as_str()) {
        for (file, resource, kind) in [
            ("events", "events", "EventList"),
            ("replication-controllers", "replicationcontrollers", "ReplicationControllerList"),
            ("services", "services", "ServiceList"),
            ("daemonsets", "daemonsets", "DaemonSetList"),
            ("deployments", "deployments", "DeploymentList"),
            ("replicasets", "replicasets", "ReplicaSetList"),
            ("pods", "pods", "PodList"),
        ] {
            let here = of_resource(&all, resource).into_iter().filter(|o| namespace(o) == home).collect();
            write(format!("{home}/{file}.json"), &bare(here, kind));
        }
    }
    let mut logs: BTreeMap<String, String> = BTreeMap::new();
    for (path, content) in entries {
        if let Place::Log { namespace, pod, container, kind: LogKind::Current } = Place::parse(path) {
            let (name, mut text) = (format!("container {container} of pod {namespace}/{pod}"), without_times(content));
            if !text.ends_with('\n') {
                text.push('\n');
            }
            let section = format!("==== START logs for {name} ====\n{text}==== END logs for {name} ====\n");
            logs.entry(format!("{namespace}/{pod}/logs.txt")).or_default().push_str(&section);
        }
    }
    logs.into_iter().for_each(|(path, text)| write(path, text.as_bytes()));
}
