//! Frame and block headers of zstd (RFC 8878), as far as needed to find where a frame ends.

use super::input::Input;
use std::io;

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// No block is larger, compressed or plain.
const BLOCK_MAX: usize = 128 << 10;

/// What begins at a place in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begin {
    End,
    /// Too few bytes to tell: the file is cut here.
    Cut,
    /// A skippable frame of this many bytes, header included.
    Skippable(u64),
    Frame(FrameHeader),
    /// Nothing of zstd.
    Other,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Bytes of the header, magic included.
    length: usize,
    /// Plain bytes, when it says so.
    pub(super) content: Option<u64>,
    /// Bytes of memory that a stream needs.
    pub(super) window: u64,
    pub(super) dictionary: bool,
    checksum: bool,
}

/// Looks at up to 18 bytes, fewer only at the end of the file.
pub(super) fn begin(bytes: &[u8]) -> Begin {
    if bytes.is_empty() {
        return Begin::End;
    }
    if let [0x50..=0x5F, 0x2A, 0x4D, 0x18, rest @ ..] = bytes {
        return match rest.first_chunk::<4>() {
            Some(length) => Begin::Skippable(8 + u64::from(u32::from_le_bytes(*length))),
            None => Begin::Cut,
        };
    }
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        let cut = bytes.len() < 4
            && (MAGIC.starts_with(bytes) || matches!(bytes, [0x50..=0x5F] | [0x50..=0x5F, 0x2A] | [0x50..=0x5F, 0x2A, 0x4D]));
        return if cut { Begin::Cut } else { Begin::Other };
    };
    let Some((descriptor, mut rest)) = rest.split_first() else { return Begin::Cut };
    if descriptor & 0b1000 != 0 {
        return Begin::Other;
    }
    let single = descriptor & 0b10_0000 != 0;
    let window_bytes = usize::from(!single);
    let dictionary_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_bytes = match (descriptor >> 6, single) {
        (0, false) => 0,
        (0, true) => 1,
        (1, _) => 2,
        (2, _) => 4,
        _ => 8,
    };
    if rest.len() < window_bytes + dictionary_bytes + content_bytes {
        return Begin::Cut;
    }
    let mut window = 0;
    if let (false, Some((byte, after))) = (single, rest.split_first()) {
        let base = 1_u64 << (10 + (byte >> 3));
        window = base + base / 8 * u64::from(byte & 7);
        rest = after;
    }
    let (dictionary, rest) = rest.split_at(dictionary_bytes);
    let content = rest[..content_bytes].iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    // A two-byte size begins where the one-byte size ends.
    let content = (content_bytes > 0).then_some(if content_bytes == 2 { content + 256 } else { content });
    Begin::Frame(FrameHeader {
        length: 5 + window_bytes + dictionary_bytes + content_bytes,
        content,
        window: if single { content.unwrap_or(0) } else { window },
        dictionary: dictionary.iter().any(|b| *b != 0),
        checksum: descriptor & 0b100 != 0,
    })
}

/// Where a frame ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// After this many bytes, all there.
    Whole(usize),
    /// Behind the end of the file.
    Cut,
    /// Beyond the limit.
    TooLong,
    /// Nowhere: a block header says the impossible.
    Corrupt,
}

/// Walks the blocks of the frame at the input, without consuming.
pub(super) fn walk(header: &FrameHeader, input: &mut Input, limit: usize) -> io::Result<Walk> {
    let mut at = header.length;
    loop {
        if at + 3 > limit {
            return Ok(Walk::TooLong);
        }
        let Some(block) = input.peek(at + 3)?.get(at..at + 3) else { return Ok(Walk::Cut) };
        let word = usize::from(block[0]) | usize::from(block[1]) << 8 | usize::from(block[2]) << 16;
        let (last, kind, size) = (word & 1 == 1, word >> 1 & 3, word >> 3);
        if kind == 3 || size > BLOCK_MAX {
            return Ok(Walk::Corrupt);
        }
        at += 3 + if kind == 1 { 1 } else { size };
        if last {
            at += if header.checksum { 4 } else { 0 };
            return Ok(if at > limit {
                Walk::TooLong
            } else if input.peek(at)?.len() < at {
                Walk::Cut
            } else {
                Walk::Whole(at)
            });
        }
    }
}

/// Where the next frame may begin in `bytes`.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, &MAGIC)
}
