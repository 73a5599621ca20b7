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
    /// The lines of a text that show the object (`kubectl describe`), where it was read from such; evidence is then a line.
    pub shown: Option<Arc<Shown>>,
}

/// Lines of a text that show one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown {
    /// Line number, from 1, and text.
    pub lines: Vec<(u32, String)>,
}

impl Shown {
    /// The line that shows a value: one that holds it and is about its field, else one that holds it, else the first.
    fn line(&self, pointer: &str, quote: &str) -> Option<(u32, &str)> {
        let squashed = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let field = squashed(pointer.rsplit('/').find(|part| part.parse::<u32>().is_err()).unwrap_or_default());
        let holding = || self.lines.iter().filter(|(_, text)| !quote.is_empty() && text.contains(quote));
        let found = holding().find(|(_, text)| !field.is_empty() && squashed(text).contains(&field));
        found.or_else(|| holding().next()).or(self.lines.first()).map(|(number, text)| (*number, text.as_str()))
    }
}

impl Origin {
    /// Evidence for the value at a JSON pointer of this object. `quote` must occur in that value's text.
    pub fn at(&self, pointer: impl AsRef<str>, quote: impl Into<String>) -> Evidence {
        let quote = quote.into();
        if let Some((number, text)) = self.shown.as_ref().and_then(|shown| shown.line(pointer.as_ref(), &quote)) {
            let quote = if text.contains(&quote) && !quote.is_empty() { quote } else { text.trim().to_owned() };
            return Evidence::line(Arc::clone(&self.path), number, quote);
        }
        Evidence {
            path: Arc::clone(&self.path),
            line: (self.line > 0).then_some(self.line),
            pointer: Some(format!("{}{}", self.base, pointer.as_ref())),
            quote: clip(quote),
            context: Vec::new(),
        }
    }

    /// A place in a document or line of a bundle.
    pub fn new(path: &Arc<str>, line: u32, base: &str) -> Self {
        Self { path: Arc::clone(path), line, base: Arc::from(base), shown: None }
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

/// A key as part of a JSON pointer (RFC 6901): `app.kubernetes.io/name` → `app.kubernetes.io~1name`.
pub fn pointer_key(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Cuts a quote at [`QUOTE_LIMIT`] characters.
fn clip(mut quote: String) -> String {
    if let Some((end, _)) = quote.char_indices().nth(QUOTE_LIMIT) {
        quote.truncate(end);
    }
    quote
}
