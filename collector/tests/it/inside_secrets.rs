//! What is told of the insides of Secrets: certificates' public parts, Helm releases; and never a value.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};
use base64ct::{Base64, Encoding};
use flate2::{Compression, write::GzEncoder};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use std::io::Write;

fn base64(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}

fn with(extra: Vec<(&'static str, &'static str, Value)>) -> Server {
    Server::start(Cluster { extra, ..Cluster::default() }, Vec::new())
}

fn tls(name: &str, certificate: &str, key: &str) -> Value {
    json!({"metadata": {"namespace": "a", "name": name}, "type": "kubernetes.io/tls", "data": {"tls.crt": base64(certificate), "tls.key": base64(key)}})
}

#[test]
fn certificates_tell_names_times_and_whose_key_it_is() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = CertificateParams::new(["shop.example".to_owned()]).unwrap().self_signed(&key).unwrap().pem();
    let bundle_of_ten = certificate.repeat(30);
    let server = with(vec![
        ("", "secrets", tls("good", &certificate, &key.serialize_pem())),
        ("", "secrets", tls("mixed-up", &certificate, &other.serialize_pem())),
        ("", "secrets", tls("broken", "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n", "")),
        ("", "configmaps", json!({"metadata": {"namespace": "a", "name": "kube-root-ca.crt"}, "data": {"ca.crt": certificate}})),
        ("", "configmaps", json!({"metadata": {"namespace": "b", "name": "kube-root-ca.crt"}, "data": {"ca.crt": certificate}})),
        ("", "configmaps", json!({"metadata": {"namespace": "b", "name": "world"}, "data": {"all.pem": bundle_of_ten}})),
        (
            "admissionregistration.k8s.io",
            "validatingwebhookconfigurations",
            json!({"metadata": {"name": "guard"}, "webhooks": [{"name": "guard.example", "clientConfig": {"caBundle": base64(&certificate)}}]}),
        ),
    ]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    let told = bundle.lines("certificates");
    let of = |name: &str| told.iter().filter(|line| line["name"] == name).collect::<Vec<_>>();
    let good = of("good")[0];
    assert_eq!((good["key_match"].as_bool(), good["sans"].clone()), (Some(true), json!(["DNS:shop.example"])));
    assert_eq!(
        (good["kind"].as_str(), good["field"].as_str(), good["not_after"].as_str()),
        (Some("Secret"), Some("tls.crt"), Some("4096-01-01T00:00:00Z"))
    );
    assert_eq!(good["sha256"].as_str().map(str::len), Some(64), "a fingerprint is no secret: {good}");
    assert_eq!(of("mixed-up")[0]["key_match"], false);
    assert!(of("broken")[0]["error"].is_string(), "{:?}", of("broken"));
    assert_eq!(of("kube-root-ca.crt").len(), 1, "the cluster's authority is told once");
    assert_eq!(of("world").len(), 20);
    assert_eq!(of("guard")[0]["field"], "guard.example");
    assert_eq!(bundle.outcome("certificates").0, "collected");
    for pem in [key.serialize_pem(), other.serialize_pem()] {
        let line = pem.lines().nth(1).unwrap();
        assert!(!bundle.contains(line), "no private key");
    }
}

fn release(revision: u64, status: &str, values: &Value) -> Value {
    let stored = json!({"name": "shop", "version": revision, "namespace": "a", "manifest": "kind: Secret", "config": values,
        "info": {"status": status, "notes": "Thank you for installing shop.", "description": "Upgrade \"shop\" failed: timed out", "last_deployed": "2026-11-24T07:00:00Z"},
        "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "9"}}});
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(stored.to_string().as_bytes()).unwrap();
    let data = base64(&Base64::encode_string(&packed.finish().unwrap()));
    json!({"type": "helm.sh/release.v1", "data": {"release": data},
        "metadata": {"namespace": "a", "name": format!("sh.helm.release.v1.shop.v{revision}"), "labels": {"owner": "helm", "status": status}}})
}

#[test]
fn helm_releases_tell_their_history_and_no_passwords() {
    let secret = "Hx7-kk2Q9zLw-v3";
    let values = json!({"replicas": 3, "database": {"password": "Zq9-unknown-Pw1"}, "url": format!("https://shop:{secret}@shop.example/")});
    let server = with(vec![
        ("", "secrets", release(1, "superseded", &values)),
        ("", "secrets", release(2, "deployed", &values)),
        ("", "secrets", release(3, "failed", &values)),
    ]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    let told = bundle.json("helm/a/shop.json");
    assert_eq!(
        (told["status"].as_str(), told["revision"].as_u64(), told["chart_version"].as_str()),
        (Some("failed"), Some(3), Some("1.2.3"))
    );
    let history: Vec<&str> = told["history"].as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap()).collect();
    assert_eq!(history, ["superseded", "deployed", "failed"]);
    assert_eq!(told["values"]["replicas"], 3);
    assert_eq!(told["notes"], "Thank you for installing shop.");
    assert!(!bundle.contains(secret) && !bundle.contains("Zq9-unknown-Pw1"), "{told}");
    assert_eq!(bundle.outcome("helm").0, "collected");
}

#[test]
fn without_secrets_helm_says_why_it_is_missing() {
    let fault: Fault =
        Box::new(|asked| asked.path.ends_with("/secrets").then(|| Reply::Json(403, status(403, "Forbidden", "secrets is forbidden"))));
    let server = Server::start(Cluster::default(), vec![fault]);
    let ran = collect(&server, &[]);
    let bundle = ran.ended(5).bundle();
    assert_eq!(bundle.outcome("helm").0, "denied");
    assert!(bundle.outcome("helm").1.contains("Secrets"));
    assert!(!ran.stderr.contains("helm"), "one missing right is told once: {}", ran.stderr);
}

#[test]
fn where_core_events_are_denied_the_other_group_is_asked() {
    let fault: Fault = Box::new(|asked| {
        let core = asked.path.starts_with("/api/v1/") && asked.path.ends_with("/events");
        // In one namespace they may be read all the same.
        (core && !asked.path.contains("/namespaces/a/")).then(|| Reply::Json(403, status(403, "Forbidden", "events is forbidden")))
    });
    let event = |namespace: &str, uid: &str| json!({"metadata": {"namespace": namespace, "name": uid, "uid": uid}, "note": "Started"});
    let extra = vec![
        ("events.k8s.io", "events", event("a", "one")),
        ("events.k8s.io", "events", event("b", "two")),
        ("", "events", event("a", "one")),
    ];
    let server = Server::start(Cluster { extra, ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &[]).ended(5).bundle();
    let mut names = bundle.names("objects/core/v1/events");
    names.extend(bundle.names("objects/events.k8s.io/v1/events"));
    assert_eq!(names, ["event", "one", "two"], "each once");
}
