//! `tarbox verify`: whether a bundle is what its manifest says.

use tarbox_bundle::{End, Limits, VerifyReport, verify};

use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Verify;

pub(crate) fn run(options: &Verify) -> Result<Exit, Failure> {
    let report = verify(&options.bundle, Limits::default())?;
    let text = if options.json { as_json(&report) } else { for_people(&report) };
    console::print(&text);
    Ok(if report.is_intact() { Exit::Done } else { Exit::Damaged })
}

fn as_json(report: &VerifyReport) -> String {
    serde_json::to_string_pretty(report).map(|json| format!("{json}\n")).unwrap_or_default()
}

fn for_people(report: &VerifyReport) -> String {
    let mut text = String::new();
    if !report.faults.is_empty() {
        let mut table = Table::new(&["FILE", "WHAT IS WRONG"]);
        for fault in &report.faults {
            table.row([&fault.path, &fault.message]);
        }
        text.push_str(&table.render(console::width()));
        text.push('\n');
    }
    if !report.problems.is_empty() {
        let mut table = Table::new(&["ENTRY", "PROBLEM"]);
        for problem in &report.problems {
            table.row([problem.entry.as_deref().unwrap_or("-"), &problem.message]);
        }
        text.push_str(&table.render(console::width()));
        text.push('\n');
    }
    let verdict = match (report.is_intact(), report.has_manifest, report.end) {
        (true, ..) => format!("intact: {} files are what the manifest says", report.intact),
        (_, _, End::Cut) => format!("cut: the file ends before its end; {} files are whole", report.intact),
        (_, false, _) => "not finished: the bundle has no manifest, so nothing can be compared".to_owned(),
        _ => format!("damaged: {} files are what the manifest says, {} are not", report.intact, report.faults.len()),
    };
    text.push_str(&verdict);
    text.push('\n');
    text
}
