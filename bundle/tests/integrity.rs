//! What somebody did to a sound bundle is located to the file: a changed byte, contents swapped, a file dropped, added, shortened.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Read;

use tarbox_bundle::{EntryPath, FaultKind, Header, Limits, LogKind, Reader, Writer, WriterOptions, verify};

type Files = Vec<(String, Vec<u8>)>;

/// The files of a sound bundle, as they stand in its archive.
fn sound(folder: &std::path::Path) -> Files {
    let path = folder.join("sound.tar.zst");
    let writer = Writer::create(&path, WriterOptions::new("case", 0)).unwrap();
    let header: Header = serde_json::from_str("{\"format\": 1}").unwrap();
    writer.header(&header).unwrap();
    for name in ["a", "b", "c"] {
        let text = format!("the log of {name}, ready\n");
        writer.add(&EntryPath::log("shop", name, "main", LogKind::Current), text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    assert!(verify(&path, Limits::default()).unwrap().is_intact());
    let plain = zstd::decode_all(std::fs::File::open(&path).unwrap()).unwrap();
    let mut archive = tar::Archive::new(plain.as_slice());
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), content)
    };
    archive.entries().unwrap().map(read).collect()
}

/// Packs the files anew, as whoever changed them would, and says what is found.
fn found(folder: &std::path::Path, files: &Files) -> Vec<(String, FaultKind)> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    let path = folder.join("changed.tar");
    std::fs::write(&path, archive.into_inner().unwrap()).unwrap();
    let report = verify(&path, Limits::default()).unwrap();
    assert_eq!(report.is_intact(), report.faults.is_empty());
    // Whoever hashes while reading does not take it for sound either.
    let mut reader = Reader::open(&path, Limits { check_hashes: true, ..Limits::default() }).unwrap();
    let refused = loop {
        match reader.next_chunk() {
            Ok(Some(_)) => {}
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert_eq!(refused, report.faults.iter().any(|fault| fault.kind == FaultKind::Changed));
    report.faults.into_iter().map(|fault| (fault.path, fault.kind)).collect()
}

#[test]
fn what_was_changed_is_located_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = sound(folder.path());
    let log = |name: &str| EntryPath::log("shop", name, "main", LogKind::Current).to_string();
    let at = |name: &str| files.iter().position(|(path, _)| path.ends_with(&log(name))).unwrap();
    assert_eq!(found(folder.path(), &files), []);

    let mut flipped = files.clone();
    flipped[at("b")].1[4] ^= 1;
    assert_eq!(found(folder.path(), &flipped), [(log("b"), FaultKind::Changed)]);

    let mut swapped = files.clone();
    let (a, c) = (at("a"), at("c"));
    let content = std::mem::take(&mut swapped[a].1);
    swapped[a].1 = std::mem::replace(&mut swapped[c].1, content);
    assert_eq!(found(folder.path(), &swapped), [(log("a"), FaultKind::Changed), (log("c"), FaultKind::Changed)]);

    let mut dropped = files.clone();
    dropped.remove(at("b"));
    assert_eq!(found(folder.path(), &dropped), [(log("b"), FaultKind::Missing)]);

    let mut renamed = files.clone();
    renamed[at("b")].0 = format!("case/{}", log("z"));
    assert_eq!(found(folder.path(), &renamed), [(log("b"), FaultKind::Missing), (log("z"), FaultKind::Extra)]);

    let mut shortened = files.clone();
    shortened[at("c")].1.truncate(10);
    assert_eq!(found(folder.path(), &shortened), [(log("c"), FaultKind::Changed)]);
}
