//! `tarbox inspect`: what a bundle holds, what it lacks, and what of it could not be read.

use serde_json::{Value, json};
use tarbox_load::load;
use tarbox_model::Snapshot;
use tarbox_model::coverage::Outcome;
use tarbox_reports::sanitize;

use super::scanner;
use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Inspect;

pub(crate) fn run(options: &Inspect) -> Result<Exit, Failure> {
    let snapshot = load(&options.bundle, scanner())?;
    let text = if options.json { format!("{:#}\n", as_json(&snapshot)) } else { for_people(&snapshot) };
    console::print(&text);
    Ok(Exit::Done)
}

/// Objects by resource, other kinds by `kind (apiVersion)`.
fn objects(snapshot: &Snapshot) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> =
        snapshot.counts().filter(|(_, count)| *count > 0).map(|(resource, count)| (resource.to_owned(), count)).collect();
    let mut others = std::collections::BTreeMap::new();
    for object in &snapshot.custom {
        *others.entry(format!("{} ({})", object.kind, object.api_version)).or_insert(0) += 1;
    }
    all.extend(others);
    all
}

fn as_json(snapshot: &Snapshot) -> Value {
    let coverage: Vec<Value> = snapshot
        .coverage
        .sources()
        .map(|s| json!({"source": s.source, "outcome": s.outcome.words(), "items": s.items, "detail": s.detail}))
        .collect();
    let logs: Vec<Value> = snapshot
        .logs
        .iter()
        .map(|l| json!({"path": &*l.path, "lines": l.lines, "bytes": l.bytes, "first": l.first_time.map(|t| t.to_string()), "last": l.last_time.map(|t| t.to_string())}))
        .collect();
    let problems: Vec<Value> = snapshot.problems.iter().map(|p| json!({"path": p.path, "line": p.line, "message": p.message})).collect();
    let objects: serde_json::Map<String, Value> = objects(snapshot).into_iter().map(|(k, n)| (k, n.into())).collect();
    let facts = &snapshot.facts;
    json!({
        "format": facts.format, "cluster": facts.cluster, "server_version": facts.server_version, "redaction": facts.redaction,
        "namespaces": facts.namespaces, "taken_at": snapshot.taken_at.map(|t| t.to_string()),
        "objects": objects, "logs": logs, "coverage": coverage, "input_problems": problems,
    })
}

fn for_people(snapshot: &Snapshot) -> String {
    let facts = &snapshot.facts;
    let mut text = String::new();
    let mut head = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{name:<12}{}\n", sanitize::line(value)));
        }
    };
    head("Format", &facts.format);
    head("Cluster", &facts.cluster);
    head("Kubernetes", &facts.server_version);
    head("Taken at", &snapshot.taken_at.map(|t| t.to_string()).unwrap_or_default());
    head("Redaction", &facts.redaction);
    head("Namespaces", &facts.namespaces.join(", "));
    let width = console::width();
    let mut table = Table::new(&["OBJECTS", "COUNT"]);
    for (name, count) in objects(snapshot) {
        table.row([name, count.to_string()]);
    }
    let (lines, bytes): (u64, u64) = (snapshot.logs.iter().map(|l| l.lines).sum(), snapshot.logs.iter().map(|l| l.bytes).sum());
    for (name, count) in [("log files", snapshot.logs.len() as u64), ("log lines", lines), ("log bytes", bytes)] {
        table.row([name.to_owned(), count.to_string()]);
    }
    text.push_str(&format!("\n{}", table.render(width)));
    let gaps: Vec<_> = snapshot.coverage.sources().filter(|s| !matches!(s.outcome, Outcome::Collected)).collect();
    if !gaps.is_empty() {
        let mut table = Table::new(&["NOT WHOLE", "OUTCOME", "WHY"]);
        for gap in gaps {
            table.row([gap.source.as_str(), gap.outcome.words(), gap.detail.as_str()]);
        }
        text.push_str(&format!("\n{}", table.render(width)));
    }
    if !snapshot.problems.is_empty() {
        let mut table = Table::new(&["COULD NOT BE READ", "WHY"]);
        for problem in &snapshot.problems {
            let line = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
            table.row([format!("{}{line}", problem.path.as_deref().unwrap_or("-")), problem.message.clone()]);
        }
        text.push_str(&format!("\n{}", table.render(width)));
    }
    text
}
