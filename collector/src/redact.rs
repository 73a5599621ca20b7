//! Redaction as the sink uses it: the redactor with its key, and the counts for `redactions.json`.
use crate::options::Privacy;
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tarbox_bundle::EntryPath;
use tarbox_redaction::{Counts, FileCounts, Key, Level, Redactor, TextKind, TextRedactor};

/// Takes secrets out of everything on its way into the bundle.
pub(crate) struct Redact {
    redactor: Redactor,
    found: Mutex<Found>,
}

/// What `redactions.json` says.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Found {
    #[serde(flatten)]
    counts: FileCounts,
    /// Objects left out because they could not be redacted, by file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dropped: BTreeMap<String, u64>,
}

/// One text on its way.
pub(crate) struct RedactText<'a> {
    redact: &'a Redact,
    file: String,
    stream: TextRedactor,
}

impl Redact {
    /// A redactor with this key: placeholders are the same within all that it redacts.
    pub(crate) fn new(level: Privacy, key: &Key) -> Self {
        let level = match level {
            Privacy::Standard => Level::Default,
            Privacy::Strict => Level::Strict,
        };
        Self { redactor: Redactor::new(key.bytes(), level), found: Mutex::default() }
    }

    /// Learns a Secret's values and gives its outline; `None` when it cannot be judged.
    pub(crate) fn learn(&self, secret: Value) -> Option<Value> {
        // A Helm release is the whole release, compressed: its text is in other objects, and it has no value to search for.
        if secret["type"].as_str().is_none_or(|kind| !kind.starts_with("helm.sh/")) {
            self.redactor.learn_secret(&secret);
        }
        let outline = self.redactor.summarise_secret(secret);
        self.settle(EntryPath::secrets().as_str(), outline.map(|outline| (outline, Counts::new())))
    }

    /// Learns a secret that the user gave us.
    pub(crate) fn know(&self, name: &str, value: &str) {
        self.redactor.learn_secret(&serde_json::json!({"stringData": {name: value}}));
    }

    /// Redacts an object in place; `false` when it cannot be judged and must not be written.
    pub(crate) fn object(&self, object: &mut Value, path: &EntryPath) -> bool {
        let counts = self.redactor.redact_object(object);
        self.settle(path.as_str(), counts.map(|counts| ((), counts))).is_some()
    }

    /// Redacts any other JSON document.
    pub(crate) fn json(&self, json: &[u8], path: &EntryPath) -> Option<Vec<u8>> {
        self.settle(path.as_str(), self.redactor.redact_json(json))
    }

    /// Begins a text.
    pub(crate) fn text(&self, path: &EntryPath) -> RedactText<'_> {
        RedactText { redact: self, file: path.to_string(), stream: self.redactor.text_stream(TextKind::Log) }
    }

    /// A sentence of ours that may carry a server's words.
    pub(crate) fn line(&self, text: &str) -> String {
        self.redactor.redact_str(text).into_owned()
    }

    /// What was found.
    pub(crate) fn found(&self) -> Found {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn settle<T>(&self, file: &str, result: Result<(T, Counts), tarbox_redaction::Error>) -> Option<T> {
        match result {
            Ok((value, counts)) => {
                self.count(file, &counts);
                Some(value)
            }
            Err(_) => {
                let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                *found.dropped.entry(file.to_owned()).or_default() += 1;
                None
            }
        }
    }

    fn count(&self, file: &str, counts: &Counts) {
        if !counts.is_empty() {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).counts.add(file, counts);
        }
    }
}

impl RedactText<'_> {
    /// Takes the next piece; what can be let go stands at the end of `out`.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.stream.push(piece, out);
    }

    /// Lets go what is held back; what comes then is another text.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let stream = std::mem::replace(&mut self.stream, self.redact.redactor.text_stream(TextKind::Log));
        let counts = stream.finish(out);
        self.redact.count(&self.file, &counts);
    }
}
