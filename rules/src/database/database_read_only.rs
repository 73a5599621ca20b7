//! # database-read-only
//!
//! A database refuses to write.
//!
//! ## What it detects
//! Clients whose writes are refused: they are connected to a replica (MongoDB `not primary`, Redis `READONLY`, PostgreSQL and
//! MySQL in read-only mode), or the server has stopped taking writes (Redis `MISCONF` and `OOM`, a locked MongoDB).
//!
//! ## Why it happens
//! The URI names one member instead of the whole set, roles changed by a failover while the client kept its connection, or
//! the server cannot save its data (disk full, no right to write), or holds as much as it may (`maxmemory`).
//!
//! ## How to confirm
//! Ask the server for its role: `db.hello().isWritablePrimary`, `INFO replication`, `select pg_is_in_recovery()`.
//!
//! ## How to fix
//! MongoDB: name the set in the URI (`?replicaSet=NAME`). Others: connect to the Service of the primary. `MISCONF`: make room on
//! its volume.
//!
//! ## When it stays silent
//! When the last refusal is some minutes old and the client is well: a failover is over then.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::engine::Engine;
use super::setting::{on_server, only_server, setting};
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-read-only",
    title: "A database refuses to write",
    level: Level::Cause,
    severity: Severity::High,
    guide: "MongoDB Connection Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::VolumeUnavailable],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let chosen = complaints(context, |hit| {
        hit.signature == "database-read-only" || hit.signature == "database-no-primary" && hit.field("refused").is_some()
    });
    chosen.iter().map(|c| finding(context, c)).collect()
}

fn finding(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let engines = [("redis", Engine::Redis), ("postgres", Engine::PostgreSql), ("mysql", Engine::MySql)];
    let engine = engines.into_iter().find(|(k, _)| complaint.field(k).is_some()).map_or(Engine::MongoDb, |(_, e)| e);
    let client = &complaint.client;
    let saving = complaint.field("redis").is_some_and(|text| text.starts_with("MISCONF"));
    let full = complaint.field("redis").is_some_and(|text| text.contains("when used memory"));
    let locked = complaint.field("mongodb").is_some();
    let why = match engine {
        _ if saving => "The server cannot save its data, and takes no writes until it can.",
        _ if full => "The server holds as much as its `maxmemory` allows, and may not drop anything for new data.",
        _ if locked => "The server is locked for writing.",
        Engine::MongoDb => {
            "The client writes to a secondary: its URI names one member rather than the set, or a failover took the role from it."
        }
        Engine::Redis => "The client writes to a replica.",
        Engine::PostgreSql => "The session is read-only: the server is a standby, or its default was set so.",
        Engine::MySql => "The server runs read-only: it is a replica, or was set so.",
    };
    let mut finding = complaint
        .finding(format!("{} refuses the writes of `{}`", engine.name(), client.name))
        .summary(format!("Writes were refused {} times by the log. {why}", complaint.hit.count))
        .confidence(0.9);
    let setting = setting(context, client, engine);
    finding = finding.evidence(setting.as_ref().map(|s| s.evidence.clone()));
    let server = only_server(context, client, engine);
    if let Some(server) = &server {
        finding = finding.cause(server.clone()).depends_on(server.clone());
    }
    let role = match engine {
        Engine::MongoDb => "mongosh --quiet --eval 'db.hello()'",
        Engine::Redis if full => "redis-cli info memory",
        Engine::Redis => "redis-cli info replication",
        Engine::PostgreSql => "psql -U postgres -c 'select pg_is_in_recovery()'",
        Engine::MySql => "mysql -e 'select @@read_only, @@super_read_only'",
    };
    let ask = if full { "Ask the server what it holds and what it may." } else { "Ask the server for its role." };
    finding = finding.remedy(ask, on_server(server.as_ref(), role));
    match setting {
        Some(setting) if !saving && !full && !locked => {
            let how = if engine == Engine::MongoDb { ": name the set (`replicaSet=`), not one member" } else { "" };
            finding.remedy(format!("Have {} lead to the primary{how}.", setting.words()), setting.change(client, "VALUE"))
        }
        _ => finding,
    }
}
