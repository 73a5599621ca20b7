//! `tarbox rules`: what tarbox knows.

use tarbox_rules::{Registered, families, find};

use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Rules;

pub(crate) fn run(options: &Rules) -> Result<Exit, Failure> {
    match options {
        Rules::List { json: true } => console::print(&list_json()),
        Rules::List { json: false } => console::print(&list()),
        Rules::Explain { id } => {
            let rule = find(id).ok_or_else(|| Failure::new(Exit::Usage, unknown(id)))?;
            console::print(&format!("{}\n", rule.page()));
        }
    }
    Ok(Exit::Done)
}

fn list() -> String {
    let mut table = Table::new(&["RULE", "LEVEL", "WHAT IT SAYS"]);
    for (_, rules) in families() {
        for Registered { rule, .. } in rules {
            table.row([rule.id, rule.level.as_str(), rule.title]);
        }
    }
    table.render(console::width())
}

fn list_json() -> String {
    let rules: Vec<serde_json::Value> = families()
        .flat_map(|(family, rules)| rules.iter().map(move |r| (family, r.rule)))
        .map(|(family, rule)| {
            serde_json::json!({
                "id": rule.id, "family": family, "level": rule.level.as_str(), "severity": rule.severity.as_str(),
                "title": rule.title, "guide": rule.guide,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(rules))
}

fn unknown(id: &str) -> String {
    let nearest = tarbox_model::similarity::nearest(id, tarbox_rules::all().map(|r| r.rule.id));
    let hint = nearest.map(|n| format!("did you mean {n}?")).unwrap_or_else(|| "see `tarbox rules list`".to_owned());
    format!("there is no rule {id}; {hint}")
}
