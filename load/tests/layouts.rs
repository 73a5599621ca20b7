//! Every shape that other tools' bundles have or had, as far as it is read: small bundles written here, one claim each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot write its own sample has failed")]

use std::path::Path;

use tarbox_load::{LogScanner, load};
use tarbox_model::coverage::Outcome;
use tarbox_model::log::{Family, Run, Signature};
use tarbox_model::snapshot::Snapshot;

const SIGNATURE: Signature = Signature {
    id: "refused",
    family: Family::Connection,
    literals: &["connection refused"],
    pattern: "",
    unless: &[],
    examples: &[],
    counterexamples: &[],
};

fn scanner() -> LogScanner {
    LogScanner::new([SIGNATURE]).unwrap()
}

/// Files as a folder, read.
fn read(files: &[(&str, &str)]) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        write(folder.path(), path, content.as_bytes());
    }
    load(folder.path(), &scanner()).unwrap()
}

fn write(folder: &Path, path: &str, content: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Pods as `namespace/name`.
fn pods(snapshot: &Snapshot) -> Vec<String> {
    snapshot.pods.iter().map(|p| format!("{}/{}", p.metadata.namespace, p.metadata.name)).collect()
}

/// Logs as `namespace/pod/container run lines`.
fn logs(snapshot: &Snapshot) -> Vec<String> {
    let run = |run| if run == Run::Previous { "previous" } else { "current" };
    snapshot.logs.iter().map(|l| format!("{}/{}/{} {} {}", l.namespace, l.pod, l.container, run(l.run), l.lines)).collect()
}

fn pod(namespace: &str, name: &str) -> String {
    format!(r#"{{"metadata": {{"name": "{name}", "namespace": "{namespace}"}}, "spec": {{"containers": [{{"name": "app"}}]}}}}"#)
}

fn pod_yaml(namespace: &str, name: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: {namespace}\n")
}

const LINE: &str = "dial: connection refused\n";

// Troubleshoot

#[test]
fn troubleshoot_lists_arrays_and_single_objects_are_one() {
    let (typed, bare) = (format!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("a", "x-1")), format!("[{}]", pod("b", "x-2")));
    let snapshot = read(&[
        ("t/cluster-resources/pods/a.json", &typed),
        ("t/cluster-resources/pods/b.json", &bare),
        ("t/cluster-resources/pods/c.json", r#"{"kind": "PodList", "apiVersion": "v1", "items": null}"#),
        ("t/cluster-resources/namespaces.json", r#"{"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "a"}}"#),
        ("t/cluster-resources/nodes.json", r#"[{"metadata": {"name": "n1"}}]"#),
        ("t/cluster-resources/clusterRoleBindings.json", r#"[{"metadata": {"name": "crb"}}]"#),
        ("t/cluster-resources/pvcs/a.json", r#"[{"metadata": {"name": "data", "namespace": "a"}}]"#),
        ("t/cluster-resources/resource-quotas/a.json", r#"[{"metadata": {"name": "q", "namespace": "a"}}]"#),
        (
            "t/cluster-resources/custom-resources/things.example.com/a.json",
            r#"[{"kind": "Thing", "apiVersion": "example.com/v1", "metadata": {"name": "t", "namespace": "a"}}]"#,
        ),
        ("t/cluster-resources/custom-resource-definitions.json", r#"[{"metadata": {"name": "things.example.com"}}]"#),
        ("t/cluster-resources/groups.json", r#"[{"name": "apps"}]"#),
        (
            "t/cluster-info/cluster_version.json",
            r#"{"info": {"major": "1", "gitVersion": "v1.30.1", "buildDate": "2024-01-01T00:00:00Z"}, "string": "v1.30.1"}"#,
        ),
    ]);
    assert_eq!(snapshot.facts.format, "Troubleshoot support bundle");
    assert_eq!(pods(&snapshot), ["a/x-1", "b/x-2"]);
    assert_eq!((snapshot.namespaces.len(), snapshot.nodes.len(), snapshot.role_bindings.len()), (1, 1, 1));
    assert_eq!((snapshot.persistent_volume_claims.len(), snapshot.resource_quotas.len(), snapshot.custom.len()), (1, 1, 2));
    assert_eq!(snapshot.facts.server_version, "v1.30.1");
    assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
    // An empty list says that there are none, a missing file that nobody asked.
    assert!(snapshot.coverage.is_complete("pods"));
    assert_eq!(snapshot.coverage.outcome("endpointslices"), Outcome::NotCollected);
}

#[test]
fn troubleshoot_logs_wherever_a_version_put_them() {
    let list = format!("[{}, {}]", pod("a", "x-1"), pod("b", "y-1"));
    let snapshot = read(&[
        ("t/cluster-resources/pods/all.json", &list),
        ("t/cluster-resources/pods/logs/a/x-1/app.log", &LINE.repeat(3)),
        ("t/cluster-resources/pods/logs/a/x-1/app-previous.log", LINE),
        ("t/cluster-resources/pods/logs/a/x-1/side-logs-errors.log", "container is waiting"),
        // The same again under the collector's name, as before links did it; and what only stands there.
        ("t/all-logs/x-1/app.log", &LINE.repeat(3)),
        ("t/all-logs/y-1/app.log", &LINE.repeat(2)),
        ("t/other/y-1.log", LINE),
        ("t/y-1/app-previous.log", LINE),
        // Of another collector.
        ("t/run-it/run-it.log", LINE),
        ("t/host-collectors/run-host/a.log", LINE),
    ]);
    assert_eq!(
        logs(&snapshot),
        ["a/x-1/app previous 1", "a/x-1/app current 3", "b/y-1/ current 1", "b/y-1/app previous 1", "b/y-1/app current 2"]
    );
}

#[test]
fn troubleshoot_takes_the_nearest_cluster_resources() {
    let snapshot = read(&[
        ("t/cluster-resources/pods/a.json", &format!("[{}]", pod("a", "x-1"))),
        ("t/copied/old/cluster-resources/pods/a.json", &format!("[{}]", pod("a", "gone-1"))),
        ("t/copied/old/cluster-resources/pods/logs/a/gone-1/app.log", LINE),
    ]);
    assert_eq!((pods(&snapshot), logs(&snapshot).len()), (vec!["a/x-1".to_owned()], 0));
}

#[test]
fn troubleshoot_says_what_it_was_refused() {
    let rights = |rules: &str| {
        format!(r#"[{{"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectaccessreviews"]}}{rules}]"#)
    };
    let (little, everything) = (
        rights(r#", {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "services"]}"#),
        rights(r#", {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}"#),
    );
    let snapshot = read(&[
        ("t/cluster-resources/pods/a.json", &format!("[{}]", pod("a", "x-1"))),
        ("t/cluster-resources/events-errors.json", r#"{"a": "events is forbidden"}"#),
        ("t/cluster-resources/nodes-errors.json", r#"["nodes is forbidden"]"#),
        ("t/cluster-resources/pvs-errors.json", "null"),
        ("t/cluster-resources/auth-cani-list/a.json", &little),
        ("t/cluster-resources/auth-cani-list/b.json", &everything),
        ("t/cluster-resources/auth-cani-list/c.json", "null"),
        ("t/cluster-resources/auth-cani-list/d.json", &rights("")),
    ]);
    let outcome = |source| snapshot.coverage.outcome(source);
    assert_eq!((outcome("events"), outcome("nodes"), outcome("persistentvolumes")), (Outcome::Denied, Outcome::Denied, Outcome::Denied));
    assert_eq!(
        (outcome("deployments"), outcome("pods"), outcome("services")),
        (Outcome::Denied, Outcome::Collected, Outcome::NotCollected)
    );
    let why = |source: &str| snapshot.coverage.sources().find(|s| s.source == source).map(|s| s.detail.clone()).unwrap_or_default();
    assert!(
        why("events").contains("is forbidden") && why("deployments").contains("namespace a"),
        "{} {}",
        why("events"),
        why("deployments")
    );
}

#[test]
fn troubleshoot_masks_are_values() {
    let pod = r#"[{"metadata": {"name": "x", "namespace": "a"}, "spec": {"containers": [{"name": "app", "env": [{"name": "P", "value": "***HIDDEN***"}]}]}}]"#;
    let secret = r#"[{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "s", "namespace": "a"}, "data": {"p": "***HIDDEN***", "q": "***TOKEN_PASSWORD_0A1B2C***", "r": ""}}]"#;
    let snapshot = read(&[("t/cluster-resources/pods/a.json", pod), ("t/cluster-resources/custom-resources/x/a.json", secret)]);
    assert_eq!(snapshot.pods[0].spec.containers[0].env[0].value.as_deref(), Some("***HIDDEN***"));
    let keys = &snapshot.secrets[0].keys;
    assert_eq!((keys["p"].bytes, keys["q"].bytes, keys["r"].bytes), (None, None, Some(0)));
}

#[test]
fn troubleshoot_tells_of_releases_and_certificates() {
    let releases = r#"[{"releaseName": "web", "chart": "web", "chartVersion": "1.2.3", "appVersion": "4", "namespace": "a",
        "releaseHistory": [{"revision": "1", "date": "2026-01-02 03:04:05.5 +0000 UTC", "status": "superseded"}, {"revision": "2", "status": "pending-upgrade", "isPending": true}]}]"#;
    let certificates = r#"[{"source": {"secret": "gone", "namespace": "a"}, "errors": ["not found"]},
        {"source": {"secret": "tls", "namespace": "a"}, "certificateChain": [{"certificate": "tls.crt", "subject": "CN=web", "subjectAlternativeNames": ["web.example"],
          "issuer": "CN=ca", "notAfter": "2026-02-01T00:00:00Z", "notBefore": "2026-01-01T00:00:00Z", "isValid": true, "isCA": false}]}]"#;
    let snapshot = read(&[
        ("t/cluster-resources/pods/a.json", "[]"),
        ("t/helm/a.json", releases),
        ("t/helm/errors.json", r#"["release: not found"]"#),
        ("t/certificates/certificates.json", certificates),
    ]);
    let [release] = snapshot.helm_releases.as_slice() else { panic!("{:?}", snapshot.helm_releases) };
    assert_eq!(
        release.history.iter().map(|r| (r.revision, r.status.as_str())).collect::<Vec<_>>(),
        [(1, "superseded"), (2, "pending-upgrade")]
    );
    assert!(release.history[0].updated.is_some() && release.namespace == "a");
    let [certificate] = snapshot.certificates.as_slice() else { panic!("{:?}", snapshot.certificates) };
    assert_eq!(
        (certificate.kind.as_str(), certificate.name.as_str(), certificate.sans.as_slice()),
        ("Secret", "tls", &["web.example".to_owned()][..])
    );
    assert!(certificate.not_after.is_some() && snapshot.problems.is_empty(), "{:?}", snapshot.problems);
}

// kubectl cluster-info dump

#[test]
fn dumps_in_json_yaml_and_of_an_old_kubectl() {
    let logs_text = "==== START logs for container init of pod a/x-1 ====\nCreate log request error: bad\n==== END logs for container init of pod a/x-1 ====\n\
                     ==== START logs for container app of pod a/x-1 ====\none\ntwo\n==== END logs for container app of pod a/x-1 ====\n";
    let new = read(&[
        ("nodes.json", r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "n1"}}]}"#),
        ("a/pods.json", &format!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("a", "x-1"))),
        ("a/replication-controllers.json", r#"{"kind": "ReplicationControllerList", "items": []}"#),
        ("a/x-1/logs.txt", logs_text),
    ]);
    let yaml = read(&[
        ("nodes.yaml", "apiVersion: v1\nkind: NodeList\nitems:\n- metadata:\n    name: n1\n"),
        ("a/pods.yaml", "apiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: x-1\n    namespace: a\n"),
        ("a/replication-controllers.yaml", "apiVersion: v1\nitems: []\n"),
        ("a/x-1/logs.txt", logs_text),
    ]);
    let old = read(&[
        ("nodes.json", r#"{"ListMeta": {}, "Items": [{"ObjectMeta": {"Name": "n"}}]}"#),
        (
            "a/pods.json",
            r#"{"ListMeta": {}, "Items": [{"ObjectMeta": {"Name": "x-1", "Namespace": "a", "Labels": {"App": "X"}}, "Status": {"PodIP": "10.0.0.1", "Phase": "Running"}}]}"#,
        ),
        ("a/replication-controllers.json", r#"{"Items": null}"#),
        ("a/x-1/logs.txt", logs_text),
    ]);
    for snapshot in [&new, &yaml, &old] {
        assert_eq!(snapshot.facts.format, "kubectl cluster-info dump");
        assert_eq!((snapshot.nodes.len(), pods(snapshot)), (1, vec!["a/x-1".to_owned()]));
        assert_eq!(logs(snapshot), ["a/x-1/app current 2"], "what says why there is no log is none");
    }
    assert_eq!(old.pods[0].metadata.labels.get("App").map(String::as_str), Some("X"));
    assert_eq!(old.pods[0].status.phase, "Running");
}

#[test]
fn a_dump_printed_in_one_stream() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "{}\n{}\n==== START logs for container app of pod a/x-1 ====\n{LINE}==== END logs for container app of pod a/x-1 ====\n{}\n",
        r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "n1"}}]}"#,
        format_args!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("a", "x-1")),
        format_args!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("b", "y-1")),
    );
    for name in ["dump.txt", "dump.json", "dump"] {
        write(folder.path(), name, text.as_bytes());
        let snapshot = load(&folder.path().join(name), &scanner()).unwrap();
        assert_eq!((pods(&snapshot), snapshot.nodes.len()), (vec!["a/x-1".to_owned(), "b/y-1".to_owned()], 1), "{name}");
        assert_eq!((logs(&snapshot), snapshot.logs[0].hits[0].first.number), (vec!["a/x-1/app current 1".to_owned()], 4), "{name}");
        assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
    }
}

// must-gather

#[test]
fn must_gather_with_its_gaps() {
    let list = "apiVersion: v1\nkind: EventList\nitems:\n- metadata:\n    name: e1\n    namespace: a\n    uid: u1\n- metadata:\n    name: e2\n    namespace: a\n    uid: u2\n  message: \"cut he";
    let time = "2026-01-02T03:04:05.000000001Z";
    let image = "must-gather.local.1/quay-io-sha256-0";
    let at = |path: &str| format!("{image}/{path}");
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        (
            "must-gather.local.1/timestamp".to_owned(),
            "2026-01-02 03:00:00.1 +0000 UTC m=+0.1\n2026-01-02 03:10:00 +0000 UTC m=+600.1\n".to_owned(),
        ),
        (at("version"), "openshift/must-gather\n4.16.0\n".to_owned()),
        (
            at("cluster-scoped-resources/core/nodes/n.yaml"),
            "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n  managedFields: [{manager: x}]\n".to_owned(),
        ),
        (at("cluster-scoped-resources/core/persistentvolumes.yaml"), String::new()),
        (at("namespaces/a/a.yaml"), "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n".to_owned()),
        (at("namespaces/a/core/pods.yaml"), String::new()),
        (at("namespaces/a/core/events.yaml"), list.to_owned()),
        (
            at("namespaces/a/core/secrets.yaml"),
            "kind: SecretList\nitems:\n- metadata: {name: s, namespace: a}\n  data: {password: 12 bytes long, empty: 0 bytes long}\n"
                .to_owned(),
        ),
        (at("namespaces/a/pods/x-1/x-1.yaml"), pod_yaml("a", "x-1")),
        (at("namespaces/a/pods/x-1/app/app/logs/current.log"), format!("{time} {LINE}")),
        (at("namespaces/a/pods/x-1/app/app/logs/previous.log"), String::new()),
        (at("namespaces/a/pods/x-1/side/side/logs/current.insecure.log"), format!("{time} {LINE}{time} {LINE}")),
        (at("host_service_logs/masters/kubelet_service.log"), LINE.to_owned()),
    ] {
        write(folder.path(), &path, content.as_bytes());
    }
    let mut rotated = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut rotated, format!("{time} older\n").repeat(5).as_bytes()).unwrap();
    write(folder.path(), &at("namespaces/a/pods/x-1/app/app/logs/rotated/0.log.20260101-000000.gz"), &rotated.finish().unwrap());
    let snapshot = load(folder.path(), &scanner()).unwrap();
    assert_eq!((snapshot.facts.format.as_str(), snapshot.nodes.len(), snapshot.namespaces.len()), ("must-gather", 1, 1));
    // Of a cut list the items before the cut are good.
    assert_eq!((pods(&snapshot), snapshot.events.len()), (vec!["a/x-1".to_owned()], 1));
    assert_eq!(logs(&snapshot), ["a/x-1/app previous 0", "a/x-1/app current 1", "a/x-1/app current 5", "a/x-1/side current 2"],);
    assert_eq!(snapshot.logs[1].hits[0].first.time, time.parse().ok());
    let keys = &snapshot.secrets[0].keys;
    assert_eq!((keys["password"].bytes, keys["empty"].bytes), (Some(12), Some(0)));
    assert_eq!(snapshot.taken_at, "2026-01-02T03:10:00Z".parse().ok());
    assert!(snapshot.problems.iter().any(|p| p.message.starts_with("cut: ")), "{:?}", snapshot.problems);
}

#[test]
fn an_object_in_a_list_and_alone_is_one() {
    let snapshot = read(&[
        ("m/namespaces/a/core/pods.yaml", &format!("kind: PodList\nitems:\n- {}", pod_yaml("a", "x-1").replace('\n', "\n  "))),
        ("m/namespaces/a/pods/x-1/x-1.yaml", &pod_yaml("a", "x-1")),
        ("m/cluster-scoped-resources/core/nodes/n.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"),
        (
            "m/cluster-scoped-resources/example.com/things.yaml",
            "kind: ThingList\nitems:\n- {apiVersion: example.com/v1, kind: Thing, metadata: {name: t1}}\n",
        ),
        ("m/cluster-scoped-resources/example.com/things/t1.yaml", "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t1}}\n"),
        ("m/cluster-scoped-resources/example.org/things/t1.yaml", "{apiVersion: example.org/v1, kind: Thing, metadata: {name: t1}}\n"),
    ]);
    assert_eq!((pods(&snapshot), snapshot.custom.len()), (vec!["a/x-1".to_owned()], 2));
}

// crust-gather

#[test]
fn crust_gather_with_its_quirks() {
    let event = |api: &str, uid: &str| format!("apiVersion: {api}\nkind: Event\nmetadata: {{name: e, namespace: a, uid: {uid}}}\n");
    let snapshot = read(&[
        ("g/version.yaml", "major: '1'\ngitVersion: v1.31.0\n"),
        ("g/api.json", "{}"),
        ("g/apis.json", "{}"),
        ("g/collected.timestamp", "\"2026-01-02 03:10:00 UTC\""),
        ("g/cluster/v1/node/n1.example.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n1.example}\n\0"),
        (
            "g/cluster/rbac.authorization.k8s.io-v1/clusterrole/system-x.yaml",
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:x'}\n",
        ),
        ("g/namespaces/a/v1/pod/x-1.yaml", &pod_yaml("a", "x-1")),
        ("g/namespaces/a/v1/pod/x-1/app/current.log", &format!("2026-01-02T03:04:05Z {LINE}\0")),
        ("g/namespaces/a/v1/pod/x-1/app/previous.log", "\0"),
        ("g/namespaces/a/v1/event/e.yaml", &event("v1", "u")),
        ("g/namespaces/a/events.k8s.io-v1/event/e.yaml", &event("events.k8s.io/v1", "u")),
        (
            "g/namespaces/a/metrics.k8s.io-v1beta1/podmetrics/x-1.yaml",
            "apiVersion: metrics.k8s.io/v1beta1\nkind: PodMetrics\nmetadata: {name: x-1, namespace: a}\ncontainers: [{name: app, usage: {cpu: 5m, memory: 1Mi}}]\n",
        ),
        ("g/namespaces/default/v1/pod/n1.example.yaml", "command: journalctl -u kubelet\noutput: ''\nstatus: 0\n"),
        ("g/namespaces/default/v1/pod/n1.example/kubelet/current.log", LINE),
        ("g/namespaces/a/v1/pod/x-1.patch", "[{\"op\": \"add\"}]\n"),
    ]);
    assert_eq!((snapshot.facts.format.as_str(), snapshot.facts.server_version.as_str()), ("crust-gather", "v1.31.0"));
    assert_eq!((pods(&snapshot), snapshot.nodes.len(), snapshot.events.len()), (vec!["a/x-1".to_owned()], 1, 1));
    assert_eq!(snapshot.roles[0].metadata.name, "system:x");
    assert_eq!(logs(&snapshot), ["a/x-1/app previous 0", "a/x-1/app current 1"]);
    assert_eq!((snapshot.container_usage.len(), snapshot.taken_at), (1, "2026-01-02T03:10:00Z".parse().ok()));
    assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
}

// support-bundle-kit

#[test]
fn support_bundle_kit_with_its_nulls() {
    let role = "kind: List\napiVersion: v1\nitems:\n- kind: Role\n  apiVersion: rbac.authorization.k8s.io/v1\n  metadata: {name: r, namespace: a}\n  rules:\n  - apiGroups: [\"null\"]\n    resources: [pods]\n    verbs: [list]\n";
    let list = |body: &str| format!("kind: List\napiVersion: v1\nitems:\n- {}", body.trim_end().replace('\n', "\n  "));
    let snapshot = read(&[
        (
            "s/metadata.yaml",
            "bundlename: s\nbundleversion: 0.1.0\nkubernetesversion: v1.29.3\nbundlecreatedat: \"2026-01-02T03:10:00Z\"\nissueurl: \"\"\n",
        ),
        ("s/yamls/cluster/v1/nodes.yaml", &list("apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n")),
        ("s/yamls/namespaced/a/v1/pods.yaml", &list(&pod_yaml("a", "x-1"))),
        ("s/yamls/namespaced/a/kubernetes/services.yaml", &list("apiVersion: v1\nkind: Service\nmetadata:\n  name: svc\n  namespace: a\n")),
        ("s/yamls/namespaced/a/rbac.authorization.k8s.io/v1/roles.yaml", role),
        (
            "s/yamls/namespaced/a/metrics.k8s.io/v1beta1/pods.yaml",
            &list(
                "apiVersion: metrics.k8s.io/v1beta1\nkind: PodMetrics\nmetadata: {name: x-1, namespace: a}\ncontainers: [{name: app, usage: {cpu: 5m, memory: 1Mi}}]\n",
            ),
        ),
        ("s/logs/a/x-1/app.log", LINE),
        ("s/logs/a/x-1/app.log.1", &LINE.repeat(2)),
        ("s/nodes/n1.zip/n1/logs/a/b/c.log", LINE),
    ]);
    assert_eq!((snapshot.facts.format.as_str(), snapshot.facts.server_version.as_str()), ("support-bundle-kit", "v1.29.3"));
    assert_eq!((pods(&snapshot), snapshot.nodes.len(), snapshot.services.len()), (vec!["a/x-1".to_owned()], 1, 1));
    assert_eq!(snapshot.roles[0].rules[0].api_groups, [""]);
    assert_eq!(logs(&snapshot), ["a/x-1/app previous 2", "a/x-1/app current 1"]);
    assert_eq!((snapshot.container_usage.len(), snapshot.taken_at), (1, "2026-01-02T03:10:00Z".parse().ok()));
}

// the others

#[test]
fn kubectl_gather_hides_values() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: a\n  annotations: {kubectl-gather.nirs.github.com/sanitized: c2FsdA==}\ndata: {password: aGFzaA==}\n";
    let event = "apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {name: e, namespace: a}\nregarding: {kind: Pod, name: x-1, namespace: a}\nnote: gone\nreason: Killing\n";
    let snapshot = read(&[
        ("k/gather.log", "started\n"),
        ("k/c1/cluster/nodes/n.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"),
        ("k/c1/namespaces/a/pods/x-1.yaml", &pod_yaml("a", "x-1")),
        ("k/c1/namespaces/a/pods/x-1/app/current.log", LINE),
        ("k/c1/namespaces/a/secrets/s.yaml", secret),
        ("k/c1/namespaces/a/events.k8s.io/events/e.yaml", event),
        ("k/c1/addons/rook/logs/x.log", LINE),
    ]);
    assert_eq!((snapshot.facts.format.as_str(), pods(&snapshot), snapshot.nodes.len()), ("kubectl-gather", vec!["a/x-1".to_owned()], 1));
    assert_eq!((snapshot.secrets[0].keys["password"].bytes, snapshot.events[0].message.as_str()), (None, "gone"));
    assert_eq!(logs(&snapshot), ["a/x-1/app current 1"]);
}

#[test]
fn sonobuoy_by_its_docs_and_by_its_code() {
    let list = |name: &str| format!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("a", name));
    let snapshot = read(&[
        ("b/serverversion.json", r#"{"major": "1", "gitVersion": "v1.30.0"}"#),
        ("b/resources/ns/a/Pods.json", &list("x-1")),
        ("b/resources/ns/b/core_v1_pods.json", &list("x-2")),
        ("b/resources/cluster/core_v1_nodes.json", r#"{"items": [{"metadata": {"name": "n1"}}]}"#),
        ("b/podlogs/a/x-1/logs/app.txt", LINE),
        ("b/podlogs/a/x-2/logs/app.log", LINE),
        ("b/meta/run.log", LINE),
    ]);
    assert_eq!(
        (snapshot.facts.format.as_str(), pods(&snapshot), snapshot.nodes.len()),
        ("sonobuoy", vec!["a/x-1".to_owned(), "a/x-2".to_owned()], 1)
    );
    assert_eq!(logs(&snapshot), ["a/x-1/app current 1", "a/x-2/app current 1"]);
    assert_eq!(snapshot.facts.server_version, "v1.30.0");
}

#[test]
fn crashd_and_eck() {
    let pods_list = format!(r#"{{"kind": "PodList", "items": [{}]}}"#, pod("a", "x-1"));
    let crashd = read(&[
        ("kubecapture/core_v1/a/pods-20260102T030405.json", &pods_list),
        ("kubecapture/core_v1/nodes-20260102T030405.json", r#"{"items": [{"metadata": {"name": "n1"}}]}"#),
        ("kubecapture/core_v1/a/x-1/app/app.log", LINE),
    ]);
    assert_eq!((crashd.facts.format.as_str(), pods(&crashd), crashd.nodes.len()), ("crash-diagnostics", vec!["a/x-1".to_owned()], 1));
    assert_eq!(logs(&crashd), ["a/x-1/app current 1"]);
    let eck = read(&[
        ("manifest.json", r#"{"diagType": "eck-diagnostics"}"#),
        ("eck-diagnostics.log", "started\n"),
        ("version.json", r#"{"ServerVersion": {"gitVersion": "v1.30.0"}}"#),
        ("nodes.json", r#"{"kind": "NodeList", "items": [{"metadata": {"name": "n1"}}]}"#),
        ("a/pods.json", &pods_list),
        ("a/secrets.json", r#"{"Items": [{"metadata": {"name": "s", "namespace": "a"}}]}"#),
        ("a/pod/x-1/logs.txt", "==== START logs for a/x-1 ====\none\ntwo\n==== END logs for a/x-1 ====\n"),
        ("a/pod/x-1/previous-logs.txt", "==== START logs for a/x-1 ====\none\n==== END logs for a/x-1 ====\n"),
    ]);
    assert_eq!((eck.facts.format.as_str(), pods(&eck), eck.nodes.len()), ("eck-diagnostics", vec!["a/x-1".to_owned()], 1));
    assert_eq!((logs(&eck), eck.secrets.len()), (vec!["a/x-1/ previous 1".to_owned(), "a/x-1/ current 2".to_owned()], 1));
}

// databases

#[test]
fn a_databases_own_log_alone_and_in_a_folder() {
    let line =
        r#"{"t":{"$date":"2026-11-24T03:00:00.500+00:00"},"s":"I",  "c":"NETWORK",  "id":1,   "ctx":"conn1","msg":"connection refused"}"#;
    let old = "2020-01-02T03:04:05.678+0000 I  NETWORK  [conn1] connection refused\n";
    let folder = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, format!("{line}\n{line}\n").as_bytes()).unwrap();
    write(folder.path(), "db-1.log.gz", &packed.finish().unwrap());
    write(folder.path(), "db-2.log", old.as_bytes());
    for (name, lines, time) in [("db-1.log.gz", 2, "2026-11-24T03:00:00.5Z"), ("db-2.log", 1, "2020-01-02T03:04:05.678Z")] {
        let alone = load(&folder.path().join(name), &scanner()).unwrap();
        assert_eq!(alone.facts.format, "log of a MongoDB server", "{name}");
        let [log] = alone.logs.as_slice() else { panic!("{:?}", alone.logs) };
        assert_eq!((log.lines, log.hits.len(), log.last_time), (lines, 1, time.parse().ok()), "{name}");
        assert_eq!(log.path.as_ref(), name.trim_end_matches(".gz"));
    }
    let together = load(folder.path(), &scanner()).unwrap();
    assert_eq!(logs(&together), ["/db-1/ current 2", "/db-2/ current 1"]);
}

#[test]
fn get_mongo_data_alone_with_its_error_behind() {
    let text = r#"[{"section": "replicaset_info", "subsection": "status", "host": "db-0.db.shop.svc:27017", "output": {"ok": 1, "set": "rs0", "members": []}}]
ERROR: more than 2500 collections
"#;
    let folder = tempfile::tempdir().unwrap();
    for name in ["getMongoData.json", "out.txt"] {
        write(folder.path(), name, text.as_bytes());
        let snapshot = load(&folder.path().join(name), &scanner()).unwrap();
        let [answer] = snapshot.mongo_answers.as_slice() else { panic!("{:?}", snapshot.mongo_answers) };
        assert_eq!((answer.command.as_str(), answer.namespace.as_str(), answer.pod.as_str()), ("replSetGetStatus", "shop", "db-0"));
        assert_eq!((snapshot.problems.len(), snapshot.coverage.outcome("mongodb")), (1, Outcome::Partial));
    }
}

#[test]
fn masks_make_no_yaml_unreadable() {
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t1, namespace: a}\nspec:\n  ip: ***HIDDEN***\n  tcp://***HIDDEN***:10000: 1\n  tcp://***HIDDEN***:10000: 2\n";
    let snapshot =
        read(&[("t/cluster-resources/pods/a.json", "[]"), ("t/cluster-resources/custom-resources/things.example.com/a.yaml", thing)]);
    assert!(snapshot.problems.is_empty(), "{:?}", snapshot.problems);
    assert_eq!(snapshot.custom[0].value.pointer("/spec/ip").and_then(|v| v.as_str()), Some("***HIDDEN***"));
}
