//! One column: its heading, and how its cell follows from an object.
use super::age;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    name: &'static str,
    r#type: &'static str,
    format: &'static str,
    wide: bool,
    show: Show,
}

/// How a cell follows from an object.
type Show = fn(&Row<'_>) -> Value;

/// A column of text.
pub(super) const fn text(name: &'static str, show: Show) -> Column {
    Column { name, r#type: "string", format: "", wide: false, show }
}

/// A column of whole numbers.
pub(super) const fn integer(name: &'static str, show: Show) -> Column {
    Column { name, r#type: "integer", format: "", wide: false, show }
}

/// A column of yes and no.
pub(super) const fn boolean(name: &'static str, show: Show) -> Column {
    Column { name, r#type: "boolean", format: "", wide: false, show }
}

/// The object's name.
pub(super) const NAME: Column =
    Column { name: "Name", r#type: "string", format: "name", wide: false, show: |row| row.text("/metadata/name").into() };

/// The object's age.
pub(super) const AGE: Column = text("Age", |row| row.age("/metadata/creationTimestamp").into());

/// What is shown of a kind that no printer knows.
pub(super) const PLAIN: &[Column] = &[
    NAME,
    Column { name: "Created At", r#type: "date", format: "", wide: false, show: |row| row.text("/metadata/creationTimestamp").into() },
];

impl Column {
    /// Only shown by `-o wide`.
    pub(super) const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Formatted as a name.
    pub(super) const fn named(self) -> Self {
        Self { format: "name", ..self }
    }

    /// An object's cell.
    pub(super) fn cell(&self, row: &Row<'_>) -> Value {
        (self.show)(row)
    }

    /// As the table describes it.
    pub(super) fn definition(&self) -> Value {
        json!({"name": self.name, "type": self.r#type, "format": self.format, "description": "", "priority": i32::from(self.wide)})
    }
}

/// An object, and the time at which it is looked at.
pub(crate) struct Row<'o> {
    /// The object.
    pub(super) object: &'o Value,
    /// The bundle's time.
    pub(super) now: Timestamp,
}

impl<'o> Row<'o> {
    /// A row for this object.
    pub(super) fn new(object: &'o Value, now: Timestamp) -> Self {
        Self { object, now }
    }

    /// A text; empty when it is not there.
    pub(super) fn text(&self, pointer: &str) -> &'o str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text, or what stands for none.
    pub(super) fn text_or(&self, pointer: &str, none: &'o str) -> &'o str {
        Some(self.text(pointer)).filter(|text| !text.is_empty()).unwrap_or(none)
    }

    /// A number; 0 when it is not there.
    pub(super) fn number(&self, pointer: &str) -> i64 {
        self.number_or(pointer, 0)
    }

    /// A number, or what it is by default.
    pub(super) fn number_or(&self, pointer: &str, default: i64) -> i64 {
        self.object.pointer(pointer).and_then(Value::as_i64).unwrap_or(default)
    }

    /// Yes or no.
    pub(super) fn flag_or(&self, pointer: &str, default: bool) -> bool {
        self.object.pointer(pointer).and_then(Value::as_bool).unwrap_or(default)
    }

    /// What is there.
    pub(super) fn get(&self, pointer: &str) -> &'o Value {
        self.object.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A list; empty when it is not there.
    pub(super) fn list(&self, pointer: &str) -> &'o [Value] {
        self.object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Number of entries of a list or map.
    pub(super) fn count(&self, pointer: &str) -> usize {
        match self.get(pointer) {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        }
    }

    /// How long ago a time is: `3m12s`, `<unknown>` when it is not there.
    pub(super) fn age(&self, pointer: &str) -> String {
        self.ago(self.text(pointer))
    }

    /// How long ago a time is, given as text.
    pub(super) fn ago(&self, time: &str) -> String {
        time.parse::<Timestamp>().map_or_else(|_| "<unknown>".to_owned(), |time| age::human(self.now.duration_since(time)))
    }

    /// Names of the containers of a pod's spec.
    pub(super) fn container_names(&self, pointer: &str) -> String {
        join(self.list(pointer), "name", ",")
    }

    /// Images of the containers of a pod's spec.
    pub(super) fn container_images(&self, pointer: &str) -> String {
        join(self.list(pointer), "image", ",")
    }
}

/// One field of each member.
pub(super) fn join(list: &[Value], field: &str, with: &str) -> String {
    list.iter().map(|member| member[field].as_str().unwrap_or_default()).collect::<Vec<_>>().join(with)
}

/// Texts of a list.
pub(super) fn join_texts(list: &[Value], with: &str) -> String {
    list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(with)
}

/// A text, or `<none>`.
pub(super) fn or_none(text: String) -> String {
    or(text, "<none>")
}

/// A text, or what stands for none.
pub(super) fn or(text: String, none: &str) -> String {
    if text.is_empty() { none.to_owned() } else { text }
}

/// A number or text as it is written.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// At most `most` of the texts, and how many more there are.
pub(super) fn some_of(all: &[String], most: usize, with: &str) -> String {
    let shown = all.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(with);
    if all.len() > most { format!("{shown} + {} more...", all.len() - most) } else { shown }
}
