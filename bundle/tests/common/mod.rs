//! What the tests of the format share: folders, contents, and a small bundle.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails; clippy only knows functions marked #[test]")]
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tarbox_bundle::{ClusterInfo, EntryPath, FORMAT, Header, ToolInfo, Writer, WriterOptions};

/// A folder that goes away with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a file.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

pub fn options() -> WriterOptions {
    WriterOptions::new("bundle", 1_700_000_000)
}

pub fn header() -> Header {
    Header {
        format: FORMAT,
        tool: ToolInfo { name: "test".to_owned(), version: "0".to_owned() },
        cluster: ClusterInfo::default(),
        collected_at: None,
        clock_skew_seconds: None,
        options: BTreeMap::new(),
        redaction: "none".to_owned(),
        namespaces: Vec::new(),
    }
}

/// A bundle of these files.
pub fn write_bundle(folder: &Folder, files: &BTreeMap<String, Vec<u8>>) -> PathBuf {
    let path = folder.path("b.tar.zst");
    let writer = Writer::create(&path, options()).unwrap();
    writer.header(&header()).unwrap();
    for (name, content) in files {
        writer.add(&EntryPath::new(name).unwrap(), content).unwrap();
    }
    writer.finish().unwrap().path
}

/// Numbers that follow from a seed.
pub fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some(state)
    })
}

/// Exactly `size` bytes of lines, told apart by `seed`.
pub fn log_text(size: usize, seed: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + 200);
    for number in numbers(seed) {
        if out.len() >= size {
            break;
        }
        out.extend_from_slice(format!("2026-11-24T06:00:00Z level=info request={number:x} took={}ms\n", number % 997).as_bytes());
    }
    out.truncate(size);
    out
}

/// Bytes that do not compress.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    numbers(seed).flat_map(u64::to_le_bytes).take(size).collect()
}

/// Where each frame of a finished bundle begins and ends, from its seek table.
pub fn frames(path: &Path) -> Vec<(usize, usize)> {
    let bytes = std::fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let count = word(bytes.len() - 9);
    let table = bytes.len() - 9 - 8 * count;
    let mut at = 0;
    (0..count)
        .map(|i| {
            let begin = at;
            at += word(table + 8 * i);
            (begin, at)
        })
        .collect()
}
