//! The one way into the bundle. Every source writes through here, and everything is redacted on the way: no source can reach the writer.
//!
//! A write that fails (full disk) throws the run's switch and is remembered; from then on the sinks swallow what comes, and the run ends in good order.
mod aside;
mod objects;
mod requests;
mod text;

pub(crate) use objects::{LinesSink, SecretsSink};
pub(crate) use requests::Requests;
pub(crate) use text::TextSink;

use crate::{
    discovery::Resource,
    outcome::Ended,
    redact::Redact,
    stop::{Stop, StopReason},
};
use aside::Aside;
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tarbox_bundle::{EntryPath, EntryWriter, Finished, Header, SourceOutcome, WriteError, WriteErrorKind, Writer};

/// The bundle being written, behind redaction.
pub(crate) struct Sink {
    writer: Arc<Writer>,
    redact: Redact,
    certificates: Aside,
    stop: Arc<Stop>,
    failure: Mutex<Option<String>>,
}

/// What a source wrote.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// Objects, lines or files.
    pub(crate) items: u64,
    /// Plain bytes.
    pub(crate) bytes: u64,
    /// Items left out because they could not be redacted.
    pub(crate) dropped: u64,
}

impl Sink {
    /// A sink into this writer.
    pub(crate) fn new(writer: Arc<Writer>, redact: Redact, stop: Arc<Stop>) -> Self {
        let certificates = Aside::new(Arc::clone(&writer), EntryPath::certificates());
        Self { writer, redact, certificates, stop, failure: Mutex::new(None) }
    }

    /// Writes `bundle.json`; must come first.
    pub(crate) fn header(&self, header: &Header) {
        self.settle(self.writer.header(header));
    }

    /// Objects of one kind, in parts.
    pub(crate) fn objects<'a>(&'a self, resource: &Resource) -> LinesSink<'a> {
        let (group, version, name) = (resource.group.clone(), resource.version.clone(), resource.name.clone());
        LinesSink::new(self, resource, Box::new(move |part| EntryPath::objects(&group, &version, &name, part)))
    }

    /// Objects of one kind under another path: `path` makes the name of part n.
    pub(crate) fn lines<'a>(&'a self, resource: &Resource, path: impl Fn(Option<u32>) -> EntryPath + Send + 'static) -> LinesSink<'a> {
        LinesSink::new(self, resource, Box::new(path))
    }

    /// Secrets: learned, and summarised.
    pub(crate) fn secrets(&self) -> SecretsSink<'_> {
        SecretsSink::new(self)
    }

    /// Text that arrives piece by piece, of which at most `budget` bytes are kept.
    pub(crate) fn text(&self, path: &EntryPath, budget: u64) -> TextSink<'_> {
        TextSink::new(self, path, budget)
    }

    /// A small document as a whole: JSON field by field, anything else as text. Gives its size.
    pub(crate) fn document(&self, path: &EntryPath, body: &[u8]) -> u64 {
        if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err() {
            let mut text = self.text(path, u64::MAX);
            text.push(body);
            return text.finish(None).0;
        }
        let Some(json) = self.redact.json(body, path) else { return 0 };
        self.settle(self.writer.add(path, &json)).map_or(0, |stats| stats.bytes)
    }

    /// The public part of a certificate; gives its size, nothing when it could not be redacted.
    pub(crate) fn certificate(&self, mut certificate: Value) -> Option<u64> {
        if !self.redact.object(&mut certificate, &EntryPath::certificates()) {
            return None;
        }
        let mut line = serde_json::to_vec(&certificate).ok()?;
        line.push(b'\n');
        let size = line.len() as u64;
        self.certificates.push(line);
        Some(size)
    }

    /// Notes how a source ended.
    pub(crate) fn outcome(&self, source: &str, ended: Ended, items: u64, bytes: u64, detail: &str) {
        let detail = self.redact.line(detail);
        self.writer.outcome(SourceOutcome { source: source.to_owned(), outcome: ended.recorded(items), items, bytes, detail });
    }

    /// Compressed bytes so far.
    pub(crate) fn compressed_bytes(&self) -> u64 {
        self.writer.compressed_bytes()
    }

    /// Where the unfinished bundle is.
    pub(crate) fn partial_path(&self) -> PathBuf {
        self.writer.partial_path()
    }

    /// Why nothing more can be written, if so.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what redaction counted, and gives the writer back for the end.
    pub(crate) fn close(self) -> Arc<Writer> {
        self.settle(self.certificates.finish());
        let counts = serde_json::to_vec_pretty(&self.redact.found()).unwrap_or_default();
        self.settle(self.writer.add(&EntryPath::redactions(), &counts));
        if let Some(why) = self.failure() {
            // In case that the end can be written all the same.
            self.outcome("bundle", Ended::Failed, 0, 0, &format!("not everything could be written: {why}"));
        }
        self.writer
    }

    fn begin(&self, path: &EntryPath) -> Option<EntryWriter<'_>> {
        if self.stop.reason() == Some(StopReason::Output) {
            return None;
        }
        self.settle(self.writer.entry(path))
    }

    /// Lets a result pass, or remembers the error and stops the run.
    fn settle<T>(&self, result: Result<T, WriteError>) -> Option<T> {
        result
            .map_err(|error| {
                if matches!(error.kind, WriteErrorKind::Duplicate(_) | WriteErrorKind::InvalidPath(_)) {
                    // Two things of one name, or a name beyond all bounds: that one is left out, the disk is well.
                    return;
                }
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| crate::gateway::chain(&error));
                self.stop.stop(StopReason::Output);
            })
            .ok()
    }
}

/// Removes a bundle that nothing is in.
pub(crate) fn abort(writer: Arc<Writer>) {
    // A failure to remove it is not the trouble to tell.
    let _ = Arc::try_unwrap(writer).map(Writer::abort);
}

/// Gives the finished bundle its name.
pub(crate) fn finish(writer: Arc<Writer>) -> Result<Finished, String> {
    let writer = Arc::try_unwrap(writer).map_err(|_| "the bundle is still being written to".to_owned())?;
    writer.finish().map_err(|error| crate::gateway::chain(&error))
}
