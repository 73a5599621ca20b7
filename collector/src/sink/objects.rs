//! Objects as NDJSON: one redacted object a line, a new part now and then, so that neither we nor the analyzer hold much at once.
use super::{Sink, Written};
use crate::discovery::Resource;
use serde_json::{Map, Value};
use tarbox_bundle::{EntryPath, EntryWriter};

/// Plain bytes after which a new part begins.
const PART: u64 = 8 << 20;

/// Makes the path of part n; `None` is the first.
type PathOf = Box<dyn Fn(Option<u32>) -> EntryPath + Send>;

/// Writes objects of one kind.
pub(crate) struct LinesSink<'a> {
    sink: &'a Sink,
    api_version: String,
    kind: String,
    path: PathOf,
    part: u32,
    entry: Option<EntryWriter<'a>>,
    line: Vec<u8>,
    written: Written,
}

impl<'a> LinesSink<'a> {
    pub(super) fn new(sink: &'a Sink, resource: &Resource, path: PathOf) -> Self {
        let (api_version, kind) = (resource.api_version(), resource.kind.clone());
        Self { sink, api_version, kind, path, part: 0, entry: None, line: Vec::new(), written: Written::default() }
    }

    /// Takes one object.
    pub(crate) fn push(&mut self, mut object: Value) {
        if let Some(fields) = object.as_object_mut() {
            // Items of a list come without these two; a line must say what it is by itself.
            fields.entry("apiVersion").or_insert_with(|| self.api_version.clone().into());
            fields.entry("kind").or_insert_with(|| self.kind.clone().into());
            if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
                trim_managed_fields(metadata);
            }
        }
        let path = (self.path)((self.part > 0).then_some(self.part));
        if !self.sink.redact.object(&mut object, &path) {
            self.written.dropped += 1;
            return;
        }
        self.line.clear();
        if serde_json::to_writer(&mut self.line, &object).is_err() {
            self.written.dropped += 1;
            return;
        }
        self.line.push(b'\n');
        if self.entry.is_none() {
            self.entry = self.sink.begin(&path);
        }
        let Some(entry) = &mut self.entry else { return };
        if self.sink.settle(entry.push(&self.line)).is_none() {
            self.entry = None;
            return;
        }
        self.written.items += 1;
        if entry.bytes() >= PART {
            self.end_part();
        }
    }

    /// Ends the last part.
    pub(crate) fn finish(mut self) -> Written {
        self.end_part();
        self.written
    }

    fn end_part(&mut self) {
        if let Some(stats) = self.entry.take().and_then(|entry| self.sink.settle(entry.finish())) {
            self.written.bytes += stats.bytes;
            self.part += 1;
        }
    }
}

/// Of `managedFields`, who and when stay: they say what changed last. Which fields is half of many an object's size and no rule reads it.
fn trim_managed_fields(metadata: &mut Map<String, Value>) {
    for entry in metadata.get_mut("managedFields").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(entry) = entry.as_object_mut() {
            entry.retain(|key, _| matches!(key.as_str(), "manager" | "operation" | "time" | "subresource"));
        }
    }
}

/// Learns Secrets and writes what may be known of them.
pub(crate) struct SecretsSink<'a> {
    sink: &'a Sink,
    entry: Option<EntryWriter<'a>>,
    written: Written,
}

impl<'a> SecretsSink<'a> {
    pub(super) fn new(sink: &'a Sink) -> Self {
        Self { sink, entry: sink.begin(&EntryPath::secrets()), written: Written::default() }
    }

    /// Takes one Secret: its values are remembered by redaction, its outline is written.
    pub(crate) fn push(&mut self, secret: Value) {
        let Some(summary) = self.sink.redact.learn(secret) else {
            self.written.dropped += 1;
            return;
        };
        let mut line = serde_json::to_vec(&summary).unwrap_or_default();
        line.push(b'\n');
        if let Some(entry) = &mut self.entry
            && self.sink.settle(entry.push(&line)).is_some()
        {
            self.written.items += 1;
        }
    }

    /// Ends the file; from here on redaction knows every value.
    pub(crate) fn finish(mut self) -> Written {
        if let Some(stats) = self.entry.take().and_then(|entry| self.sink.settle(entry.finish())) {
            self.written.bytes = stats.bytes;
        }
        self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn managed_fields_keep_who_and_when() {
        let mut object = json!({"managedFields": [{"manager": "kubectl", "operation": "Apply", "time": "2026-11-24T00:00:00Z", "fieldsV1": {"f:x": {}}, "apiVersion": "v1"}]});
        trim_managed_fields(object.as_object_mut().unwrap());
        assert_eq!(object, json!({"managedFields": [{"manager": "kubectl", "operation": "Apply", "time": "2026-11-24T00:00:00Z"}]}));
    }
}
