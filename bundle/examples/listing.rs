//! Lists archives as the reader sees them, for `tests/differential/run`: paths come in on stdin, one line each; one line of JSON goes out for
//! each: `{"refused":false,"told":0,"files":[["name",size],…]}`.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::io::BufRead as _;
use std::path::Path;
use tarbox_bundle::{Limits, ReadError, Reader};

/// Files with their sizes as they were delivered, and how many problems were told.
fn listing(path: &Path) -> Result<(Vec<(String, usize)>, usize), ReadError> {
    let mut reader = Reader::open(path, Limits::default())?;
    let mut files: Vec<(String, usize)> = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        match files.last_mut() {
            Some((_, size)) if chunk.seq > 0 => *size += chunk.bytes.len(),
            _ => files.push((chunk.entry.full_path.clone(), chunk.bytes.len())),
        }
    }
    let summary = reader.into_summary();
    Ok((files, summary.problems.len()))
}

fn main() {
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (refused, (files, told)) = listing(Path::new(&path)).map_or((true, (Vec::new(), 0)), |seen| (false, seen));
        println!("{}", serde_json::json!({"refused": refused, "told": told, "files": files}));
    }
}
