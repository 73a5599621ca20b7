//! Evidence: where in the bundle a claim can be checked, with the words that stand there.

use std::sync::Arc;

/// Longest quote kept, in characters; what is longer is cut there (the cut text still occurs at the place).
pub const QUOTE_LIMIT: usize = 400;

/// Where an object, line or document came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Entry path inside the bundle, without the top folder.
    pub path: Arc<str>,
    /// Line, from 1; 0 where the entry is one document.
    pub line: u32,
    /// Pointer of the object inside the line or document (`/items/3`); empty when it is the whole of it.
    pub base: Arc<str>,
}

impl Origin {
    /// Evidence for the value at a JSON pointer of this object. `quote` must occur in that value's text.
    pub fn at(&self, pointer: impl AsRef<str>, quote: impl Into<String>) -> Evidence {
        Evidence {
            path: Arc::clone(&self.path),
            line: (self.line > 0).then_some(self.line),
            pointer: Some(format!("{}{}", self.base, pointer.as_ref())),
            quote: clip(quote.into()),
            context: Vec::new(),
        }
    }
}

/// One checkable fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Entry path inside the bundle, without the top folder.
    pub path: Arc<str>,
    /// Line in the entry, from 1.
    pub line: Option<u32>,
    /// JSON pointer (RFC 6901) inside the line, or inside the document when there is no line.
    pub pointer: Option<String>,
    /// What stands there.
    pub quote: String,
    /// Lines around a quoted log line, as `(line number, text)`; empty for objects.
    pub context: Vec<(u32, String)>,
}

impl Evidence {
    /// Evidence for a line of text.
    pub fn line(path: Arc<str>, line: u32, quote: impl Into<String>) -> Self {
        Self { path, line: Some(line), pointer: None, quote: clip(quote.into()), context: Vec::new() }
    }
}

/// A key as one step of a JSON pointer: `requests.cpu`, `nvidia.com~1gpu`.
pub fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Cuts a quote at [`QUOTE_LIMIT`] characters.
fn clip(mut quote: String) -> String {
    if let Some((end, _)) = quote.char_indices().nth(QUOTE_LIMIT) {
        quote.truncate(end);
    }
    quote
}
