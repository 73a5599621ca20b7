//! `tarbox redact` and `tarbox reveal`: secrets out of any bundle, and names back into a report.

use std::io::{Read, Write};
use std::path::Path;

use tarbox_redaction::{Key, Level, Redactor, placeholders};

use super::table::Table;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Privacy, Redact, Reveal};
use crate::redact::{self, Report};

pub(crate) fn run(options: &Redact) -> Result<Exit, Failure> {
    let key = match &options.key {
        Some(path) => kept_key(path)?,
        None => random_key()?,
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
    let key = read_key(&options.key)?;
    let report = std::fs::read_to_string(&options.report)
        .map_err(|e| Failure::new(Exit::Input, format!("cannot read {}: {e}; it must be a report as text", options.report.display())))?;
    let names = redact::reveal(&report, &options.from, &key)?;
    let text = redact::with_names(&report, &names);
    if options.output.as_os_str() == "-" {
        console::print(&text);
    } else {
        private_file(&options.output, text.as_bytes()).map_err(|e| Failure::output(&options.output, &e))?;
    }
    let all: std::collections::BTreeSet<&str> = placeholders(&report).into_iter().map(|(_, name)| name).collect();
    console::note(&format!("{} of {} placeholders were found in what was given", names.len(), all.len()));
    Ok(Exit::Done)
}

fn for_people(report: &Report, output: &Path) -> String {
    let mut text = String::new();
    if !report.total.is_empty() {
        let mut table = Table::new(&["COUNT", "RULE"]);
        for (rule, count) in report.total.iter() {
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
        report.total.total(),
        report.written,
        report.values_searched,
        report.left_out.len(),
        output.display()
    ));
    text
}

/// The key in a file, which is made when it is not there.
fn kept_key(path: &Path) -> Result<Key, Failure> {
    if path.exists() {
        return read_key(path);
    }
    let key = random_key()?;
    private_file(path, key.to_line().as_bytes()).map_err(|e| {
        Failure::new(Exit::Output, format!("cannot write the key to {}: {e}; choose another file with --key", path.display()))
    })?;
    console::note(&format!("a new key is in {}: keep it, and give it to nobody who must not know what was redacted", path.display()));
    Ok(key)
}

fn read_key(path: &Path) -> Result<Key, Failure> {
    let failed = |why: &str| Failure::new(Exit::Input, format!("cannot read the key in {}: {why}", path.display()));
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_string(&mut text));
    read.map_err(|e| failed(&e.to_string()))?;
    Key::parse(&text).ok_or_else(|| failed("it is no key of tarbox; `tarbox redact --key` makes one"))
}

fn random_key() -> Result<Key, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Failure::new(Exit::Internal, format!("this machine has no random numbers for the redaction key: {e}")))?;
    Ok(Key::new(bytes))
}

/// A file for its owner alone, under a name that nothing may have.
fn private_file(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are private, and stay so under their name.
    let mut file = tempfile::Builder::new().prefix(".tarbox-").suffix(".partial").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    Ok(())
}
