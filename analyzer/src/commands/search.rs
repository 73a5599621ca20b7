//! `tarbox search`: lines of logs, events and objects.

use std::path::PathBuf;

use serde_json::json;
use tarbox_index::{Hit, Hits, Query, Window};
use tarbox_reports::sanitize;

use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Search;

pub(crate) fn run(options: &Search) -> Result<Exit, Failure> {
    let query = Query::parse(&options.query.join(" ")).map_err(|e| Failure::new(Exit::Usage, e.to_string()))?;
    let cache = cache(options);
    let (searcher, _) = tarbox_index::open(&options.bundle, cache.as_deref())?;
    let limit = if options.count { 0 } else { options.limit };
    let window = Window { since: options.since, until: options.until, context: options.context, limit };
    let hits = searcher.search(&query, &window)?;
    let text = if options.count {
        format!("{}\n", hits.total)
    } else if options.json {
        hits.lines.iter().map(as_json).collect()
    } else {
        for_people(&query, &hits, options.context > 0, console::columns())
    };
    console::print(&text);
    Ok(if hits.total == 0 { Exit::Nothing } else { Exit::Done })
}

/// Where the index is kept, when it is.
fn cache(options: &Search) -> Option<PathBuf> {
    if options.no_cache { None } else { options.cache.clone().or_else(cache_folder) }
}

/// Folders that a search writes in. An index that is not kept is made among the temporary files.
pub(crate) fn folders(options: &Search) -> Vec<PathBuf> {
    cache(options).into_iter().chain([std::env::temp_dir()]).collect()
}

/// The user's cache folder; without a home nothing is kept.
fn cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    Some(folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?.join("tarbox/index"))
}

fn as_json(hit: &Hit) -> String {
    let value = json!({
        "path": hit.path, "line": hit.line, "time": hit.time.map(|t| t.to_string()), "text": hit.text, "context": hit.context,
    });
    format!("{value}\n")
}

/// Characters shown of a line that is longer, as objects are; `--json` has all of it.
const LONGEST: usize = 800;
/// Characters of it before the first word that was asked for.
const LEAD: usize = 120;

/// Columns that a line gets at least, on however narrow a terminal.
const NARROWEST: usize = 20;

/// The part of a very long line in which the first word stands that was asked for.
fn excerpt(query: &Query, line: &str) -> String {
    let line = sanitize::line(line);
    let all = line.chars().count();
    if all <= LONGEST {
        return line.into_owned();
    }
    let before = line.get(..query.position(&line)).unwrap_or_default().chars().count();
    let skipped = before.saturating_sub(LEAD).min(all - LONGEST);
    let shown: String = line.chars().skip(skipped).take(LONGEST).collect();
    let (head, tail) = (if skipped > 0 { "…" } else { "" }, if skipped + LONGEST < all { "…" } else { "" });
    format!("{head}{shown}{tail}")
}

/// A line of a file behind its number, folded where something shows it that has columns.
fn numbered(number: u32, mark: char, line: &str, columns: Option<usize>) -> String {
    let head = format!("{number:>8}{mark} ");
    let Some(columns) = columns else { return format!("{head}{line}\n") };
    let parts = console::folded(line, columns.saturating_sub(head.len()).max(NARROWEST));
    let indent = " ".repeat(head.len());
    parts.iter().enumerate().map(|(i, part)| format!("{}{part}\n", if i == 0 { &head } else { &indent })).collect()
}

fn for_people(query: &Query, hits: &Hits, with_context: bool, columns: Option<usize>) -> String {
    let mut text = String::new();
    let mut path = "";
    for hit in &hits.lines {
        if hit.path != path {
            let gap = if path.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}{}\n", sanitize::line(&hit.path)));
            path = &hit.path;
        } else if with_context {
            text.push_str("  --\n");
        }
        let time = hit.time.map(|t| format!("{t} ")).unwrap_or_default();
        let around = |(number, line): &(u32, String)| numbered(*number, '-', &sanitize::line(line), columns);
        text.extend(hit.context.iter().filter(|it| it.0 < hit.line).map(around));
        text.push_str(&numbered(hit.line, ':', &format!("{time}{}", excerpt(query, &hit.text)), columns));
        text.extend(hit.context.iter().filter(|it| it.0 > hit.line).map(around));
    }
    let shown = hits.lines.len() as u64;
    match hits.total {
        0 => text.push_str("no line matches\n"),
        total if total > shown => text.push_str(&format!("\n{shown} of {total} lines shown; --limit {total} shows all\n")),
        total => text.push_str(&format!("\n{total} {}\n", if total == 1 { "line" } else { "lines" })),
    }
    text
}
