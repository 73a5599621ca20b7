//! Takes secrets out of objects and text, by one key, before a byte is written.
//!
//! This crate is the collector's one choke point: whatever goes into a bundle passes here first.
//!
//! ```
//! use tarbox_redaction::{Level, Redactor, TextKind};
//!
//! let redactor = Redactor::new([0; 32], Level::Default); // the key: 32 random bytes that stay with the customer
//!
//! // First the cluster's own Secrets: their values will be searched in everything that follows.
//! let secret = serde_json::json!({"kind": "Secret", "metadata": {"name": "db"}, "data": {"password": "SHg3LWtrMlE="}});
//! redactor.learn_secret(&secret);
//! let summary = redactor.summarise_secret(secret)?; // names, sizes, keyed digests
//!
//! // Objects, in place.
//! let mut pod = serde_json::json!({"kind": "Pod", "spec": {"containers": [{"env": [{"name": "PASSWORD", "value": "Hx7-kk2Q"}]}]}});
//! let counts = redactor.redact_object(&mut pod)?;
//! assert_eq!(counts.total(), 1);
//!
//! // Logs, in pieces cut anywhere (best at line ends); one `TextRedactor` per stream.
//! let mut stream = redactor.text_stream(TextKind::Log);
//! let mut written = Vec::new();
//! stream.push(b"connected to mongodb://shepherd:Hx7-", &mut written);
//! stream.push(b"kk2Q@mongodb:27017/db\nready\n", &mut written);
//! let counts = stream.finish(&mut written);
//! assert!(written.ends_with(b"@mongodb:27017/db\nready\n") && counts.total() == 2);
//!
//! // Names of files and objects, single strings.
//! let name = redactor.redact_str("shepherd-6d8f9c7b5d-x7k2p");
//! assert_eq!(name, "shepherd-6d8f9c7b5d-x7k2p");
//! # Ok::<(), tarbox_redaction::Error>(())
//! ```
//!
//! Rules of the house: an `Err` means that the item must be dropped and the drop recorded, never written as it was. The same value
//! has the same placeholder everywhere, see [`placeholder`](PREFIX). The empty value stays empty: masked is not unset ([`is_redacted`]).
//! Redacting twice changes nothing. A [`Redactor`] is a handle: cloning it is cheap, all clones share the key and what was learned, any thread may use it.

mod assign;
mod base64;
mod binary;
mod counts;
mod detectors;
mod encoded;
mod escape;
mod fold;
mod key;
mod keys;
mod known;
mod lines;
mod object;
mod placeholder;
mod random;
mod scan;
mod secret;
mod span;
mod stream;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLockReadGuard};

use serde_json::Value;

pub use counts::{Counts, FileCounts};
pub use detectors::{Detector, all as detectors};
pub use key::{Key, KeyError, write_private};
pub use placeholder::{PREFIX, is_placeholder, is_redacted, placeholders};
pub use stream::TextRedactor;

/// How much goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Secrets.
    #[default]
    Default,
    /// Also what tells about people and networks: IP and MAC addresses, host names, e-mail addresses, user names.
    Strict,
}

/// What kind of text it is: prose about a password and a file that holds one read differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextKind {
    /// Log lines, metrics, command output.
    #[default]
    Log,
    /// A configuration file: `password: some words` is a password.
    Config,
    /// A message written for people: events, conditions.
    Message,
}

/// Why something could not be redacted. The caller drops the item and records why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// It is not a JSON object.
    NotAnObject,
    /// It is not JSON.
    NotJson,
    /// It is nested deeper than can be judged.
    TooDeep,
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::NotAnObject => "not redacted: no JSON object",
            Self::NotJson => "not redacted: no JSON",
            Self::TooDeep => "not redacted: nested too deep",
        })
    }
}

impl std::error::Error for Error {}

/// Takes secrets out. A cheap handle, shared by all threads.
#[derive(Clone)]
pub struct Redactor {
    inner: Arc<Inner>,
}

struct Inner {
    namer: placeholder::Namer,
    level: Level,
    known: known::Known,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key, never the values.
        formatter.debug_struct("Redactor").field("level", &self.inner.level).finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor whose placeholders are keyed by `key`.
    pub fn new(key: [u8; 32], level: Level) -> Self {
        Self { inner: Arc::new(Inner { namer: placeholder::Namer::new(&key), level, known: known::Known::new(level) }) }
    }

    /// A redactor that remembers what it put these placeholders in place of, see [`Redactor::revealed`]. For whoever holds the key, and
    /// what was redacted.
    pub fn revealing(key: [u8; 32], level: Level, placeholders: BTreeSet<String>) -> Self {
        let namer = placeholder::Namer::remembering(&key, placeholders);
        Self { inner: Arc::new(Inner { namer, level, known: known::Known::new(level) }) }
    }

    /// What stood where the placeholders stand that it was told to remember.
    pub fn revealed(&self) -> BTreeMap<String, String> {
        self.inner.namer.remembered()
    }

    /// How much goes.
    pub fn level(&self) -> Level {
        self.inner.level
    }

    /// Takes note of the values of a raw Secret, to be searched in everything from now on; returns how many were new.
    /// Values that are words, names, numbers or hosts are left to the detectors: searched bare they would be found everywhere.
    pub fn learn_secret(&self, secret: &Value) -> usize {
        known::values_of_secret(secret).iter().filter(|value| self.inner.known.add(value)).count()
    }

    /// [`Redactor::learn_secret`] of all Secrets in a document, wherever they stand in it.
    pub fn learn_document(&self, document: &Value) -> usize {
        let mut found = Vec::new();
        known::secrets_in(document, &mut found);
        found.iter().filter(|value| self.inner.known.add(value)).count()
    }

    /// Takes note of a single secret value, such as a token given on the command line; returns whether it will be searched.
    pub fn learn(&self, value: &str) -> bool {
        let value = value.trim();
        values::is_searchable(value, keys::Sensitivity::Strong) && self.inner.known.add(value.as_bytes())
    }

    /// How many values are searched.
    pub fn learned(&self) -> usize {
        self.inner.known.len()
    }

    /// Starts a stream of text.
    pub fn text_stream(&self, kind: TextKind) -> TextRedactor {
        TextRedactor::new(self.clone(), kind)
    }

    /// Redacts a text that is at hand as a whole. Borrowed when nothing changed.
    pub fn redact_text<'a>(&self, text: &'a [u8], kind: TextKind) -> (Cow<'a, [u8]>, Counts) {
        let mut counts = Counts::new();
        let redacted = self.working().text(text, kind, &mut counts);
        (redacted, counts)
    }

    /// Redacts a string: a message, a path, a name.
    pub fn redact_str<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redact_counted(text).0
    }

    /// [`Redactor::redact_str`], with the counts.
    pub fn redact_counted<'a>(&self, text: &'a str) -> (Cow<'a, str>, Counts) {
        let mut counts = Counts::new();
        let redacted = self.working().string(text, TextKind::Message, &mut counts);
        (redacted, counts)
    }

    /// Redacts an object in place. A Secret (at the top, in a list, inside an annotation) becomes its summary.
    ///
    /// # Errors
    /// When the object cannot be judged: drop it, and record that it was dropped. It may have been redacted in part.
    pub fn redact_object(&self, value: &mut Value) -> Result<Counts, Error> {
        let mut counts = Counts::new();
        if !value.is_object() {
            return Err(Error::NotAnObject);
        }
        object::redact(&self.working(), value, &mut counts)?;
        Ok(counts)
    }

    /// [`Redactor::redact_object`] for a document of any form: a bare list too.
    ///
    /// # Errors
    /// As [`Redactor::redact_object`].
    pub fn redact_document(&self, document: &mut Value) -> Result<Counts, Error> {
        let mut counts = Counts::new();
        object::redact(&self.working(), document, &mut counts)?;
        Ok(counts)
    }

    /// Redacts one line of NDJSON or one JSON document: structure-aware when it is an object or a list.
    ///
    /// # Errors
    /// When it is not JSON, or cannot be judged.
    pub fn redact_json(&self, json: &[u8]) -> Result<(Vec<u8>, Counts), Error> {
        let mut value: Value = serde_json::from_slice(json).map_err(|_| Error::NotJson)?;
        let counts = self.redact_document(&mut value)?;
        let text = serde_json::to_vec(&value).map_err(|_| Error::NotJson)?;
        Ok((text, counts))
    }

    /// The public part of a Secret: `{apiVersion, kind, metadata, type, immutable, keys: {name: {bytes, digest, empty, newline}}}`.
    /// `digest` is a keyed digest whose first 12 digits are those of the value's placeholder; `newline` says that the value ends with one,
    /// the classic slip of `echo secret | base64`. Helm releases keep no keys: their names say nothing.
    ///
    /// # Errors
    /// When the value is no object: nothing can be said about it safely.
    pub fn summarise_secret(&self, secret: Value) -> Result<Value, Error> {
        secret::summarise(&self.working(), secret, &mut Counts::new())
    }

    /// The placeholder that stands for a value, for translating a report back on the side of whoever holds the key.
    pub fn placeholder_of(&self, value: &str) -> String {
        if value.is_empty() {
            String::new()
        } else {
            self.inner.namer.name(detectors::kind_of(value.trim().as_bytes()), value.trim().as_bytes())
        }
    }

    /// The redactor with its table of known values held for a piece of work.
    pub(crate) fn working(&self) -> Working<'_> {
        Working { table: TableRef::Locked(self.inner.known.read()), namer: &self.inner.namer, level: self.inner.level }
    }
}

/// A redactor at work: what was known when the work began, for the length of the work.
pub(crate) struct Working<'a> {
    table: TableRef<'a>,
    namer: &'a placeholder::Namer,
    level: Level,
}

/// The table, locked for the length of the work; a part of the work borrows it.
enum TableRef<'a> {
    Locked(RwLockReadGuard<'a, known::Table>),
    Borrowed(&'a known::Table),
}

impl std::ops::Deref for TableRef<'_> {
    type Target = known::Table;

    fn deref(&self) -> &known::Table {
        match self {
            Self::Locked(table) => table,
            Self::Borrowed(table) => table,
        }
    }
}

impl Working<'_> {
    pub(crate) fn lines(&self, kind: TextKind) -> lines::Lines<'_> {
        lines::Lines { scanner: self.scanner(kind, false), namer: self.namer }
    }

    fn scanner(&self, kind: TextKind, public: bool) -> scan::Scanner<'_> {
        scan::Scanner { table: &self.table, level: self.level, kind, public }
    }

    pub(crate) fn text<'t>(&self, text: &'t [u8], kind: TextKind, counts: &mut Counts) -> Cow<'t, [u8]> {
        self.text_named(text, kind, false, counts)
    }

    /// A text that is the value of something; `public` when its name says that everybody may have it.
    fn text_named<'t>(&self, text: &'t [u8], kind: TextKind, public: bool, counts: &mut Counts) -> Cow<'t, [u8]> {
        let lines = lines::Lines { scanner: self.scanner(kind, public), namer: self.namer };
        // Most strings are short and hold nothing.
        if text.len() < 4096 && memchr::memchr(b'\n', text).is_none() && binary::is_plain(text) && lines.scanner.marks(text).is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = Vec::with_capacity(text.len());
        lines.redact(text, true, &mut lines::Carry::default(), counts, &mut out);
        if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
    }

    pub(crate) fn string<'t>(&self, text: &'t str, kind: TextKind, counts: &mut Counts) -> Cow<'t, str> {
        self.string_named(text, kind, false, counts)
    }

    /// [`Working::text_named`] for a string.
    pub(crate) fn string_named<'t>(&self, text: &'t str, kind: TextKind, public: bool, counts: &mut Counts) -> Cow<'t, str> {
        match self.text_named(text.as_bytes(), kind, public, counts) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => {
                Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
            }
        }
    }

    /// The name of a field, or of an API group: it may hold a secret, but a host in it is the name of whoever defined it.
    pub(crate) fn key<'t>(&self, name: &'t str, counts: &mut Counts) -> Cow<'t, str> {
        let working = Working { level: Level::Default, table: TableRef::Borrowed(&self.table), namer: self.namer };
        working.string(name, TextKind::Message, counts)
    }

    /// The placeholder of a value.
    pub(crate) fn name_of(&self, value: &[u8]) -> String {
        self.namer.name(detectors::kind_of(value), value)
    }

    /// The placeholder of a value of that kind.
    pub(crate) fn name_as(&self, kind: &str, value: &[u8]) -> String {
        self.namer.name(kind, value)
    }

    /// A keyed digest, longer than a placeholder's.
    pub(crate) fn digest(&self, value: &[u8]) -> String {
        let mut digest = self.namer.digest(value);
        digest.truncate(32);
        digest
    }
}
