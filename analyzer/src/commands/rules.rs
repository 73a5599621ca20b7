//! `tarbox rules`: what tarbox knows.

use std::path::Path;

use tarbox_model::Rule;
use tarbox_rules::custom::CustomRule;
use tarbox_rules::{Registered, families, find};

use super::examples;
use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Rules;
use crate::own_rules;

pub(crate) fn run(options: &Rules) -> Result<Exit, Failure> {
    match options {
        Rules::List { json, rules } => {
            let own = own(rules.as_deref())?;
            console::print(&if *json { list_json(&own) } else { list(&own) });
        }
        Rules::Explain { id, rules } => {
            let own = own(rules.as_deref())?;
            let page = find(id).map(Registered::page).or_else(|| own.iter().find(|r| r.rule.id == id).map(CustomRule::page));
            let page = page.ok_or_else(|| Failure::new(Exit::Usage, unknown(id, &own)))?;
            console::print(&format!("{page}\n"));
        }
        Rules::Test { dir, json } => return examples::run(dir, *json),
    }
    Ok(Exit::Done)
}

/// The user's rules, where there is a folder.
fn own(folder: Option<&Path>) -> Result<Vec<CustomRule>, Failure> {
    Ok(folder.map(own_rules::read).transpose()?.unwrap_or_default())
}

/// Every rule with its family.
fn every(own: &[CustomRule]) -> impl Iterator<Item = (&'static str, &Rule)> {
    let built_in = families().flat_map(|(family, rules)| rules.iter().map(move |r| (family, r.rule)));
    built_in.chain(own.iter().map(|r| ("own", &r.rule)))
}

fn list(own: &[CustomRule]) -> String {
    let mut table = Table::new(&["RULE", "LEVEL", "WHAT IT SAYS"]);
    for (_, rule) in every(own) {
        table.row([rule.id, rule.level.as_str(), rule.title]);
    }
    table.render(console::width())
}

fn list_json(own: &[CustomRule]) -> String {
    let rules: Vec<serde_json::Value> = every(own)
        .map(|(family, rule)| {
            serde_json::json!({
                "id": rule.id, "family": family, "level": rule.level.as_str(), "severity": rule.severity.as_str(),
                "title": rule.title, "guide": rule.guide,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(rules))
}

fn unknown(id: &str, own: &[CustomRule]) -> String {
    let nearest = tarbox_model::similarity::nearest(id, every(own).map(|(_, rule)| rule.id));
    let hint = nearest.map(|n| format!("did you mean {n}?")).unwrap_or_else(|| "see `tarbox rules list`".to_owned());
    format!("there is no rule {id}; {hint}")
}
