//! Kubernetes objects: every string of every field, judged by the field's name, by its neighbours, and by what it holds.

mod args;

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::keys::{self, Sensitivity};
use crate::{Counts, Error, TextKind, Working, base64, secret, values};

/// Objects inside strings inside objects (last applied configurations) are followed so deep.
const DEPTH: u32 = 6;
/// Nesting beyond this is no Kubernetes object.
const NESTING: u32 = 128;

/// What a string is judged by.
#[derive(Clone, Copy)]
struct Place {
    sensitivity: Sensitivity,
    kind: TextKind,
    /// The field's name says that everybody may have its value.
    public: bool,
    depth: u32,
    nesting: u32,
}

/// Redacts a value in place.
pub(crate) fn redact(working: &Working<'_>, value: &mut Value, counts: &mut Counts) -> Result<(), Error> {
    let place = Place { sensitivity: Sensitivity::None, kind: TextKind::Message, public: false, depth: DEPTH, nesting: NESTING };
    Walk { working }.walk(value, place, counts)
}

struct Walk<'a> {
    working: &'a Working<'a>,
}

impl Walk<'_> {
    fn walk(&self, value: &mut Value, place: Place, counts: &mut Counts) -> Result<(), Error> {
        let Some(nesting) = place.nesting.checked_sub(1) else { return Err(Error::TooDeep) };
        let place = Place { nesting, ..place };
        match value {
            Value::Null | Value::Bool(_) => Ok(()),
            Value::Number(number) => {
                if place.sensitivity == Sensitivity::Strong {
                    let text = number.to_string();
                    counts.add("sensitive-field");
                    *value = Value::String(self.working.name_of(text.as_bytes()));
                }
                Ok(())
            }
            Value::String(text) => {
                if let Some(redacted) = self.string(text, place, counts)? {
                    *text = redacted;
                }
                Ok(())
            }
            Value::Array(items) => {
                args::redact(self.working, items, counts);
                // `secrets: [a, b]` and `tokens: [a, b]` name things as often as they hold them: only the surer names mark their items.
                items.iter_mut().try_for_each(|item| self.walk(item, place, counts))
            }
            Value::Object(fields) => self.fields(fields, place, counts),
        }
    }

    fn fields(&self, fields: &mut Map<String, Value>, place: Place, counts: &mut Counts) -> Result<(), Error> {
        let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default();
        if secret::is_one(fields) {
            let mut taken = std::mem::take(fields);
            secret::modernise(&mut taken);
            if let Value::Object(summary) = secret::summarise(self.working, Value::Object(taken), counts)? {
                *fields = summary;
            }
            counts.add("secret-object");
            return Ok(());
        }
        let kind = kind.to_owned();
        if kind == "SecretList"
            && let Some(Value::Array(items)) = fields.get_mut("items")
        {
            // The items of a list need not say what they are: the list does.
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.entry("kind").or_insert_with(|| Value::from("Secret"));
            }
        }
        if let Some(value) = secret::told_value(fields).filter(|value| !crate::is_placeholder(value)) {
            let masked = Value::String(self.working.name_of(value.trim().as_bytes()));
            fields.insert("value".to_owned(), masked);
            counts.add("secret-object");
        }
        let config = kind == "ConfigMap";
        if config {
            self.binary_data(fields, counts);
        }
        // `{name: DB_PASSWORD, value: x}`: environment, headers, parameters.
        let named = ["name", "key", "header", "parameter"]
            .iter()
            .filter_map(|field| fields.get(*field)?.as_str())
            .map(keys::sensitivity)
            .max()
            .unwrap_or(Sensitivity::None);
        let mut renamed = Vec::new();
        for (name, value) in fields.iter_mut() {
            if let ("apiVersion" | "apiGroup" | "group", Value::String(text)) = (name.as_str(), &mut *value) {
                if let Cow::Owned(new) = self.working.key(text, counts) {
                    *text = new;
                }
                continue;
            }
            let own = match name.as_str() {
                "value" | "Value" | "default" | "defaultValue" => named.max(place.sensitivity),
                _ => keys::sensitivity(name),
            };
            let kind = if config && (name == "data") { TextKind::Config } else { place.kind };
            // A field of a sensitive object is judged by its own name; its strings in a list by the list's.
            self.walk(value, Place { sensitivity: own, kind, public: keys::is_public(name), ..place }, counts)?;
            if let Cow::Owned(new) = self.working.key(name, counts) {
                renamed.push((name.clone(), new));
            }
        }
        for (old, new) in renamed {
            if let Some(value) = fields.remove(&old) {
                fields.insert(new, value);
            }
        }
        Ok(())
    }

    /// Binary content cannot be read here: its size and digest stay.
    fn binary_data(&self, fields: &mut Map<String, Value>, counts: &mut Counts) {
        for value in fields.get_mut("binaryData").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            let Some(text) = value.as_str().filter(|text| !text.is_empty() && !is_dropped_binary(text)) else { continue };
            let bytes = base64::decode(text.as_bytes()).unwrap_or_else(|| text.as_bytes().to_vec());
            *value = Value::String(format!("{}.{}-bytes", self.working.name_as("binary", &bytes), bytes.len()));
            counts.add("binary-data");
        }
    }

    fn string(&self, text: &str, place: Place, counts: &mut Counts) -> Result<Option<String>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let trimmed = text.trim_start();
        if trimmed.starts_with(['{', '['])
            && trimmed.len() > 2
            && let Ok(mut inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(trimmed)
        {
            let depth = place.depth.checked_sub(1).ok_or(Error::TooDeep)?;
            let before = counts.total();
            self.walk(&mut inner, Place { depth, ..place }, counts)?;
            // Unchanged text keeps its spelling; and what the walk left is read once more as text, as a whole.
            let rewritten = if counts.total() > before { inner.to_string() } else { text.to_owned() };
            let redacted = self.working.string_named(&rewritten, place.kind, place.public, counts).into_owned();
            return Ok((redacted != text).then_some(redacted));
        }
        if place.sensitivity != Sensitivity::None && !text.trim_end().contains('\n') && values::is_secret(text, place.sensitivity) {
            counts.add("sensitive-field");
            return Ok(Some(self.working.name_of(text.trim().as_bytes())));
        }
        Ok(match self.working.string_named(text, place.kind, place.public, counts) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        })
    }
}

fn is_dropped_binary(text: &str) -> bool {
    crate::is_redacted(text) && text.ends_with("-bytes")
}
