//! `tarbox patterns`: what the logs say, by workload, with what differs between copies of a line masked.

use tarbox_load::load;
use tarbox_model::patterns::{LogPatterns, WorkloadPatterns};
use tarbox_model::{Context, ObjectRef, Relations};
use tarbox_reports::{patterns, sanitize};

use super::scanner;
use super::table::Table;
use crate::analyze::conclude_with;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Patterns;
use crate::patterns::Scope;

pub(crate) fn run(options: &Patterns) -> Result<Exit, Failure> {
    let snapshot = load(&options.bundle, scanner())?;
    let scope = Scope { concerned: options.limit, other: options.limit, workloads: usize::MAX, since: options.since };
    let relations = Relations::new(&snapshot);
    let context = Context { snapshot: &snapshot, relations: &relations };
    let mut all = conclude_with(&context, &options.bundle.to_string_lossy(), &[], &scope).log_patterns;
    if let Some(name) = &options.workload {
        all.workloads.retain(|it| is_meant(&it.workload, name));
    }
    let text = if options.json {
        tarbox_reports::json::log_patterns(&all).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?
    } else {
        for_people(&all, console::width())
    };
    console::print(&text);
    Ok(if all.workloads.is_empty() { Exit::Nothing } else { Exit::Done })
}

/// Whether `name` is the workload's, with or without what stands before it in `Deployment/shop/web`.
fn is_meant(workload: &ObjectRef, name: &str) -> bool {
    let whole = workload.to_string();
    whole == name || whole.strip_suffix(name).is_some_and(|before| before.ends_with('/'))
}

fn for_people(all: &LogPatterns, width: usize) -> String {
    if all.workloads.is_empty() {
        return "no such log\n".to_owned();
    }
    all.workloads.iter().map(|it| workload(it, width)).collect::<Vec<_>>().join("\n")
}

fn workload(it: &WorkloadPatterns, width: usize) -> String {
    let name = it.workload.to_string();
    let mut text = format!("{}: {}\n", sanitize::line(&name), patterns::said(it));
    let mut table = Table::of_lines(&["COUNT", "CHANGE", "LEVEL", "FIRST", "LAST", "PATTERN, AND WHERE ITS FIRST COPY STANDS"]);
    for pattern in &it.patterns {
        let time = |time: Option<tarbox_model::Timestamp>| time.map(|t| t.strftime("%m-%d %H:%M:%S").to_string()).unwrap_or_default();
        let place = format!("{}:{}", pattern.evidence.path, pattern.evidence.line.unwrap_or_default());
        table.row([
            pattern.count.to_string(),
            patterns::change(pattern.change).to_owned(),
            patterns::loudness(pattern.loudness).to_owned(),
            time(pattern.first_time),
            time(pattern.last_time),
            pattern.text.clone(),
        ]);
        table.place(&place);
    }
    text.push_str(&table.render(width));
    if let Some(lacks) = patterns::lacks(it.left_out, it.unlisted) {
        text.push_str(&format!("{lacks}\n"));
    }
    text
}
