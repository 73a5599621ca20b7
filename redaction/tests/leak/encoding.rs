//! The nine ways in which a canary is written down, and the way back: everything that a reader of the output could decode.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Write};

use crate::random::Random;

/// How a canary is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Encoding {
    Raw,
    Json,
    JsonTwice,
    Base64,
    Base64Url,
    Hex,
    Percent,
    Folded,
    Gzip,
}

pub(crate) const ENCODINGS: [Encoding; 9] = [
    Encoding::Raw,
    Encoding::Json,
    Encoding::JsonTwice,
    Encoding::Base64,
    Encoding::Base64Url,
    Encoding::Hex,
    Encoding::Percent,
    Encoding::Folded,
    Encoding::Gzip,
];

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(bytes: &[u8], url: bool, pad: bool) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                let digit = char::from(STANDARD[(bits >> (18 - 6 * place)) as usize & 63]);
                text.push(match digit {
                    '+' if url => '-',
                    '/' if url => '_',
                    digit => digit,
                });
            } else if pad {
                text.push('=');
            }
        }
    }
    text
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn percent(text: &str, all: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() && !all {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn json(text: &str, random: &mut Random) -> String {
    if random.chance(2) {
        let quoted = serde_json::to_string(text).unwrap();
        return quoted[1..quoted.len() - 1].to_owned();
    }
    // As some encoders do: everything that is no letter or numeral as \u.
    text.chars().fold(String::new(), |mut out, char| {
        if char.is_ascii_alphanumeric() {
            out.push(char);
        } else {
            let mut units = [0; 2];
            char.encode_utf16(&mut units).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            });
        }
        out
    })
}

fn folded(text: &str, random: &mut Random) -> String {
    let width = random.between(14, 60);
    let chunks =
        |line: &str| -> Vec<String> { line.chars().collect::<Vec<char>>().chunks(width).map(|chunk| chunk.iter().collect()).collect() };
    match random.below(3) {
        0 => {
            let lines: Vec<String> = text.lines().map(|line| chunks(line).join("\n  ")).collect();
            format!(">-\n  {}", lines.join("\n\n  "))
        }
        1 => format!("\"{}\"", chunks(&text.replace('\n', "\\n")).join("\\\n  ")),
        // As YAML writers do it: at blanks.
        _ => {
            let lines: Vec<String> = text.lines().map(|line| line.replace(' ', "\n  ")).collect();
            format!(">-\n  {}", lines.join("\n\n  "))
        }
    }
}

impl Encoding {
    pub(crate) fn write(self, text: &str, random: &mut Random) -> String {
        let junk = ["", "x", "ab"][random.below(3)];
        match self {
            Self::Raw => text.to_owned(),
            Self::Json => json(text, random),
            Self::JsonTwice => {
                let once = json(text, random);
                let twice = serde_json::to_string(&once).unwrap();
                twice[1..twice.len() - 1].to_owned()
            }
            Self::Base64 => base64(format!("{junk} {text}\n").as_bytes(), false, random.chance(2)),
            Self::Base64Url => base64(format!("{junk} {text}").as_bytes(), true, random.chance(2)),
            Self::Hex => {
                let hex = text.bytes().fold(String::new(), |mut out, byte| {
                    let _ = write!(out, "{byte:02x}");
                    out
                });
                if random.chance(3) { hex.to_uppercase() } else { hex }
            }
            Self::Percent => percent(text, random.chance(3)),
            Self::Folded => folded(text, random),
            Self::Gzip => base64(&gzip(text.as_bytes()), random.chance(4), random.chance(2)),
        }
    }
}

/// Everything that can be read out of some bytes: as they are, and decoded again and again.
pub(crate) fn readings(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut found = BTreeSet::new();
    let mut fresh = vec![(bytes.to_vec(), 4)];
    while let Some((bytes, depth)) = fresh.pop() {
        if bytes.len() < 4 || !found.insert(bytes.clone()) || depth == 0 || found.len() > 4000 {
            continue;
        }
        let mut add = |reading: Vec<u8>| {
            if reading.len() >= 4 {
                fresh.push((reading, depth - 1));
            }
        };
        add(unescaped(&bytes));
        add(unpercented(&bytes));
        let joined = unfolded(&bytes);
        for text in [&bytes, &joined] {
            for run in text.split(|byte| !(byte.is_ascii_alphanumeric() || b"+/-_".contains(byte))).filter(|run| run.len() >= 8) {
                (0..4).for_each(|shift| add(decoded(run.get(shift..).unwrap_or_default())));
                for hex in run.split(|byte| !byte.is_ascii_hexdigit()).filter(|hex| hex.len() >= 8) {
                    (0..2).for_each(|shift| add(unhexed(&hex[shift..])));
                }
            }
        }
        add(joined);
        if let Some(start) = bytes.windows(3).position(|magic| magic == [0x1f, 0x8b, 8]) {
            let mut unpacked = Vec::new();
            let _ = flate2::read::GzDecoder::new(&bytes[start..]).take(1 << 20).read_to_end(&mut unpacked);
            add(unpacked);
        }
    }
    found
}

/// Lines joined as YAML joins them, timestamps of logs and backslashes left out.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let timed = matches!(line, [b'2', b'0', _, _, b'-', _, _, b'-', _, _, b'T', ..]);
        let line = if timed { line.iter().position(|byte| *byte == b' ').map_or(line, |at| &line[at..]) } else { line };
        let line = line.trim_ascii();
        out.extend_from_slice(line.strip_suffix(b"\\").unwrap_or(line));
    }
    out
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let unit = |text: &str| text.get(1..5).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let (char, length) = match escape.chars().next() {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some('r') => ('\r', 1),
            Some('u') => match unit(escape) {
                Some(first) => {
                    let second = escape.get(5..).and_then(|rest| rest.strip_prefix('\\')).and_then(unit);
                    match char::decode_utf16([first].into_iter().chain(second)).next() {
                        Some(Ok(char)) => (char, if char.len_utf16() == 2 { 11 } else { 5 }),
                        _ => ('?', 5),
                    }
                }
                None => ('u', 1),
            },
            Some(char) => (char, char.len_utf8()),
            None => break,
        };
        out.push(char);
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out.into_bytes()
}

fn unpercented(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let pair =
            bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn decoded(digits: &[u8]) -> Vec<u8> {
    let (mut bits, mut have, mut out) = (0_u32, 0, Vec::new());
    for digit in digits {
        let value = match digit {
            b'-' => 62,
            b'_' => 63,
            digit => STANDARD.iter().position(|known| known == digit).unwrap_or(0),
        };
        bits = bits << 6 | value as u32;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
        }
    }
    out
}

fn unhexed(digits: &[u8]) -> Vec<u8> {
    digits.chunks_exact(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_can_be_read_back() {
        let mut random = Random::new(5);
        for text in ["password=Hx7-kk2Q \"x\" \\y", "αβγ-4711/+%", "line one\nline two"] {
            for encoding in ENCODINGS {
                for _ in 0..20 {
                    let written = encoding.write(text, &mut random);
                    let whole = readings(format!("before {written} after").as_bytes());
                    let found = whole.iter().any(|reading| reading.windows(text.len()).any(|part| part == text.as_bytes()));
                    // What is folded at blanks, or folded where a line of its own ends, comes back without them.
                    let bare = text.replace([' ', '\n'], "");
                    let found =
                        found || whole.iter().any(|reading| String::from_utf8_lossy(reading).replace([' ', '\n'], "").contains(&bare));
                    assert!(found, "{encoding:?} of {text:?}: {written}");
                }
            }
        }
    }
}
