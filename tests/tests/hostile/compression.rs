//! Compressed streams that blow up, that are broken, or that are not what their names say.

use std::io::Write;

use crate::archive::{Header, end, file, kind};
use crate::case::{Case, Expect, POD, around, first};

fn archive(middle: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    around(&mut out, |out| {
        if !middle.is_empty() {
            file(out, b"notes.txt", middle);
        }
    });
    out
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// Bytes that do not compress, always the same.
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    })
    .take(length)
    .collect()
}

/// A zstd frame of `blocks` blocks, each of 128 KiB of one byte repeated: four bytes for 131,072.
fn bomb_frame(blocks: usize) -> Vec<u8> {
    // Magic number; no content size, no checksum; a window of 128 KiB (exponent 7).
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3];
    for number in 0..blocks {
        // Block header: last flag, type 1 (one byte repeated), size.
        let header = u32::from(number + 1 == blocks) | (1 << 1) | ((128 << 10) << 3);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

pub(crate) fn cases() -> Vec<Case> {
    let area = "compression";
    vec![
        Case::raw(area, "a zstd bomb of ten terabytes", Expect::Take, |out| {
            let mut head = Vec::new();
            first(&mut head);
            head.extend_from_slice(&Header::new(kind::FILE, b"notes.txt", 0).size_field(b"\x80\0\0\0\0\0\x09\x18\x4e\x72\xa0\0").sealed());
            out.write_all(&zstd_of(&head)).unwrap();
            let frame = bomb_frame(10_000);
            for _ in 0..7_600 {
                out.write_all(&frame).unwrap();
            }
        }),
        Case::raw(area, "a gzip bomb", Expect::Take, |out| {
            let mut to = flate2::write::GzEncoder::new(out, flate2::Compression::best());
            first(&mut to);
            to.write_all(&Header::new(kind::FILE, b"notes.txt", 2 << 30).sealed()).unwrap();
            for _ in 0..2 << 10 {
                to.write_all(&[0; 1 << 20]).unwrap();
            }
            to.finish().unwrap();
        }),
        Case::raw(area, "a zstd window of 2 GiB", Expect::RefuseOrTake, |out| {
            out.write_all(&zstd_of(&archive(b""))).unwrap();
            out.write_all(&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0]).unwrap();
        }),
        Case::raw(area, "a zstd window of 2 GiB at once", Expect::Refuse, |out| {
            out.write_all(&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0]).unwrap()
        })
        .below(64),
        Case::raw(area, "a million skippable frames", Expect::KeepOrRefuse, |out| {
            let bytes = zstd_of(&archive(b""));
            out.write_all(&bytes).unwrap();
            for _ in 0..1_000_000 {
                out.write_all(&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]).unwrap();
            }
        }),
        Case::raw(area, "300,000 empty frames before anything", Expect::KeepOrRefuse, |out| {
            for _ in 0..300_000 {
                out.write_all(&[0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0]).unwrap();
            }
            out.write_all(&zstd_of(&archive(b""))).unwrap();
        }),
        Case::raw(area, "cut inside a zstd frame", Expect::Take, |out| {
            let mut head = Vec::new();
            first(&mut head);
            out.write_all(&zstd_of(&head)).unwrap();
            let rest = zstd_of(&archive(&noise(300_000, 1))[head.len()..]);
            out.write_all(&rest[..rest.len() / 2]).unwrap();
        }),
        Case::raw(area, "a zstd frame with a wrong checksum", Expect::Take, |out| {
            let mut head = Vec::new();
            first(&mut head);
            out.write_all(&zstd_of(&head)).unwrap();
            let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(&archive(&noise(300_000, 2))[head.len()..]).unwrap();
            let mut frame = encoder.finish().unwrap();
            let end = frame.len() - 1;
            frame[end] ^= 1;
            out.write_all(&frame).unwrap();
        }),
        Case::raw(area, "a zstd frame that wants a dictionary", Expect::RefuseOrTake, |out| {
            let dictionary = noise(4096, 3);
            let mut encoder = zstd::Encoder::with_dictionary(Vec::new(), 3, &dictionary).unwrap();
            encoder.write_all(&archive(&dictionary)).unwrap();
            let mut frame = encoder.finish().unwrap();
            // A dictionary without a head has no number, so the frame is given one: flag, and one byte after the window.
            if frame[4] & 3 == 0 {
                frame[4] |= 1;
                let at = if frame[4] & 0x20 == 0 { 6 } else { 5 };
                frame.insert(at, 7);
            }
            out.write_all(&frame).unwrap();
        }),
        Case::raw(area, "a gzip whose end is missing", Expect::Take, |out| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&archive(&noise(300_000, 4))).unwrap();
            let bytes = encoder.finish().unwrap();
            out.write_all(&bytes[..bytes.len() / 2]).unwrap();
        }),
        Case::raw(area, "a gzip with a wrong checksum", Expect::KeepOrRefuse, |out| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&archive(&noise(300_000, 5))).unwrap();
            let mut bytes = encoder.finish().unwrap();
            let at = bytes.len() - 8;
            bytes[at] ^= 1;
            out.write_all(&bytes).unwrap();
        }),
        Case::raw(area, "an xz that wants a dictionary of 4 GiB", Expect::RefuseOrTake, |out| {
            // Stream header (no check), one block of LZMA2 with the largest dictionary that the format can ask for.
            let mut bytes = b"\xfd7zXZ\0\0\0\xff\x12\xd9\x41".to_vec();
            let block = [2_u8, 0, 0x21, 1, 40, 0, 0, 0];
            bytes.extend_from_slice(&block);
            bytes.extend_from_slice(&0xb311a0e6_u32.to_le_bytes());
            bytes.extend_from_slice(&[1, 0, 0, b'x', 0, 0, 0, 0]);
            out.write_all(&bytes).unwrap();
        }),
        Case::raw(area, "zstd in gzip in zstd: only one is opened", Expect::Refuse, |out| {
            let mut bytes = archive(POD);
            for round in 0..20 {
                bytes = if round % 2 == 0 {
                    zstd_of(&bytes)
                } else {
                    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    encoder.write_all(&bytes).unwrap();
                    encoder.finish().unwrap()
                };
            }
            out.write_all(&bytes).unwrap();
        }),
        Case::new(area, "bundles in a bundle in a bundle", Expect::Keep, |out| {
            let mut inner = archive(POD);
            for _ in 0..20 {
                let mut next = Vec::new();
                file(&mut next, b"objects/inner.tar.zst", &zstd_of(&inner));
                end(&mut next);
                inner = next;
            }
            around(out, |out| file(out, b"inner.tar.zst", &zstd_of(&inner)));
        }),
        Case::raw(area, "nothing", Expect::Refuse, |_| {}),
        Case::raw(area, "noise", Expect::Refuse, |out| out.write_all(&noise(1 << 20, 6)).unwrap()),
        Case::raw(area, "a magic number and no more", Expect::Refuse, |out| out.write_all(&[0x28, 0xb5, 0x2f, 0xfd]).unwrap()),
        Case::raw(area, "zeroes", Expect::Refuse, |out| {
            for _ in 0..16 {
                out.write_all(&[0; 1 << 20]).unwrap();
            }
        }),
    ]
}
