//! # connection-pool-exhausted
//!
//! A client waits in vain for a connection from its own pool.
//!
//! ## What it detects
//! Timeouts while a connection is taken from the client's pool (pymongo, SQLAlchemy, psycopg, HikariCP, Knex, Jedis and their
//! like), with the pool's size and the setting that holds it.
//!
//! ## Why it happens
//! The pool is smaller than the number of requests that work at a time, connections are not given back, or the database has
//! become so slow that every connection is held longer than before.
//!
//! ## How to confirm
//! Compare the pool's size with the threads or workers of the process, and the time of queries with that of quieter hours.
//!
//! ## How to fix
//! If the database is quick, enlarge the pool, and mind the server's own limit: pods × pool must stay below it. If it is slow,
//! find out why first.
//!
//! ## When it stays silent
//! When the last such line is some minutes old and the pod is well.

use tarbox_model::evidence::Origin;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use super::engine::Engine;
use crate::addresses::client;
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "connection-pool-exhausted",
    title: "A client waits in vain for a connection from its own pool",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Database Performance Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Unreachable, Effect::NetworkBroken, Effect::NoEndpoints],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    complaints(context, |hit| hit.signature == "database-pool").iter().map(|c| finding(context, c)).collect()
}

/// A setting of the pool's size: variable, value, evidence.
struct Size<'a> {
    variable: &'a str,
    value: Option<u32>,
    evidence: Evidence,
}

fn finding(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let client = &complaint.client;
    let setting = size(context, complaint);
    let said = complaint.field("limit").and_then(|l| l.parse::<u32>().ok());
    let limit = said.or_else(|| setting.as_ref().and_then(|s| s.value));
    let of = limit.map(|l| format!(" of {l}")).unwrap_or_default();
    let overflow = complaint.field("overflow").map(|o| format!(" (and {o} beyond it)")).unwrap_or_default();
    let whence = setting.as_ref().map(|s| format!(" The size comes from `{}`.", s.variable)).unwrap_or_default();
    let mut finding = complaint
        .finding(format!("`{}` has used up its pool{of} of database connections", client.name))
        .summary(format!(
            "All connections of the pool{of}{overflow} were in use, and requests waited in vain {} times by the log.{whence}",
            complaint.hit.count
        ))
        .confidence(0.9)
        .evidence(setting.as_ref().map(|s| s.evidence.clone()));
    if let Some(server) = Engine::of_words(&complaint.hit.first.text).and_then(|e| super::setting::only_server(context, client, e)) {
        finding = finding.depends_on(server);
    }
    let larger = limit.map_or_else(|| "50".to_owned(), |l| (l.max(10) * 2).to_string());
    match setting {
        Some(setting) => finding.remedy(
            format!("Enlarge the pool to {larger} connections a process, if the server has room. This starts new pods."),
            crate::commands::set(client, "env", &format!("{}={larger}", setting.variable)),
        ),
        None => finding
            .remedy("See how many requests a process works on at a time, and where the pool's size is set.", complaint.logs_command()),
    }
}

/// The variable that sets the size of the client's pool.
fn size<'a>(context: &Context<'a>, complaint: &Complaint<'_>) -> Option<Size<'a>> {
    let client = client(context, &complaint.client)?;
    let (origin, base): (&Origin, &str) = (client.origin, client.base);
    client.spec.containers.iter().enumerate().find_map(|(c, container)| {
        container.env.iter().enumerate().find_map(|(e, env)| {
            let name = env.name.to_ascii_uppercase();
            let sizes = name.contains("POOL") && (name.contains("SIZE") || name.contains("MAX"));
            sizes.then(|| Size {
                variable: &env.name,
                value: env.value.as_deref().and_then(|v| v.parse().ok()),
                evidence: origin.at(format!("{base}/containers/{c}/env/{e}/name"), env.name.as_str()),
            })
        })
    })
}
