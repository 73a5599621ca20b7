//! What a file is, by its first bytes: names and suffixes are never asked.

use super::block;

/// What the first 512 bytes (or all there are) say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sniffed {
    Zstd,
    Gzip,
    Xz,
    Zip,
    Tar,
    /// Not readable; for a sentence "it looks like …".
    Other(&'static str),
}

pub(super) fn sniff(first: &[u8]) -> Sniffed {
    const OTHERS: [(&[u8], &str); 12] = [
        (b"BZh", "bzip2-compressed data (unpack it first: `bzip2 -d`)"),
        (b"\x04\x22\x4D\x18", "lz4-compressed data (unpack it first: `lz4 -d`)"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive (unpack it first, then give the folder)"),
        (b"age-encryption.org/", "a file encrypted with age (decrypt it first: `age -d -i KEY`)"),
        (b"-----BEGIN AGE ENCRYPTED FILE", "a file encrypted with age (decrypt it first: `age -d -i KEY`)"),
        (b"-----BEGIN PGP", "a file encrypted or signed with PGP (decrypt it first)"),
        (b"\x7FELF", "a program"),
        (b"%PDF", "a PDF document"),
        (b"<!DOCTYPE", "a web page (the download may have saved a login page instead)"),
        (b"<html", "a web page (the download may have saved a login page instead)"),
        (b"{", "a JSON document"),
        (b"[", "a JSON document"),
    ];
    match first {
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Sniffed::Zstd,
        [0x1F, 0x8B, 0x08, ..] => Sniffed::Gzip,
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Sniffed::Xz,
        [b'P', b'K', 3, 4, ..] => Sniffed::Zip,
        _ if first.len() >= 512 && block::looks_like_tar(first) => Sniffed::Tar,
        _ => {
            let known = OTHERS.iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, name)| *name);
            let text = std::str::from_utf8(first).map_or_else(|e| e.error_len().is_none() && e.valid_up_to() > 0, |_| true);
            let text = text && !first.contains(&0);
            Sniffed::Other(known.unwrap_or(if text { "a text file" } else { "binary data of an unknown kind" }))
        }
    }
}
