//! The recorded incident that comes with the program: a real cluster on which a Secret lacks a key that a new release wants.
use std::{io, io::Write};
use tempfile::NamedTempFile;

/// The bundle, as it was collected.
const BUNDLE: &[u8] = include_bytes!("../../fixtures/scenarios/secret-key-missing.tar.zst");

/// The bundle as a file.
pub(crate) fn to_file() -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("tarbox-recorded-").suffix(".tar.zst").tempfile()?;
    file.write_all(BUNDLE)?;
    file.flush()?;
    Ok(file)
}
