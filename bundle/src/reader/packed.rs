//! Entries that are packed themselves, one level deep: a log that was compressed when it was rotated, a zip with the files of a node.
//!
//! Such an entry is held until it is whole, then unpacked piece by piece, so that it costs no more memory than it has packed bytes. The
//! packing is believed where name and content say the same.

use super::zip::Zip;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};

/// Largest packed entry that is held.
pub(super) const HELD_BYTES: u64 = 64 << 20;
/// Plain bytes given at once.
const PIECE_BYTES: usize = 1 << 20;
/// Plain bytes asked of a decoder at once: what a failing call decoded is lost.
const STEP_BYTES: usize = 32 << 10;
/// Memory that a zstd frame may ask for, as a power of two.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Xz,
    Zip,
}

impl Packing {
    /// What a name says. Archives in archives are left alone, but for the zip of a node.
    pub(super) fn of_name(name: &[u8]) -> Option<Self> {
        let (stem, packing) = split(name)?;
        (!stem.to_ascii_lowercase().ends_with(b".tar")).then_some(packing)
    }

    fn magic(self) -> &'static [u8] {
        match self {
            Self::Gzip => b"\x1F\x8B\x08",
            Self::Zstd => b"\x28\xB5\x2F\xFD",
            Self::Xz => b"\xFD7zXZ\0",
            Self::Zip => b"PK\x03\x04",
        }
    }
}

/// A name without the ending of its packing, and the packing.
fn split(name: &[u8]) -> Option<(&[u8], Packing)> {
    let endings: [(&[u8], Packing); 4] =
        [(b".gz", Packing::Gzip), (b".zst", Packing::Zstd), (b".xz", Packing::Xz), (b".zip", Packing::Zip)];
    endings.into_iter().find_map(|(ending, packing)| {
        let (stem, last) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
        last.eq_ignore_ascii_case(ending).then_some((stem, packing))
    })
}

/// A name without the ending of a packing.
pub(super) fn bare(name: &[u8]) -> &[u8] {
    split(name).map_or(name, |(stem, _)| stem)
}

/// A packed entry, as far as it came.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) packing: Packing,
    /// The entry's name as it stands in the archive.
    pub(super) name: Vec<u8>,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

impl Held {
    /// Whether the content is what the name says.
    pub(super) fn is_packed(&self) -> bool {
        self.bytes.starts_with(self.packing.magic())
    }
}

/// An entry being unpacked.
pub(super) enum Unpacking {
    /// One file: its content goes on the entry that is open.
    File(Decoder),
    /// A zip: its files are entries in a folder of its name.
    Zip(Zip),
}

impl fmt::Debug for Unpacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::Zip(_) => "Zip",
        })
    }
}

impl Unpacking {
    /// Begins to unpack; `cut` says that the packed bytes are not all there.
    pub(super) fn new(held: Held, cut: bool) -> io::Result<Self> {
        let (packing, packed) = (held.packing, held.bytes.len() as u64);
        let bytes = Cursor::new(held.bytes);
        let decoder: Box<dyn Read + Send> = match packing {
            Packing::Zip => return Ok(Self::Zip(Zip::new(bytes, packed, [&held.name, &b"/"[..]].concat())?)),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
            Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(BufReader::new(bytes), true, super::plain::XZ_MEMORY_KIB)),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(bytes)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        };
        Ok(Self::File(Decoder { decoder, cut }))
    }
}

/// One packed file on its way out.
pub(super) struct Decoder {
    decoder: Box<dyn Read + Send>,
    /// Whether packed bytes are missing at the end.
    pub(super) cut: bool,
}

impl Decoder {
    /// The next plain bytes, and whether more follow; `Err` after them when the rest cannot be unpacked.
    pub(super) fn next(&mut self) -> (Vec<u8>, io::Result<bool>) {
        let mut bytes = Vec::new();
        while bytes.len() < PIECE_BYTES {
            let before = bytes.len();
            bytes.resize(before + STEP_BYTES, 0);
            let got = self.decoder.read(&mut bytes[before..]);
            bytes.truncate(before + got.as_ref().map_or(0, |n| *n));
            match got {
                Ok(0) => return (bytes, Ok(false)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (bytes, Err(error)),
            }
        }
        (bytes, Ok(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_an_entry_is_packed() {
        assert_eq!(Packing::of_name(b"a/rotated/0.log.20260102-030405.gz"), Some(Packing::Gzip));
        assert_eq!(Packing::of_name(b"nodes/N1.ZIP"), Some(Packing::Zip));
        assert_eq!((Packing::of_name(b"b.tar.xz"), Packing::of_name(b"b.tgz"), Packing::of_name(b"gz")), (None, None, None));
        assert_eq!((bare(b"mongod.log.zst"), bare(b"mongod.log")), (&b"mongod.log"[..], &b"mongod.log"[..]));
    }
}
