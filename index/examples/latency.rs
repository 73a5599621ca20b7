//! For `tests/bench/search`: makes an index, and asks it.
//!
//! `latency index BUNDLE CACHE` · `latency ask BUNDLE CACHE RUNS SINCE UNTIL QUERY` (a `-` is no bound)
//!
//! Every run opens the index anew, as the command does, gives fifty lines and counts all.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool of a benchmark: its output is a number, its failure ends the benchmark"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use tarbox_index::{Cached, Query, Window, open};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["index", bundle, cache] => {
            let begun = Instant::now();
            let (_, cached) = open(Path::new(bundle), Some(Path::new(cache))).unwrap();
            assert_eq!(cached, Cached::Built, "the cache folder has an index already");
            println!("{}", begun.elapsed().as_millis());
        }
        ["ask", bundle, cache, runs, since, until, query] => ask((bundle, cache), runs.parse().unwrap(), (since, until), query),
        _ => panic!("latency index BUNDLE CACHE | ask BUNDLE CACHE RUNS SINCE UNTIL QUERY"),
    }
}

fn ask((bundle, cache): (&str, &str), runs: usize, (since, until): (&str, &str), query: &str) {
    let bound = |text: &str| (text != "-").then(|| text.parse().unwrap());
    let window = Window { since: bound(since), until: bound(until), context: 0, limit: 50 };
    let mut times: Vec<Duration> = Vec::new();
    let mut total = 0;
    // The first run warms the files up and is not counted.
    for run in 0..=runs {
        let begun = Instant::now();
        let (searcher, cached) = open(Path::new(bundle), Some(Path::new(cache))).unwrap();
        assert_eq!(cached, Cached::Found);
        total = searcher.search(&Query::parse(query).unwrap(), &window).unwrap().total;
        if run > 0 {
            times.push(begun.elapsed());
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    println!("p50 {:.1} ms  p95 {:.1} ms  {total} lines", at(0.5), at(0.95));
}
