//! A file that is no bundle, or what comes in on standard input: a database's log, documents, or a terminal session, told by content.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use tarbox_bundle::{Limits, Reader};
use tarbox_model::coverage::InputProblem;
use tarbox_model::log::Run;
use tarbox_model::snapshot::Snapshot;

use crate::foreign;
use crate::logs::{LogPart, LogScanner, is_mongod_log};
use crate::transcript;

/// Longest text that is held: documents and sessions make sense as a whole only. A log may be of any length.
const TEXT_BYTES: usize = 256 << 20;

/// Reads a file, packed or not, or standard input (`-`). `None` when nothing in it is understood.
pub(crate) fn load(path: &Path, scanner: &LogScanner) -> Option<Snapshot> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(TEXT_BYTES as u64).read_to_end(&mut bytes).ok()?;
        return text("stdin", &bytes, scanner);
    }
    let limits = Limits { document_bytes: TEXT_BYTES as u64, line_bytes: TEXT_BYTES, ..Limits::default() };
    let mut reader = Reader::open_single(path, limits).ok()?;
    let (mut name, mut bytes, mut log) = (String::new(), Vec::new(), None::<LogPart>);
    while let Some(chunk) = reader.next_chunk().ok()? {
        if chunk.seq == 0 {
            name.clone_from(&chunk.entry.path);
            log = is_mongod_log(&chunk.bytes).then(LogPart::default);
        }
        match &mut log {
            Some(log) => log.join(scanner.scan(&chunk.bytes, u32::try_from(chunk.first_line).unwrap_or(u32::MAX))),
            None => bytes.extend(chunk.bytes),
        }
        if bytes.len() > TEXT_BYTES {
            break;
        }
    }
    let mut snapshot = match log {
        Some(log) => mongod_log(&name, log),
        None => text(&name, &bytes, scanner)?,
    };
    let problems = reader.into_summary().problems;
    snapshot.problems.extend(problems.into_iter().map(|p| InputProblem { path: p.entry, line: None, message: p.message }));
    Some(snapshot)
}

/// What a whole text says; `None` when it says nothing.
fn text(name: &str, bytes: &[u8], scanner: &LogScanner) -> Option<Snapshot> {
    if is_mongod_log(bytes) {
        return Some(mongod_log(name, scanner.scan(bytes, 1)));
    }
    if !transcript::is_text(bytes) {
        return None;
    }
    let begins = bytes.iter().find(|b| !b.is_ascii_whitespace());
    if matches!(begins, Some(b'{' | b'[')) {
        let snapshot = foreign::stream(name, bytes, scanner);
        if understood(&snapshot) {
            return Some(snapshot);
        }
    }
    Some(transcript::read(name, bytes, scanner)).filter(understood)
}

fn understood(snapshot: &Snapshot) -> bool {
    snapshot.counts().any(|(_, count)| count > 0)
        || !snapshot.custom.is_empty()
        || !snapshot.mongo_answers.is_empty()
        || snapshot.logs.iter().any(|log| !log.hits.is_empty())
}

/// The log of a MongoDB server, of which nothing else is known.
fn mongod_log(name: &str, log: LogPart) -> Snapshot {
    let server = name.split(['.', '/']).next().unwrap_or(name);
    let mut snapshot = Snapshot { logs: vec![log.finish(Arc::from(name), "", server, "", Run::Current)], ..Snapshot::default() };
    foreign::conclude(&mut snapshot, "log of a MongoDB server");
    snapshot
}
