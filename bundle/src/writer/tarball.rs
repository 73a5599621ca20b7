//! Tar headers and padding as this crate writes them: POSIX `ustar`, with a PAX record where a path does not fit.

use std::io;
use tar::{EntryType, Header};

/// Tar's unit.
const BLOCK: u64 = 512;
/// Largest size that fits the header's octal field.
const OCTAL_MAX: u64 = 0o777_7777_7777;

/// Appends the header blocks of a regular file.
pub(super) fn header(path: &str, size: u64, mtime: u64, out: &mut Vec<u8>) -> io::Result<()> {
    let mut main = plain(size.min(OCTAL_MAX), mtime, EntryType::Regular);
    let mut records = Vec::new();
    if main.set_path(path).is_err() {
        pax_record("path", path, &mut records);
        // What a reader without PAX would see; no such reader is left, but the field must not be empty.
        main.set_path("PaxHeader/long-name")?;
    }
    if size > OCTAL_MAX {
        pax_record("size", &size.to_string(), &mut records);
        main.set_size(0);
    }
    if !records.is_empty() {
        let length = records.len() as u64;
        let mut extended = plain(length, mtime, EntryType::XHeader);
        extended.set_path("PaxHeader/entry")?;
        extended.set_cksum();
        out.extend_from_slice(extended.as_bytes());
        out.extend_from_slice(&records);
        pad(out, length);
    }
    main.set_cksum();
    out.extend_from_slice(main.as_bytes());
    Ok(())
}

/// Appends the zeros that follow `size` bytes of content.
pub(super) fn pad(out: &mut Vec<u8>, size: u64) {
    let missing = (BLOCK - size % BLOCK) % BLOCK;
    out.resize(out.len() + missing as usize, 0);
}

fn plain(size: u64, mtime: u64, kind: EntryType) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mtime(mtime.min(OCTAL_MAX));
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// `<length> <key>=<value>\n`, where the length counts itself.
fn pax_record(key: &str, value: &str, out: &mut Vec<u8>) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    out.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_length_counts_itself() {
        for n in [1, 88, 89, 90, 91, 92, 990, 991, 992, 993] {
            let mut out = Vec::new();
            pax_record("path", &"x".repeat(n), &mut out);
            let text = String::from_utf8(out).unwrap();
            let said: usize = text.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(said, text.len(), "{n}");
        }
    }
}
