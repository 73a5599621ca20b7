//! Tar archives that tools read differently, that lie about sizes, or that never end.

use std::io::Write;

use crate::archive::{Header, end, entry, file, kind, long_name, padded, pax, record};
use crate::case::{Case, Expect, Making, POD, around, first, last};

/// A file whose size field is these bytes, with a body of one block.
fn sized(field: &'static [u8; 12]) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        around(out, |out| {
            out.write_all(&Header::new(kind::FILE, b"notes.txt", 0).size_field(field).sealed()).unwrap();
            padded(out, b"body");
        });
    }
}

/// A PAX header with these records before a file.
fn with_records(records: Vec<u8>) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        around(out, |out| {
            pax(out, &records);
            file(out, b"notes.txt", &[b'n'; 700]);
        });
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let refused = |name: &str, write: Making| Case::new("tar structure", name, Expect::Refuse, write);
    let taken = |name: &str, write: Making| Case::new("tar structure", name, Expect::Take, write);
    vec![
        refused("a PAX size that is another", Box::new(with_records(record("size", b"3")))),
        refused("a PAX size of nothing before a body", Box::new(with_records(record("size", b"0")))),
        refused("a PAX size that is no number", Box::new(with_records(record("size", b"12x")))),
        refused("a PAX record without an end", Box::new(with_records(b"20 path=notes".to_vec()))),
        refused("a PAX record that is longer than the header", Box::new(with_records(b"999 path=notes\n".to_vec()))),
        refused("a PAX record without a length", Box::new(with_records(b"path=notes\n".to_vec()))),
        refused("a PAX record without a value", Box::new(with_records(b"8 path\n\n".to_vec()))),
        Case::new("tar structure", "a PAX header before a GNU long name", Expect::KeepOrRefuse, |out| {
            around(out, |out| {
                pax(out, &record("path", b"objects/core/v1/a.ndjson"));
                long_name(out, b"objects/core/v1/b.ndjson\0");
                file(out, b"x", b"");
            });
        }),
        refused(
            "two GNU long names",
            Box::new(|out| {
                around(out, |out| {
                    long_name(out, b"objects/core/v1/a.ndjson\0");
                    long_name(out, b"objects/core/v1/pods.part-1.ndjson\0");
                    file(out, b"x", POD);
                })
            }),
        ),
        Case::new("tar structure", "a GNU long name of 8 GiB", Expect::RefuseOrTake, |out| {
            first(out);
            out.write_all(&Header::new(kind::GNU_LONG_NAME, b"././@LongLink", 0).size_field(b"\x80\0\0\0\0\0\0\x02\0\0\0\0").sealed())
                .unwrap();
            for _ in 0..1024 {
                out.write_all(&[b'a'; 1024]).unwrap();
            }
        })
        .below(64),
        Case::new("tar structure", "a PAX header of 1 GiB", Expect::RefuseOrTake, |out| {
            first(out);
            out.write_all(&Header::new(kind::PAX, b"p", 1 << 30).sealed()).unwrap();
            for _ in 0..65536 {
                out.write_all(&[b'a'; 16384]).unwrap();
            }
            last(out);
            end(out);
        })
        .below(64),
        taken(
            "a checksum that is wrong",
            Box::new(|out| {
                first(out);
                let mut block = Header::new(kind::FILE, b"notes.txt", 4).sealed();
                block[0] ^= 1;
                out.write_all(&block).unwrap();
                padded(out, b"body");
                last(out);
                end(out);
            }),
        ),
        refused("a negative size", Box::new(sized(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"))),
        refused("a small size in base 256", Box::new(sized(b"\x80\0\0\0\0\0\0\0\0\0\0\x04"))),
        refused("a size that is no number", Box::new(sized(b"00000000z04\0"))),
        Case::new(
            "tar structure",
            "a size beyond everything",
            Expect::RefuseOrTake,
            sized(b"\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        ),
        Case::new("tar structure", "a size of 8 EiB less one", Expect::RefuseOrTake, sized(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff")),
        Case::new("tar structure", "a sparse file of 8 EiB", Expect::KeepOrRefuse, |out| {
            around(out, |out| {
                let mut header = Header::new(kind::GNU_SPARSE, b"notes.txt", 512);
                header
                    .put(257, b"ustar  \0")
                    .put(386, b"00000000000\x0000000001000\0")
                    .put(483, b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
                entry(out, &header, &[0; 512]);
            });
        }),
        Case::new("tar structure", "a sparse file in PAX's way", Expect::Skip, |out| {
            around(out, |out| {
                pax(
                    out,
                    &[
                        record("GNU.sparse.major", b"1"),
                        record("GNU.sparse.minor", b"0"),
                        record("GNU.sparse.name", b"objects/core/v1/pods.part-1.ndjson"),
                        record("GNU.sparse.realsize", b"9223372036854775807"),
                    ]
                    .concat(),
                );
                file(out, b"GNUSparseFile.0/x", POD);
            });
        }),
        Case::new("tar structure", "a global header that renames everything", Expect::KeepOrRefuse, |out| {
            first(out);
            let records = record("path", b"objects/core/v1/pods.part-1.ndjson");
            entry(out, &Header::new(kind::PAX_GLOBAL, b"g", records.len() as u64), &records);
            last(out);
            end(out);
        }),
        Case::new("tar structure", "no end", Expect::Keep, |out| {
            first(out);
            last(out);
        }),
        taken(
            "cut inside a header",
            Box::new(|out| {
                first(out);
                out.write_all(&Header::new(kind::FILE, b"notes.txt", 4).sealed()[..300]).unwrap();
            }),
        ),
        taken(
            "cut inside a body",
            Box::new(|out| {
                first(out);
                out.write_all(&Header::new(kind::FILE, b"objects/core/v1/secrets.ndjson", 100_000).sealed()).unwrap();
                out.write_all(POD).unwrap();
            }),
        ),
        Case::new("tar structure", "garbage after the end", Expect::Keep, |out| {
            around(out, |_| {});
            out.write_all(&[0xa5; 4096]).unwrap();
        }),
        Case::new("tar structure", "a second archive after the end", Expect::Skip, |out| {
            around(out, |_| {});
            file(out, b"objects/core/v1/pods.part-1.ndjson", POD);
            end(out);
        }),
        Case::new("tar structure", "three million empty entries", Expect::Take, |out| {
            first(out);
            for number in 0..3_000_000_u32 {
                out.write_all(&Header::new(kind::FILE, format!("notes/{number}").as_bytes(), 0).sealed()).unwrap();
            }
            last(out);
            end(out);
        })
        .heavy(),
    ]
}
