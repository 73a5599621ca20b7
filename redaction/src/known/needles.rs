//! The shapes a known value takes in a text: as it is, in base64 at each of its three alignments, in hex.
//!
//! Escaped forms (JSON, percent, YAML) need no needles: the scan reads through escapes and searches what they mean.

use std::sync::Arc;

use super::WINDOW;
use crate::{base64, placeholder, values};

/// How a needle encodes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Raw,
    /// In base64, with neighbours sharing its first and last digits.
    Base64,
    /// In hex.
    Hex,
}

/// One string to search for.
pub(super) struct Needle {
    pub(super) bytes: Box<[u8]>,
    /// Where the bytes start that it is filed under.
    pub(super) offset: usize,
    pub(super) value: Arc<[u8]>,
    pub(super) form: Form,
    /// Only between characters that are no letters or digits.
    pub(super) alone: bool,
}

/// All needles of a value.
pub(super) fn of(value: &Arc<[u8]>) -> Vec<Needle> {
    let mut needles = Vec::with_capacity(8);
    let mut push = |bytes: Vec<u8>, form, alone| {
        if bytes.len() >= WINDOW && !needles.iter().any(|needle: &Needle| *needle.bytes == *bytes) {
            let offset = rarest(&bytes);
            needles.push(Needle { bytes: bytes.into(), offset, value: Arc::clone(value), form, alone });
        }
    };
    push(value.to_vec(), Form::Raw, !values::is_unmistakable(value));
    for url in [false, true] {
        for shift in 0..3 {
            push(aligned(value, shift, url), Form::Base64, false);
        }
    }
    let hex = placeholder::hex(value);
    push(hex.to_uppercase().into_bytes(), Form::Hex, false);
    push(hex.into_bytes(), Form::Hex, false);
    needles
}

/// The base64 digits that depend on the value alone when `shift` other bytes share its first group.
fn aligned(value: &[u8], shift: usize, url: bool) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(value);
    let digits = base64::encode(&padded, url);
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    digits.get(first..last).unwrap_or_default().to_vec()
}

/// Where the bytes with the most kinds of characters start: common words make bad addresses.
fn rarest(bytes: &[u8]) -> usize {
    let weight = |byte: &u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 3,
        b'0'..=b'9' => 2,
        _ => 2,
    };
    let score = |window: &[u8]| {
        let distinct = window.iter().enumerate().filter(|(at, byte)| !window.iter().take(*at).any(|earlier| earlier == *byte)).count();
        distinct * 2 + window.iter().map(weight).sum::<usize>()
    };
    bytes.windows(WINDOW).enumerate().max_by_key(|(at, window)| (score(window), usize::MAX - at)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_needles_are_found_at_every_alignment() {
        let value: Arc<[u8]> = b"p4ssw0rd-x"[..].into();
        for before in 0..6 {
            let mut text = vec![b'#'; before];
            text.extend_from_slice(&value);
            text.extend_from_slice(b"??");
            let encoded = base64::encode(&text, false);
            let hit = of(&value).iter().any(|needle| encoded.windows(needle.bytes.len()).any(|part| part == &*needle.bytes));
            assert!(hit, "{before}");
        }
    }
}
