//! # database-authentication-failed
//!
//! A database refuses a client's log-in.
//!
//! ## What it detects
//! Refused log-ins and missing rights, in the words of clients (MongoDB, PostgreSQL, MySQL and Redis drivers) and of the
//! MongoDB server, with user and database; and where the client has its credentials from.
//!
//! ## Why it happens
//! A password that was changed on one side only, a user that is not there or belongs to another authentication database
//! (`authSource`), a Secret that was changed after the pods started, or a role that was taken away. A password given to a
//! database's first start is not taken over by later ones.
//!
//! ## How to confirm
//! Log in with the same URI from a pod of the client; on the server, MongoDB's lines with id 5286307 name user and reason.
//!
//! ## How to fix
//! Bring both sides together: correct the Secret and start the pods anew, or set the user's password on the server.
//!
//! ## When it stays silent
//! When the client has recovered, and for log-ins that were given up before they were decided.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::engine::Engine;
use super::setting::setting;
use crate::complaints::{Complaint, complaints};

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-authentication-failed",
    title: "A database refuses a client's log-in",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "MongoDB Connection Issues",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::Misconfigured],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let said = complaints(context, |hit| hit.signature.starts_with("database-login-"));
    let mut findings: Vec<Finding> = said.iter().map(|c| by_client(context, c)).collect();
    // The server's word counts where no client's is there.
    let known: Vec<ObjectRef> = said.iter().map(|c| c.client.clone()).collect();
    let refused = complaints(context, |hit| matches!(hit.signature, "mongod-login-failed" | "mongod-not-authorized"));
    findings.extend(refused.iter().filter_map(|c| by_server(context, c, &known)));
    findings
}

/// The database that a signature is of.
fn engine_of(signature: &str) -> Engine {
    match signature.rsplit('-').next() {
        Some("postgresql") => Engine::PostgreSql,
        Some("mysql") => Engine::MySql,
        Some("redis") => Engine::Redis,
        _ => Engine::MongoDb,
    }
}

fn by_client(context: &Context<'_>, complaint: &Complaint<'_>) -> Finding {
    let engine = engine_of(complaint.hit.signature);
    let who = complaint.field("user").or_else(|| complaint.field("role")).map(|u| format!(" of user `{u}`")).unwrap_or_default();
    let what = complaint.field("db").or_else(|| complaint.field("object")).map(|d| format!(" on `{d}`")).unwrap_or_default();
    let rights = complaint.field("db").is_some() && engine == Engine::MongoDb
        || complaint.field("object").is_some()
        || complaint.field("code") == Some("NOPERM");
    let title = match rights {
        true => format!("{} does not allow `{}` what it asks{what}", engine.name(), complaint.client.name),
        false => format!("{} refuses the log-in of `{}`", engine.name(), complaint.client.name),
    };
    let reason = match (rights, complaint.field("required").or(complaint.field("code").filter(|c| *c == "NOAUTH"))) {
        (true, _) => "The log-in works; the user lacks the right.",
        (false, Some(_)) => "The client gives no credentials at all.",
        (false, None) => "User, password or authentication database do not fit.",
    };
    let finding = complaint
        .finding(title)
        .summary(format!("The server refused{who}{what} {} times by the log. {reason}", complaint.hit.count))
        .confidence(0.92);
    with_setting(context, finding, &complaint.client, engine)
}

fn by_server(context: &Context<'_>, complaint: &Complaint<'_>, known: &[ObjectRef]) -> Option<Finding> {
    let address = complaint.field("client");
    let pod = address.and_then(|a| context.relations.resolve_host(context.snapshot, a, "")).filter(|o| o.kind == "Pod");
    let object = pod.as_ref().and_then(|p| context.snapshot.pod(&p.namespace, &p.name));
    let client = object.map(|p| context.relations.workload_of_pod(context.snapshot, p).unwrap_or_else(|| p.reference()));
    if client.as_ref().is_none_or(|c| known.contains(c)) && !known.is_empty() {
        return None;
    }
    let user = complaint.field("user").map(|u| format!(" of user `{u}`")).unwrap_or_default();
    let db = complaint.field("db").map(|d| format!(" on `{d}`")).unwrap_or_default();
    let reason = match complaint.field("error") {
        Some("UserNotFound") => "There is no such user in that database; the URI may lack `authSource`.",
        Some(_) => "The password does not fit.",
        None => "The user lacks the right.",
    };
    let name = client.as_ref().map_or_else(|| "a client".to_owned(), |c| format!("`{}`", c.name));
    let finding = Finding::new(
        pod.unwrap_or_else(|| complaint.pod.clone()),
        format!("MongoDB refuses the log-in of {name}"),
        complaint.log.evidence(complaint.hit),
    )
    .workload(client.clone().or_else(|| complaint.workload.clone()))
    .summary(format!("`{}` refused log-ins{user}{db} {} times. {reason}", complaint.client.name, complaint.hit.count))
    .severity(Severity::High)
    .confidence(0.85)
    .seen(complaint.hit.first.time, complaint.hit.last.time);
    Some(match client {
        Some(client) => with_setting(context, finding, &client, Engine::MongoDb),
        None => finding.remedy("See who tries.", complaint.logs_command()),
    })
}

/// Adds where the client has its credentials from, and the ways out.
fn with_setting(context: &Context<'_>, finding: Finding, client: &ObjectRef, engine: Engine) -> Finding {
    let Some(setting) = setting(context, client, engine) else {
        return finding.remedy(
            "See where the client has its credentials from.",
            format!("kubectl describe {}{}", crate::wording::target(client), client.namespace_flag()),
        );
    };
    let mut finding = finding.evidence([setting.evidence.clone()]);
    finding.summary.push_str(&format!(" The credentials come from {}.", setting.words()));
    if let Some((secret, _)) = &setting.secret {
        finding = finding.cause(secret.clone());
    }
    let started = context.relations.pods_of(context.snapshot, client).filter_map(|p| p.status.start_time).min();
    let changed = setting.written_at().zip(started).is_some_and(|(written, started)| written > started);
    if changed {
        finding.summary.push_str(" The Secret was changed after the pods started: they still use the older value.");
    } else {
        finding = finding.remedy("Correct the credentials there, or set the same ones on the server.", setting.change(client, "VALUE"));
    }
    setting.restart(client).into_iter().fold(finding, |f, command| f.remedy("Start the pods anew, so that they read the Secret.", command))
}
