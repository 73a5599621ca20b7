//! Documents, transcripts, logs: whatever a single file may be, read into a snapshot, twice the same.
#![no_main]

use std::io::Write;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tarbox_load::{LogScanner, documents, load};

static SCANNER: LazyLock<LogScanner> = LazyLock::new(|| LogScanner::new(tarbox_rules::signatures::all().copied()).expect("they compile"));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = documents("a.yaml", &text);
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").expect("a temporary file");
    file.write_all(data).expect("a temporary file");
    if let Ok(snapshot) = load(file.path(), &SCANNER) {
        let again = load(file.path(), &SCANNER).expect("it was read once");
        assert_eq!(snapshot.counts().collect::<Vec<_>>(), again.counts().collect::<Vec<_>>());
    }
});
