//! Reading through escapes: `\"`, `\n`, `\u0041`, `%41`, with the way back to the bytes they were written with.

/// A text with its escapes undone.
pub(crate) struct View {
    pub(crate) text: Vec<u8>,
    /// For each byte of `text`, where it starts in the original; one more for the end.
    origin: Vec<u32>,
}

impl View {
    /// The stretch of the original that a stretch of the view stands for.
    pub(crate) fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((*self.origin.get(start)? as usize, *self.origin.get(end)? as usize))
    }
}

/// Where escapes stand.
pub(crate) fn escapes(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b'\\', b'%', text).filter(|at| escape_at(text, *at).is_some())
}

/// Undoes one level of backslash and percent escapes; `None` when there are none.
pub(crate) fn unescape(text: &[u8]) -> Option<View> {
    if text.len() > u32::MAX as usize || escapes(text).next().is_none() {
        return None;
    }
    let mut view = View { text: Vec::with_capacity(text.len()), origin: Vec::with_capacity(text.len() + 1) };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escape = if matches!(byte, b'\\' | b'%') { escape_at(text, at) } else { None };
        let (decoded, len) = escape.unwrap_or(([*byte, 0, 0, 0], 1));
        let width = if escape.is_some() { decoded.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1) } else { 1 };
        for byte in decoded.iter().take(width) {
            view.text.push(*byte);
            view.origin.push(at as u32);
        }
        at += len;
    }
    view.origin.push(text.len() as u32);
    Some(view)
}

/// The UTF-8 bytes that an escape at `at` stands for, and the escape's length.
fn escape_at(text: &[u8], at: usize) -> Option<([u8; 4], usize)> {
    let one = |byte: u8, len| Some(([byte, 0, 0, 0], len));
    if *text.get(at)? == b'%' {
        return one(hex_pair(text, at + 1)?, 3);
    }
    match *text.get(at + 1)? {
        byte @ (b'"' | b'\'' | b'\\' | b'/') => one(byte, 2),
        b'n' => one(b'\n', 2),
        b'r' => one(b'\r', 2),
        b't' => one(b'\t', 2),
        b'x' => one(hex_pair(text, at + 2)?, 4),
        b'u' => {
            let unit = u32::from(hex_pair(text, at + 2)?) << 8 | u32::from(hex_pair(text, at + 4)?);
            let mut bytes = [0; 4];
            char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes);
            Some((bytes, 6))
        }
        _ => None,
    }
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
        let text = br#"{\"a\":\"p%40\u00e4x\"}"#;
        let view = unescape(text).unwrap();
        assert_eq!(String::from_utf8_lossy(&view.text), "{\"a\":\"p@\u{e4}x\"}");
        let start = view.text.iter().position(|byte| *byte == b'p').unwrap();
        let (from, to) = view.original(start, start + 5).unwrap();
        assert_eq!(&text[from..to], br"p%40\u00e4x");
        assert!(unescape(b"no escapes, 100% sure, C:\\dir").is_none());
    }
}
