//! What is no text: packed data, images, dumps of memory that ended up in a log. It cannot be read here, so it cannot stay.

use crate::placeholder::{self, PREFIX};

/// The kind in the placeholder of a line that is no text.
pub(crate) const KIND: &str = "binary";

/// Whether there is nothing but text: the quick test for a whole piece.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte)) >= 0x09 && std::str::from_utf8(bytes).is_ok()
}

/// Whether a line is no text: it holds a magic number of packed data, or a good part of it is neither printable nor UTF-8.
pub(crate) fn is_binary(line: &[u8]) -> bool {
    if is_plain(line) {
        return false;
    }
    const MAGIC: [&[u8]; 5] = [b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"];
    if MAGIC.iter().any(|magic| memchr::memmem::find(line, magic).is_some()) {
        return true;
    }
    let mut odd = line.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\r' | 0x1b)).count();
    for chunk in line.utf8_chunks() {
        odd += chunk.invalid().len();
    }
    odd * 10 > line.len()
}

/// Whether all of a line is the placeholder of a line that was no text.
pub(crate) fn was_binary(line: &[u8]) -> bool {
    let kind = line.strip_prefix(PREFIX.as_bytes()).and_then(|rest| rest.strip_prefix(KIND.as_bytes()));
    kind.is_some_and(|rest| rest.starts_with(b".")) && placeholder::next(line, 0) == Some((0, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_text_from_data() {
        for text in ["ready", "\u{1b}[32mINFO\u{1b}[0m gr\u{fc}n", "a\tb\r", "caf\u{e9} \u{1f600}", ""] {
            assert!(!is_binary(text.as_bytes()), "{text:?}");
        }
        assert!(!is_binary(b"mostly text with one broken byte \xff in the middle of it"));
        for data in [&b"\x1f\x8b\x08\x00\x00\x00\x00\x00"[..], b"p\0a\0s\0s\0", b"\xfe\xff\x12\x99\xa0\xcc"] {
            assert!(is_binary(data), "{data:?}");
        }
    }
}
