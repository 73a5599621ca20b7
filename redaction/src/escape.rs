//! Reading through escapes: `\"`, `\n`, `\u0041`, `%41`, `&amp;`, with the way back to the bytes they were written with.

/// A text with one level of its escapes undone.
pub(crate) struct View {
    pub(crate) text: Vec<u8>,
    /// Where stretches start, in the view and in the original: in between, both run in step. The end is the last.
    steps: Vec<(usize, usize)>,
}

impl View {
    /// The stretch of the original that a stretch of the view stands for.
    pub(crate) fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.at(start)?, self.at(end)?))
    }

    /// Where a byte of the view was written: inside an escape, where the escape starts.
    fn at(&self, at: usize) -> Option<usize> {
        let next = self.steps.partition_point(|(view, _)| *view <= at);
        let (view, original) = self.steps.get(next.checked_sub(1)?)?;
        let reach = self.steps.get(next).map_or(*original, |(_, after)| *after);
        Some((original + (at - view)).min(reach))
    }
}

/// The first escape at or after `from`.
pub(crate) fn next_escape(text: &[u8], from: usize) -> Option<usize> {
    memchr::memchr3_iter(b'\\', b'%', b'&', text.get(from..)?).map(|at| from + at).find(|at| escape_at(text, *at).is_some())
}

/// Undoes one level of escapes; `None` when there are none.
pub(crate) fn unescape(text: &[u8]) -> Option<View> {
    let mut next = next_escape(text, 0)?;
    let mut view = View { text: Vec::with_capacity(text.len()), steps: vec![(0, 0)] };
    let mut at = 0;
    loop {
        view.text.extend_from_slice(text.get(at..next).unwrap_or_default());
        at = next;
        while let Some((decoded, length)) = escape_at(text, at) {
            view.steps.push((view.text.len(), at));
            decoded.append_to(&mut view.text);
            at += length;
        }
        view.steps.push((view.text.len(), at));
        match next_escape(text, at) {
            Some(found) => next = found,
            None => break,
        }
    }
    view.text.extend_from_slice(text.get(at..).unwrap_or_default());
    view.steps.push((view.text.len(), text.len()));
    Some(view)
}

/// What an escape stands for.
#[derive(Clone, Copy)]
enum Decoded {
    Byte(u8),
    Char(char),
}

impl Decoded {
    fn append_to(self, text: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => text.push(byte),
            Self::Char(char) => text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// What the escape at `at` stands for, and its length.
fn escape_at(text: &[u8], at: usize) -> Option<(Decoded, usize)> {
    match *text.get(at)? {
        b'%' => Some((Decoded::Byte(hex_pair(text, at + 1)?), 3)),
        b'&' => entity_at(text, at),
        b'\\' => match *text.get(at + 1)? {
            byte @ (b'"' | b'\'' | b'\\' | b'/') => Some((Decoded::Byte(byte), 2)),
            b'n' => Some((Decoded::Byte(b'\n'), 2)),
            b'r' => Some((Decoded::Byte(b'\r'), 2)),
            b't' => Some((Decoded::Byte(b'\t'), 2)),
            b'x' => Some((Decoded::Byte(hex_pair(text, at + 2)?), 4)),
            b'u' => unicode_at(text, at),
            _ => None,
        },
        _ => None,
    }
}

/// `\u0041`, and the two halves of a character beyond the first plane.
fn unicode_at(text: &[u8], at: usize) -> Option<(Decoded, usize)> {
    let unit = |at: usize| Some(u32::from(hex_pair(text, at + 2)?) << 8 | u32::from(hex_pair(text, at + 4)?));
    let first = unit(at)?;
    if (0xd800..0xdc00).contains(&first)
        && text.get(at + 6..at + 8) == Some(b"\\u")
        && let Some(second) = unit(at + 6).filter(|second| (0xdc00..0xe000).contains(second))
        && let Some(char) = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    {
        return Some((Decoded::Char(char), 12));
    }
    Some((Decoded::Char(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)), 6))
}

/// `&amp;`, `&#64;`, `&#x40;`.
fn entity_at(text: &[u8], at: usize) -> Option<(Decoded, usize)> {
    let rest = text.get(at + 1..)?;
    for (name, byte) in [(&b"amp;"[..], b'&'), (b"lt;", b'<'), (b"gt;", b'>'), (b"quot;", b'"'), (b"apos;", b'\'')] {
        if rest.starts_with(name) {
            return Some((Decoded::Byte(byte), 1 + name.len()));
        }
    }
    let digits = rest.strip_prefix(b"#")?;
    let (digits, radix, mark) = digits.strip_prefix(b"x").map_or((digits, 10, 2), |digits| (digits, 16, 3));
    let length = digits.iter().take(7).take_while(|byte| char::from(**byte).is_digit(radix)).count();
    if length == 0 || digits.get(length) != Some(&b';') {
        return None;
    }
    let code = digits.iter().take(length).filter_map(|byte| char::from(*byte).to_digit(radix)).fold(0, |code, digit| code * radix + digit);
    Some((Decoded::Char(char::from_u32(code)?), mark + length + 1))
}

fn hex_pair(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    Some((digit(at)? << 4 | digit(at + 1)?) as u8)
}

/// A URI part with its percent escapes undone; as it was when the result would not be text.
pub(crate) fn percent_decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex_pair(bytes, at + 1)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_back() {
        let text = br#"{\"a\":\"p%40\u00e4x&#64;\ud83d\ude00\"}"#;
        let view = unescape(text).unwrap();
        assert_eq!(String::from_utf8_lossy(&view.text), "{\"a\":\"p@\u{e4}x@\u{1f600}\"}");
        for (part, written) in
            [("p@", "p%40"), ("\u{e4}x", "\\u00e4x"), ("x@", "x&#64;"), ("\u{1f600}", "\\ud83d\\ude00"), ("{\"a", "{\\\"a")]
        {
            let start = memchr::memmem::find(&view.text, part.as_bytes()).unwrap();
            let (from, to) = view.original(start, start + part.len()).unwrap();
            assert_eq!(String::from_utf8_lossy(&text[from..to]), written);
        }
        assert!(unescape(b"no escapes, 100% sure, C:\\dir, a&b").is_none());
    }
}
