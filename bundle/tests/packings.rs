//! xz and zip: read by content, within the limits, and as far as they go.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its own sample has failed")]

mod common;

use common::{Folder, noise};
use std::io::{Cursor, Write as _};
use tarbox_bundle::{Container, End, Limits, ProblemKind, Reader, Summary};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

type Files = Vec<(String, Vec<u8>)>;

fn files() -> Files {
    let mut files: Files = (0..20).map(|i| (format!("top/logs/p{i:02}.log"), format!("line of {i}\n").repeat(300).into_bytes())).collect();
    files.push(("top/noise.bin".to_owned(), noise(2_500_000, 9)));
    files
}

fn read(bytes: &[u8], limits: Limits) -> (Files, Summary) {
    let folder = Folder::new();
    let path = folder.path("anything.json");
    std::fs::write(&path, bytes).unwrap();
    let mut reader = Reader::open(&path, limits).unwrap();
    let mut entries: Files = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        match entries.last_mut() {
            Some((_, content)) if chunk.seq > 0 => content.extend(chunk.bytes),
            _ => entries.push((chunk.entry.path.clone(), chunk.bytes)),
        }
    }
    (entries, reader.into_summary())
}

fn xz(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

fn zip_of(files: &Files, method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A zip whose sizes stand behind the contents, as Go writes them.
fn streamed(files: &Files) -> Vec<u8> {
    let mut archive = ZipWriter::new_stream(Vec::new());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn whole_ones_give_everything() {
    let files = files();
    for (bytes, container) in [
        (xz(&files), Container::Xz),
        (zip_of(&files, CompressionMethod::Deflated), Container::Zip),
        (zip_of(&files, CompressionMethod::Stored), Container::Zip),
        (streamed(&files), Container::Zip),
    ] {
        let (entries, summary) = read(&bytes, Limits::default());
        assert!(entries == files, "{container:?}");
        assert_eq!((summary.container, summary.end, summary.problems), (container, End::Clean, vec![]));
    }
}

#[test]
fn cut_ones_give_what_was_whole() {
    let files = files();
    for bytes in [xz(&files), zip_of(&files, CompressionMethod::Deflated), zip_of(&files, CompressionMethod::Stored), streamed(&files)] {
        let (entries, summary) = read(&bytes[..bytes.len() - 1_000_000], Limits::default());
        assert!(entries[..20] == files[..20], "{:?}", summary.container);
        let (name, content) = &entries[20];
        assert!(*name == files[20].0 && files[20].1.starts_with(content) && content.len() > 1_000_000, "{:?}", summary.container);
        assert_eq!(summary.end, End::Cut);
        assert!(summary.problems.iter().any(|p| p.kind == ProblemKind::Cut), "{:?}", summary.problems);
    }
}

#[test]
fn a_damaged_entry_of_a_zip_costs_only_itself() {
    let files = files();
    let mut bytes = zip_of(&files, CompressionMethod::Stored);
    let at = memchr::memmem::find(&bytes, b"line of 3\n").unwrap();
    bytes[at] = b'L';
    let (entries, summary) = read(&bytes, Limits::default());
    assert_eq!((entries.len(), summary.end), (21, End::Damaged));
    assert!(entries[4..] == files[4..]);
    assert_eq!(summary.problems[0].entry.as_deref(), Some("top/logs/p03.log"));
}

#[test]
fn zips_in_a_zip_are_folders_and_only_once() {
    let innermost = zip_of(&vec![("x.log".to_owned(), b"deep\n".to_vec())], CompressionMethod::Deflated);
    let node = zip_of(
        &vec![("n1/logs/kubelet.log".to_owned(), b"started\n".to_vec()), ("more.zip".to_owned(), innermost)],
        CompressionMethod::Deflated,
    );
    let files = vec![("top/metadata.yaml".to_owned(), b"a: 1\n".to_vec()), ("top/nodes/n1.zip".to_owned(), node)];
    for bytes in [zip_of(&files, CompressionMethod::Deflated), streamed(&files)] {
        let (entries, summary) = read(&bytes, Limits::default());
        let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["top/metadata.yaml", "top/nodes/n1.zip/n1/logs/kubelet.log", "top/nodes/n1.zip/more.zip"]);
        assert_eq!((entries[1].1.as_slice(), summary.problems), (&b"started\n"[..], vec![]));
    }
}

#[test]
fn limits_hold() {
    let files = files();
    for bytes in [xz(&files), zip_of(&files, CompressionMethod::Deflated)] {
        let (entries, summary) = read(&bytes, Limits { entries: 5, ..Limits::default() });
        assert_eq!((entries.len(), summary.end), (5, End::Stopped));
        let (_, summary) = read(&bytes, Limits { total_bytes: 1_500_000, ..Limits::default() });
        assert_eq!(summary.end, End::Stopped);
        assert!(summary.problems.iter().any(|p| p.kind == ProblemKind::LimitReached));
    }
    // A bomb: 260 MB of zeros in some hundred KB.
    let zeros = zip_of(&vec![("a.log".to_owned(), vec![0; 260 << 20])], CompressionMethod::Deflated);
    let (_, summary) = read(&zeros, Limits { ratio: 100, ..Limits::default() });
    assert_eq!(summary.end, End::Stopped);
}

#[test]
fn names_lead_nowhere() {
    let files = ["../out.log", "/etc/x.log", "a/../../b.log", "good.log"].map(|name| (name.to_owned(), b"text\n".to_vec()));
    let (entries, summary) = read(&zip_of(&files.to_vec(), CompressionMethod::Deflated), Limits::default());
    assert_eq!(entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["good.log"]);
    assert!(summary.problems.len() == 3 && summary.problems.iter().all(|p| p.kind == ProblemKind::UnsafeName));
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

fn tar_of(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Files that are packed themselves, and what must come of them.
fn packed_files() -> (Files, Files) {
    let log = b"first\nsecond\n".to_vec();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(&log).unwrap();
    let twice = [gzip(b"first\n"), gzip(b"second\n")].concat();
    let deeper = zip_of(&vec![("x.log".to_owned(), b"deep\n".to_vec())], CompressionMethod::Stored);
    let inside = vec![("n1/kubelet.log.gz".to_owned(), gzip(&log)), ("n1/more.zip".to_owned(), deeper.clone())];
    let archive = gzip(&tar_of(&vec![("y.log".to_owned(), b"deep\n".to_vec())]));
    let packed = vec![
        ("top/a.log.gz".to_owned(), twice),
        ("top/b.log.zst".to_owned(), zstd::encode_all(log.as_slice(), 3).unwrap()),
        ("top/c.log.xz".to_owned(), xz.finish().unwrap()),
        ("top/d.json.gz".to_owned(), gzip(b"{\"a\":\n1}")),
        ("top/e.tar.gz".to_owned(), archive.clone()),
        ("top/f.log.gz".to_owned(), b"not packed\n".to_vec()),
        ("top/g.zip".to_owned(), b"no zip\n".to_vec()),
        ("top/n1.zip".to_owned(), zip_of(&inside, CompressionMethod::Deflated)),
        ("top/z.log".to_owned(), log.clone()),
    ];
    let plain = vec![
        ("top/a.log.gz".to_owned(), log.clone()),
        ("top/b.log.zst".to_owned(), log.clone()),
        ("top/c.log.xz".to_owned(), log.clone()),
        ("top/d.json.gz".to_owned(), b"{\"a\":\n1}".to_vec()),
        ("top/e.tar.gz".to_owned(), archive),
        ("top/f.log.gz".to_owned(), b"not packed\n".to_vec()),
        ("top/g.zip".to_owned(), b"no zip\n".to_vec()),
        ("top/n1.zip/n1/kubelet.log.gz".to_owned(), log.clone()),
        ("top/n1.zip/n1/more.zip".to_owned(), deeper),
        ("top/z.log".to_owned(), log),
    ];
    (packed, plain)
}

#[test]
fn packed_entries_are_unpacked_one_level_deep_in_every_container() {
    let (packed, plain) = packed_files();
    for bytes in [tar_of(&packed), xz(&packed), zip_of(&packed, CompressionMethod::Stored), gzip(&tar_of(&packed))] {
        let (entries, summary) = read(&bytes, Limits::default());
        assert_eq!((entries, summary.problems), (plain.clone(), vec![]), "{:?}", summary.container);
    }
    let folder = Folder::new();
    for (name, content) in &packed {
        let path = folder.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let (entries, problems) = tarbox_bundle::read_all(&folder.path("."), Limits::default()).unwrap();
    assert_eq!((entries, problems), (plain, vec![]));
}

#[test]
fn a_packed_entry_that_is_broken_costs_only_itself() {
    let (log, content) = (gzip(&noise(300_000, 4)), noise(300_000, 4));
    let files = vec![
        ("a.log.gz".to_owned(), log[..log.len() / 2].to_vec()),
        ("b.zip".to_owned(), zip_of(&vec![("x.log".to_owned(), content.clone())], CompressionMethod::Stored)[..200_000].to_vec()),
        ("c.log".to_owned(), b"whole\n".to_vec()),
    ];
    let (entries, summary) = read(&tar_of(&files), Limits::default());
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.log.gz", "b.zip/x.log", "c.log"]);
    assert!(content.starts_with(&entries[0].1) && entries[0].1.len() > 100_000 && content.starts_with(&entries[1].1));
    assert_eq!(entries[2].1, b"whole\n");
    let named: Vec<_> = summary.problems.iter().map(|p| p.entry.as_deref().unwrap_or_default()).collect();
    assert!(named.contains(&"a.log.gz") && named.contains(&"b.zip"), "{:?}", summary.problems);
}

#[test]
fn a_bomb_in_an_entry_ends_the_unpacking() {
    let bomb = gzip(&vec![0; 270 << 20]);
    let files = vec![("a.log.gz".to_owned(), bomb), ("b.log.gz".to_owned(), gzip(b"x\n")), ("c.log".to_owned(), b"whole\n".to_vec())];
    let (entries, summary) = read(&tar_of(&files), Limits { ratio: 100, ..Limits::default() });
    assert_eq!(entries.len(), 3);
    assert_eq!((entries[1].1.as_slice(), entries[2].1.as_slice()), (gzip(b"x\n").as_slice(), &b"whole\n"[..]));
    assert!(summary.problems.iter().any(|p| p.kind == ProblemKind::LimitReached && p.entry.as_deref() == Some("a.log.gz")));
    // A document is held whole, however small it was packed.
    let document = vec![("a.json.gz".to_owned(), gzip(&vec![b' '; 5 << 20]))];
    let (_, summary) = read(&tar_of(&document), Limits { document_bytes: 1 << 20, ..Limits::default() });
    assert!(summary.problems.iter().any(|p| p.kind == ProblemKind::LimitReached), "{:?}", summary.problems);
}

#[test]
fn a_single_file_is_one_entry() {
    let log = b"first\nsecond\n".to_vec();
    let folder = Folder::new();
    for (name, bytes) in
        [("mongod.log", log.clone()), ("mongod.log.gz", gzip(&log)), ("mongod.log.zst", zstd::encode_all(log.as_slice(), 3).unwrap())]
    {
        let path = folder.path(name);
        std::fs::write(&path, bytes).unwrap();
        let mut reader = Reader::open_single(&path, Limits::default()).unwrap();
        let chunk = reader.next_chunk().unwrap().unwrap();
        assert_eq!((chunk.entry.path.as_str(), chunk.bytes.as_slice(), chunk.last), ("mongod.log", log.as_slice(), true), "{name}");
        assert!(reader.next_chunk().unwrap().is_none());
        let summary = reader.into_summary();
        assert_eq!((summary.container, summary.end, summary.problems), (Container::Single, End::Clean, vec![]));
    }
    // Of many chunks, far longer than it was packed, alone and in an archive.
    let long = b"a line of a log that says the same again\n".repeat(100_000);
    let path = folder.path("long.log.gz");
    std::fs::write(&path, gzip(&long)).unwrap();
    let mut reader = Reader::open_single(&path, Limits::default()).unwrap();
    let (mut read_back, mut next_line) = (Vec::new(), 1);
    while let Some(chunk) = reader.next_chunk().unwrap() {
        assert_eq!((chunk.offset, chunk.first_line), (read_back.len() as u64, next_line));
        next_line += chunk.bytes.iter().filter(|b| **b == b'\n').count() as u64;
        read_back.extend(chunk.bytes);
    }
    assert!(read_back == long);
    let archived = vec![("long.log.gz".to_owned(), gzip(&long))];
    assert!(read(&tar_of(&archived), Limits::default()).0[0].1 == long);
    // Cut: what came before is there.
    let path = folder.path("cut.log.gz");
    let (content, packed) = (noise(300_000, 5), gzip(&noise(300_000, 5)));
    std::fs::write(&path, &packed[..200_000]).unwrap();
    let mut reader = Reader::open_single(&path, Limits { line_bytes: 1 << 20, ..Limits::default() }).unwrap();
    let mut read = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        read.extend(chunk.bytes);
    }
    assert!(content.starts_with(&read) && read.len() > 100_000);
    assert_eq!(reader.into_summary().end, End::Cut);
}

#[test]
fn sizes_of_one_byte_too_many_swallow_no_header() {
    // As crust-gather writes them: announced with a byte more than there is, padded by what there is.
    let files: Files =
        [511, 512, 513, 1024, 0, 7].iter().enumerate().map(|(i, length)| (format!("top/{i}.log"), vec![b'a' + i as u8; *length])).collect();
    let mut bytes = Vec::new();
    for (name, content) in &files {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).unwrap();
        header.set_size(content.len() as u64 + 1);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    for packed in [bytes.clone(), gzip(&bytes)] {
        let (entries, summary) = read(&packed, Limits::default());
        assert_eq!((entries.len(), summary.problems.len()), (files.len(), 1), "told once: {:?}", summary.problems);
        assert!(summary.problems[0].message.contains("a byte larger"));
        for ((name, read), (wanted, content)) in entries.iter().zip(&files) {
            assert_eq!((name, read.strip_suffix(b"\0").unwrap_or(read)), (wanted, content.as_slice()));
        }
    }
    // An honest archive with a last byte alone in its block keeps it.
    let honest = vec![("a.log".to_owned(), vec![b'x'; 513]), ("b.bin".to_owned(), vec![0; 1]), ("c.log".to_owned(), vec![b'y'; 1])];
    assert_eq!(read(&tar_of(&honest), Limits::default()).0, honest);
}
