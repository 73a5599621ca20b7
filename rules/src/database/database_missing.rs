//! # database-missing
//!
//! A client asks for a database that its server does not have.
//!
//! ## What it detects
//! `database "x" does not exist` (PostgreSQL) and `Unknown database 'x'` (MySQL) in the logs of clients.
//!
//! ## Why it happens
//! A slip of the pen in the URI, a database that was never created on a new server, or a volume that was made anew.
//!
//! ## How to confirm
//! PostgreSQL: `psql -l`; MySQL: `show databases`.
//!
//! ## How to fix
//! Correct the name, or create the database and load its schema.
//!
//! ## When it stays silent
//! When the last such line is some minutes old and the client is well. MongoDB makes databases as they are written to.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::engine::Engine;
use super::setting::{on_server, only_server, setting};
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-missing",
    title: "A client asks for a database that its server does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Misconfigured],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let servers = super::servers::servers(context);
    let said = complaints(context, |hit| hit.signature == "database-absent");
    // A server tells of its clients' mistakes too; theirs is the side to correct.
    let clients = said.iter().filter(|c| said.len() == 1 || !servers.iter().any(|s| s.reference == c.client));
    clients.map(|c| finding(context, c)).collect()
}

fn finding(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let (engine, name) = match complaint.field("db_mysql") {
        Some(name) => (Engine::MySql, name),
        None => (Engine::PostgreSql, complaint.field("db").unwrap_or_default()),
    };
    let client = &complaint.client;
    let setting = setting(context, client, engine);
    let whence = setting.as_ref().map(|s| format!(" The client has it from {}.", s.words())).unwrap_or_default();
    let mut finding = complaint
        .finding(format!("`{}` asks {} for database `{name}`, which does not exist", client.name, engine.name()))
        .summary(format!("The server answers, and has no database `{name}`.{whence}"))
        .confidence(0.93)
        .evidence(setting.as_ref().map(|s| s.evidence.clone()));
    let server = only_server(context, client, engine);
    let create = match engine {
        Engine::MySql => format!("mysql -e 'create database {name}'"),
        _ => format!("createdb -U postgres {name}"),
    };
    let create = on_server(server.as_ref(), &create);
    if let Some(server) = server {
        finding = finding.depends_on(server);
    }
    if let Some(setting) = setting {
        finding = finding.remedy("Correct the name, if it is wrong.", setting.change(client, "VALUE"));
    }
    finding.remedy("Or create the database, and load its schema.", create)
}
