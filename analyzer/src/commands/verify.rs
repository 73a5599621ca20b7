//! `tarbox verify`: whether a bundle is what its manifest says.

use tarbox_bundle::{End, Limits, VerifyReport, verify};

use super::sign;
use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Verify;

pub(crate) fn run(options: &Verify) -> Result<Exit, Failure> {
    let signed = options.public_key.as_ref().map(|key| sign::check(&options.bundle, key, options.signature.as_deref())).transpose()?;
    let report = verify(&options.bundle, Limits::default())?;
    let text = if options.json { as_json(&report, signed.as_ref()) } else { for_people(&report, signed.as_ref()) };
    console::print(&text);
    let good = report.is_intact() && signed.is_none_or(|signed| signed.is_ok());
    Ok(if good { Exit::Done } else { Exit::Damaged })
}

/// Whether the signature is good, when one was asked for; why not.
type Signed = Result<(), String>;

fn as_json(report: &VerifyReport, signed: Option<&Signed>) -> String {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let (Some(signed), Some(fields)) = (signed, value.as_object_mut()) {
        fields.insert("signature".to_owned(), serde_json::json!({"good": signed.is_ok(), "why_not": signed.as_ref().err()}));
    }
    format!("{value:#}\n")
}

fn for_people(report: &VerifyReport, signed: Option<&Signed>) -> String {
    let mut text = match signed {
        Some(Ok(())) => "signature: good\n".to_owned(),
        Some(Err(why)) => format!("signature: not good: {why}\n"),
        None => String::new(),
    };
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
