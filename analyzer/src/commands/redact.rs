//! `tarbox redact` and `tarbox reveal`: secrets out of any bundle, and names back into a report.

use std::path::Path;

use tarbox_redaction::{Key, KeyError, Level, Redactor, placeholders, write_private};

use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Privacy, Redact, Reveal};
use crate::redact::{self, Report};

pub(crate) fn run(options: &Redact) -> Result<Exit, Failure> {
    let key = match &options.key {
        Some(path) => kept_key(path)?,
        None => Key::random().map_err(key_failure)?,
    };
    let level = match options.privacy {
        Privacy::Standard => Level::Default,
        Privacy::Strict => Level::Strict,
    };
    let report = redact::redact(&options.bundle, &options.output, &Redactor::new(key.bytes(), level))?;
    if options.json {
        let json = serde_json::to_string_pretty(&report).map_err(|e| Failure::new(Exit::Internal, e.to_string()))?;
        console::print(&format!("{json}\n"));
    } else if !options.quiet {
        console::print(&for_people(&report, &options.output));
    }
    Ok(Exit::Done)
}

pub(crate) fn reveal(options: &Reveal) -> Result<Exit, Failure> {
    let key = Key::read(&options.key).map_err(key_failure)?;
    let report = std::fs::read_to_string(&options.report)
        .map_err(|e| Failure::new(Exit::Input, format!("cannot read {}: {e}; it must be a report as text", options.report.display())))?;
    let names = redact::reveal(&report, &options.from, &key)?;
    let text = redact::with_names(&report, &names);
    if options.output.as_os_str() == "-" {
        console::print(&text);
    } else {
        write_private(&options.output, text.as_bytes()).map_err(|e| Failure::output(&options.output, &e))?;
    }
    let all: std::collections::BTreeSet<&str> = placeholders(&report).into_iter().map(|(_, name)| name).collect();
    console::note(&format!("{} of {} placeholders were found in what was given", names.len(), all.len()));
    Ok(Exit::Done)
}

fn for_people(report: &Report, output: &Path) -> String {
    let (mut text, total) = (String::new(), report.counts.total());
    if !total.is_empty() {
        let mut table = Table::new(&["COUNT", "RULE"]);
        for (rule, count) in total.iter() {
            table.row([&count.to_string(), rule]);
        }
        text.push_str(&table.render(console::width()));
        text.push('\n');
    }
    if !report.left_out.is_empty() {
        let mut table = Table::new(&["LEFT OUT", "WHY"]);
        for left in &report.left_out {
            table.row([&left.file, &left.why]);
        }
        text.push_str(&table.render(console::width()));
        text.push('\n');
    }
    text.push_str(&format!(
        "{} redactions in {} files; {} values of Secrets were searched; {} left out\n{}\n",
        total.total(),
        report.written,
        report.values_searched,
        report.left_out.len(),
        output.display()
    ));
    text
}

/// The key in a file, which is made when it is not there.
fn kept_key(path: &Path) -> Result<Key, Failure> {
    let (key, made) = Key::kept(path).map_err(key_failure)?;
    if made {
        console::note(&format!("a new key is in {}: keep it, and give it to nobody who must not know what was redacted", path.display()));
    }
    Ok(key)
}

fn key_failure(error: KeyError) -> Failure {
    let exit = match error {
        KeyError::NoRandom(_) => Exit::Internal,
        KeyError::Read(_) => Exit::Input,
        KeyError::Write(_) => Exit::Output,
    };
    Failure::new(exit, error.to_string())
}
