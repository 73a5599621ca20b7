//! Whatever happens to the file, what is whole is read, what is not is named, and nothing panics.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own sample has failed")]

mod common;

use common::{Folder, frames, header, log_text, noise, options, write_bundle};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::OnceLock;
use tarbox_bundle::{End, EntryPath, FaultKind, Limits, OpenErrorKind, ProblemKind, Reader, Writer, read_all, verify};

/// An entry and where its content ends in the plain archive.
struct Entry {
    name: String,
    content: Vec<u8>,
    header: usize,
    end: usize,
}

struct Sample {
    bytes: Vec<u8>,
    /// Begin and end of every frame in the file, and of its plain bytes in the archive.
    frames: Vec<((usize, usize), (usize, usize))>,
    entries: Vec<Entry>,
}

/// A bundle with batches of small entries and entries of several frames, taken apart by other people's code.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = Folder::new();
        let mut files: BTreeMap<String, Vec<u8>> =
            (0..40).map(|i| (format!("logs/n/p{i:02}/c/current.log"), log_text(i * 1500, i as u64))).collect();
        files.insert("kubelet/n/noise".to_owned(), noise(300_000, 5));
        files.insert("logs/n/large/c/current.log".to_owned(), log_text(3_300_000, 77));
        files.insert("objects/core/v1/pods.ndjson".to_owned(), log_text(1_200_000, 78));
        let path = write_bundle(&folder, &files);
        let bytes = std::fs::read(&path).unwrap();
        let mut plain = Vec::new();
        let frames = frames(&path)
            .into_iter()
            .map(|(begin, end)| {
                let before = plain.len();
                plain.extend(zstd::decode_all(&bytes[begin..end]).unwrap());
                ((begin, end), (before, plain.len()))
            })
            .collect();
        let mut archive = tar::Archive::new(plain.as_slice());
        let entries = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let name = entry.path().unwrap().to_str().unwrap().strip_prefix("bundle/").unwrap().to_owned();
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                let (header, begin) = (entry.raw_header_position() as usize, entry.raw_file_position() as usize);
                Entry { name, header, end: begin + content.len(), content }
            })
            .collect();
        Sample { bytes, frames, entries }
    })
}

/// What came out of a file: entries, kinds of problems, and how it ended.
type Read = (BTreeMap<String, Vec<u8>>, BTreeSet<ProblemKind>, End);

fn read(path: &Path) -> Option<Read> {
    let mut reader = match Reader::open(path, Limits::default()) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let mut entries: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => entries.entry(chunk.entry.path.clone()).or_default().extend(chunk.bytes),
            Ok(None) => break,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break;
            }
        }
    }
    let summary = reader.into_summary();
    Some((entries, summary.problems.iter().map(|p| p.kind).collect(), summary.end))
}

fn check_cut(at: usize) {
    let sample = sample();
    let folder = Folder::new();
    let path = folder.file("cut.partial", &sample.bytes[..at]);
    let plain = sample.frames.iter().rfind(|((_, end), _)| *end <= at).map_or(0, |(_, (_, plain))| *plain);
    let whole: Vec<&Entry> = sample.entries.iter().filter(|entry| entry.end <= plain).collect();
    let Some((entries, problems, end)) = read(&path) else {
        assert!(whole.is_empty(), "cut at {at}: not opened, though {} entries are whole", whole.len());
        return;
    };
    for entry in whole {
        assert!(entries.get(&entry.name) == Some(&entry.content), "cut at {at}: {}", entry.name);
    }
    for (name, content) in &entries {
        let entry = sample.entries.iter().find(|entry| entry.name == *name).unwrap();
        assert!(entry.content.starts_with(content), "cut at {at}: {name} is not what was written");
    }
    if plain < sample.frames.last().unwrap().1.1 {
        assert_eq!(end, End::Cut, "cut at {at}");
        assert!(problems.contains(&ProblemKind::Cut) || problems.contains(&ProblemKind::MissingEnd), "cut at {at}: {problems:?}");
    }
}

#[test]
fn cut_at_every_frame_border() {
    let sample = sample();
    for ((begin, end), _) in &sample.frames {
        for at in [*begin, begin + 1, begin + 5, (begin + end) / 2, end - 1, *end] {
            check_cut(at);
        }
    }
    for at in sample.frames.last().unwrap().0.1..sample.bytes.len() {
        check_cut(at);
    }
    for at in 0..40 {
        check_cut(at);
    }
}

#[test]
fn a_flipped_byte_costs_its_frame_and_is_located() {
    let sample = sample();
    let folder = Folder::new();
    for (number, ((begin, end), (plain_begin, plain_end))) in sample.frames.iter().enumerate() {
        for at in [*begin, begin + 4, begin + 6, (begin + end) / 2, end - 2] {
            let mut bytes = sample.bytes.clone();
            // In a frame's descriptor this is the reserved bit; the one above it means nothing.
            bytes[at] ^= 0x08;
            let path = folder.file("flipped", &bytes);
            let hit = |entry: &Entry| entry.header < *plain_end && entry.end > *plain_begin;
            let lost: BTreeSet<&str> = sample.entries.iter().filter(|entry| hit(entry)).map(|entry| entry.name.as_str()).collect();
            if lost.contains("bundle.json") {
                // Without its first entry it is read like another tool's archive.
                assert!(read(&path).is_some(), "frame {number}, byte {at}");
                continue;
            }
            let (entries, _, _) = read(&path).unwrap();
            for entry in sample.entries.iter().filter(|entry| !hit(entry)) {
                assert!(entries.get(&entry.name) == Some(&entry.content), "frame {number}, byte {at}: {}", entry.name);
            }
            let report = verify(&path, Limits::default()).unwrap();
            assert!(!report.is_intact(), "frame {number}, byte {at}");
            if !lost.contains("manifest.json") {
                let named: BTreeSet<&str> = report.faults.iter().map(|fault| fault.path.as_str()).collect();
                assert_eq!(named, lost, "frame {number}, byte {at}");
                assert!(report.faults.iter().all(|fault| matches!(fault.kind, FaultKind::Missing | FaultKind::Truncated)));
            }
        }
    }
}

#[test]
fn a_flipped_seek_table_costs_nothing() {
    let sample = sample();
    let folder = Folder::new();
    let table = sample.frames.last().unwrap().0.1;
    for at in table + 8..sample.bytes.len() {
        let mut bytes = sample.bytes.clone();
        bytes[at] ^= 0x21;
        let (entries, problems, _) = read(&folder.file("flipped", &bytes)).unwrap();
        // A wrong plain size of one frame makes that frame suspect; anything else in the table does not matter.
        if !problems.contains(&ProblemKind::DamagedFrame) {
            assert_eq!(entries.len(), sample.entries.len(), "byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn cut_anywhere(part in 0.0..1.0_f64) {
        check_cut((sample().bytes.len() as f64 * part) as usize);
    }

    #[test]
    fn flipped_anywhere(flips in prop::collection::vec((0.0..1.0_f64, 1..=255_u8), 1..6), cut in prop::option::of(0.0..1.0_f64)) {
        let mut bytes = sample().bytes.clone();
        let length = bytes.len() as f64;
        for (part, mask) in flips {
            bytes[(length * part) as usize] ^= mask;
        }
        if let Some(part) = cut {
            bytes.truncate((length * part) as usize);
        }
        let folder = Folder::new();
        let path = folder.file("flipped", &bytes);
        if let Some((entries, _, _)) = read(&path) {
            for (name, content) in &entries {
                // Frames have checksums: what is delivered is what was written.
                if let Some(entry) = sample().entries.iter().find(|entry| entry.name == *name) {
                    prop_assert!(cut.is_some() || entry.content.starts_with(content), "{name}");
                }
            }
        }
        let _ = verify(&path, Limits::default());
    }

    #[test]
    fn bytes_of_no_meaning(head in prop::sample::select(vec![&b"\x28\xB5\x2F\xFD"[..], b"\x1F\x8B\x08", b"", b"\x50\x2A\x4D\x18"]), noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        let folder = Folder::new();
        let path = folder.file("x", &[head, &noise].concat());
        if let Ok(mut reader) = Reader::open(&path, Limits::default()) {
            while let Ok(Some(_)) = reader.next_chunk() {}
        }
    }

    #[test]
    fn damaged_plain_tar(flips in prop::collection::vec((0..12_000_usize, any::<u8>()), 1..8), cut in 0..14_000_usize) {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, size) in [("top/bundle.json", 300), ("top/logs/a/b/c/current.log", 3000), (&*format!("top/{}", "long/".repeat(60)), 700)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(size);
            builder.append_data(&mut header, name, log_text(size as usize, 1).as_slice()).unwrap();
        }
        let mut bytes = builder.into_inner().unwrap();
        for (at, byte) in flips {
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
        }
        bytes.truncate(cut.max(512));
        let folder = Folder::new();
        read(&folder.file("x.tar", &bytes));
    }
}

#[test]
fn a_killed_run_leaves_what_was_flushed() {
    let folder = Folder::new();
    let writer = Writer::create(&folder.path("b.tar.zst"), options()).unwrap();
    writer.header(&header()).unwrap();
    writer.add(&EntryPath::health("livez"), b"ok").unwrap();
    writer.add(&EntryPath::metrics("large"), &log_text(2 << 20, 1)).unwrap();
    let open = writer.entry(&EntryPath::metrics("open")).unwrap();
    let path = writer.partial_path();
    // The small entry waits for others still, and the open one is not there.
    let names = |path: &Path| -> Vec<String> { read_all(path, Limits::default()).unwrap().0.into_iter().map(|(name, _)| name).collect() };
    assert_eq!(names(&path), ["bundle.json", "metrics/large"]);
    writer.flush().unwrap();
    assert_eq!(names(&path), ["bundle.json", "metrics/large", "health/livez"]);
    let reader = Reader::open(&path, Limits::default()).unwrap();
    assert_eq!(reader.header().map(|header| header.format), Some(1));
    drop(open);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = Folder::new();
    let open = |path: &Path| Reader::open(path, Limits::default()).unwrap_err();
    assert!(matches!(open(&folder.path("no")).kind, OpenErrorKind::NotFound));
    assert!(matches!(open(&folder.file("empty", b"")).kind, OpenErrorKind::Empty));
    for (content, word) in [
        (&b"{\"a\": 1}"[..], "JSON"),
        (b"hello there, this is text", "text"),
        (b"\0\x01\x02\x03", "unknown"),
        (&zstd::encode_all(log_text(5000, 1).as_slice(), 1).unwrap(), "no tar"),
    ] {
        let error = open(&folder.file("x.tar.zst", content));
        assert!(matches!(&error.kind, OpenErrorKind::NotABundle { looks_like } if looks_like.contains(word)), "{error}");
    }
    // A packing that is known, and nothing whole in it.
    for content in [&b"PK\x03\x04rest"[..], b"\xFD7zXZ\0rest"] {
        let error = open(&folder.file("x.tar.zst", content));
        assert!(matches!(error.kind, OpenErrorKind::Empty | OpenErrorKind::NotABundle { .. }), "{error}");
    }
    let writer = Writer::create(&folder.path("n.tar.zst"), options()).unwrap();
    let newer = br#"{"format": 7, "cluster": ["quite", "different"]}"#;
    writer.add(&EntryPath::header(), newer).unwrap();
    let error = open(&writer.finish().unwrap().path);
    assert!(matches!(error.kind, OpenErrorKind::NewerFormat { found: 7, supported: 1 }));
    assert!(error.to_string().contains("upgrade"), "{error}");
}
