//! For `tests/bench/patterns`: reads a bundle's logs, and says how many lines became how many patterns.
//!
//! `mine BUNDLE`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of a benchmark: its output is a number, its failure ends the benchmark"
)]

use std::path::PathBuf;

use tarbox_load::{LogScanner, load};

fn main() {
    let bundle = PathBuf::from(std::env::args_os().nth(1).unwrap());
    // No signatures: rules' share of the time is not the miner's.
    let snapshot = load(&bundle, &LogScanner::new([]).unwrap()).unwrap();
    let lines: u64 = snapshot.logs.iter().map(|log| log.patterns.lines()).sum();
    let patterns: usize = snapshot.logs.iter().map(|log| log.patterns.list.len()).sum();
    println!("{lines} lines, {patterns} patterns of {} logs", snapshot.logs.len());
}
