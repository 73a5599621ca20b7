//! What a JSON log line says: its level, its message and the type of its error. The rest is context.

use memchr::memchr2;

use super::mask::{Sink, walk};

/// Keys by what their value is, in the forms of the common logging libraries.
const LEVEL: [&[u8]; 6] = [b"level", b"lvl", b"severity", b"s", b"log.level", b"levelname"];
const MESSAGE: [&[u8]; 5] = [b"msg", b"message", b"log", b"event", b"@message"];
const ERROR: [&[u8]; 8] = [b"error", b"err", b"exception", b"error.type", b"errorType", b"exc_type", b"error_type", b"exc_info"];
/// Keys inside an object that is an error.
const INSIDE: [&[u8]; 5] = [b"type", b"name", b"code", b"message", b"msg"];

/// Longest line that is read as JSON.
const LINE_LIMIT: usize = 8 * 1024;
/// Fields after which a line is not read on.
const FIELDS: usize = 64;

/// The telling values, as they stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told<'a> {
    level: &'a [u8],
    message: &'a [u8],
    error: &'a [u8],
}

impl<'a> Told<'a> {
    /// Of a line that is a JSON object with a message or an error.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let mut rest = line.get(..line.len().min(LINE_LIMIT))?.strip_prefix(b"{")?;
        let (mut told, mut depth, mut in_error) = (Self::default(), 1_usize, 0_usize);
        for _ in 0..FIELDS {
            // On to the next string, minding how deep it stands.
            let skip = rest.iter().position(|b| match b {
                b'{' | b'[' => {
                    depth += 1;
                    false
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    false
                }
                b => *b == b'"',
            });
            if in_error > depth {
                in_error = 0;
            }
            let Some((key, after)) = skip.and_then(|at| string(rest.get(at + 1..)?)) else { break };
            rest = after;
            let Some(value) = after.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start) else { continue };
            rest = value;
            let Some((text, after)) = value.strip_prefix(b"\"").and_then(string) else {
                if depth == 1 && ERROR.contains(&key) && value.starts_with(b"{") {
                    in_error = 2;
                }
                if depth == 1 && LEVEL.contains(&key) {
                    let end = value.iter().position(|b| !b.is_ascii_digit()).unwrap_or(0);
                    told.level = value.get(..end).unwrap_or_default();
                }
                continue;
            };
            rest = after;
            let slot = match depth {
                1 if LEVEL.contains(&key) => &mut told.level,
                1 if MESSAGE.contains(&key) => &mut told.message,
                1 if ERROR.contains(&key) => &mut told.error,
                2 if in_error == 2 && INSIDE.contains(&key) => &mut told.error,
                _ => continue,
            };
            if slot.is_empty() {
                *slot = text;
            }
        }
        (!told.message.is_empty() || !told.error.is_empty()).then_some(told)
    }

    /// Puts the pattern: `error could not save: timeout`.
    pub(super) fn put(&self, sink: &mut impl Sink) {
        // A number for a level (bunyan, pino) is no variable.
        for chunk in self.level.chunks(8).take(2) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = from.to_ascii_lowercase());
            sink.word(u64::from_le_bytes(word), chunk.len());
        }
        let mut gap: &[u8] = if self.level.is_empty() { b"" } else { b" " };
        for part in [self.message, self.error].into_iter().filter(|part| !part.is_empty()) {
            gap.iter().for_each(|b| sink.mark(*b));
            walk(part, sink);
            gap = b": ";
        }
    }

    /// The level's word.
    pub(super) fn level(&self) -> &'a [u8] {
        self.level
    }
}

/// A string's content and what follows its closing quote.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::Text;
    use super::*;

    fn text(line: &str) -> Option<String> {
        let mut text = Text::default();
        Told::of(line.as_bytes())?.put(&mut text);
        Some(text.finish())
    }

    #[test]
    fn the_message_speaks_and_the_rest_is_context() {
        for (line, pattern) in [
            (
                r#"{"ts":1764,"level":"ERROR","msg":"could not save order 17","user":"bob","err":"timeout after 5s"}"#,
                Some("error could not save order <*>: timeout after <*>"),
            ),
            (
                r#"{"t":{"$date":"2026-11-24T03:00:00Z"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"Connection accepted","attr":{"message":"no"}}"#,
                Some("i Connection accepted"),
            ),
            (r#"{"level":50,"msg":"boom","err":{"type":"TypeError","message":"x is undefined"}}"#, Some("50 boom: TypeError")),
            (r#"{"message":"said \"hi\" to {all}","severity":"info"}"#, Some("info said <*> to {all}")),
            (r#"{"a":[{"msg":"inner"}],"b":1}"#, None),
            (r#"{"msg":"cut"#, None),
            ("{not json}", None),
            ("plain", None),
        ] {
            assert_eq!(text(line).as_deref(), pattern, "{line}");
        }
    }
}
