//! Redacts whatever can be opened: a bundle of ours, another tool's, a folder, a single file.
//!
//! ```text
//! read once: the values of all Secrets  →  read again: each entry redacted in the stream  →  output
//! ```
//!
//! Fail-closed: what cannot be judged is left out and told, never copied. The same two readings, with nothing written, translate
//! placeholders back for whoever holds the key, see [`reveal()`].

mod entry;
mod output;
mod report;
mod reveal;
mod sieve;

use std::path::Path;

use tarbox_bundle::{Chunk, Container, EntryPath, Header, Limits, OpenError, OpenErrorKind, Reader};
use tarbox_redaction::{Level, Redactor};

use crate::exit::Exit;
use crate::failure::Failure;
use entry::{Entry, Learned};
use output::Output;
pub(crate) use report::Report;
pub(crate) use reveal::{reveal, with_names};

/// Where our own account of it lies in an archive of another tool.
const ACCOUNT: &str = "tarbox-redactions.json";

/// Redacts `input` into `output`.
pub(crate) fn redact(input: &Path, output: &Path, redactor: &Redactor) -> Result<Report, Failure> {
    if output.exists() {
        let message = format!("{} is there already; choose another name with -o, or remove it", output.display());
        return Err(Failure::new(Exit::Output, message));
    }
    let source = Source::of(input)?;
    let header = source.learn(redactor)?;
    let mut target = match (&header, source.single) {
        (Some(header), _) => Output::ours(output, &redacted_header(header, redactor)?)?,
        (None, true) => Output::single(output)?,
        (None, false) => Output::archive(output)?,
    };
    match source.pass(redactor, header.is_some(), &mut target) {
        Ok((report, sources)) => target.finish(sources).map(|()| report),
        Err(failure) => {
            target.abort();
            Err(failure)
        }
    }
}

/// What is read.
struct Source<'p> {
    path: &'p Path,
    /// Whether it is a file that is no archive.
    single: bool,
}

impl<'p> Source<'p> {
    fn of(path: &'p Path) -> Result<Self, Failure> {
        match Reader::open(path, Limits::default()) {
            Ok(reader) => Ok(Self { path, single: reader.container() == Container::Single }),
            Err(error) if is_no_archive(&error) => Ok(Self { path, single: true }),
            Err(error) => Err(error.into()),
        }
    }

    fn open(&self) -> Result<Reader, Failure> {
        let reader =
            if self.single { Reader::open_single(self.path, Limits::default()) } else { Reader::open(self.path, Limits::default()) };
        Ok(reader?)
    }

    /// The first reading: the values of Secrets are learned. Gives the header, when it is a bundle of ours.
    fn learn(&self, redactor: &Redactor) -> Result<Option<Header>, Failure> {
        let mut reader = self.open()?;
        let mut open: Option<Learned> = None;
        while let Some(chunk) = reader.next_chunk()? {
            let last = chunk.last;
            open.get_or_insert_with(|| Learned::new(&chunk.entry.path)).take(&chunk.bytes, last, redactor);
            if last {
                open = None;
            }
        }
        Ok(reader.header().cloned())
    }

    /// The second reading: everything is redacted. Gives what was found, and how the sources of a bundle of ours had ended.
    fn pass(&self, redactor: &Redactor, ours: bool, target: &mut Output) -> Result<(Report, Vec<tarbox_bundle::SourceOutcome>), Failure> {
        let mut reader = self.open()?;
        let mut report =
            Report { level: level_name(redactor.level()).to_owned(), values_searched: redactor.learned(), ..Report::default() };
        let mut open: Option<Entry> = None;
        while let Some(chunk) = reader.next_chunk()? {
            if ours && described_anew(&chunk, &mut report) {
                continue;
            }
            let mut entry = match open.take() {
                Some(entry) => entry,
                None => Entry::new(if ours { &chunk.entry.path } else { &chunk.entry.full_path }, redactor, target.room()),
            };
            entry.take(&chunk, redactor).map_err(|e| Failure::output(self.path, &e))?;
            if chunk.last {
                entry.finish(redactor, &mut report, target)?;
            } else {
                open = Some(entry);
            }
        }
        let summary = reader.into_summary();
        for problem in summary.problems {
            let file = problem.entry.unwrap_or_else(|| "-".to_owned());
            report.leave_out(&redactor.redact_str(&file), redactor.redact_str(&problem.message).into_owned());
        }
        report.left_out.sort();
        report.left_out.dedup();
        self.account(&report, ours, target)?;
        let sources = summary.manifest.map(|manifest| manifest.sources).unwrap_or_default().into_iter();
        let sources = sources.map(|mut source| {
            source.detail = redactor.redact_str(&source.detail).into_owned();
            source.source = redactor.redact_str(&source.source).into_owned();
            source
        });
        Ok((report, sources.collect()))
    }

    /// Writes down what was done, where there is a place for it.
    fn account(&self, report: &Report, ours: bool, target: &mut Output) -> Result<(), Failure> {
        if self.single {
            return Ok(());
        }
        let mut room = target.room();
        let written = serde_json::to_writer_pretty(&mut room, report).map_err(std::io::Error::from);
        written.map_err(|e| Failure::output(self.path, &e))?;
        let path = EntryPath::redactions();
        target.add(if ours { path.as_str() } else { ACCOUNT }, room)
    }
}

/// Whether an entry is one of those that describe a bundle of ours, and are written anew.
fn described_anew(chunk: &Chunk, report: &mut Report) -> bool {
    let path = chunk.entry.path.as_str();
    if path == EntryPath::redactions().as_str() {
        // Counts by rule and file: what it says was public when it was written.
        report.earlier = serde_json::from_slice(&chunk.bytes).ok();
        return true;
    }
    path == EntryPath::header().as_str() || path == EntryPath::manifest().as_str()
}

/// The header with what it says redacted, and with the level.
fn redacted_header(header: &Header, redactor: &Redactor) -> Result<Header, Failure> {
    let failed = |e: String| Failure::new(Exit::Input, format!("bundle.json cannot be redacted: {e}"));
    let mut value = serde_json::to_value(header).map_err(|e| failed(e.to_string()))?;
    redactor.redact_document(&mut value).map_err(|e| failed(e.to_string()))?;
    let mut redacted: Header = serde_json::from_value(value).map_err(|e| failed(e.to_string()))?;
    // A strict bundle stays one.
    if redacted.redaction != level_name(Level::Strict) {
        level_name(redactor.level()).clone_into(&mut redacted.redaction);
    }
    Ok(redacted)
}

/// A level as bundles name it.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::Default => "default",
        Level::Strict => "strict",
    }
}

/// Whether a file was opened, and is no archive.
fn is_no_archive(error: &OpenError) -> bool {
    matches!(error.kind, OpenErrorKind::NotABundle { .. })
}
