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
mod order;
mod patterns;
mod single;
mod survey;
mod transcript;

use std::path::Path;

use tarbox_bundle::{Chunk, Limits, Reader};
use tarbox_model::coverage::InputProblem;
use tarbox_model::snapshot::Snapshot;

pub use error::LoadError;
pub use level::Level;
pub use logs::{LogScanner, split_time};
use native::Native;
pub use order::sort;
use survey::Survey;

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

/// Reads a bundle into a snapshot, all of it.
///
/// # Errors
/// When the file cannot be opened as a bundle, or is refused; problems inside it are in [`Snapshot::problems`].
pub fn load(path: &Path, scanner: &LogScanner) -> Result<Snapshot, LoadError> {
    load_within(path, scanner, None)
}

/// Reads a bundle of ours into a snapshot that takes about so many bytes of memory, with what is made of it: where all objects would take
/// more, only the most troubled namespaces are read, as if only they had been collected, and [`Snapshot::problems`] says what was left out.
/// Another tool's bundle is read whole.
///
/// # Errors
/// As for [`load`].
pub fn load_within(path: &Path, scanner: &LogScanner, memory: Option<u64>) -> Result<Snapshot, LoadError> {
    let mut reader = match Reader::open(path, Limits::default()) {
        Ok(reader) => reader,
        Err(error) => return single::load(path, scanner).ok_or(LoadError::Open(error)),
    };
    // Ours begins with its header; a folder of ours has it wherever the names' order puts it.
    if reader.header().is_none() && !path.join("bundle.json").is_file() {
        return foreign::load(path, scanner);
    }
    let room = memory.map_or(u64::MAX, survey::room);
    let mut objects = 0;
    let mut native = Native::new(scanner, None);
    let fits = while_wanted(&mut reader, |batch| {
        objects += batch.iter().filter(|chunk| survey::has_objects(chunk)).map(|chunk| chunk.bytes.len() as u64).sum::<u64>();
        let fits = objects <= room;
        if fits {
            native.take(batch);
        }
        fits
    })?;
    if fits {
        return Ok(finish(native, reader, None));
    }
    // What was read so far is too much already: begin anew, with a look at everything first.
    drop((native, reader));
    let mut survey = Survey::default();
    each_batch(&mut Reader::open(path, Limits::default())?, |batch| survey.take(batch))?;
    let choice = survey.choose(room);
    let mut reader = Reader::open(path, Limits::default())?;
    let mut native = Native::new(scanner, Some(&choice));
    each_batch(&mut reader, |batch| native.take(batch))?;
    Ok(finish(native, reader, choice.says(memory.unwrap_or_default())))
}

/// What was read, in its promised order, with what the reader could not and what was left out.
fn finish(native: Native<'_>, reader: Reader, left_out: Option<String>) -> Snapshot {
    let summary = reader.into_summary();
    let mut snapshot = native.finish(summary.header.as_ref(), summary.manifest.as_ref());
    snapshot.problems.extend(summary.problems.into_iter().map(|p| InputProblem { path: p.entry, line: None, message: p.message }));
    if summary.more_problems > 0 {
        let message = format!("{} further problems of this input are not listed", summary.more_problems);
        snapshot.problems.push(InputProblem { path: None, line: None, message });
    }
    snapshot.problems.extend(left_out.map(|message| InputProblem { path: None, line: None, message }));
    order::sort(&mut snapshot);
    snapshot
}

/// Gives every chunk of a bundle to `take`, in batches.
fn each_batch(reader: &mut Reader, mut take: impl FnMut(Vec<Chunk>) + Send) -> Result<(), LoadError> {
    let all = while_wanted(reader, |batch| {
        take(batch);
        true
    });
    all.map(|_| ())
}

/// Gives chunks to `take`, in batches, until it wants no more; `false` when that was so. While one batch is worked on the next one is read.
fn while_wanted(reader: &mut Reader, mut take: impl FnMut(Vec<Chunk>) -> bool + Send) -> Result<bool, LoadError> {
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
        let (following, goes_on) = rayon::join(&mut read, || take(std::mem::take(&mut batch)));
        batch = following?;
        if !goes_on {
            return Ok(false);
        }
    }
    Ok(true)
}
