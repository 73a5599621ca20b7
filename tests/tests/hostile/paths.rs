//! Names and types of entries that want to lead somewhere.

use std::io::Write;

use crate::archive::{Header, entry, file, kind, long_name, pax, record};
use crate::case::{Case, Expect, POD, around};

/// A pod under a name that leads elsewhere: it must not be read.
fn named(name: &'static [u8]) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| around(out, |out| file(out, name, POD))
}

/// An entry without a body, of another type, and a pod at a place behind it.
fn special(kind: u8, target: &'static [u8], behind: &'static [u8]) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        around(out, |out| {
            entry(out, Header::new(kind, b"objects/core/v1/pods.part-1.ndjson", 0).link(target), b"");
            if !behind.is_empty() {
                file(out, behind, POD);
            }
        });
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let skipped: [(&str, &'static [u8]); 11] = [
        ("parents", b"../../objects/core/v1/pods.part-1.ndjson"),
        ("absolute", b"/objects/core/v1/pods.part-1.ndjson"),
        ("parents inside", b"objects/../../objects/core/v1/pods.part-1.ndjson"),
        ("parents at the end", b"objects/core/v1/pods.part-1.ndjson/.."),
        ("backslashes", b"objects\\core\\v1\\pods.part-1.ndjson"),
        ("backslashes to parents", b"..\\..\\objects\\core\\v1\\pods.part-1.ndjson"),
        ("a drive", b"C:\\objects\\core\\v1\\pods.part-1.ndjson"),
        ("a drive with slashes", b"C:/objects/core/v1/pods.part-1.ndjson"),
        ("a share", b"\\\\server\\share\\pods.part-1.ndjson"),
        ("a share with slashes", b"//server/objects/core/v1/pods.part-1.ndjson"),
        ("empty", b""),
    ];
    let mut cases: Vec<Case> = skipped.iter().map(|&(name, path)| Case::new("paths", name, Expect::Skip, named(path))).collect();
    cases.extend([
        Case::new("paths", "only slashes", Expect::SkipOrRefuse, named(b"///")),
        Case::new("paths", "a NUL in a PAX name", Expect::SkipOrRefuse, |out| {
            around(out, |out| {
                pax(out, &record("path", b"objects/core/v1/pods.part-1.ndjson\0/x"));
                file(out, b"x", POD);
            });
        }),
        Case::new("paths", "a name that is not UTF-8", Expect::Keep, |out| {
            around(out, |out| file(out, b"objects/core/v1/caf\xe9.ndjson", b""))
        }),
        Case::new("paths", "a name of a mebibyte", Expect::Skip, |out| {
            around(out, |out| {
                long_name(out, &[b"objects/core/v1/".as_slice(), &[b'a'; 1 << 20], b".ndjson\0"].concat());
                file(out, b"x", POD);
            });
        }),
        Case::new("paths", "a PAX name of a mebibyte", Expect::SkipOrRefuse, |out| {
            around(out, |out| {
                pax(out, &record("path", &[b"objects/core/v1/".as_slice(), &[b'a'; 1 << 20], b".ndjson"].concat()));
                file(out, b"x", POD);
            });
        }),
        Case::new("paths", "a folder of 5,000 folders", Expect::Skip, |out| {
            around(out, |out| {
                long_name(out, &[b"d/".repeat(5000), b"objects/core/v1/pods.part-1.ndjson\0".to_vec()].concat());
                file(out, b"x", POD);
            });
        }),
        Case::new("paths", "a symlink out", Expect::Skip, special(kind::SYMLINK, b"../../../../etc/passwd", b"")),
        Case::new("paths", "an absolute symlink", Expect::Skip, special(kind::SYMLINK, b"/etc/passwd", b"")),
        Case::new(
            "paths",
            "a file through a symlink",
            Expect::Skip,
            special(kind::SYMLINK, b"/tmp", b"objects/core/v1/pods.part-1.ndjson/pods.ndjson"),
        ),
        Case::new("paths", "a symlink to itself", Expect::Skip, special(kind::SYMLINK, b"pods.part-1.ndjson", b"")),
        Case::new("paths", "symlinks in a circle", Expect::Skip, |out| {
            around(out, |out| {
                for (from, to) in [(b"objects/a", b"b"), (b"objects/b", b"a")] {
                    entry(out, Header::new(kind::SYMLINK, from, 0).link(to), b"");
                }
            });
        }),
        Case::new("paths", "a hard link out", Expect::Skip, special(kind::HARD_LINK, b"/etc/shadow", b"")),
        Case::new("paths", "a character device", Expect::Skip, special(kind::CHARACTER_DEVICE, b"", b"")),
        Case::new("paths", "a block device", Expect::Skip, special(kind::BLOCK_DEVICE, b"", b"")),
        Case::new("paths", "a fifo", Expect::Skip, special(kind::FIFO, b"", b"")),
        Case::new("paths", "a type that nobody knows", Expect::Skip, special(b'Q', b"", b"")),
        Case::new("paths", "a file with the name of a folder", Expect::Skip, |out| {
            around(out, |out| entry(out, &Header::new(kind::FILE, b"objects/core/v1/more/", 0), b""));
        }),
        Case::new("paths", "a file whose other name is a folder's", Expect::Skip, |out| {
            around(out, |out| {
                pax(out, &record("path", b"notes/file.txt"));
                entry(out, &Header::new(kind::OLD_FILE, b"notes/folder/", 0), b"");
            });
        }),
        Case::new("paths", "a volume label with the name of a file", Expect::Skip, |out| {
            around(out, |out| {
                long_name(out, b"objects/core/v1/pods.part-1.ndjson\0");
                entry(out, &Header::new(b'V', b"label", 0), b"");
            });
        }),
        Case::new("paths", "set-user-id", Expect::Keep, |out| {
            around(out, |out| entry(out, Header::new(kind::FILE, b"notes.txt", 3).put(100, b"0006777\0"), b"abc"));
        }),
        Case::new("paths", "the same name twice", Expect::Skip, |out| around(out, |out| file(out, b"objects/core/v1/pods.ndjson", POD))),
        Case::new("paths", "names that differ in case", Expect::Keep, |out| {
            around(out, |out| {
                file(out, b"notes/A.txt", b"a");
                file(out, b"notes/a.txt", b"b");
            });
        }),
        Case::new("paths", "names that differ in composition", Expect::Keep, |out| {
            around(out, |out| {
                file(out, "notes/\u{e9}.txt".as_bytes(), b"a");
                file(out, "notes/e\u{301}.txt".as_bytes(), b"b");
            });
        }),
        Case::new("paths", "a file that is a folder of another", Expect::Skip, |out| {
            around(out, |out| file(out, b"objects/core/v1/pods.ndjson/pods.part-1.ndjson", POD));
        }),
        Case::new("paths", "names of devices", Expect::Keep, |out| {
            around(out, |out| {
                for name in [b"CON".as_slice(), b"notes/aux.txt", b"NUL", b"com1.log"] {
                    file(out, name, b"x");
                }
            });
        }),
    ]);
    cases
}
