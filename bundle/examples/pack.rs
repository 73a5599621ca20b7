//! For `tests/bench/{bundle,redaction,search}`: makes sample data, packs a folder as a bundle, reads a bundle to its end.
//!
//! `pack sample FOLDER MEGABYTES` · `pack write FOLDER BUNDLE` · `pack read BUNDLE`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of a benchmark: its output is a number, its failure ends the benchmark"
)]

use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;
use tarbox_bundle::{EntryPath, Limits, LogKind, Reader, Writer, WriterOptions};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["sample", folder, megabytes] => sample(Path::new(folder), megabytes.parse().unwrap()),
        ["write", folder, bundle] => write(Path::new(folder), Path::new(bundle)),
        ["read", bundle] => println!("{}", read(Path::new(bundle))),
        _ => panic!("pack sample FOLDER MEGABYTES | write FOLDER BUNDLE | read BUNDLE"),
    }
}

/// Logs of mixed services, one folder a pod, always the same bytes.
fn sample(folder: &Path, megabytes: u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (mut written, mut pod) = (0, 0);
    while written < megabytes << 20 {
        let size = 32 << 10 << (next() % 7);
        let mut text = String::new();
        let mut second = 1_764_000_000 + next() % 86_400;
        while (text.len() as u64) < size {
            second += next() % 3;
            let (hour, minute, s) = (second / 3600 % 24, second / 60 % 60, second % 60);
            let _ = write!(text, "2026-11-24T{hour:02}:{minute:02}:{s:02}.{:09}Z ", next() % 1_000_000_000);
            let _ = match next() % 5 {
                0 => writeln!(
                    text,
                    "10.244.{}.{} - - \"GET /api/items/{} HTTP/1.1\" {} {} 0.{:03}",
                    next() % 8,
                    next() % 250,
                    next() % 90_000,
                    [200, 200, 200, 404, 503][(next() % 5) as usize],
                    next() % 20_000,
                    next() % 1000
                ),
                1 => writeln!(text, "INFO worker-{} handled job {:016x} in {} ms", next() % 16, next(), next() % 900),
                2 => writeln!(
                    text,
                    "{{\"level\":\"info\",\"msg\":\"reconciled\",\"name\":\"app-{}\",\"generation\":{},\"duration\":0.{}}}",
                    next() % 300,
                    next() % 40,
                    next() % 9999
                ),
                3 => writeln!(text, "WARNING connection to db-{}.data.svc.cluster.local:5432 slow: {} ms", next() % 3, next() % 5000),
                _ => writeln!(
                    text,
                    "DEBUG cache {} key=user:{}:profile ttl={}",
                    ["hit", "miss"][(next() % 2) as usize],
                    next() % 100_000,
                    next() % 3600
                ),
            };
        }
        let home = folder.join(format!("pod-{pod:05}"));
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("current.log"), &text).unwrap();
        written += text.len() as u64;
        pod += 1;
    }
}

fn write(folder: &Path, bundle: &Path) {
    let mut options = WriterOptions::new("bench", 0);
    options.overwrite = true;
    let writer = Writer::create(bundle, options).unwrap();
    writer.header(&serde_json::from_str(r#"{"format": 1}"#).unwrap()).unwrap();
    let mut pods: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    pods.sort();
    let name = |pod: &Path| pod.file_name().unwrap().to_string_lossy().into_owned();
    let objects: String = pods.iter().map(|home| pod(&name(home))).collect();
    writer.add(&EntryPath::objects("", "v1", "pods", None), objects.as_bytes()).unwrap();
    pods.par_iter().for_each(|pod| {
        let name = name(pod);
        writer.add(&EntryPath::log("bench", &name, "app", LogKind::Current), &std::fs::read(pod.join("current.log")).unwrap()).unwrap();
    });
    writer.finish().unwrap();
}

/// The object of the pod whose log it is, as one line.
fn pod(name: &str) -> String {
    format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"namespace\":\"bench\",\"name\":\"{name}\",\"uid\":\"{name}\"}},\
         \"spec\":{{\"containers\":[{{\"name\":\"app\",\"image\":\"app:1\"}}]}},\"status\":{{\"phase\":\"Running\",\
         \"containerStatuses\":[{{\"name\":\"app\",\"ready\":true,\"restartCount\":0,\"image\":\"app:1\",\"imageID\":\"\",\
         \"state\":{{\"running\":{{\"startedAt\":\"2026-11-24T00:00:00Z\"}}}}}}]}}}}\n"
    )
}

fn read(bundle: &Path) -> u64 {
    let mut reader = Reader::open(bundle, Limits::default()).unwrap();
    let mut bytes = 0;
    while let Some(chunk) = reader.next_chunk().unwrap() {
        bytes += chunk.bytes.len() as u64;
    }
    bytes
}
