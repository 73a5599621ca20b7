//! Logins and certificates over real TLS: what is wrong with them is said in words.
use crate::support::{
    Ran,
    cluster::{Cluster, status},
    server::{Fault, Reply, Server},
    start_with,
};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for this name, valid until this year, with its key.
fn certificate(by: &Authority, name: &str, until: i32) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap(), key)
}

/// A server with such a certificate; with `clients`, only for clients whose certificates that authority signed.
fn server(by: &Authority, name: &str, until: i32, clients: Option<&Authority>, faults: Vec<Fault>) -> Server {
    let (certificate, key) = certificate(by, name, until);
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(authority.der().to_vec())).unwrap();
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap())
        }
    };
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let tls = builder.with_single_cert(vec![CertificateDer::from(certificate.der().to_vec())], key.into()).unwrap();
    Server::start_tls(Cluster::default(), faults, tls)
}

fn base64(text: &str) -> String {
    use base64ct::Encoding;
    base64ct::Base64::encode_string(text.as_bytes())
}

fn trusting(authority: &Authority) -> Value {
    json!({"certificate-authority-data": base64(&authority.pem())})
}

fn with_certificate(certificate: &rcgen::Certificate, key: &KeyPair) -> Value {
    json!({"client-certificate-data": base64(&certificate.pem()), "client-key-data": base64(&key.serialize_pem())})
}

fn run(server: &Server, cluster: Value, user: Value) -> Ran {
    start_with(&server.kubeconfig_with(cluster, user), &[]).wait()
}

/// Fails the test unless the run ended before there was a bundle, with these words.
#[track_caller]
fn ended_with(ran: &Ran, words: &[&str]) {
    ran.ended(3);
    for word in words {
        assert!(ran.stderr.contains(word), "{word:?} is missing from: {}", ran.stderr);
    }
    assert!(!ran.path("out.tar.zst").exists() && !ran.path("out.tar.zst.partial").exists(), "nothing is left behind");
    assert_eq!(ran.stdout, "");
}

fn token() -> Value {
    json!({"token": "t"})
}

#[test]
fn a_good_login_over_tls_collects() {
    let ours = authority();
    let (certificate, key) = certificate(&ours, "somebody", 2120);
    let server = server(&ours, "127.0.0.1", 2120, Some(&ours), Vec::new());
    let ran = run(&server, trusting(&ours), with_certificate(&certificate, &key));
    assert_eq!(ran.ended(0).bundle().lines("objects/core/v1/pods").len(), 12);
}

#[test]
fn an_expired_client_certificate_is_named_with_its_end() {
    // API servers let such a client in to the door and then answer 401.
    let refuse: Fault = Box::new(|_| Some(Reply::Json(401, status(401, "Unauthorized", "Unauthorized"))));
    let ours = authority();
    let server = server(&ours, "127.0.0.1", 2120, None, vec![refuse]);
    let (certificate, key) = certificate(&ours, "somebody", 2021);
    let ran = run(&server, trusting(&ours), with_certificate(&certificate, &key));
    ended_with(&ran, &["the client certificate expired on 2021-01-01T00:00:00Z", "renew the credentials"]);
}

#[test]
fn an_expired_client_certificate_refused_in_the_handshake() {
    // What a proxy in front of the API server does.
    let ours = authority();
    let server = server(&ours, "127.0.0.1", 2120, Some(&ours), Vec::new());
    let (certificate, key) = certificate(&ours, "somebody", 2021);
    let ran = run(&server, trusting(&ours), with_certificate(&certificate, &key));
    ended_with(&ran, &["cannot reach the API server https://127.0.0.1:", "certificate", "renew"]);
}

#[test]
fn no_client_certificate_where_one_is_wanted() {
    let ours = authority();
    let server = server(&ours, "127.0.0.1", 2120, Some(&ours), Vec::new());
    ended_with(&run(&server, trusting(&ours), token()), &["it wants a client certificate other than ours"]);
}

#[test]
fn an_expired_token() {
    let refuse: Fault = Box::new(|_| Some(Reply::Json(401, status(401, "Unauthorized", "token has expired"))));
    let ours = authority();
    let server = server(&ours, "127.0.0.1", 2120, None, vec![refuse]);
    ended_with(&run(&server, trusting(&ours), token()), &["does not accept our login (401)", "log in again", "token has expired"]);
}

#[test]
fn a_server_whose_own_certificate_is_wrong() {
    let (ours, theirs) = (authority(), authority());
    let expired = server(&ours, "127.0.0.1", 2021, None, Vec::new());
    ended_with(&run(&expired, trusting(&ours), token()), &["a certificate has expired", "clock"]);
    let unknown = server(&theirs, "127.0.0.1", 2120, None, Vec::new());
    ended_with(&run(&unknown, trusting(&ours), token()), &["signed by an authority we do not know", "certificate-authority-data"]);
    let elsewhere = server(&ours, "kubernetes.example", 2120, None, Vec::new());
    ended_with(&run(&elsewhere, trusting(&ours), token()), &["its certificate is for another name", "tls-server-name"]);
}

#[test]
fn plain_http_where_tls_is_spoken_and_the_other_way_round() {
    let ours = authority();
    let tls = server(&ours, "127.0.0.1", 2120, None, Vec::new());
    let ran = start_with(&tls.kubeconfig_with(json!({}), token()).replace("https://", "http://"), &[]).wait();
    ended_with(&ran, &["cannot reach the API server http://127.0.0.1:"]);
    let plain = Server::start(Cluster::default(), Vec::new());
    let ran = start_with(&plain.kubeconfig().replace("http://", "https://"), &[]).wait();
    ended_with(&ran, &["cannot reach the API server https://127.0.0.1:"]);
}
