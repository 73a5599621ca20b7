//! `tarbox diff`: two bundles in, what appeared, went and changed out.

use std::path::Path;

use serde_json::{Value, json};
use tarbox_load::load;
use tarbox_model::{Context, Relations, Snapshot};
use tarbox_reports::sanitize;

use super::scanner;
use super::table::Table;
use crate::analyze::conclude_with;
use crate::console;
use crate::diff::{Change, Difference, FieldChange, FindingChange, Side, Standing, diff};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Diff;
use crate::patterns::REPORTED;

/// Longest value shown; `--json` has all of it.
const LONGEST: usize = 200;
/// Most fields shown of one object; `--json` has all of them.
const FIELDS: usize = 40;

pub(crate) fn run(options: &Diff) -> Result<Exit, Failure> {
    let (old, new) = (read(&options.old)?, read(&options.new)?);
    let (old_relations, new_relations) = (Relations::new(&old), Relations::new(&new));
    let old = Context { snapshot: &old, relations: &old_relations };
    let new = Context { snapshot: &new, relations: &new_relations };
    let judged = |context: &Context<'_>, bundle: &Path| conclude_with(context, &bundle.to_string_lossy(), &[], &REPORTED);
    let (before, after) = (judged(&old, &options.old), judged(&new, &options.new));
    let difference = diff((&old, &before), (&new, &after));
    let text = if options.json { format!("{:#}\n", as_json(&difference)) } else { for_people(&difference, console::width()) };
    console::print(&text);
    Ok(if difference.is_empty() { Exit::Done } else { Exit::Differs })
}

fn read(bundle: &Path) -> Result<Snapshot, Failure> {
    Ok(load(bundle, scanner())?)
}

fn as_json(it: &Difference) -> Value {
    let side = |side: &Side| json!({"path": side.bundle, "cluster": side.cluster, "collected_at": side.taken_at.map(|t| t.to_string())});
    let finding = |f: &FindingChange| json!({"change": f.standing.as_str(), "finding": f.key, "cause": f.cause, "severity": f.severity.as_str(), "title": f.title});
    let field = |f: &FieldChange| json!({"field": f.field, "old": f.old, "new": f.new});
    let object = |(object, change): (&tarbox_model::ObjectRef, &Change)| {
        let mut value = json!({"kind": object.kind, "namespace": object.namespace, "name": object.name, "change": name(change)});
        if let Change::Changed(fields) = change {
            value["fields"] = fields.iter().map(field).collect();
        }
        value
    };
    json!({
        "schema": "tarbox.diff/v1", "old": side(&it.old), "new": side(&it.new), "same": it.is_empty(),
        "root_causes": it.root_causes.iter().map(finding).collect::<Vec<_>>(),
        "findings": it.findings.iter().map(finding).collect::<Vec<_>>(),
        "objects": it.objects.iter().map(object).collect::<Vec<_>>(),
        "not_compared": it.not_compared,
    })
}

fn name(change: &Change) -> &'static str {
    match change {
        Change::Appeared => "appeared",
        Change::Gone => "gone",
        Change::Changed(_) => "changed",
    }
}

fn for_people(it: &Difference, width: usize) -> String {
    let mut text = String::new();
    for (name, side) in [("Old", &it.old), ("New", &it.new)] {
        let time = side.taken_at.map(|t| format!(", {}", t.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
        text.push_str(&format!("{name}  {}{time}\n", sanitize::line(&side.bundle)));
    }
    if it.old.cluster != it.new.cluster {
        let (old, new) = (sanitize::line(&it.old.cluster), sanitize::line(&it.new.cluster));
        text.push_str(&format!("These are two clusters: {old} and {new}\n"));
    }
    if it.is_empty() {
        text.push_str("\nNothing differs.\n");
    }
    findings(&mut text, "ROOT CAUSE", &it.root_causes, width);
    findings(&mut text, "OTHER FINDING", &it.findings, width);
    objects(&mut text, it, width);
    if !it.not_compared.is_empty() {
        let mut table = Table::new(&["NOT COMPARED"]);
        it.not_compared.iter().for_each(|line| table.row([line]));
        text.push_str(&format!("\n{}", table.render(width)));
    }
    text
}

fn findings(text: &mut String, head: &str, findings: &[FindingChange], width: usize) {
    if findings.is_empty() {
        return;
    }
    let mut table = Table::new(&["", "SEVERITY", head]);
    for finding in findings {
        // Spaces, so that the line can be broken.
        let place = finding.key.replacen(':', " at ", 1);
        table.row([sign(finding.standing), finding.severity.as_str(), &format!("{} ({place})", finding.title)]);
    }
    text.push_str(&format!("\n{}", table.render(width)));
}

fn sign(standing: Standing) -> &'static str {
    match standing {
        Standing::New => "+ new",
        Standing::Still => "= still",
        Standing::Gone => "- gone",
    }
}

fn objects(text: &mut String, it: &Difference, width: usize) {
    let count = |wanted: &str| it.objects.values().filter(|change| name(change) == wanted).count();
    if it.objects.is_empty() {
        return;
    }
    text.push_str(&format!("\nOBJECTS  {} appeared, {} gone, {} changed\n", count("appeared"), count("gone"), count("changed")));
    for (object, change) in &it.objects {
        let sign = match change {
            Change::Appeared => '+',
            Change::Gone => '-',
            Change::Changed(_) => '~',
        };
        text.push_str(&format!("{sign} {}\n", sanitize::line(&object.to_string())));
        if let Change::Changed(fields) = change {
            for change in fields.iter().take(FIELDS) {
                field(text, change, width);
            }
            if fields.len() > FIELDS {
                text.push_str(&format!("    and {} more; --json has all\n", fields.len() - FIELDS));
            }
        }
    }
}

/// A field on one line where there is room, else its values below it.
fn field(text: &mut String, change: &FieldChange, width: usize) {
    let (old, new) = values(change);
    // Rows of a terminal are short; --json has the whole path.
    let name = sanitize::line(&change.field).replacen("spec.template.spec.", "template.", 1);
    let line = format!("    {name}: {old} → {new}");
    if line.chars().count() <= width {
        text.push_str(&format!("{line}\n"));
        return;
    }
    text.push_str(&format!("    {}\n", broken(&name, width.saturating_sub(4))));
    let mut table = Table::new(&["      -", &old]);
    table.row(["      +", &new]);
    text.push_str(&table.render(width));
}

/// A path over as many lines as it needs, broken after its dots.
fn broken(path: &str, room: usize) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for part in path.split_inclusive('.') {
        let length = part.chars().count();
        if column > 0 && column + length > room {
            text.push_str("\n      ");
            column = 2;
        }
        text.push_str(part);
        column += length;
    }
    text
}

/// Both values as shown: of long texts the first line that differs.
fn values(change: &FieldChange) -> (String, String) {
    let lines = |value: &Option<String>| value.as_deref().unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(&change.old), lines(&change.new));
    if old.len() > 1 || new.len() > 1 {
        let at = (0..old.len().max(new.len())).find(|&i| old.get(i) != new.get(i)).unwrap_or_default();
        let shown =
            |lines: &[String]| lines.get(at).map_or_else(|| "(no such line)".to_owned(), |line| format!("line {}: {}", at + 1, cut(line)));
        return (shown(&old), shown(&new));
    }
    let shown = |value: &Option<String>| value.as_deref().map_or_else(|| "(none)".to_owned(), cut);
    (shown(&change.old), shown(&change.new))
}

fn cut(value: &str) -> String {
    let safe = sanitize::line(value);
    match safe.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", safe.get(..end).unwrap_or_default()),
        None => safe.into_owned(),
    }
}
