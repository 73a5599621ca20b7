//! `tarbox diff`: before and after an incident of a real cluster, and what must hold for any two bundles.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tarbox_analyzer::conclude;
use tarbox_analyzer::diff::{Change, Difference, FieldChange, FindingChange, Standing, diff};
use tarbox_load::load;
use tarbox_model::coverage::{Outcome, SourceCoverage};
use tarbox_model::evidence::Origin;
use tarbox_model::object::Object;
use tarbox_model::{Analysis, Context, Relations, Snapshot};

use crate::cli::{tarbox, text};
use crate::judged::{fixtures, scanner};

fn recorded(name: &str) -> (Snapshot, Analysis) {
    let snapshot = load(&fixtures().join(format!("scenarios/{name}.tar.zst")), scanner()).unwrap();
    let analysis = conclude(&snapshot, name);
    (snapshot, analysis)
}

fn compare(old: &(Snapshot, Analysis), new: &(Snapshot, Analysis)) -> Difference {
    let (before, after) = (Relations::new(&old.0), Relations::new(&new.0));
    let before = Context { snapshot: &old.0, relations: &before };
    let after = Context { snapshot: &new.0, relations: &after };
    diff((&before, &old.1), (&after, &new.1))
}

/// The same difference, seen from the other end.
fn reversed(it: &Difference) -> Difference {
    let fields = |fields: &Vec<FieldChange>| {
        fields.iter().map(|f| FieldChange { field: f.field.clone(), old: f.new.clone(), new: f.old.clone() }).collect()
    };
    let change = |change: &Change| match change {
        Change::Appeared => Change::Gone,
        Change::Gone => Change::Appeared,
        Change::Changed(changed) => Change::Changed(fields(changed)),
    };
    let objects = it.objects.iter().map(|(object, it)| (object.clone(), change(it))).collect();
    Difference { old: it.new.clone(), new: it.old.clone(), objects, ..it.clone() }
}

/// Findings that went one way and the other: their titles are those of the newer bundle, so only keys can be compared.
fn keys(findings: &[FindingChange], standing: Standing) -> Vec<&str> {
    let mut keys: Vec<_> = findings.iter().filter(|f| f.standing == standing).map(|f| f.key.as_str()).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn an_incident_differs_from_the_healthy_cluster_in_its_cause_and_its_harm() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["healthy", "secret-key-missing"] {
        std::fs::copy(fixtures().join(format!("scenarios/{name}.tar.zst")), folder.path().join(format!("{name}.tar.zst"))).unwrap();
    }
    let out = tarbox(folder.path(), &["diff", "healthy.tar.zst", "secret-key-missing.tar.zst", "--json"]);
    assert_eq!(out.status.code(), Some(8), "{}", text(&out.stderr));
    let difference: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&difference["root_causes"][0]["change"], &difference["same"]), (&json!("new"), &json!(false)));
    assert_eq!(difference["root_causes"][0]["finding"], "secret-key-missing:Deployment/production/shepherd");
    let objects = difference["objects"].as_array().unwrap();
    let shepherd = objects.iter().find(|o| o["kind"] == "Deployment" && o["name"] == "shepherd").unwrap();
    let fields: BTreeMap<&str, (&Value, &Value)> =
        shepherd["fields"].as_array().unwrap().iter().map(|f| (f["field"].as_str().unwrap(), (&f["old"], &f["new"]))).collect();
    let key = "spec.template.spec.containers[shepherd].env[MONGODB_URI].valueFrom.secretKeyRef.key";
    assert_eq!(fields[key], (&json!("mongodb-uri"), &json!("mongodb-url")));
    assert_eq!(fields["pods.ready"], (&json!("2"), &Value::Null));
    assert!(objects.iter().all(|o| o["kind"] != "Pod" && o["kind"] != "ReplicaSet" && o["kind"] != "Lease"), "{objects:?}");
    for noise in ["resourceVersion", "managedFields", "Timestamp", "heartbeat", "uid"] {
        assert!(!text(&out.stdout).contains(noise), "{noise} is no difference");
    }
    let shown = text(&tarbox(folder.path(), &["diff", "healthy.tar.zst", "secret-key-missing.tar.zst"]).stdout);
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.contains("+ new  critical") && shown.contains("~ Deployment/production/shepherd"), "{shown}");
    std::fs::copy(fixtures().join("scenarios/virtual-service-host-unknown.tar.zst"), folder.path().join("mesh.tar.zst")).unwrap();
    let mesh = text(&tarbox(folder.path(), &["diff", "healthy.tar.zst", "mesh.tar.zst"]).stdout);
    assert!(mesh.lines().all(|line| line.chars().count() <= 80), "{mesh}");
    assert_eq!(mesh.matches("/kube-root-ca.crt").count(), 1, "one copy is told: {mesh}");
    let back = text(&tarbox(folder.path(), &["diff", "secret-key-missing.tar.zst", "healthy.tar.zst"]).stdout);
    assert!(back.contains("- gone  critical"), "{back}");
    let same = tarbox(folder.path(), &["diff", "healthy.tar.zst", "healthy.tar.zst"]);
    assert_eq!((same.status.code(), text(&same.stdout).ends_with("Nothing differs.\n")), (Some(0), true), "{}", text(&same.stdout));
    assert_eq!(tarbox(folder.path(), &["diff", "healthy.tar.zst", "absent.tar.zst"]).status.code(), Some(3));
}

#[test]
fn recorded_clusters_differ_the_same_way_from_both_ends() {
    let names = ["healthy", "secret-key-missing", "rollback-recovered", "virtual-service-host-unknown", "evicted-leftovers"];
    let bundles: Vec<_> = names.iter().map(|name| recorded(name)).collect();
    for old in &bundles {
        assert!(compare(old, old).is_empty(), "{} differs from itself: {:#?}", old.1.bundle, compare(old, old).objects);
        for new in &bundles {
            let (there, back) = (compare(old, new), compare(new, old));
            assert_eq!(reversed(&there).objects, back.objects, "{} and {}", old.1.bundle, new.1.bundle);
            for (one, other) in [(&there.root_causes, &back.root_causes), (&there.findings, &back.findings)] {
                assert_eq!(keys(one, Standing::New), keys(other, Standing::Gone));
                assert_eq!(keys(one, Standing::Gone), keys(other, Standing::New));
                assert_eq!(keys(one, Standing::Still), keys(other, Standing::Still));
            }
        }
    }
}

/// Sources that a made-up cluster has; `whole` says whether ConfigMaps could be listed.
fn cluster(deployments: &BTreeMap<String, (u8, u8)>, settings: &BTreeMap<String, String>, whole: bool) -> (Snapshot, Analysis) {
    let mut snapshot = Snapshot::default();
    for source in ["deployments", "configmaps", "pods", "jobs", "endpointslices", "customresourcedefinitions"] {
        let outcome = if whole || source != "configmaps" { Outcome::Collected } else { Outcome::Denied };
        snapshot.coverage.record(SourceCoverage { source: source.to_owned(), outcome, items: 0, detail: String::new() });
    }
    for (name, (replicas, tag)) in deployments {
        let value = json!({"metadata": {"name": name, "namespace": "shop", "resourceVersion": tag.to_string()},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "web", "image": format!("web:{tag}")}]}}}});
        snapshot.deployments.push(Object { origin: Origin::default(), value: serde_json::from_value(value).unwrap() });
    }
    for (name, text) in settings.iter().filter(|_| whole) {
        let value = json!({"metadata": {"name": name, "namespace": "shop"}, "data": {"key": text}});
        snapshot.config_maps.push(Object { origin: Origin::default(), value: serde_json::from_value(value).unwrap() });
    }
    tarbox_load::sort(&mut snapshot);
    (snapshot, Analysis::default())
}

prop_compose! {
    fn any_cluster()(
        deployments in prop::collection::btree_map("[a-d]", (0..3_u8, 0..3_u8), 0..4),
        settings in prop::collection::btree_map("[a-d]", "[ab\n]{0,4}|redacted\\.secret\\.[01]{12}", 0..4),
        whole in prop::bool::weighted(0.8),
    ) -> (Snapshot, Analysis) {
        cluster(&deployments, &settings, whole)
    }
}

proptest! {
    #[test]
    fn a_cluster_is_the_same_as_itself_and_differs_both_ways(old in any_cluster(), new in any_cluster()) {
        prop_assert!(compare(&old, &old).is_empty());
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        prop_assert_eq!(reversed(&there).objects, back.objects);
        prop_assert_eq!(there.not_compared.len(), back.not_compared.len());
        let wanted: Vec<_> = new.0.deployments.iter().map(Object::reference).filter(|o| !old.0.deployments.iter().any(|d| d.reference() == *o)).collect();
        let appeared: Vec<_> = there.objects.iter().filter(|(o, c)| o.kind == "Deployment" && **c == Change::Appeared).map(|(o, _)| o.clone()).collect();
        prop_assert_eq!(appeared, wanted);
        // What one side could not list is neither gone nor new.
        let listed = |it: &(Snapshot, Analysis)| it.0.coverage.is_complete("configmaps");
        if !(listed(&old) && listed(&new)) {
            prop_assert!(there.objects.keys().all(|object| object.kind != "ConfigMap"));
        }
    }
}
