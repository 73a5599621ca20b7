//! A preview tells and does nothing.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};

#[test]
fn a_preview_counts_and_writes_nothing() {
    let fault: Fault = Box::new(|asked| {
        asked.path.ends_with("/deployments").then(|| Reply::Json(403, status(403, "Forbidden", "deployments is forbidden")))
    });
    let server = Server::start(Cluster { page: 500, ..Cluster::default() }, vec![fault]);
    let ran = collect(&server, &["--preview", "--no-secrets"]);
    let told = &ran.ended(0).stdout;
    let pods = told.lines().find(|line| line.contains("core/v1/pods")).unwrap();
    assert!(pods.split_whitespace().any(|word| word == "12"), "{told}");
    assert!(told.contains("logs: 24 of 12 pods, at most 2.1 MB"), "{told}");
    assert!(
        told.contains("deployments is forbidden") && told.contains("not asked (--exec)") && told.contains("not asked (--no-secrets)"),
        "{told}"
    );
    assert!(!ran.path("out.tar.zst").exists() && !ran.path("out.tar.zst.partial").exists());
    assert!(!server.asked().iter().any(|asked| asked.path.ends_with("/secrets") || asked.path.ends_with("/log")));
}
