//! The commands, and what becomes of their answers. All of them only read.
use super::{
    SOURCE,
    connect::{Connection, Trouble},
    find::Instance,
    shape,
};
use crate::{outcome::Ended, run::Run};
use mongodb::{
    bson::{Document, doc},
    error::{Error, ErrorKind},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tarbox_bundle::EntryPath;

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Databases looked into.
const DATABASES: usize = 50;
/// Collections looked into, over all databases.
const COLLECTIONS: usize = 300;
/// Profiled operations of one database.
const PROFILED: i32 = 50;

/// Questions to one server.
pub(super) struct Asking<'a> {
    run: &'a Arc<Run>,
    instance: &'a Instance,
    connection: &'a Connection,
    /// Files written.
    pub(super) files: u64,
    /// Their bytes.
    pub(super) bytes: u64,
}

impl<'a> Asking<'a> {
    pub(super) fn new(run: &'a Arc<Run>, instance: &'a Instance, connection: &'a Connection) -> Self {
        Self { run, instance, connection, files: 0, bytes: 0 }
    }

    /// Asks everything.
    pub(super) async fn everything(&mut self) {
        for (name, command) in [
            ("hello", doc! {"hello": 1}),
            ("buildInfo", doc! {"buildInfo": 1}),
            ("hostInfo", doc! {"hostInfo": 1}),
            ("serverStatus", doc! {"serverStatus": 1}),
            ("replSetGetStatus", doc! {"replSetGetStatus": 1}),
            ("replSetGetConfig", doc! {"replSetGetConfig": 1}),
            ("getCmdLineOpts", doc! {"getCmdLineOpts": 1}),
            ("getParameter", doc! {"getParameter": "*"}),
            ("connPoolStats", doc! {"connPoolStats": 1}),
            ("connectionStatus", doc! {"connectionStatus": 1}),
            ("currentOp", doc! {"currentOp": 1}),
        ] {
            let Some(mut answer) = self.ask(name, "admin", command).await else { continue };
            if name == "currentOp" {
                shape::operations(&mut answer["inprog"]);
            }
            self.write(&format!("{name}.json"), &answer);
        }
        if let Some(answer) = self.ask("getLog", "admin", doc! {"getLog": "global"}).await {
            self.write_log(&answer["log"]);
        }
        let mut list = self.ask("listDatabases", "admin", doc! {"listDatabases": 1}).await;
        if let Some(list) = &mut list {
            self.databases(list).await;
            self.write("databases.json", list);
        }
    }

    /// Adds to the list of databases what each of them says.
    async fn databases(&mut self, list: &mut Value) {
        let mut collections = 0;
        for database in list["databases"].as_array_mut().into_iter().flatten().take(DATABASES) {
            let Some(name) = database["name"].as_str().map(str::to_owned) else { continue };
            if let Some(stats) = self.ask("dbStats", &name, doc! {"dbStats": 1}).await {
                database["stats"] = stats;
            }
            if matches!(name.as_str(), "admin" | "config" | "local") {
                continue;
            }
            let profile = doc! {"find": "system.profile", "sort": {"ts": -1}, "limit": PROFILED, "singleBatch": true};
            if let Some(mut found) = self.ask("profile", &name, profile).await {
                shape::operations(&mut found["cursor"]["firstBatch"]);
                database["profiled"] = found["cursor"]["firstBatch"].take();
            }
            let all =
                self.ask("listCollections", &name, doc! {"listCollections": 1, "nameOnly": true, "authorizedCollections": true}).await;
            let names: Vec<String> = all
                .iter()
                .flat_map(|all| all["cursor"]["firstBatch"].as_array().into_iter().flatten())
                .filter(|entry| entry["type"] != "view")
                .filter_map(|entry| entry["name"].as_str().filter(|name| !name.starts_with("system.")).map(str::to_owned))
                .collect();
            let mut told = Vec::new();
            for collection in &names {
                if collections >= COLLECTIONS {
                    database["collections_left_out"] = names.len().saturating_sub(told.len()).into();
                    break;
                }
                collections += 1;
                told.push(self.collection(&name, collection).await);
            }
            database["collections"] = told.into();
        }
    }

    async fn collection(&mut self, database: &str, collection: &str) -> Value {
        let mut told = json!({"name": collection});
        if let Some(mut stats) = self.ask("collStats", database, doc! {"collStats": collection}).await {
            // The storage engine's inner life: twenty kilobytes a collection that no rule reads.
            if let Some(stats) = stats.as_object_mut() {
                stats.retain(|key, _| !matches!(key.as_str(), "wiredTiger" | "indexDetails"));
            }
            told["stats"] = stats;
        }
        if let Some(mut found) = self.ask("listIndexes", database, doc! {"listIndexes": collection}).await {
            told["indexes"] = found["cursor"]["firstBatch"].take();
        }
        let usage = doc! {"aggregate": collection, "pipeline": [{"$indexStats": {}}], "cursor": {}};
        if let Some(mut found) = self.ask("indexStats", database, usage).await {
            told["index_stats"] = found["cursor"]["firstBatch"].take();
        }
        told
    }

    /// Sends one command; a refusal becomes an outcome, once for each command.
    async fn ask(&mut self, name: &str, database: &str, command: Document) -> Option<Value> {
        if self.run.gateway.stop().reason().is_some() {
            return None;
        }
        let Instance { namespace, name: pod, .. } = self.instance;
        let asked = self.run.gateway.outside("mongodb", format!("{namespace}/{pod}/{database}/{name}"));
        let database = self.connection.client.database(database);
        let answer = self.run.gateway.stop().guard(tokio::time::timeout(PATIENCE, database.run_command(command))).await;
        let trouble = match answer {
            Ok(Ok(Ok(answer))) => {
                asked.done(None);
                let mut answer = shape::json(answer.into());
                // Of a cluster's own times, which every answer carries, none is of use.
                if let Some(answer) = answer.as_object_mut() {
                    answer.retain(|key, _| !matches!(key.as_str(), "$clusterTime" | "operationTime" | "lsid"));
                }
                return Some(answer);
            }
            Ok(Ok(Err(error))) => trouble(&error),
            Ok(Err(_)) => Trouble { ended: Ended::TimedOut, why: format!("no answer within {} s", PATIENCE.as_secs()) },
            Err(reason) => Trouble { ended: Ended::from(&crate::gateway::Failure::Stopped(reason)), why: reason.to_string() },
        };
        asked.done(Some(&trouble.why));
        let id = format!("{}/{namespace}/{pod}/{name}", SOURCE.id);
        self.run.outcome_once(SOURCE.id, &id, trouble.ended, &trouble.why);
        None
    }

    fn write(&mut self, file: &str, answer: &Value) {
        let Instance { namespace, name, .. } = self.instance;
        let path = EntryPath::mongodb(namespace, name, file);
        self.bytes += self.run.sink.document(&path, answer.to_string().as_bytes());
        self.files += 1;
    }

    /// The log's last lines as text, slow operations without their values.
    fn write_log(&mut self, lines: &Value) {
        let Instance { namespace, name, .. } = self.instance;
        let mut text = self.run.sink.text(&EntryPath::mongodb(namespace, name, "log.txt"), 4 << 20);
        for line in lines.as_array().into_iter().flatten().filter_map(Value::as_str) {
            text.push(shape::log_line(line).trim_end().as_bytes());
            text.push(b"\n");
        }
        self.bytes += text.finish(None).0;
        self.files += 1;
    }
}

/// What an error of the driver is in the bundle's words.
pub(super) fn trouble(error: &Error) -> Trouble {
    let ended = match error.kind.as_ref() {
        // CommandNotFound, CommandNotSupported, NamespaceNotFound, NoReplicationEnabled, NotYetInitialized: there is no such thing here.
        ErrorKind::Command(refusal) if matches!(refusal.code, 59 | 115 | 238 | 26 | 76 | 94) => Ended::Absent,
        // Unauthorized, AuthenticationFailed.
        ErrorKind::Command(refusal) if matches!(refusal.code, 13 | 18) => Ended::Denied,
        ErrorKind::Authentication { .. } => Ended::Denied,
        ErrorKind::ServerSelection { .. } => Ended::TimedOut,
        _ => Ended::Failed,
    };
    Trouble { ended, why: words(error) }
}

/// An error of the driver in its own words. Its whole text would bring the server's raw answer along, in hexadecimal: unreadable for people,
/// and for the redaction.
pub(super) fn words(error: &Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::Command(refusal) if refusal.code_name.is_empty() => format!("{} (code {})", refusal.message, refusal.code),
        ErrorKind::Command(refusal) => format!("{}: {} (code {})", refusal.code_name, refusal.message, refusal.code),
        kind => kind.to_string(),
    }
}
