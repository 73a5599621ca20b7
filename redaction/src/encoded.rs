//! Secrets inside encodings: runs of base64 and hex digits are decoded (and unpacked, when gzip), and what comes out is searched like any text.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::base64;

/// Shortest run of digits that is looked at: ten bytes, the shortest `pw=secret` worth the name.
const MIN_RUN: usize = 14;
/// Groups of four digits in a row that must read as text before a run is decoded.
const MIN_GROUPS: usize = 3;
/// What one gzip member may unpack to.
const MAX_UNPACKED: u64 = 8 << 20;

/// What a run of digits holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Bytes to search.
    Bytes(Vec<u8>),
    /// Something that cannot be read here: it goes as a whole.
    Opaque,
}

/// A run of digits of an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: usize,
    /// End of the digits, padding not included.
    pub(crate) end: usize,
}

fn is_digit(byte: u8) -> bool {
    base64::value_of(byte).is_some()
}

/// Runs of at least [`MIN_RUN`] base64 digits. Looks at every 14th byte only, until one is a digit.
pub(crate) fn runs(text: &[u8]) -> impl Iterator<Item = Run> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let probe = at + MIN_RUN - 1;
            if !is_digit(*text.get(probe)?) {
                at = probe + 1;
                continue;
            }
            let before = text.get(at..probe)?.iter().rev().take_while(|byte| is_digit(**byte)).count();
            let start = probe - before;
            if before + 1 < MIN_RUN {
                // The run began inside the stride; see whether it is long enough from there.
                let rest = text.get(probe + 1..)?.iter().take(MIN_RUN - 1 - before).take_while(|byte| is_digit(**byte)).count();
                if before + 1 + rest < MIN_RUN {
                    at = probe + 1 + rest;
                    continue;
                }
            }
            let end = probe + text.get(probe..)?.iter().take_while(|byte| is_digit(**byte)).count();
            at = end;
            return Some(Run { start, end });
        }
    })
}

/// Whether a run might hold something to search. Cheap: most runs are names, paths, digests.
pub(crate) fn is_suspicious(run: &[u8]) -> bool {
    is_hex_text(run)
        || (0..4).any(|shift| reads_as_text(run, shift) || is_packed(run.get(shift..).unwrap_or_default()))
        || is_private_der(run)
}

/// Everything that a run may stand for.
pub(crate) fn contents(run: &[u8]) -> Vec<Content> {
    let mut found = Vec::new();
    if is_hex_text(run) {
        found.push(Content::Bytes(unhex(run)));
    }
    for shift in 0..4 {
        let part = run.get(shift..).unwrap_or_default();
        if is_packed(part) {
            found.push(unpack(part));
        } else if reads_as_text(run, shift)
            && let Some(bytes) = base64::decode(part)
        {
            found.push(Content::Bytes(bytes));
        }
    }
    if is_private_der(run) {
        found.push(Content::Opaque);
    }
    found
}

/// Whether, read from `shift`, some groups in a row stand for printable text. Each group of a random run passes one time in fifteen.
fn reads_as_text(run: &[u8], shift: usize) -> bool {
    let mut in_row = 0;
    for group in run.get(shift..).unwrap_or_default().chunks_exact(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::from(base64::value_of(*digit).unwrap_or(0));
        }
        let text = [bits >> 16, bits >> 8, bits].iter().all(|byte| matches!(byte & 0xff, 0x20..=0x7e | 0x09 | 0x0a | 0x0d));
        in_row = if text { in_row + 1 } else { 0 };
        if in_row >= MIN_GROUPS {
            return true;
        }
    }
    false
}

/// Base64 of the magic numbers of gzip, bzip2, xz, zip, zstd, zlib-in-PKCS12: packed data hides anything.
fn is_packed(run: &[u8]) -> bool {
    [&b"H4sI"[..], b"QlpoO", b"/Td6WFo", b"UEsDB", b"KLUv/"].iter().any(|magic| run.starts_with(magic)) && run.len() >= 24
}

fn unpack(run: &[u8]) -> Content {
    let Some(bytes) = base64::decode(run).filter(|bytes| bytes.starts_with(&[0x1f, 0x8b, 8])) else { return Content::Opaque };
    gunzip(&bytes).map_or(Content::Opaque, Content::Bytes)
}

/// Unpacks gzip within the bound; `None` when it is broken, cut, or a bomb.
pub(crate) fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(MAX_UNPACKED + 1).read_to_end(&mut unpacked);
    (read.is_ok() && unpacked.len() as u64 <= MAX_UNPACKED).then_some(unpacked)
}

/// DER of a private key without its PEM lines: PKCS#1 and PKCS#8 begin with a version, a certificate with another sequence.
fn is_private_der(run: &[u8]) -> bool {
    if run.len() < 60 || run.first() != Some(&b'M') {
        return false;
    }
    let head = run.get(..32).and_then(base64::decode).unwrap_or_default();
    let body = match head.as_slice() {
        [0x30, 0x82, _, _, body @ ..] | [0x30, 0x81, _, body @ ..] => body,
        [0x30, length, body @ ..] if *length < 0x80 => body,
        _ => return false,
    };
    matches!(body, [2, 1, 0, 2, ..] | [2, 1, 0, 0x30, ..] | [2, 1, 1, 4, ..])
}

/// Hex digits only, of bytes that are text: digests are not.
fn is_hex_text(run: &[u8]) -> bool {
    run.len() >= 20
        && run.len().is_multiple_of(2)
        && run
            .chunks_exact(2)
            .all(|pair| matches!(pair, [b'2'..=b'7', b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F'] | [b'0', b'9' | b'a' | b'A' | b'd' | b'D']))
        && unhex(run).iter().all(|byte| matches!(byte, 0x20..=0x7e | 0x09 | 0x0a | 0x0d))
}

fn unhex(run: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
    run.chunks_exact(2).filter_map(|pair| Some((digit(pair.first()?) << 4 | digit(pair.last()?)) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_whole() {
        for before in 0..40 {
            for len in 10..40 {
                let text = format!("{}{} x", " ".repeat(before), "a".repeat(len));
                let found: Vec<Run> = runs(text.as_bytes()).collect();
                let expected = if len >= MIN_RUN { vec![Run { start: before, end: before + len }] } else { vec![] };
                assert_eq!(found, expected, "{before} {len}");
            }
        }
    }

    #[test]
    fn names_and_digests_are_not_suspicious() {
        for run in [
            "shepherd-6d8f9c7b5d-x7k2p",
            "/api/v1/namespaces/production/pods",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "automountServiceAccountToken",
        ] {
            assert!(!is_suspicious(run.as_bytes()), "{run}");
        }
        assert!(is_suspicious(b"cGFzc3dvcmQ9aHVudGVyMg"));
        assert!(is_suspicious(b"70617373776f72643d68756e74657232"));
    }

    #[test]
    fn bombs_are_opaque() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packer, &vec![0; 20 << 20]).unwrap();
        assert!(gunzip(&packer.finish().unwrap()).is_none());
    }
}
