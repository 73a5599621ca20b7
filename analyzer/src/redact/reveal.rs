//! Translates placeholders of a report back, on the side of whoever holds the key and what was redacted.
//!
//! A placeholder is one-way: nobody reads the value out of it. So the unredacted source is redacted once more, with the key, nothing is
//! written, and what the report's placeholders then stood for is noted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tarbox_redaction::{Key, Level, Redactor, placeholders};

use super::Source;
use super::output::Output;
use crate::failure::Failure;

/// What the placeholders of a text stand for, as far as the sources hold it.
pub(crate) fn reveal(report: &str, sources: &[std::path::PathBuf], key: &Key) -> Result<BTreeMap<String, String>, Failure> {
    let mut wanted: BTreeSet<String> = placeholders(report).into_iter().map(|(_, name)| name.to_owned()).collect();
    let mut found = BTreeMap::new();
    for source in sources {
        // The stricter level hides more, and cuts some of what the other one hides in other places.
        for level in [Level::Strict, Level::Default] {
            if wanted.is_empty() {
                return Ok(found);
            }
            found.extend(met(source, key, level, wanted.clone())?);
            wanted.retain(|name| !found.contains_key(name));
        }
    }
    Ok(found)
}

fn met(source: &Path, key: &Key, level: Level, wanted: BTreeSet<String>) -> Result<BTreeMap<String, String>, Failure> {
    let redactor = Redactor::revealing(key.bytes(), level, wanted);
    let source = Source::of(source)?;
    let header = source.learn(&redactor)?;
    source.pass(&redactor, header.is_some(), &mut Output::Nowhere)?;
    Ok(redactor.revealed())
}

/// The text with names for placeholders, each written as the place wants it: a name is text, whatever is in it.
pub(crate) fn with_names(report: &str, names: &BTreeMap<String, String>) -> String {
    let form = Form::of(report);
    let (mut out, mut at, mut script) = (String::with_capacity(report.len()), 0, false);
    for (range, placeholder) in placeholders(report) {
        let before = report.get(at..range.start).unwrap_or_default();
        out.push_str(before);
        if let (Some(opens), closes) = (before.rfind("<script"), before.rfind("</script")) {
            script = closes.is_none_or(|closes| closes < opens);
        } else if before.contains("</script") {
            script = false;
        }
        match names.get(placeholder) {
            Some(name) => {
                let line = report.get(..range.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
                out.push_str(&form.write(name, script, line.matches('`').count() % 2 == 1));
            }
            None => out.push_str(placeholder),
        }
        at = range.end;
    }
    out.push_str(report.get(at..).unwrap_or_default());
    out
}

/// What a report is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Html,
    Xml,
    Json,
    Markdown,
    Terminal,
}

impl Form {
    fn of(report: &str) -> Self {
        let begins = report.trim_start();
        if begins.starts_with("<?xml") || begins.starts_with("<testsuite") {
            Self::Xml
        } else if begins.starts_with('<') {
            Self::Html
        } else if begins.starts_with(['{', '[']) {
            Self::Json
        } else if begins.starts_with('#') {
            Self::Markdown
        } else {
            Self::Terminal
        }
    }

    fn write(self, name: &str, script: bool, code: bool) -> String {
        match self {
            Self::Html if !script => escaped(&one_line(name)),
            Self::Xml => escaped(&one_line(name)),
            Self::Html | Self::Json => {
                let quoted = serde_json::to_string(name).unwrap_or_default();
                let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
                // Within a script nothing may look like markup.
                inner.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
            }
            // As code nothing is markup, and backticks would end it.
            Self::Markdown if !code => format!("`{}`", one_line(name).replace('`', "'")),
            Self::Markdown => one_line(name).replace('`', "'"),
            Self::Terminal => one_line(name),
        }
    }
}

fn one_line(name: &str) -> String {
    tarbox_reports::sanitize::line(name).to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_wherever_it_stands() {
        let name = "redacted.secret.0123456789ab";
        let names = BTreeMap::from([(name.to_owned(), "</script><b>\"`\u{1b}[2J\n".to_owned())]);
        for (report, never) in [
            (format!("<html><p>{name}</p><script>\"{name}\"</script><i title=\"{name}\">"), "<b>"),
            (format!("{{\"a\": \"{name}\"}}"), "\n"),
            (format!("<?xml?><a b=\"{name}\"/>"), "<b>"),
            (format!("# `{name}`"), "`\u{1b}"),
            (format!("# {name}"), "`\u{1b}"),
        ] {
            let out = with_names(&report, &names);
            assert!(!out.contains(name) && !out.contains(never) && !out.contains('\u{1b}'), "{out}");
            if !report.starts_with('#') {
                assert_eq!(report.matches("</script").count(), out.matches("</script").count(), "{out}");
            } else {
                assert_eq!(out, "# `</script><b>\"'⟨U+001B⟩[2J↵`");
            }
            if report.starts_with('{') {
                assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["a"], names[name]);
            }
        }
        assert_eq!(with_names("redacted.secret.ffffffffffff", &names), "redacted.secret.ffffffffffff");
    }
}
