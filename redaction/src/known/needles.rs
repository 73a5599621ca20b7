//! The shapes a known value takes in a text: as it is, in base64 at each of its three alignments, in hex, with its quotes doubled.
//!
//! Escaped forms (JSON, percent, XML) need no needles: the scan reads through escapes and searches what they mean.

use std::sync::Arc;

use tarbox_finder::Needle;

use super::{SHORTEST, What};
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

/// All needles of a value.
pub(super) fn of(value: &Arc<[u8]>) -> Vec<Needle<What>> {
    let mut needles = Vec::with_capacity(9);
    let mut push = |bytes: Vec<u8>, form, any_case, alone| {
        if bytes.len() >= SHORTEST && !needles.iter().any(|needle: &Needle<What>| *needle.bytes == *bytes) {
            needles.push(Needle { bytes: bytes.into(), any_case, what: What::Value { value: Arc::clone(value), form, alone } });
        }
    };
    let alone = !values::is_unmistakable(value);
    push(value.to_vec(), Form::Raw, false, alone);
    if value.contains(&b'\'') {
        push(doubled(value), Form::Raw, false, alone);
    }
    for url in [false, true] {
        for shift in 0..3 {
            push(aligned(value, shift, url), Form::Base64, false, false);
        }
    }
    push(placeholder::hex(value).into_bytes(), Form::Hex, true, false);
    needles
}

/// Single quotes inside a single-quoted string of YAML or SQL.
fn doubled(value: &[u8]) -> Vec<u8> {
    value.iter().flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'\'' { 2 } else { 1 })).collect()
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
