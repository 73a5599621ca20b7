//! Bundles of Troubleshoot (`support-bundle`), in all shapes that they had: typed lists, bare arrays, logs under the collector's name.

use tarbox_model::snapshot::Snapshot;

use super::documents::kind_of_file;
use super::{Item, Layout, after, is_document, log, stem};

/// The layout.
pub(crate) static LAYOUT: Layout = Layout {
    name: "Troubleshoot support bundle",
    marks: |paths| {
        let ends = |end: &str| paths.iter().any(|p| p.ends_with(end));
        let resources = paths.iter().any(|p| after(p, "cluster-resources").is_some_and(|rest| rest.len() <= 2));
        resources || ends("version.yaml") && (ends("execution-data/summary.txt") || ends("analysis.json"))
    },
    anchor: Some("cluster-resources"),
    settle,
    item,
    whole: &[
        "namespaces",
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
        "nodes",
        "persistentvolumes",
        "storageclasses",
        "ingressclasses",
    ],
    ..Layout::PLAIN
};

fn item(path: &str) -> Item {
    if let Some(rest) = after(path, "cluster-resources") {
        return match rest.as_slice() {
            ["pods", "logs", namespace, pod, file] => pod_log(namespace, pod, file),
            ["auth-cani-list", file] => Item::Rights { namespace: stem(file).to_owned() },
            ["image-pull-secrets", ..] => Item::Other,
            ["custom-resources", file] | ["custom-resources", _, file] if file.ends_with(".json") && !file.ends_with("-errors.json") => {
                Item::Objects { kind: None }
            }
            // Since 2026 the YAML beside it is a link to the same; before, only YAML was written.
            ["custom-resources", _, file] if file.ends_with(".yaml") => Item::Objects { kind: None },
            [file] if file.ends_with("-errors.json") => refusals(file.trim_end_matches("-errors.json")),
            ["groups.json" | "resources.json"] => Item::Other,
            [file] if is_document(file) => Item::Objects { kind: kind_of_file(stem(file)) },
            [folder, file] if is_document(file) => Item::Objects { kind: kind_of_file(folder) },
            _ => Item::Other,
        };
    }
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "cluster-info", "cluster_version.json"] => Item::Version,
        [.., "node-metrics", file] if file.ends_with(".json") => Item::Summary,
        [.., "helm", file] | [.., "helm", _, file] if file.ends_with(".json") && *file != "errors.json" => Item::Releases,
        [.., "certificates", "certificates.json"] => Item::Certificates,
        // Older bundles: logs only under the collector's name, without the namespace.
        [.., "host-collectors", _, _] | [.., "execution-data", _] => Item::Other,
        [_, _, pod, file] | [_, pod, file] if file.ends_with(".log") => pod_log("", pod, file),
        _ => Item::Other,
    }
}

/// A log under a collector's name is a pod's where there is such a pod; what else ends so, another collector wrote.
fn settle(snapshot: &mut Snapshot) {
    if !snapshot.pods.is_empty() {
        snapshot.logs.retain(|log| !log.namespace.is_empty());
    }
}

fn refusals(name: &str) -> Item {
    let resource = kind_of_file(name).map_or_else(|| name.to_owned(), super::documents::topic);
    Item::Refusals { resource }
}

fn pod_log(namespace: &str, pod: &str, file: &str) -> Item {
    match file.strip_suffix(".log") {
        Some(name) if name.ends_with("-logs-errors") => Item::Other,
        Some(name) => match name.strip_suffix("-previous") {
            Some(container) => log(namespace, pod, container, true),
            None => log(namespace, pod, name, false),
        },
        None => Item::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_shape_of_path() {
        assert_eq!(item("b/cluster-resources/pods/web.json"), Item::Objects { kind: Some("Pod") });
        assert_eq!(item("b/cluster-resources/clusterRoleBindings.json"), Item::Objects { kind: Some("ClusterRoleBinding") });
        assert_eq!(item("b/cluster-resources/pvcs/web.json"), Item::Objects { kind: Some("PersistentVolumeClaim") });
        assert_eq!(item("b/cluster-resources/pods/logs/web/a-1/c-previous.log"), log("web", "a-1", "c", true));
        assert_eq!(item("b/all-logs/a-1/c.log"), log("", "a-1", "c", false));
        assert_eq!((item("b/all-logs/a-1.log"), item("b/a-1/c.log")), (log("", "all-logs", "a-1", false), log("", "a-1", "c", false)));
        assert_eq!((item("b/helm/web.json"), item("b/helm/web/shop.json")), (Item::Releases, Item::Releases));
        assert_eq!((item("b/helm/errors.json"), item("b/certificates/certificates.json")), (Item::Other, Item::Certificates));
        assert_eq!(item("b/cluster-resources/auth-cani-list/web.json"), Item::Rights { namespace: "web".to_owned() });
        assert_eq!(item("b/cluster-resources/events-errors.json"), Item::Refusals { resource: "events".to_owned() });
        assert_eq!(item("b/cluster-resources/pods/logs/web/a-1/c-logs-errors.log"), Item::Other);
    }
}
