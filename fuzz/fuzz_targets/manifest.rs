//! The files that describe a bundle, in a sound archive: the data up to a NUL is the header, what follows the manifest.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use tarbox_bundle::{Limits, verify};

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in [("top/bundle.json", first), ("top/logs/a/b/c/current.log", b"a line\n"), ("top/manifest.json", second)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content).expect("memory");
    }
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").expect("a temporary file");
    file.write_all(&archive.into_inner().expect("memory")).expect("a temporary file");
    if let Ok(report) = verify(file.path(), Limits::default()) {
        assert!(!report.is_intact() || report.has_manifest);
    }
});
