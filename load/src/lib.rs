//! From any bundle to a typed snapshot: decoded side by side, joined in the bundle's order.
//!
//! ```text
//! Reader (chunks) → decode, in parallel → join, in order → Snapshot with time, coverage and problems
//! ```
//!
//! Nothing that a bundle holds can fail the load: what cannot be read becomes a line of [`Snapshot::problems`].

mod error;
mod facts;
mod foreign;
mod level;
mod logs;
mod metrics;
mod native;
mod objects;
mod patterns;
mod single;
mod transcript;

use std::path::Path;

use tarbox_bundle::{Chunk, Limits, Reader};
use tarbox_model::coverage::InputProblem;
use tarbox_model::snapshot::Snapshot;

pub use error::LoadError;
pub use level::Level;
pub use logs::{LogScanner, split_time};
use native::Native;

/// Bytes that are decoded side by side at a time.
const BATCH: usize = 16 << 20;

/// How a line states its level, if it does.
pub fn level(line: &str) -> Option<Level> {
    level::of(line)
}

/// The documents of a text, JSON or YAML, one or several; and what is to be said of a part that could not be read. `path` is where it stands.
///
/// # Errors
/// When it is neither, with what is wrong.
pub fn documents(path: &str, text: &str) -> Result<(Vec<serde_json::Value>, Option<String>), String> {
    foreign::documents::parse(path, text)
}

/// Reads a bundle into a snapshot.
///
/// # Errors
/// When the file cannot be opened as a bundle, or is refused; problems inside it are in [`Snapshot::problems`].
pub fn load(path: &Path, scanner: &LogScanner) -> Result<Snapshot, LoadError> {
    let mut reader = match Reader::open(path, Limits::default()) {
        Ok(reader) => reader,
        Err(error) => return single::load(path, scanner).ok_or(LoadError::Open(error)),
    };
    // Ours begins with its header; a folder of ours has it wherever the names' order puts it.
    if reader.header().is_none() && !path.join("bundle.json").is_file() {
        return foreign::load(path, scanner);
    }
    let mut native = Native::new(scanner);
    each_batch(&mut reader, |batch| native.take(batch))?;
    let summary = reader.into_summary();
    let mut snapshot = native.finish(summary.header.as_ref(), summary.manifest.as_ref());
    snapshot.problems.extend(summary.problems.into_iter().map(|p| InputProblem { path: p.entry, line: None, message: p.message }));
    if summary.more_problems > 0 {
        let message = format!("{} further problems of this input are not listed", summary.more_problems);
        snapshot.problems.push(InputProblem { path: None, line: None, message });
    }
    snapshot.sort();
    Ok(snapshot)
}

/// Gives every chunk of a bundle to `take`, in batches. While one batch is worked on the next one is read.
fn each_batch(reader: &mut Reader, mut take: impl FnMut(Vec<Chunk>) + Send) -> Result<(), LoadError> {
    let mut read = || -> Result<Vec<Chunk>, LoadError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH {
            let Some(chunk) = reader.next_chunk()? else { break };
            bytes += chunk.bytes.len();
            batch.push(chunk);
        }
        Ok(batch)
    };
    let mut batch = read()?;
    while !batch.is_empty() {
        let (following, ()) = rayon::join(&mut read, || take(std::mem::take(&mut batch)));
        batch = following?;
    }
    Ok(())
}
