//! What other operators keep in a cluster is in the bundle, whole: their kinds are known to discovery alone, none by name in the collector.

use serde_json::Value;
use tarbox_bundle::{Limits, read_all};

use crate::judged::fixtures;

/// Every kind of `tests/cluster/incidents/operators.sh`, and whether its status tells the reader how it goes.
const KINDS: [(&str, bool); 15] = [
    ("argoproj.io/v1alpha1/applications", true),
    ("argoproj.io/v1alpha1/appprojects", false),
    ("cert-manager.io/v1/certificates", true),
    ("cert-manager.io/v1/clusterissuers", true),
    ("gateway.networking.k8s.io/v1/gatewayclasses", true),
    ("gateway.networking.k8s.io/v1/gateways", true),
    ("gateway.networking.k8s.io/v1/httproutes", true),
    ("helm.toolkit.fluxcd.io/v2/helmreleases", true),
    ("kustomize.toolkit.fluxcd.io/v1/kustomizations", true),
    ("monitoring.coreos.com/v1/prometheusrules", false),
    ("monitoring.coreos.com/v1/servicemonitors", false),
    ("networking.istio.io/v1/destinationrules", false),
    ("networking.istio.io/v1/virtualservices", false),
    ("source.toolkit.fluxcd.io/v1/gitrepositories", true),
    ("source.toolkit.fluxcd.io/v1/helmrepositories", true),
];

#[test]
fn objects_of_other_operators_come_with_their_status() {
    let (entries, _) = read_all(&fixtures().join("scenarios/operators.tar.zst"), Limits::default()).unwrap();
    for (kind, status) in KINDS {
        let (_, content) =
            entries.iter().find(|(path, _)| path.ends_with(&format!("objects/{kind}.ndjson"))).unwrap_or_else(|| panic!("no {kind}"));
        let objects: Vec<Value> =
            content.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
        assert!(!objects.is_empty(), "{kind}");
        for object in &objects {
            assert!(object["spec"].is_object(), "{kind}: {object}");
            assert_eq!(object["status"].as_object().is_some_and(|s| !s.is_empty()), status, "{kind}: {object}");
        }
    }
}
