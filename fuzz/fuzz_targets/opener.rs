//! Any file, opened as a bundle and as a single file: an answer or an error, within the limits.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use tarbox_bundle::{Limits, Reader};

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").expect("a temporary file");
    file.write_all(data).expect("a temporary file");
    let limits = Limits {
        entries: 1000,
        total_bytes: 16 << 20,
        document_bytes: 1 << 20,
        line_bytes: 64 << 10,
        chunk_bytes: 4096,
        ..Limits::default()
    };
    for opened in [Reader::open(file.path(), limits.clone()), Reader::open_single(file.path(), limits.clone())] {
        let Ok(mut reader) = opened else { continue };
        let mut bytes = 0;
        while let Ok(Some(chunk)) = reader.next_chunk() {
            assert!(!chunk.entry.path.split('/').any(|part| part == ".."), "{}", chunk.entry.path);
            bytes += chunk.bytes.len() as u64;
        }
        assert!(bytes <= 2 * limits.total_bytes, "{bytes} bytes came out");
        let _ = reader.into_summary();
    }
});
