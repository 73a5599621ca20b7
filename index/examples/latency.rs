//! For `tests/bench/{performance,search}`: makes an index, and asks it; or makes one as tantivy by itself would, to compare with.
//!
//! `latency index BUNDLE CACHE` · `latency raw BUNDLE FOLDER` · `latency ask BUNDLE CACHE RUNS SINCE UNTIL QUERY` (a `-` is no bound)
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

use tantivy::schema::{Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};
use tarbox_bundle::{Limits, Reader};
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
        ["raw", bundle, folder] => raw(Path::new(bundle), Path::new(folder)),
        ["ask", bundle, cache, runs, since, until, query] => ask((bundle, cache), runs.parse().unwrap(), (since, until), query),
        _ => panic!("latency index BUNDLE CACHE | raw BUNDLE FOLDER | ask BUNDLE CACHE RUNS SINCE UNTIL QUERY"),
    }
}

/// A document for each line, tantivy's own words, its text kept nowhere.
fn raw(bundle: &Path, folder: &Path) {
    let begun = Instant::now();
    let mut schema = Schema::builder();
    let text = schema.add_text_field("text", TEXT);
    std::fs::create_dir_all(folder).unwrap();
    let index = Index::create_in_dir(folder, schema.build()).unwrap();
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(1, 8);
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(threads, 128 << 20).unwrap();
    let mut reader = Reader::open(bundle, Limits::default()).unwrap();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        for line in String::from_utf8_lossy(&chunk.bytes).lines() {
            let mut document = TantivyDocument::default();
            document.add_text(text, line);
            writer.add_document(document).unwrap();
        }
    }
    writer.commit().unwrap();
    writer.wait_merging_threads().unwrap();
    println!("{}", begun.elapsed().as_millis());
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
