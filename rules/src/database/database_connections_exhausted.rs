//! # database-connections-exhausted
//!
//! A database takes no more connections.
//!
//! ## What it detects
//! Refusals for want of connections, in the words of clients (`too many clients`, `Too many connections`, `max number of
//! clients reached`) and of the MongoDB server (id 22942), and a MongoDB server that has nearly none left by its own figures.
//!
//! ## Why it happens
//! More pods × pool size than the server allows, clients that do not close connections, or a crowd of clients that connect
//! again and again after a failure.
//!
//! ## How to confirm
//! MongoDB: `db.serverStatus().connections`; PostgreSQL: `select count(*), application_name from pg_stat_activity group by 2`;
//! MySQL: `show processlist`; Redis: `CLIENT LIST`.
//!
//! ## How to fix
//! Make the clients' pools smaller, put a pooler in between (PgBouncer), or raise the server's limit if it has the memory.
//!
//! ## When it stays silent
//! When the last refusal is some minutes old and the client is well.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::engine::Engine;
use super::setting::on_server;
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-connections-exhausted",
    title: "A database takes no more connections",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Database Performance Issues",
    needs: &[Need::AnyOf(&["logs", "mongodb"])],
    produces: &[Effect::DependencyDown, Effect::Unreachable],
    explained_by: &[],
    check,
};

/// Share of a server's connections from which on it counts as full.
const FULL: f64 = 0.95;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        complaints(context, |hit| hit.signature == "database-full").iter().map(|c| by_client(context, c)).collect();
    findings.extend(complaints(context, |hit| hit.signature == "mongod-too-many-connections").iter().map(by_server));
    findings.extend(by_figures(context));
    findings
}

fn by_client(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let engine = [("postgres", Engine::PostgreSql), ("mysql", Engine::MySql), ("redis", Engine::Redis)];
    let engine = engine.into_iter().find(|(k, _)| complaint.field(k).is_some()).map_or(Engine::MongoDb, |(_, e)| e);
    let host = crate::addresses::address_of(complaint.hit).map(|(host, _)| host);
    let server = host.and_then(|h| context.relations.resolve_host(context.snapshot, h, &complaint.log.namespace));
    let server = server.or_else(|| super::setting::only_server(context, &complaint.client, engine));
    let finding = complaint
        .finding(format!("{} takes no more connections of `{}`", engine.name(), complaint.client.name))
        .summary(format!("The server refused {} times by the log: it has as many connections as it allows.", complaint.hit.count))
        .confidence(0.92)
        .remedy("See who holds the connections.", who_holds(engine, server.as_ref()));
    server.into_iter().fold(finding, |f, s| f.cause(s.clone()).depends_on(s))
}

/// A command that shows the connections of a server.
fn who_holds(engine: Engine, server: Option<&ObjectRef>) -> String {
    let command = match engine {
        Engine::MongoDb => "mongosh --quiet --eval 'db.serverStatus().connections'",
        Engine::PostgreSql => {
            "psql -U postgres -c 'select count(*), usename, client_addr from pg_stat_activity group by 2, 3 order by 1 desc'"
        }
        Engine::MySql => "mysql -e 'show full processlist'",
        Engine::Redis => "redis-cli client list",
    };
    on_server(server, command)
}

fn by_server(complaint: &Complaint<'_>) -> Finding {
    let server = &complaint.client;
    complaint
        .finding(format!("MongoDB `{}` takes no more connections", server.name))
        .summary(format!("The server has refused {} connections, because it has as many as it allows.", complaint.hit.count))
        .confidence(0.95)
        .remedy(
            "See how many there are.",
            format!(
                "kubectl exec {}{} -- mongosh --quiet --eval 'db.serverStatus().connections'",
                complaint.pod.name,
                complaint.pod.namespace_flag()
            ),
        )
}

/// By the figures of MongoDB servers.
fn by_figures<'c>(context: &'c Context<'_>) -> impl Iterator<Item = Finding> + 'c {
    let answers = context.snapshot.mongo_answers.iter().filter(|a| a.ok && a.command == "serverStatus");
    answers.filter_map(|answer| {
        let (current, available) = (answer.number("/connections/current")?, answer.number("/connections/available")?);
        let total = current + available;
        if total <= 0.0 || current / total < FULL {
            return None;
        }
        let pod = answer.pod_reference();
        let object = context.snapshot.pod(&answer.namespace, &answer.pod);
        let owner = object.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
        let name = owner.as_ref().unwrap_or(&pod).name.clone();
        Some(
            Finding::new(
                pod.clone(),
                format!("MongoDB `{name}` has nearly no connections left"),
                answer.evidence("/connections/current", format!("{current:.0}")),
            )
            .workload(owner)
            .summary(format!("{current:.0} of {total:.0} connections are in use."))
            .confidence(0.85)
            .remedy(
                "See who holds them.",
                format!(
                    "kubectl exec {}{} -- mongosh --quiet --eval 'db.currentOp(true).inprog.map(o => o.client)'",
                    pod.name,
                    pod.namespace_flag()
                ),
            ),
        )
    })
}
