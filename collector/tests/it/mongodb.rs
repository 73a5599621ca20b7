//! MongoDB: asked with the official driver, straight and through a forwarded port; what it refuses is an outcome.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    mongod::{Mongod, refused},
    server::{Fault, Reply, Server},
};
use base64ct::{Base64, Encoding};
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

fn answers(name: &str, command: &Document) -> Document {
    match name {
        "buildInfo" => doc! {"ok": 1.0, "version": "7.0.5"},
        "serverStatus" => {
            doc! {"ok": 1.0, "connections": {"current": 5_i32, "available": 95_i32}, "uptime": 12.5, "localTime": mongodb::bson::DateTime::from_millis(0)}
        }
        "replSetGetStatus" | "replSetGetConfig" => refused(76, "NoReplicationEnabled", "not running with --replSet"),
        "connPoolStats" => refused(59, "CommandNotFound", "no such command: 'connPoolStats'"),
        "hostInfo" => refused(13, "Unauthorized", "not authorized on admin to execute command"),
        "currentOp" => {
            doc! {"ok": 1.0, "inprog": [{"op": "query", "secs_running": 9_i32, "command": {"find": "orders", "filter": {"customer": "Jane Doe"}, "$db": "shop"}}]}
        }
        "getLog" => {
            doc! {"ok": 1.0, "log": [r#"{"msg":"Slow query","attr":{"command":{"find":"orders","filter":{"customer":"Jane Doe"}},"durationMillis":900}}"#, "plain words\n"]}
        }
        "listDatabases" => doc! {"ok": 1.0, "databases": [{"name": "admin", "sizeOnDisk": 1_i64}, {"name": "shop", "sizeOnDisk": 2_i64}]},
        "dbStats" => doc! {"ok": 1.0, "collections": 1_i32},
        "find" => {
            doc! {"ok": 1.0, "cursor": {"id": 0_i64, "ns": "shop.system.profile", "firstBatch": [{"op": "query", "ns": "shop.orders", "millis": 900_i32, "command": {"find": "orders", "filter": {"customer": "Jane Doe"}}}]}}
        }
        "listCollections" => {
            doc! {"ok": 1.0, "cursor": {"id": 0_i64, "ns": "shop", "firstBatch": [{"name": "orders", "type": "collection"}, {"name": "system.profile", "type": "collection"}]}}
        }
        "collStats" => doc! {"ok": 1.0, "count": 5_i32, "wiredTiger": {"creationString": "long"}},
        "listIndexes" => {
            doc! {"ok": 1.0, "cursor": {"id": 0_i64, "ns": "shop.orders", "firstBatch": [{"name": "_id_", "key": {"_id": 1_i32}}]}}
        }
        "aggregate" => {
            doc! {"ok": 1.0, "cursor": {"id": 0_i64, "ns": "shop.orders", "firstBatch": [{"name": "_id_", "accesses": {"ops": 3_i64}}]}}
        }
        "saslStart" => refused(18, "AuthenticationFailed", "Authentication failed."),
        _ => doc! {"ok": 1.0, "asked": command.to_string()},
    }
}

/// Commands that a reader may send; anything else would be a defect.
const READING: &[&str] = &[
    "aggregate",
    "buildInfo",
    "collStats",
    "connPoolStats",
    "connectionStatus",
    "currentOp",
    "dbStats",
    "endSessions",
    "find",
    "getCmdLineOpts",
    "getLog",
    "getParameter",
    "hello",
    "hostInfo",
    "isMaster",
    "ismaster",
    "listCollections",
    "listDatabases",
    "listIndexes",
    "replSetGetConfig",
    "replSetGetStatus",
    "saslStart",
    "serverStatus",
];

fn check(bundle: &crate::support::bundle::Bundle, base: &str, id: &str) {
    assert_eq!(bundle.json(&format!("{base}/buildInfo.json"))["version"], "7.0.5");
    let status = bundle.json(&format!("{base}/serverStatus.json"));
    assert_eq!((status["connections"]["available"].as_i64(), status["uptime"].as_f64()), (Some(95), Some(12.5)));
    assert_eq!(status["localTime"]["$date"], "1970-01-01T00:00:00Z");
    let databases = bundle.json(&format!("{base}/databases.json"));
    let shop = databases["databases"].as_array().unwrap().iter().find(|database| database["name"] == "shop").unwrap();
    let orders = &shop["collections"][0];
    assert_eq!(
        (orders["name"].as_str(), orders["stats"]["count"].as_i64(), &orders["stats"]["wiredTiger"]),
        (Some("orders"), Some(5), &Value::Null)
    );
    assert_eq!((&orders["indexes"][0]["name"], &orders["index_stats"][0]["accesses"]["ops"]), (&json!("_id_"), &json!(3)));
    assert_eq!(shop["collections"].as_array().unwrap().len(), 1, "system collections are left alone");
    assert_eq!(shop["profiled"][0]["command"]["filter"], json!({"customer": "<string>"}));
    assert!(bundle.text(&format!("{base}/log.txt")).ends_with("plain words\n"));
    assert!(!bundle.contains("Jane Doe"), "no value of anybody's data");
    assert!(!bundle.contains("RawDocumentBuf"), "no raw answer of the server in an error");
    assert_eq!(bundle.outcome(&format!("{id}/replSetGetStatus")).0, "absent");
    assert_eq!(bundle.outcome(&format!("{id}/connPoolStats")).0, "absent");
    assert_eq!(bundle.outcome(&format!("{id}/hostInfo")).0, "denied");
    assert_eq!(bundle.outcome("mongodb").0, "collected");
}

#[test]
fn a_uri_is_asked_straight_with_reading_commands_only() {
    let mongod = Mongod::start(answers);
    let server = Server::start(Cluster::default(), Vec::new());
    let uri = format!("mongodb://{}/shop", mongod.address);
    let bundle = collect(&server, &["--mongodb", &uri]).ended(5).bundle();
    check(&bundle, "mongodb/%/127.0.0.1", "mongodb//127.0.0.1");
    for name in mongod.asked() {
        assert!(READING.contains(&name.as_str()), "{name}");
    }
    assert!(bundle.lines("requests").iter().any(|request| request["method"] == "mongodb"), "in the request log too");
}

fn database() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "",
            "pods",
            json!({"metadata": {"namespace": "a", "name": "mongo-0", "labels": {"app": "mongo"}}, "spec": {"nodeName": "n", "containers": [{"name": "db", "image": "mongo:7", "ports": [{"containerPort": 27017}]}]},
                "status": {"phase": "Running", "containerStatuses": [{"name": "db", "ready": true, "restartCount": 0, "state": {"running": {}}}]}}),
        ),
        (
            "",
            "services",
            json!({"metadata": {"namespace": "a", "name": "mongo"}, "spec": {"selector": {"app": "mongo"}, "ports": [{"port": 27017}]}}),
        ),
    ]
}

fn secret(uri: &str) -> (&'static str, &'static str, Value) {
    ("", "secrets", json!({"metadata": {"namespace": "b", "name": "shop"}, "data": {"uri": Base64::encode_string(uri.as_bytes())}}))
}

#[test]
fn auto_finds_the_pod_and_forwards_a_port() {
    let mongod = Mongod::start(answers);
    let address = mongod.address;
    let fault: Fault =
        Box::new(move |asked| (asked.path == "/api/v1/namespaces/a/pods/mongo-0/portforward").then_some(Reply::Forward(address, 27017)));
    let mut extra = database();
    extra.push(secret("mongodb://mongo.a.svc.cluster.local/shop"));
    let server = Server::start(Cluster { extra, ..Cluster::default() }, vec![fault]);
    let bundle = collect(&server, &["--mongodb", "auto"]).ended(5).bundle();
    check(&bundle, "mongodb/a/mongo-0", "mongodb/a/mongo-0");
    let plain = Server::start(Cluster { extra: database(), ..Cluster::default() }, Vec::new());
    let bundle = collect(&plain, &[]).ended(0).bundle();
    assert!(!plain.asked().iter().any(|asked| asked.path.ends_with("/portforward")), "only when asked for");
    assert!(!bundle.paths().iter().any(|path| path.starts_with("mongodb/")));
}

#[test]
fn a_login_that_fails_a_denied_tunnel_and_no_database_are_outcomes() {
    let mongod = Mongod::start(answers);
    let address = mongod.address;
    let fault: Fault = Box::new(move |asked| asked.path.ends_with("/portforward").then_some(Reply::Forward(address, 27017)));
    let mut extra = database();
    let password = concat!("Hx7-kk2Q", "9zLw-v3");
    extra.push(secret(&format!("mongodb://shop:{password}@mongo.a/shop")));
    let bundle = collect(&Server::start(Cluster { extra, ..Cluster::default() }, vec![fault]), &["--mongodb", "auto"]).ended(5).bundle();
    let (outcome, why) = bundle.outcome("mongodb/a/mongo-0");
    assert!(outcome == "denied" && why.contains("uthentication"), "{outcome}: {why}");
    assert!(!bundle.contains(password));

    let fault: Fault = Box::new(|asked| {
        asked
            .path
            .ends_with("/portforward")
            .then(|| Reply::Json(403, status(403, "Forbidden", "cannot create resource \"pods/portforward\"")))
    });
    let bundle =
        collect(&Server::start(Cluster { extra: database(), ..Cluster::default() }, vec![fault]), &["--mongodb", "auto"]).ended(5).bundle();
    let (outcome, why) = bundle.outcome("mongodb/a/mongo-0");
    assert!(outcome == "denied" && why.contains("pods/portforward"), "{outcome}: {why}");

    let bundle = collect(&Server::start(Cluster::default(), Vec::new()), &["--mongodb", "auto"]).ended(0).bundle();
    assert_eq!(bundle.outcome("mongodb").0, "absent");
    let ran = collect(&Server::start(Cluster::default(), Vec::new()), &["--mongodb", "mongodb+srv://x.example"]);
    assert!(ran.ended(2).stderr.contains("give mongodb:// with the hosts"), "{}", ran.stderr);
}
