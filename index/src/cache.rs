//! Where an index is kept: in a folder named after the bundle's content, so that a changed bundle has another one. An index is built under
//! a temporary name and renamed: readers see a whole one or none, and two that build at once do not disturb each other. What a killed build
//! left is removed by the next one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::blocks::Blocks;
use crate::build;
use crate::error::IndexError;
use crate::search::Searcher;

/// Raised whenever words, blocks or schema change: older indexes are then stale.
const VERSION: &str = "2";
/// What a folder's name begins with while it is being built.
const BUILDING: &str = ".building-";
/// Held by all who build, together; whoever has it alone knows that nothing is being built.
const LOCK: &str = ".lock";
/// Our own table beside tantivy's files.
const TABLE: &str = "blocks.json";
/// Bytes of each end of a file that tell it from others. The end of a bundle holds the digests of all that is in it.
const ENDS: usize = 256 << 10;

/// Whether an index was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cached {
    /// It was there.
    Found,
    /// It was built now.
    Built,
}

/// Opens the index of a bundle, building it first where it is not there. Without a cache folder, and for an unpacked folder (which may
/// change under the same name), it is built for this time only.
///
/// # Errors
/// When the bundle cannot be read, or the index not be written.
pub fn open(bundle: &Path, cache: Option<&Path>) -> Result<(Searcher, Cached), IndexError> {
    let Some(cache) = cache.filter(|_| bundle.is_file()) else {
        let folder = TempDir::new().map_err(|e| IndexError::Io(std::env::temp_dir(), e))?;
        let blocks = build::build(bundle, folder.path()).map_err(|e| e.writing(folder.path()))?;
        let home = folder.path().to_owned();
        return Ok((Searcher::new(bundle, &home, blocks, Some(folder))?, Cached::Built));
    };
    let name = fingerprint(bundle).map_err(|e| IndexError::Io(bundle.to_owned(), e))?;
    let home = cache.join(name);
    if let Some(searcher) = whole(bundle, &home) {
        return Ok((searcher, Cached::Found));
    }
    let at = |e| IndexError::Io(cache.to_owned(), e);
    std::fs::create_dir_all(cache).map_err(at)?;
    let _lock = lock(cache);
    let folder = tempfile::Builder::new().prefix(BUILDING).tempdir_in(cache).map_err(at)?;
    let blocks = build::build(bundle, folder.path()).map_err(|e| e.writing(cache))?;
    let table = serde_json::to_vec(&blocks).map_err(|e| at(e.into()))?;
    std::fs::write(folder.path().join(TABLE), table).map_err(at)?;
    if let Some(theirs) = settle(folder, bundle, &home).map_err(at)? {
        return Ok((theirs, Cached::Built));
    }
    Ok((Searcher::new(bundle, &home, blocks, None)?, Cached::Built))
}

/// Removes what killed builds left, when nobody builds, and says that somebody does as long as the file is open. Where files cannot be
/// locked, nothing is removed.
fn lock(cache: &Path) -> Option<File> {
    let lock = File::create(cache.join(LOCK)).ok()?;
    if lock.try_lock().is_ok() {
        let names = std::fs::read_dir(cache).into_iter().flatten().flatten().map(|entry| entry.path());
        for left in names.filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(BUILDING.as_bytes()))) {
            // What cannot be removed costs room, and nothing else.
            let _ = std::fs::remove_dir_all(left);
        }
        let _ = lock.unlock();
    }
    lock.lock_shared().ok()?;
    Some(lock)
}

/// Gives the built index its name. Somebody else may have been faster: theirs is as good, and is given back. What stands there broken is
/// replaced.
fn settle(folder: TempDir, bundle: &Path, home: &Path) -> io::Result<Option<Searcher>> {
    if std::fs::rename(folder.path(), home).is_err() {
        if let Some(theirs) = whole(bundle, home) {
            return Ok(Some(theirs));
        }
        std::fs::remove_dir_all(home)?;
        std::fs::rename(folder.path(), home)?;
    }
    // The folder has another name now: nothing is left to clean up.
    let _ = folder.keep();
    Ok(None)
}

/// The index in its place, when all of it can be opened.
fn whole(bundle: &Path, home: &Path) -> Option<Searcher> {
    let table = serde_json::from_slice::<Blocks>(&std::fs::read(home.join(TABLE)).ok()?).ok()?;
    Searcher::new(bundle, home, table, None).ok().filter(Searcher::is_whole)
}

/// A name for a file's content: size and both ends.
fn fingerprint(bundle: &Path) -> io::Result<PathBuf> {
    let mut file = File::open(bundle)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut digest = Sha256::new();
    digest.update(VERSION);
    digest.update(length.to_le_bytes());
    for start in [0, length.saturating_sub(ENDS as u64)] {
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(ENDS);
        (&mut file).take(ENDS as u64).read_to_end(&mut bytes)?;
        digest.update(&bytes);
    }
    let hex: String = digest.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    Ok(PathBuf::from(hex))
}
