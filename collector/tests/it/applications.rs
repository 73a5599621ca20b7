//! What the applications say: health and metrics endpoints through the service proxy, commands inside containers.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};
use serde_json::{Value, json};

fn shop() -> Vec<(&'static str, &'static str, Value)> {
    let container = json!({"name": "app", "ports": [{"name": "web", "containerPort": 5000}], "readinessProbe": {"httpGet": {"path": "/api/ready", "port": "web"}}});
    vec![
        (
            "apps",
            "deployments",
            json!({"metadata": {"namespace": "a", "name": "shop"}, "spec": {"template": {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [container]}}}}),
        ),
        (
            "",
            "services",
            json!({"metadata": {"namespace": "a", "name": "shop"}, "spec": {"selector": {"app": "shop"}, "ports": [{"name": "http", "port": 80, "targetPort": "web"}]}}),
        ),
    ]
}

const PROXY: &str = "/api/v1/namespaces/a/services/shop:80/proxy";

#[test]
fn health_and_metrics_of_services_are_asked_as_their_workloads_declare() {
    let fault: Fault = Box::new(|asked| match asked.path.strip_prefix(PROXY)? {
        "/api/ready" => Some(Reply::Json(503, json!({"database": "down", "uri": "mongodb://shop:Hx7-kk2Q9zLw-v3@db/shop"}))),
        "/metrics" => Some(Reply::Text(200, "requests_total 5\n".repeat(4_000))),
        "/health" => {
            Some(Reply::Json(503, json!({"kind": "Status", "apiVersion": "v1", "message": "no endpoints available for service \"shop\""})))
        }
        _ => Some(Reply::Text(404, "not here".into())),
    });
    let server = Server::start(Cluster { extra: shop(), ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    let ready = bundle.json("http/a/shop/80-api-ready.json");
    assert_eq!(
        (ready["status"].as_u64(), ready["answered_by"].as_str(), ready["path"].as_str()),
        (Some(503), Some("service"), Some("/api/ready"))
    );
    assert!(ready["body"].as_str().unwrap().contains("down") && ready["millis"].is_u64());
    assert_eq!(ready["why"], json!(["readinessProbe of container app of Deployment/shop"]));
    assert!(!bundle.contains("Hx7-kk2Q9zLw-v3"), "{ready}");
    let metrics = bundle.json("http/a/shop/80-metrics.json");
    assert_eq!((metrics["bytes"].as_u64(), metrics["body"].as_str().map(str::len)), (Some(17 * 4_000), Some(16 << 10)));
    let paths: Vec<&str> = bundle.paths().into_iter().filter(|path| path.starts_with("http/")).collect();
    assert_eq!(paths, ["http/a/shop/80-api-ready.json", "http/a/shop/80-metrics.json"], "nothing is kept of a guess that nobody answers");
    assert_eq!(bundle.outcome("http").0, "collected");
    let asked = server.asked().iter().filter(|asked| asked.path.starts_with(PROXY)).count();
    assert_eq!(asked, 5, "each once, failing ones too");
}

#[test]
fn a_service_that_nobody_answers_for_is_told_by_the_server() {
    let fault: Fault = Box::new(|asked| {
        let words = json!({"kind": "Status", "apiVersion": "v1", "message": "no endpoints available for service \"shop\"", "code": 503});
        asked.path.starts_with(PROXY).then_some(Reply::Json(503, words))
    });
    let server = Server::start(Cluster { extra: shop(), ..Cluster::default() }, vec![fault]);
    let told = collect(&server, &[]).ended(0).bundle().json("http/a/shop/80-api-ready.json");
    assert_eq!((told["status"].as_u64(), told["answered_by"].as_str()), (Some(503), Some("api-server")));
}

#[test]
fn a_service_that_refuses_us_itself_does_not_silence_the_others() {
    let refused = "forbidden: User \"system:anonymous\" cannot get path \"/api/ready\"";
    let fault: Fault = Box::new(move |asked| match asked.path.strip_prefix(PROXY)? {
        "/api/ready" => Some(Reply::Json(403, status(403, "Forbidden", refused))),
        "/metrics" => Some(Reply::Text(200, "requests_total 5\n".into())),
        _ => Some(Reply::Json(401, status(401, "Unauthorized", "Unauthorized"))),
    });
    let server = Server::start(Cluster { extra: shop(), ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    let ready = bundle.json("http/a/shop/80-api-ready.json");
    assert_eq!((ready["status"].as_u64(), ready["answered_by"].as_str()), (Some(403), Some("service")));
    assert!(bundle.paths().contains(&"http/a/shop/80-metrics.json"));
    assert_eq!(bundle.outcome("http").0, "collected");
}

#[test]
fn without_the_right_it_is_one_denial_and_the_bundle_is_complete() {
    let fault: Fault = Box::new(|asked| {
        asked.path.starts_with(PROXY).then(|| Reply::Json(403, status(403, "Forbidden", "cannot get resource \"services/proxy\"")))
    });
    let server = Server::start(Cluster { extra: shop(), ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &[]).ended(0).bundle();
    let (outcome, why) = bundle.outcome("http");
    assert!(outcome == "denied" && why.contains("services/proxy"), "{outcome}: {why}");
    let server = Server::start(Cluster { extra: shop(), ..Cluster::default() }, Vec::new());
    collect(&server, &["--no-http"]).ended(0);
    assert!(!server.asked().iter().any(|asked| asked.path.contains("/proxy/api")));
}

#[test]
fn commands_run_only_when_asked_for_and_tell_no_value() {
    let output = "==tarbox== df.txt\nFilesystem 1024-blocks\n/dev/vda 10 9 1 90% /\n==tarbox== resolv.conf.txt\nnameserver 10.96.0.10\n\
                  ==tarbox== df.txt\nforged\n==tarbox== environment.txt\nHOME\nMONGODB_URI\n==tarbox== nslookup.txt\nName: kubernetes.default\n";
    let fault: Fault = Box::new(move |asked| {
        let pod = asked.path.strip_suffix("/exec")?;
        Some(if pod.ends_with("pod-00002") {
            Reply::Exec(String::new(), status(500, "InternalError", "exec: \"sh\": executable file not found in $PATH"))
        } else {
            Reply::Exec(output.to_owned(), json!({"status": "Success"}))
        })
    });
    let plain = Server::start(Cluster::default(), Vec::new());
    collect(&plain, &[]).ended(0);
    assert!(!plain.asked().iter().any(|asked| asked.path.ends_with("/exec")));
    // Bare pods have no workload: all but the numbers of their names is the same, so that one stands for all of a namespace.
    let server = Server::start(Cluster::default(), vec![fault]);
    let bundle = collect(&server, &["--exec"]).ended(0).bundle();
    let entered: Vec<String> = server.asked().into_iter().filter(|asked| asked.path.ends_with("/exec")).map(|asked| asked.path).collect();
    assert_eq!(entered.len(), 2, "{entered:?}");
    let base = "exec/a/pod-00001/app";
    assert!(bundle.text(&format!("{base}/df.txt")).contains("90% /") && !bundle.text(&format!("{base}/df.txt")).contains("forged"));
    assert_eq!(bundle.text(&format!("{base}/environment.txt")), "HOME\nMONGODB_URI\n");
    assert!(bundle.text(&format!("{base}/nslookup.txt")).contains("kubernetes.default"));
    assert_eq!(bundle.outcome("exec").0, "collected");
    assert!(bundle.lines("requests").iter().any(|request| request["path"].as_str().unwrap().contains("/exec?container=app")));
}

#[test]
fn a_container_without_a_shell_is_absent_and_a_denial_is_a_gap() {
    let no_shell: Fault = Box::new(|asked| {
        asked
            .path
            .ends_with("/exec")
            .then(|| Reply::Exec(String::new(), status(500, "InternalError", "exec: \"sh\": executable file not found in $PATH")))
    });
    let bundle = collect(&Server::start(Cluster::default(), vec![no_shell]), &["--exec"]).ended(0).bundle();
    let (outcome, why) = bundle.outcome("exec/a/pod-00001/app");
    assert!(outcome == "absent" && why.contains("executable file not found"), "{outcome}: {why}");
    let denied: Fault = Box::new(|asked| {
        asked.path.ends_with("/exec").then(|| Reply::Json(403, status(403, "Forbidden", "cannot create resource \"pods/exec\"")))
    });
    let bundle = collect(&Server::start(Cluster::default(), vec![denied]), &["--exec"]).ended(5).bundle();
    assert_eq!(bundle.outcome("exec").0, "denied");
}
