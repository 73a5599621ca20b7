//! `tarbox rules test`: every example and counterexample of a folder of rules.

use std::path::Path;

use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::own_rules;

/// One line that was tried.
struct Tried {
    rule: &'static str,
    origin: String,
    wanted: bool,
    taken: bool,
    text: &'static str,
}

pub(crate) fn run(folder: &Path, json: bool) -> Result<Exit, Failure> {
    let rules = own_rules::read(folder)?;
    let mut tried = Vec::new();
    for rule in &rules {
        let scanner = own_rules::scanner_of(rule)?;
        let wanted = rule.signature.examples.iter().map(|text| (true, *text));
        for (wanted, text) in wanted.chain(rule.signature.counterexamples.iter().map(|text| (false, *text))) {
            let taken = scanner.matches(text, rule.rule.id) > 0;
            tried.push(Tried { rule: rule.rule.id, origin: format!("{}:{}", rule.origin.0, rule.origin.1), wanted, taken, text });
        }
    }
    let failures = tried.iter().filter(|t| t.wanted != t.taken).count();
    if json {
        let lines: Vec<serde_json::Value> = tried
            .iter()
            .map(|t| {
                serde_json::json!({
                    "rule": t.rule, "origin": t.origin, "must_match": t.wanted, "matches": t.taken,
                    "passed": t.wanted == t.taken, "text": t.text,
                })
            })
            .collect();
        console::print(&format!("{:#}\n", serde_json::json!({ "rules": rules.len(), "failed": failures, "examples": lines })));
    } else {
        console::print(&table(&tried));
        console::print(&format!("\n{}, {}, {failures} failed\n", counted(rules.len(), "rule"), counted(tried.len(), "example")));
    }
    Ok(if failures == 0 { Exit::Done } else { Exit::Examples })
}

/// "1 rule", "2 rules".
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What was tried; where it failed, what to look at.
fn table(tried: &[Tried]) -> String {
    let mut table = Table::new(&["RESULT", "RULE", "MUST", "LINE"]);
    for t in tried {
        let result = if t.wanted == t.taken { "ok" } else { "FAILED" };
        let told = if t.wanted == t.taken { String::new() } else { format!(" ({})", t.origin) };
        table.row([result, t.rule, if t.wanted { "match" } else { "not match" }, &format!("{}{told}", t.text.replace('\n', " ⏎ "))]);
    }
    table.render(console::width())
}
