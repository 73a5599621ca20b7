//! The folder of `--rules`: files of users, read within limits, and the scanner that looks for their lines too.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use tarbox_load::LogScanner;
use tarbox_rules::custom::{self, CustomRule, FILE_LIMIT, FILES, RULES};

use crate::exit::Exit;
use crate::failure::Failure;

/// Every rule of a folder's `*.toml`, in the order of the files' names.
pub(crate) fn read(folder: &Path) -> Result<Vec<CustomRule>, Failure> {
    let mut rules: Vec<CustomRule> = Vec::new();
    let mut problems = Vec::new();
    for file in files(folder)? {
        let name = file.display().to_string();
        match custom::parse(&name, &text(&file)?) {
            Ok(read) => rules.extend(read),
            Err(wrong) => problems.extend(wrong.iter().map(ToString::to_string)),
        }
    }
    let mut origins: BTreeMap<&str, &(String, usize)> = BTreeMap::new();
    for rule in &rules {
        if let Some((file, line)) = origins.insert(rule.rule.id, &rule.origin) {
            let (this, at) = &rule.origin;
            problems.push(format!("{this}:{at}: {} stands in {file}:{line} already; give one of them another id", rule.rule.id));
        }
    }
    if rules.len() > RULES {
        problems.push(format!("{} holds {} rules, more than {RULES}; split the folder", folder.display(), rules.len()));
    }
    if problems.is_empty() { Ok(rules) } else { Err(Failure::new(Exit::Input, problems.join("; "))) }
}

/// The built-in signatures and these, for one pass over the logs.
pub(crate) fn scanner(rules: &[CustomRule]) -> Result<LogScanner, Failure> {
    joined(LogScanner::lazy(tarbox_rules::signatures::all().copied()), rules)
}

/// Only one rule's signature, to try its examples on.
pub(crate) fn scanner_of(rule: &CustomRule) -> Result<LogScanner, Failure> {
    joined(LogScanner::lazy([]), std::slice::from_ref(rule))
}

fn joined(scanner: LogScanner, rules: &[CustomRule]) -> Result<LogScanner, Failure> {
    let both = scanner.with(rules.iter().map(|r| r.signature)).and_then(|s| s.with_followers(rules.iter().filter_map(|r| r.follower)));
    both.map_err(|e| Failure::new(Exit::Input, format!("{e}; make the pattern simpler")))
}

/// Files of the folder that hold rules; no folder below it is entered.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot = |e: std::io::Error| {
        Failure::new(Exit::Input, format!("cannot read the rules in {}: {e}; name a folder with *.toml files", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|e| e == "toml") && path.is_file() {
            files.push(path);
        }
        if files.len() > FILES {
            return Err(Failure::new(Exit::Input, format!("{} has more than {FILES} *.toml files; join some", folder.display())));
        }
    }
    if files.is_empty() {
        return Err(Failure::new(Exit::Input, format!("{} has no *.toml file; docs/writing-rules.md shows one", folder.display())));
    }
    files.sort();
    Ok(files)
}

/// A file's text.
fn text(file: &Path) -> Result<String, Failure> {
    let cannot = |what: String| Failure::new(Exit::Input, format!("cannot read {}: {what}", file.display()));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(|e| cannot(e.to_string()))?;
    opened.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(|e| cannot(e.to_string()))?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(cannot(format!("it is larger than {} KiB; split it", FILE_LIMIT / 1024)));
    }
    String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8; save it as such".to_owned()))
}
