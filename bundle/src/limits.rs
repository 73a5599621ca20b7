//! How much of a bundle the reader believes: every size that comes from the file has a cap here.

/// Caps of one reading. [`Limits::default`] suits bundles of up to tens of gigabytes of plain text within half a gigabyte of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Entries (of any type) after which reading stops. Default 1,000,000.
    pub entries: u64,
    /// Bytes of one entry's name; longer names are skipped. Default 4,096.
    pub name_bytes: usize,
    /// Bytes of all names and folders kept to notice duplicates; reading stops there. Default 128 MiB.
    pub names_total_bytes: usize,
    /// Folders above a file; deeper entries are skipped. Default 64.
    pub depth: usize,
    /// Plain bytes of the whole archive after which reading stops. Default 64 GiB.
    pub total_bytes: u64,
    /// Plain bytes for one compressed byte, counted over the whole file once more than 256 MiB came out; reading stops above it.
    /// Default 1,000. Even a log of one repeated line stays far below, a bomb is 30 times above.
    pub ratio: u64,
    /// Bytes of an entry that is delivered whole (`.json`, `.yaml`); larger ones are skipped. Default 64 MiB.
    pub document_bytes: u64,
    /// Bytes of one line in a line-oriented entry; the rest of a longer line is dropped. Default 8 MiB.
    pub line_bytes: usize,
    /// Bytes that a chunk of lines aims at. Default 1 MiB.
    pub chunk_bytes: usize,
    /// Problems kept; further ones are only counted. Default 1,000.
    pub problems: usize,
    /// Hash every entry while it passes and compare with the manifest at the end; a file that differs although the archive is
    /// undamaged then refuses the bundle. Costs one core about a second per 1.5 GB. Sizes and names are compared in any case. Default off.
    pub check_hashes: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            name_bytes: 4096,
            names_total_bytes: 128 << 20,
            depth: 64,
            total_bytes: 64 << 30,
            ratio: 1000,
            document_bytes: 64 << 20,
            line_bytes: 8 << 20,
            chunk_bytes: 1 << 20,
            problems: 1000,
            check_hashes: false,
        }
    }
}
