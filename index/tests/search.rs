//! Searches over a real bundle find what a look at every line finds, whatever the bundle is packed in.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tarbox_bundle::{EntryPath, LogKind, Writer, WriterOptions};
use tarbox_index::{Cached, Query, Searcher, Window, open};

const LINES: usize = 60_000;

fn line(i: usize) -> String {
    let level = ["INFO", "WARNING", "ERROR"][i % 7 % 3];
    let what =
        ["request served", "connection refused by 10.0.0.7:27017", "timeout after 30s", "Traceback (most recent call last):"][i % 5 % 4];
    format!("2026-11-24T{:02}:{:02}:{:02}.000000000Z {level} worker-{} {what} id={i}", i / 3600 % 24, i / 60 % 60, i % 60, i % 13)
}

/// A bundle being written, its header in it.
fn writer(path: &Path) -> Writer {
    let writer = Writer::create(path, WriterOptions::new("case", 0)).unwrap();
    writer.header(&serde_json::from_str(r#"{"format": 1}"#).unwrap()).unwrap();
    writer
}

fn bundle(folder: &Path) -> PathBuf {
    let path = folder.join("case.tar.zst");
    let writer = writer(&path);
    let text: String = (0..LINES).map(|i| line(i) + "\n").collect();
    writer.add(&EntryPath::log("web", "app-1", "app", LogKind::Current), text.as_bytes()).unwrap();
    writer.add(&EntryPath::log("web", "app-2", "app", LogKind::Previous), b"2026-11-24T01:00:00Z ERROR only here\n").unwrap();
    let events = "{\"kind\":\"Event\",\"reason\":\"FailedScheduling\",\"message\":\"0/1 nodes are available\"}\n";
    writer.add(&EntryPath::objects("", "v1", "events", None), events.as_bytes()).unwrap();
    writer.finish().unwrap();
    path
}

fn numbers(searcher: &Searcher, query: &str) -> Vec<u32> {
    let window = Window { limit: usize::MAX, ..Window::default() };
    let hits = searcher.search(&Query::parse(query).unwrap(), &window).unwrap();
    assert_eq!(hits.total, hits.lines.len() as u64);
    hits.lines.iter().map(|h| h.line).collect()
}

fn expect(searcher: &Searcher, query: &str, holds: impl Fn(&str) -> bool) {
    let wanted: Vec<u32> = (0..LINES).filter(|&i| holds(&line(i))).map(|i| u32::try_from(i).unwrap() + 1).collect();
    assert_eq!(numbers(searcher, query), wanted, "{query}");
}

/// The one index in a cache, and nothing half built beside it.
fn home(cache: &Path) -> PathBuf {
    let mut left: Vec<PathBuf> = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    left.retain(|path| !path.ends_with(".lock"));
    assert!(left.len() == 1 && !left[0].file_name().unwrap().to_str().unwrap().starts_with('.'), "{left:?}");
    left.remove(0)
}

fn everything_is_found(searcher: &Searcher) {
    expect(searcher, "pod:app-1 refused worker-5", |l| l.contains("refused") && l.contains("worker-5 "));
    expect(searcher, "\"refused by 10.0.0.7:27017\" -worker-3 pod:app-*", |l| l.contains("refused by") && !l.contains("worker-3 "));
    expect(searcher, "id=59999", |l| l.ends_with("id=59999"));
    expect(searcher, "ns:web pod:app-1 level:error trace*", |l| l.contains("ERROR") && l.contains("Traceback"));
    assert_eq!(numbers(searcher, "kind:events failedscheduling"), [1]);
    assert_eq!(numbers(searcher, "run:previous level:error"), [1]);
    assert!(numbers(searcher, "nowhere").is_empty());
}

#[test]
fn every_line_is_found_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path());
    let cache = folder.path().join("cache");
    let (searcher, cached) = open(&path, Some(&cache)).unwrap();
    assert_eq!(cached, Cached::Built);
    everything_is_found(&searcher);
    let (again, cached) = open(&path, Some(&cache)).unwrap();
    assert_eq!(cached, Cached::Found);
    everything_is_found(&again);
}

#[test]
fn a_bundle_of_another_packing_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path());
    assert!(Command::new("tar").arg("--zstd").arg("-xf").arg(&path).arg("-C").arg(folder.path()).status().unwrap().success());
    let gz = folder.path().join("case.tar.gz");
    assert!(Command::new("tar").arg("-czf").arg(&gz).arg("-C").arg(folder.path()).arg("case").status().unwrap().success());
    for other in [gz, folder.path().join("case")] {
        let (searcher, _) = open(&other, None).unwrap();
        everything_is_found(&searcher);
    }
}

#[test]
fn a_broken_index_is_made_again_and_a_changed_bundle_has_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path());
    let cache = folder.path().join("cache");
    drop(open(&path, Some(&cache)).unwrap());
    let home = home(&cache);
    // Any part that is missing, and an index of nothing beside a full table.
    let of_nothing = folder.path().join("nothing.tar.zst");
    writer(&of_nothing).finish().unwrap();
    let its_cache = folder.path().join("of-nothing");
    drop(open(&of_nothing, Some(&its_cache)).unwrap());
    let nothing = std::fs::read(self::home(&its_cache).join("meta.json")).unwrap();
    for (part, content) in [("meta.json", None), ("blocks.json", None), ("meta.json", Some(nothing))] {
        match content {
            None => std::fs::remove_file(home.join(part)).unwrap(),
            Some(content) => std::fs::write(home.join(part), content).unwrap(),
        }
        let (searcher, cached) = open(&path, Some(&cache)).unwrap();
        assert_eq!(cached, Cached::Built, "{part}");
        everything_is_found(&searcher);
    }
    let other = folder.path().join("other.tar.zst");
    let writer = writer(&other);
    writer.add(&EntryPath::health("readyz"), b"etcd failed\n").unwrap();
    writer.finish().unwrap();
    std::fs::rename(&other, &path).unwrap();
    let (searcher, cached) = open(&path, Some(&cache)).unwrap();
    assert_eq!((cached, numbers(&searcher, "etcd")), (Cached::Built, vec![1]));
}

#[test]
fn readers_that_come_at_once_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path());
    let cache = folder.path().join("cache");
    let look = || {
        let (searcher, cached) = open(&path, Some(&cache)).unwrap();
        assert_eq!(numbers(&searcher, "id=59999"), [60_000]);
        cached
    };
    let seen: Vec<Cached> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    assert!(seen.contains(&Cached::Built));
    assert_eq!(look(), Cached::Found);
    // One index is left, under its name, and nothing half built beside it.
    home(&cache);
}

#[test]
fn a_search_goes_on_while_its_index_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path());
    let cache = folder.path().join("cache");
    let (searcher, _) = open(&path, Some(&cache)).unwrap();
    std::fs::remove_file(home(&cache).join("blocks.json")).unwrap();
    let (other, cached) = open(&path, Some(&cache)).unwrap();
    assert_eq!(cached, Cached::Built);
    everything_is_found(&searcher);
    everything_is_found(&other);
}

#[test]
fn time_context_and_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (searcher, _) = open(&bundle(folder.path()), None).unwrap();
    let window = Window {
        since: Some("2026-11-24T00:01:00Z".parse().unwrap()),
        until: Some("2026-11-24T00:02:00Z".parse().unwrap()),
        context: 2,
        limit: 3,
    };
    let hits = searcher.search(&Query::parse("pod:app-1 refused").unwrap(), &window).unwrap();
    assert_eq!((hits.total, hits.lines.len()), (12, 3));
    let first = &hits.lines[0];
    assert_eq!(first.context.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [first.line - 2, first.line - 1, first.line + 1, first.line + 2]);
}
