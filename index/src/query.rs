//! Queries: `level:error pod:web* "connection refused" -healthz`. All parts must hold; `-` turns one round.

use std::fmt;

use tarbox_load::Level;

use crate::words;

/// A query, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Words and phrases that a line must hold.
    pub(crate) wanted: Vec<Term>,
    /// Words and phrases that it must not hold.
    pub(crate) unwanted: Vec<Term>,
    /// Fields of the entry, with whether they must or must not match.
    pub(crate) fields: Vec<(FieldName, Pattern, bool)>,
    /// At least this level.
    pub(crate) level: Option<Level>,
}

/// A word or phrase, ASCII case ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// In lower case.
    pub(crate) text: String,
    /// Whether it may go on (`connect*`).
    pub(crate) open: bool,
}

/// What the path of an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldName {
    Namespace,
    Pod,
    Container,
    Kind,
    Run,
    Path,
}

/// A name, with `*` for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

/// Why a query cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError(String);

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Takes a query apart.
    ///
    /// # Errors
    /// A field or level that is not known, an open quote, or nothing to look for.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut query = Self::default();
        for part in parts(text)? {
            let (negated, rest) = match part.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, part.as_str()),
            };
            match rest.split_once(':') {
                Some((name, value)) if !rest.starts_with('"') && !value.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => {
                    query.field(name, value.trim_matches('"'), negated, rest)?;
                }
                _ => query.term(rest, negated),
            }
        }
        if query == Self::default() {
            return Err(QueryError("the query is empty: give words, \"phrases\" or fields such as level:error".to_owned()));
        }
        Ok(query)
    }

    /// Where a line begins to answer the query: the first of its words or phrases, as a byte of the line.
    pub fn position(&self, line: &str) -> usize {
        let lower = line.to_ascii_lowercase();
        self.wanted.iter().filter_map(|term| lower.find(&term.text)).min().unwrap_or(0)
    }

    fn term(&mut self, text: &str, negated: bool) {
        let quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
        let bare = if quoted { text.trim_matches('"') } else { text };
        let open = !quoted && bare.ends_with('*');
        let term = Term { text: bare.trim_end_matches(if open { '*' } else { '\0' }).to_ascii_lowercase(), open };
        if !term.text.is_empty() {
            if negated { self.unwanted.push(term) } else { self.wanted.push(term) }
        }
    }

    fn field(&mut self, name: &str, value: &str, negated: bool, whole: &str) -> Result<(), QueryError> {
        let field = match name {
            "level" => {
                let level = Level::named(value)
                    .ok_or_else(|| QueryError(format!("no level \"{value}\": there are debug, info, warning, error, fatal")))?;
                self.level = Some(level);
                return Ok(());
            }
            "ns" | "namespace" => FieldName::Namespace,
            "pod" => FieldName::Pod,
            "container" => FieldName::Container,
            "kind" => FieldName::Kind,
            "run" => FieldName::Run,
            "path" => FieldName::Path,
            // host:port, key:value and the like are words, not fields.
            _ => {
                self.term(whole, negated);
                return Ok(());
            }
        };
        self.fields.push((field, Pattern(value.to_ascii_lowercase()), negated));
        Ok(())
    }
}

/// Parts between blanks; what is quoted stays together.
fn parts(text: &str) -> Result<Vec<String>, QueryError> {
    let (mut all, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            if !part.is_empty() {
                all.push(std::mem::take(&mut part));
            }
        } else {
            part.push(c);
        }
    }
    if quoted {
        return Err(QueryError("a quote is not closed".to_owned()));
    }
    all.extend((!part.is_empty()).then_some(part));
    Ok(all)
}

impl Term {
    /// Whether a line, in lower case, holds it at the borders of words.
    pub(crate) fn is_in(&self, line: &[u8]) -> bool {
        let needle = self.text.as_bytes();
        let (first, last) = (needle.first().copied(), needle.last().copied());
        memchr::memmem::find_iter(line, needle).any(|at| {
            let before = at.checked_sub(1).and_then(|i| line.get(i));
            let after = line.get(at + needle.len());
            let starts = !first.is_some_and(words::in_word) || before.is_none_or(|b| !words::in_word(*b));
            let ends = self.open || !last.is_some_and(words::in_word) || after.is_none_or(|b| !words::in_word(*b));
            starts && ends
        })
    }

    /// Its words as the index holds them; the last is only a beginning when the term is open.
    pub(crate) fn words(&self) -> Vec<String> {
        words::spans(&self.text).map(words::normal).collect()
    }
}

impl Pattern {
    /// Whether a name fits; `*` is anything. Linear in the name's length for each star.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let pieces: Vec<&str> = pieces.collect();
        let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
        for piece in middle {
            match rest.find(piece) {
                Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
                None => return false,
            }
        }
        rest.len() >= last.len() && rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_queries_apart() {
        let query = Query::parse(r#"level:error pod:web* "connection refused" -healthz db:27017 time*"#).unwrap();
        assert_eq!(query.level, Some(Level::Error));
        assert_eq!(query.fields, [(FieldName::Pod, Pattern("web*".to_owned()), false)]);
        let wanted: Vec<_> = query.wanted.iter().map(|t| (t.text.as_str(), t.open)).collect();
        assert_eq!(wanted, [("connection refused", false), ("db:27017", false), ("time", true)]);
        assert_eq!(query.unwanted[0].text, "healthz");
        assert!(Query::parse("  ").is_err() && Query::parse("\"open").is_err() && Query::parse("level:loud").is_err());
    }

    #[test]
    fn terms_respect_words_and_patterns_stars() {
        let term = |text: &str| Query::parse(text).unwrap().wanted.remove(0);
        assert!(term("refused").is_in(b"connection refused (111)") && !term("refuse").is_in(b"connection refused"));
        assert!(term("refuse*").is_in(b"connection refused") && term("\"on 111\"").is_in(b"on 111."));
        assert!(Pattern("web-*-1".to_owned()).fits("web-abc-1") && !Pattern("web".to_owned()).fits("web-1"));
        assert!(
            Pattern("*".to_owned()).fits("") && Pattern("a*b*c".to_owned()).fits("axxbyyc") && !Pattern("ab*ba".to_owned()).fits("aba")
        );
    }
}
