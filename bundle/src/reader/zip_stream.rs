//! A zip without its directory, as a cut copy leaves it: entry by entry, each from its own header.
//!
//! Writers that stream (Go's among them) put the sizes behind the content, so only unpacking tells where an entry ends.

use std::io::{self, BufRead, Read};

/// Header of an entry, its magic included.
const HEADER: usize = 30;
/// Longest thing that stands between an entry and the next header.
const DESCRIPTOR: usize = 24;
const ENTRY: [u8; 4] = *b"PK\x03\x04";
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";

/// An entry with its content, as far as it is there.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) content: Vec<u8>,
    /// Why there is not more of it.
    pub(super) fault: Option<String>,
    /// Bytes of the file that it takes.
    pub(super) compressed: u64,
}

/// The entries of a zip from its beginning on.
pub(super) struct Entries<R> {
    source: R,
    /// Most plain bytes of an entry that are kept.
    most: u64,
    /// Whether the next header's magic was read already.
    at_header: bool,
    done: bool,
}

impl<R: BufRead> Entries<R> {
    pub(super) fn new(source: R, most: u64) -> Self {
        Self { source, most, at_header: false, done: false }
    }

    fn entry(&mut self) -> io::Result<Option<Entry>> {
        let mut header = [0; HEADER];
        let known = if std::mem::take(&mut self.at_header) { 4 } else { 0 };
        header[..known].copy_from_slice(&ENTRY[..known]);
        self.source.read_exact(&mut header[known..])?;
        let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if header[..4] != ENTRY {
            return Ok(None);
        }
        let (flags, method, checksum, packed) = (half(6), half(8), word(14), u64::from(word(18)));
        let mut name = vec![0; half(26).into()];
        self.source.read_exact(&mut name)?;
        io::copy(&mut self.source.by_ref().take(half(28).into()), &mut io::sink())?;
        let (mut content, mut compressed, behind) = (Vec::new(), packed, flags & 8 != 0);
        let outcome = match method {
            _ if flags & 1 != 0 => Err("it is encrypted".to_owned()),
            8 => {
                let mut decoder = flate2::bufread::DeflateDecoder::new(&mut self.source);
                let read = decoder.by_ref().take(self.most + 1).read_to_end(&mut content).map_err(|error| error.to_string());
                compressed = decoder.total_in();
                read.map(drop)
            }
            0 if !behind => match self.source.by_ref().take(packed.min(self.most + 1)).read_to_end(&mut content) {
                Ok(n) if (n as u64) < packed.min(self.most) => Err("the file ends inside it".to_owned()),
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            },
            0 => Err("it does not say where it ends".to_owned()),
            other => Err(format!("it is compressed in a way that is not known here ({other})")),
        };
        let outcome = if content.len() as u64 > self.most {
            content.truncate(self.most as usize);
            Err(format!("more than {} bytes of an entry are not kept where the directory is missing", self.most))
        } else {
            outcome
        };
        // Behind an entry that has no known end nothing is found again.
        self.done = outcome.is_err();
        let outcome = outcome.and_then(|()| {
            let mut crc = flate2::Crc::new();
            crc.update(&content);
            if behind || crc.sum() == checksum { Ok(()) } else { Err("its checksum is wrong".to_owned()) }
        });
        if behind && !self.done {
            self.done = !self.step_over_descriptor()?;
        }
        Ok(Some(Entry { name, content, fault: outcome.err(), compressed }))
    }

    /// Steps to behind the next header's magic; `false` when none follows.
    fn step_over_descriptor(&mut self) -> io::Result<bool> {
        let mut last = [0; 4];
        for byte in self.source.by_ref().take(DESCRIPTOR as u64 + 4).bytes() {
            last.rotate_left(1);
            last[3] = byte?;
            if last == ENTRY || last == DIRECTORY {
                self.at_header = last == ENTRY;
                return Ok(self.at_header);
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Entry;

    /// The next entry; nothing where the file ends or is no zip any more.
    fn next(&mut self) -> Option<Entry> {
        if self.done {
            return None;
        }
        let entry = self.entry().ok().flatten();
        self.done |= entry.is_none();
        entry
    }
}
