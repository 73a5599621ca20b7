//! A writer of tar archives that may be wrong in every way: nothing is checked, every field is the caller's.

use std::io::Write;

/// Type flags of entries.
pub(crate) mod kind {
    pub(crate) const FILE: u8 = b'0';
    /// As archives before POSIX have it.
    pub(crate) const OLD_FILE: u8 = 0;
    pub(crate) const HARD_LINK: u8 = b'1';
    pub(crate) const SYMLINK: u8 = b'2';
    pub(crate) const CHARACTER_DEVICE: u8 = b'3';
    pub(crate) const BLOCK_DEVICE: u8 = b'4';
    pub(crate) const FIFO: u8 = b'6';
    pub(crate) const PAX: u8 = b'x';
    pub(crate) const PAX_GLOBAL: u8 = b'g';
    pub(crate) const GNU_LONG_NAME: u8 = b'L';
    pub(crate) const GNU_SPARSE: u8 = b'S';
}

/// One header block, field by field.
#[derive(Clone)]
pub(crate) struct Header {
    block: [u8; 512],
}

impl Header {
    /// A header that is right: ustar, mode 0644, the size in octal.
    pub(crate) fn new(kind: u8, name: &[u8], size: u64) -> Self {
        let mut header = Self { block: [0; 512] };
        header.put(0, &name[..name.len().min(100)]).put(100, b"0000644\0").put(108, b"0000000\0").put(116, b"0000000\0");
        header.put(124, format!("{size:011o}\0").as_bytes()).put(136, b"00000000000\0").put(156, &[kind]).put(257, b"ustar\x0000");
        header
    }

    /// Any bytes at any place.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        self.block[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(crate) fn size_field(&mut self, field: &[u8; 12]) -> &mut Self {
        self.put(124, field)
    }

    pub(crate) fn link(&mut self, target: &[u8]) -> &mut Self {
        self.put(157, target)
    }

    /// The block with the checksum that its bytes ask for.
    pub(crate) fn sealed(&self) -> [u8; 512] {
        let mut block = self.block;
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&b| u32::from(b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

/// Writes a sealed header, a body and its padding.
pub(crate) fn entry(out: &mut dyn Write, header: &Header, body: &[u8]) {
    out.write_all(&header.sealed()).unwrap();
    padded(out, body);
}

/// A body, filled up to whole blocks.
pub(crate) fn padded(out: &mut dyn Write, body: &[u8]) {
    out.write_all(body).unwrap();
    out.write_all(&[0; 512][..(512 - body.len() % 512) % 512]).unwrap();
}

/// An ordinary file.
pub(crate) fn file(out: &mut dyn Write, name: &[u8], body: &[u8]) {
    entry(out, &Header::new(kind::FILE, name, body.len() as u64), body);
}

/// A file of `size` bytes whose body `write` makes piece by piece.
pub(crate) fn streamed(out: &mut dyn Write, name: &[u8], size: u64, write: impl FnOnce(&mut dyn Write)) {
    out.write_all(&Header::new(kind::FILE, name, size).sealed()).unwrap();
    write(out);
    out.write_all(&[0; 512][..(512 - (size % 512) as usize) % 512]).unwrap();
}

/// A PAX extended header with these records as they are.
pub(crate) fn pax(out: &mut dyn Write, records: &[u8]) {
    entry(out, &Header::new(kind::PAX, b"PaxHeaders/x", records.len() as u64), records);
}

/// One well-formed PAX record.
pub(crate) fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [length.to_string().as_bytes(), b" ", key.as_bytes(), b"=", value, b"\n"].concat()
}

/// The name of the next entry, in GNU's way.
pub(crate) fn long_name(out: &mut dyn Write, name: &[u8]) {
    entry(out, &Header::new(kind::GNU_LONG_NAME, b"././@LongLink", name.len() as u64), name);
}

/// The two empty blocks at the end.
pub(crate) fn end(out: &mut dyn Write) {
    out.write_all(&[0; 1024]).unwrap();
}
