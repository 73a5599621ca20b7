//! One tar header block, and the bodies of extension headers: parsed strictly, without trust and without state.
//!
//! Where ordinary tars disagree about what bytes mean, the answer is an error: "agree or refuse" keeps what an analyst sees here the same
//! as what unpacking would have given.

use tar::Header;

/// Tar's unit.
pub(super) const BLOCK: usize = 512;
/// Below this the octal field holds any size, so another notation is a disguise.
const BASE256_FROM: u64 = 1 << 33;

/// What a header block announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TarBlock {
    /// Name as it stands, prefix included.
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) kind: u8,
    /// Whether the blocks of a sparse map follow.
    pub(super) sparse_more: bool,
}

/// Why a block is not a usable header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BlockError {
    /// It is not a header, or a damaged one.
    Checksum,
    /// It is a header that tools read differently.
    Refused(&'static str),
}

pub(super) fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|b| *b == 0)
}

/// Whether an archive may begin like this.
pub(super) fn looks_like_tar(first: &[u8]) -> bool {
    match first.first_chunk::<BLOCK>() {
        Some(block) => is_zero(block) || has_checksum(block),
        None => false,
    }
}

/// Parses a block that is not all zero.
pub(super) fn parse(block: &[u8; BLOCK]) -> Result<TarBlock, BlockError> {
    if !has_checksum(block) {
        return Err(BlockError::Checksum);
    }
    let header = Header::from_byte_slice(block);
    let old = header.as_old();
    let kind = old.linkflag[0];
    let name = until_nul(&old.name);
    let name = match header.as_ustar() {
        Some(ustar) if !until_nul(&ustar.prefix).is_empty() => [until_nul(&ustar.prefix), b"/", name].concat(),
        _ => name.to_vec(),
    };
    // Where the header has no such part, some tools read it all the same.
    let prefix = &block[345..500];
    if header.as_ustar().is_none() && kind != b'S' && !is_zero(prefix) {
        return Err(BlockError::Refused("a second part of the name where the format has none"));
    }
    let sparse_more = kind == b'S' && header.as_gnu().is_some_and(|gnu| gnu.isextended[0] == 1);
    Ok(TarBlock { name, size: number(&old.size).map_err(BlockError::Refused)?, kind, sparse_more })
}

/// The checksum counts its own field as blanks; some old tars summed signed bytes.
fn has_checksum(block: &[u8; BLOCK]) -> bool {
    let Ok(said) = number(&block[148..156]) else { return false };
    let (mut unsigned, mut signed) = (256_u64, 256_i64);
    for (i, byte) in block.iter().enumerate() {
        if !(148..156).contains(&i) {
            unsigned += u64::from(*byte);
            signed += i64::from(i8::from_ne_bytes([*byte]));
        }
    }
    said == unsigned || i64::try_from(said) == Ok(signed)
}

/// Octal digits between blanks and NULs, or GNU's base 256 for what octal cannot hold.
fn number(field: &[u8]) -> Result<u64, &'static str> {
    match field[0] {
        0x80 => {
            let mut value = 0_u64;
            for byte in &field[1..] {
                value = value.checked_mul(256).and_then(|v| v.checked_add(u64::from(*byte))).ok_or("a size beyond all bounds")?;
            }
            if value < BASE256_FROM { Err("a small size in the notation for huge ones") } else { Ok(value) }
        }
        0x81..=0xFF => Err("a negative size or one beyond all bounds"),
        _ => {
            let digits = field.trim_ascii_start();
            let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
            let (digits, rest) = digits.split_at(end);
            // After the digits NULs and blanks only; an empty field is zero, as everywhere.
            if rest.iter().any(|b| !matches!(b, 0 | b' ')) {
                return Err("a size that is no number");
            }
            digits.iter().try_fold(0_u64, |value, digit| match digit {
                b'0'..=b'7' => Ok(value * 8 + u64::from(digit - b'0')),
                _ => Err("a size that is no octal number"),
            })
        }
    }
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|b| *b == 0).unwrap_or(field.len())]
}

/// What a PAX extended header changes about the entry behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) link: bool,
    pub(super) sparse: bool,
}

/// Parses the body of a PAX header: `<length> <key>=<value>\n`, repeated, nothing else.
pub(super) fn pax(mut body: &[u8]) -> Result<Pax, &'static str> {
    const MALFORMED: &str = "a malformed PAX header";
    let mut found = Pax::default();
    while !body.is_empty() {
        let blank = body.iter().take(20).position(|b| *b == b' ').ok_or(MALFORMED)?;
        let length = usize::try_from(decimal(&body[..blank]).ok_or(MALFORMED)?).map_err(|_| MALFORMED)?;
        if length <= blank + 1 || length > body.len() {
            return Err(MALFORMED);
        }
        let (record, rest) = body.split_at(length);
        let record = record[blank + 1..].strip_suffix(b"\n").ok_or(MALFORMED)?;
        let equals = record.iter().position(|b| *b == b'=').filter(|at| *at > 0).ok_or(MALFORMED)?;
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        match key {
            b"path" if found.path.replace(value.to_vec()).is_some() => return Err("a PAX header with two paths"),
            b"size" if found.size.replace(decimal(value).ok_or("a PAX size that is no number")?).is_some() => {
                return Err("a PAX header with two sizes");
            }
            b"linkpath" => found.link = true,
            // Solaris' and star's ways to say it: libarchive takes the size from them.
            b"SCHILY.realsize" | b"SUN.holesdata" => found.sparse = true,
            _ if key.starts_with(b"GNU.sparse.") => found.sparse = true,
            _ => {}
        }
        body = rest;
    }
    Ok(found)
}

/// The name in a GNU long-name entry: everything before the NULs at its end.
pub(super) fn long_name(body: &[u8]) -> Result<Vec<u8>, &'static str> {
    let name = until_nul(body);
    if is_zero(&body[name.len()..]) { Ok(name.to_vec()) } else { Err("a long name with bytes behind its end") }
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_every_notation() {
        assert_eq!(number(b"00000001750\0"), Ok(1000));
        assert_eq!(number(b"       1750 "), Ok(1000));
        assert_eq!(number(b"777777777777"), Ok(0o777_777_777_777));
        assert_eq!(number(&[0; 12]), Ok(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Ok(1 << 33));
        for bad in [
            &b"-0000000010\0"[..],
            b"00000000019\0",
            b"17 50\0\0\0\0\0\0\0",
            b"\x80\0\0\0\0\0\0\0\0\0\0\x01",
            b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF0",
        ] {
            assert!(number(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn pax_is_strict() {
        let good = pax(b"12 path=a/b\n9 size=7\n").unwrap();
        assert_eq!((good.path.as_deref(), good.size), (Some(&b"a/b"[..]), Some(7)));
        assert_eq!(pax(b"").unwrap(), Pax::default());
        for bad in [
            &b"12 path=a/b"[..],
            b"11 path=a/b\n",
            b"012 path=a/b\n",
            b"99 path=a/b\n",
            b"6 =a/b\n",
            b"x",
            b"0 \n",
            b"12 path=a/b\n12 path=a/c\n",
            b"10 size=-1\n",
        ] {
            assert!(pax(bad).is_err(), "{bad:?}");
        }
    }
}
