//! Secrets inside encodings: runs of base64 and hex digits are decoded, packed data is unpacked, and what comes out is searched like any text.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::base64;

/// Shortest run of digits that is looked at: ten bytes, the shortest `pw=secret` worth the name.
pub(crate) const MIN_RUN: usize = 14;
/// Shortest run of hex digits.
const MIN_HEX: usize = 14;
/// What one packed stretch may unpack to.
const MAX_UNPACKED: u64 = 8 << 20;
/// Base64 of the magic numbers of gzip, bzip2, xz, zip, zstd: packed data hides anything.
pub(crate) const PACKED: &[&str] = &["H4sI", "QlpoO", "/Td6WFo", "UEsDB", "KLUv/"];
/// Base64 of the headers of zlib, which are too short to be sure.
const ZLIB: &[&[u8]] = &[b"eJw", b"eJx", b"eJy", b"eJz", b"eNo", b"eNp", b"eNq", b"eNr", b"eAE", b"eF4", b"eF5", b"eF6", b"eF7"];

/// A stretch of digits and what it stands for.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) content: Content,
}

/// What a stretch of digits holds.
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

pub(crate) fn is_digit(byte: u8) -> bool {
    base64::value_of(byte).is_some()
}

/// The run of digits around a position.
pub(crate) fn run_around(text: &[u8], at: usize) -> Run {
    let before = text.get(..at).unwrap_or_default().iter().rev().take_while(|byte| is_digit(**byte)).count();
    let after = text.get(at..).unwrap_or_default().iter().take_while(|byte| is_digit(**byte)).count();
    Run { start: at - before, end: at + after }
}

/// Bytes that [`long_runs`] judges at once.
const BLOCK: usize = u64::BITS as usize;

/// Runs of at least [`MIN_RUN`] base64 digits.
pub(crate) fn runs(text: &[u8]) -> impl Iterator<Item = Run> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..).filter(|rest| rest.len() >= MIN_RUN)?;
            let long = match rest.first_chunk() {
                Some(block) => long_runs(block),
                None => {
                    let mut block = [b' '; BLOCK];
                    block.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
                    long_runs(&block)
                }
            };
            if long == 0 {
                // A run that began so near to the end that it is not long enough yet is met again.
                at += BLOCK - MIN_RUN + 1;
                continue;
            }
            let start = at + long.trailing_zeros() as usize;
            let end = start + text.get(start..)?.iter().take_while(|byte| is_digit(**byte)).count();
            at = end;
            return Some(Run { start, end });
        }
    })
}

/// Where in a block at least [`MIN_RUN`] digits follow, a bit each. Compares and multiplies, so that no byte waits for another: the compiler
/// makes vectors of it, which it could not of a table.
fn long_runs(block: &[u8; BLOCK]) -> u64 {
    let digits = block.map(|byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let number = byte.wrapping_sub(b'0') < 10;
        u8::from(letter | number | (byte == b'+') | (byte == b'/') | (byte == b'-') | (byte == b'_'))
    });
    let mut mask = 0;
    for (place, eight) in digits.as_chunks().0.iter().enumerate() {
        // One bit of each byte, side by side in the highest one.
        mask |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
    }
    // Two in a row, four, eight, fourteen.
    mask &= mask >> 1;
    mask &= mask >> 2;
    mask &= mask >> 4;
    mask & mask >> (MIN_RUN - 8)
}

/// Whether a run might hold something to search. Cheap: most runs are names, paths, digests.
pub(crate) fn is_suspicious(run: &[u8]) -> bool {
    (0..4).any(|shift| text_groups(run, shift).is_some()) || !hex_parts(run).is_empty() || is_zlib(run) || is_private_der(run)
}

/// Everything that a run may stand for.
pub(crate) fn contents(run: &[u8]) -> Vec<Part> {
    let mut found = Vec::new();
    for (start, end) in hex_parts(run) {
        found.push(Part { start, end, content: Content::Bytes(unhex(run.get(start..end).unwrap_or_default())) });
    }
    for magic in PACKED {
        if let Some(start) = memchr::memmem::find(run, magic.as_bytes()).filter(|start| run.len() - start >= 24) {
            found.push(Part { start, end: run.len(), content: unpack(run.get(start..).unwrap_or_default()) });
        }
    }
    if is_zlib(run)
        && let Some(bytes) = base64::decode(run).and_then(|bytes| bounded(ZlibDecoder::new(bytes.as_slice())))
    {
        found.push(Part { start: 0, end: run.len(), content: Content::Bytes(bytes) });
    }
    for shift in 0..4 {
        if let Some((start, end)) = text_groups(run, shift)
            && let Some(bytes) = run.get(start..end).and_then(base64::decode)
        {
            found.push(Part { start, end, content: Content::Bytes(bytes) });
        }
    }
    if is_private_der(run) {
        found.push(Part { start: 0, end: run.len(), content: Content::Opaque });
    }
    found
}

/// Digits of which the first of a group stands for a printable byte: most letters of names do not.
const OPENS: [bool; 256] = {
    let mut opens = [false; 256];
    let mut digit = 0_u8;
    while digit < 255 {
        opens[digit as usize] = matches!(digit, b'I'..=b'Z' | b'a'..=b'f' | b'C');
        digit += 1;
    }
    opens
};

/// The stretch that, read from `shift`, stands for printable text: from the first three groups in a row that do to the last of all, or to
/// the end of the run. Each group of a random run passes one time in twenty.
fn text_groups(run: &[u8], shift: usize) -> Option<(usize, usize)> {
    let opens = |at: usize| run.get(at).is_some_and(|digit| OPENS[usize::from(*digit)]);
    let mut at = shift;
    let first = loop {
        if at + 12 > run.len() {
            return None;
        }
        if !opens(at + 8) {
            at += 12;
        } else if !opens(at + 4) {
            at += 8;
        } else if !opens(at) || ![at, at + 4, at + 8].into_iter().all(|group| is_text(run, group)) {
            at += 4;
        } else {
            break at;
        }
    };
    let mut start = first;
    while let Some(before) = start.checked_sub(4).filter(|before| *before >= shift && is_text(run, *before)) {
        start = before;
    }
    // Text in other alphabets is not printable here, so the stretch goes on to the last group that is, and takes a cut group along.
    let groups = (run.len() - shift) / 4;
    let last = (0..groups).rev().map(|group| shift + group * 4).find(|group| is_text(run, *group)).unwrap_or(first);
    let end = if last + 8 > run.len() { run.len() } else { last + 4 };
    Some((start, end))
}

/// Whether a group of four digits stands for three printable bytes.
fn is_text(run: &[u8], at: usize) -> bool {
    let Some(group) = run.get(at..at + 4) else { return false };
    let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(base64::value_of(*digit).unwrap_or(0)));
    [bits >> 16, bits >> 8, bits].iter().all(|byte| matches!(byte & 0xff, 0x20..=0x7e | 0x09 | 0x0a | 0x0d))
}

fn unpack(run: &[u8]) -> Content {
    let Some(bytes) = base64::decode(run).filter(|bytes| bytes.starts_with(&[0x1f, 0x8b, 8])) else { return Content::Opaque };
    gunzip(&bytes).map_or(Content::Opaque, Content::Bytes)
}

/// Unpacks gzip within the bound; `None` when it is broken, cut, or a bomb.
pub(crate) fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    bounded(MultiGzDecoder::new(bytes))
}

fn bounded(reader: impl Read) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let read = reader.take(MAX_UNPACKED + 1).read_to_end(&mut unpacked);
    (read.is_ok() && unpacked.len() as u64 <= MAX_UNPACKED).then_some(unpacked)
}

fn is_zlib(run: &[u8]) -> bool {
    run.len() >= 24 && ZLIB.iter().any(|magic| run.starts_with(magic))
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

/// Stretches of hex digits that stand for text somewhere: digests seldom do.
fn hex_parts(run: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let is_hex = |at: usize| run.get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut start = 0;
    while start + MIN_HEX <= run.len() {
        // The last digit of the shortest stretch decides quickest.
        if let Some(other) = (start..start + MIN_HEX).rev().find(|at| !is_hex(*at)) {
            start = other + 1;
            continue;
        }
        let end =
            start + MIN_HEX + run.get(start + MIN_HEX..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        for from in [start, start + 1] {
            let even = from + (end - from) / 2 * 2;
            if hex_reads_as_text(run.get(from..even).unwrap_or_default()) {
                found.push((from, even));
            }
        }
        start = end;
    }
    found
}

/// Whether enough pairs in a row stand for printable bytes.
fn hex_reads_as_text(digits: &[u8]) -> bool {
    let is_text = |at: usize| match digits.get(at..at + 2) {
        Some([b'2'..=b'6', _] | [b'0', b'9' | b'a' | b'A' | b'd' | b'D']) => true,
        Some([b'7', low]) => !matches!(low, b'f' | b'F'),
        _ => false,
    };
    let mut at = 0;
    while at + MIN_HEX <= digits.len() {
        match (at..at + MIN_HEX).step_by(2).rev().find(|pair| !is_text(*pair)) {
            Some(other) => at = other + 2,
            None => return true,
        }
    }
    false
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
    fn runs_are_those_of_a_search_byte_by_byte() {
        let mut state = 1_u64;
        for _ in 0..2000 {
            // Runs of any length up to three blocks, from bytes of every kind.
            let mut text = Vec::new();
            while text.len() < 300 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let random = (state >> 32) as usize;
                let digit = b"azAZ09+/-_".get(random % 10).copied().unwrap_or(b'a');
                text.extend(std::iter::repeat_n(digit, (random >> 8) % [3, 16, 30, 150][random >> 4 & 3]));
                text.push((random >> 16) as u8);
            }
            let mut expected = Vec::new();
            let mut start = 0;
            for part in text.split(|byte| !is_digit(*byte)) {
                if part.len() >= MIN_RUN {
                    expected.push(Run { start, end: start + part.len() });
                }
                start += part.len() + 1;
            }
            assert_eq!(runs(&text).collect::<Vec<_>>(), expected, "{:?}", String::from_utf8_lossy(&text));
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
        assert!(is_suspicious(b"e70617373776f72643d68756e74657232"));
    }

    #[test]
    fn only_the_stretch_that_holds_text_is_a_part() {
        let run = b"/api/v1/cGFzc3dvcmQ9aHVudGVyMg";
        let parts = contents(run);
        assert!(
            parts.iter().any(|part| matches!(&part.content, Content::Bytes(bytes) if bytes.ends_with(b"word=hunter2")) && part.start >= 7),
            "{parts:?}"
        );
    }

    #[test]
    fn bombs_are_opaque() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packer, &vec![0; 20 << 20]).unwrap();
        assert!(gunzip(&packer.finish().unwrap()).is_none());
    }
}
