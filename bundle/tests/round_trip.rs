//! What is written is read back: any content, any name, from any number of threads, by us and by the system's `tar`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own sample has failed")]

mod common;

use common::{Folder, header, log_text, options, write_bundle};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;
use tarbox_bundle::{
    Container, End, EntryPath, Limits, LogKind, Outcome, Place, RandomAccess, Reader, SourceOutcome, WriteErrorKind, Writer, read_all,
    verify,
};

/// Sizes around everything that has a border: tar blocks, the batch, the chunk.
const SIZES: [usize; 16] = [
    0,
    1,
    511,
    512,
    513,
    (256 << 10) - 1,
    256 << 10,
    (512 << 10) - 1,
    512 << 10,
    (1 << 20) - 1,
    1 << 20,
    (1 << 20) + 1,
    (1 << 20) + 511,
    (1 << 20) + 513,
    2 << 20,
    (3 << 20) + 17,
];

#[test]
fn every_border_is_read_back() {
    let folder = Folder::new();
    let files: BTreeMap<String, Vec<u8>> =
        SIZES.iter().map(|size| (format!("metrics/{size}.bin"), log_text(*size, *size as u64))).collect();
    let path = write_bundle(&folder, &files);
    let (entries, problems) = read_all(&path, Limits::default()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(entries[0].0, "bundle.json");
    assert_eq!(entries.last().unwrap().0, "manifest.json");
    let read: BTreeMap<String, Vec<u8>> = entries.into_iter().filter(|(name, _)| name.starts_with("metrics/")).collect();
    assert!(read == files, "contents differ");
    let report = verify(&path, Limits::default()).unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.intact, files.len() as u64 + 1);
}

#[test]
fn many_threads_write_one_bundle() {
    let folder = Folder::new();
    let writer = Writer::create(&folder.path("b.tar.zst"), options()).unwrap();
    writer.header(&header()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let writer = &writer;
            scope.spawn(move || {
                for i in 0..40_u64 {
                    let size = if i % 10 == 0 { 2_500_000 } else { 3_000 * i as usize };
                    let path = EntryPath::log("ns", &format!("pod-{thread}"), &format!("c{i}"), LogKind::Current);
                    let mut entry = writer.entry(&path).unwrap();
                    for piece in log_text(size, thread * 1000 + i).chunks(70_001) {
                        entry.write_all(piece).unwrap();
                    }
                    assert_eq!(entry.finish().unwrap().bytes, size as u64);
                }
            });
        }
    });
    writer.outcome(SourceOutcome { source: "logs".to_owned(), outcome: Outcome::Collected, items: 320, bytes: 0, detail: String::new() });
    let finished = writer.finish().unwrap();
    assert_eq!(finished.files, 322);
    assert_eq!(finished.bytes, std::fs::metadata(&finished.path).unwrap().len());
    let (entries, problems) = read_all(&finished.path, Limits::default()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(entries.len(), 322);
    for (name, content) in &entries {
        if let Place::Log { pod, container, .. } = Place::parse(name) {
            let (thread, i): (u64, u64) = (pod[4..].parse().unwrap(), container[1..].parse().unwrap());
            assert!(*content == log_text(content.len(), thread * 1000 + i), "{name}");
        }
    }
    assert!(verify(&finished.path, Limits::default()).unwrap().is_intact());
}

#[test]
fn the_systems_tar_reads_it_and_its_archives_are_read() {
    let folder = Folder::new();
    let long = format!("http/ns/svc/{}", "deep-".repeat(40));
    let files: BTreeMap<String, Vec<u8>> = [
        ("objects/core/v1/pods.ndjson".to_owned(), log_text(700_000, 1)),
        ("logs/a/b/c/current.log".to_owned(), log_text(2_100_000, 2)),
        ("health/readyz".to_owned(), Vec::new()),
        (long, b"long name".to_vec()),
    ]
    .into();
    let path = write_bundle(&folder, &files);
    let out = folder.path("out");
    std::fs::create_dir(&out).unwrap();
    let unpacked = Command::new("tar").arg("--zstd").arg("-xf").arg(&path).arg("-C").arg(&out).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        eprintln!("no tar with zstd here: not compared");
        return;
    }
    for (name, content) in &files {
        assert!(std::fs::read(out.join("bundle").join(name)).unwrap() == *content, "{name}");
    }
    let reference = sorted(&path);
    // The unpacked folder, itself and the folder above it.
    assert_eq!(sorted(&out.join("bundle")), reference);
    assert_eq!(sorted(&out), reference);
    assert!(verify(&out, Limits::default()).unwrap().is_intact());
    // Packed again by others, and never told by its name.
    for (kind, container) in
        [("--zstd", Container::Zstd), ("-z", Container::Gzip), ("--format=gnu", Container::Tar), ("--format=pax", Container::Tar)]
    {
        let again = folder.path("again.json");
        assert!(Command::new("tar").arg(kind).arg("-cf").arg(&again).arg("-C").arg(&out).arg("bundle").status().unwrap().success());
        assert_eq!(sorted(&again), reference, "{kind}");
        let mut reader = Reader::open(&again, Limits { check_hashes: true, ..Limits::default() }).unwrap();
        assert_eq!(reader.container(), container);
        while reader.next_chunk().unwrap().is_some() {}
        assert!(reader.header().is_some());
        let summary = reader.into_summary();
        assert_eq!((summary.end, summary.problems, summary.faults), (End::Clean, vec![], vec![]), "{kind}");
    }
}

fn sorted(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let (mut entries, problems) = read_all(path, Limits::default()).unwrap();
    assert_eq!(problems, []);
    entries.sort();
    entries
}

#[test]
fn an_entry_larger_than_memory_goes_beside_the_bundle_and_back() {
    let folder = Folder::new();
    let writer = Writer::create(&folder.path("b.tar.zst"), options()).unwrap();
    writer.header(&header()).unwrap();
    let noise = common::noise(12 << 20, 3);
    writer.add(&EntryPath::metrics("noise.bin"), &noise).unwrap();
    assert!(writer.compressed_bytes() > 12 << 20);
    let finished = writer.finish().unwrap();
    let (entries, problems) = read_all(&finished.path, Limits { line_bytes: 16 << 20, ..Limits::default() }).unwrap();
    assert_eq!(problems, []);
    assert!(entries[1].1 == noise);
    assert_eq!(folder.names(), ["b.tar.zst"]);
}

#[test]
fn what_is_not_finished_is_not_there() {
    let folder = Folder::new();
    let final_path = folder.path("b.tar.zst");
    let writer = Writer::create(&final_path, options()).unwrap();
    let path = EntryPath::log("n", "p", "c", LogKind::Previous);
    assert!(matches!(writer.entry(&path).unwrap_err().kind, WriteErrorKind::HeaderNotFirst(_)));
    writer.header(&header()).unwrap();
    let mut entry = writer.entry(&path).unwrap();
    entry.write_all(&log_text(3 << 20, 1)).unwrap();
    assert!(matches!(writer.entry(&path).unwrap_err().kind, WriteErrorKind::Duplicate(_)));
    drop(entry);
    writer.add(&path, b"second try\n").unwrap();
    assert!(matches!(writer.add(&EntryPath::manifest(), b"{}").unwrap_err().kind, WriteErrorKind::Duplicate(_)));
    assert!(!final_path.exists());
    writer.finish().unwrap();
    let (entries, _) = read_all(&final_path, Limits::default()).unwrap();
    assert_eq!(entries[1], (path.to_string(), b"second try\n".to_vec()));
    assert_eq!(entries.len(), 3);

    assert!(matches!(Writer::create(&final_path, options()).unwrap_err().kind, WriteErrorKind::Exists));
    let mut overwriting = options();
    overwriting.overwrite = true;
    let writer = Writer::create(&final_path, overwriting).unwrap();
    writer.header(&header()).unwrap();
    writer.abort().unwrap();
    assert_eq!(folder.names(), ["b.tar.zst"]);
    assert_eq!(read_all(&final_path, Limits::default()).unwrap().0.len(), 3);
}

#[test]
fn a_final_name_taken_meanwhile_is_not_overwritten() {
    let folder = Folder::new();
    let final_path = folder.path("b.tar.zst");
    let writer = Writer::create(&final_path, options()).unwrap();
    writer.header(&header()).unwrap();
    std::fs::write(&final_path, "somebody else's").unwrap();
    assert!(matches!(writer.finish().unwrap_err().kind, WriteErrorKind::Exists));
    assert_eq!(std::fs::read(&final_path).unwrap(), b"somebody else's");
    assert_eq!(read_all(&folder.path("b.tar.zst.partial"), Limits::default()).unwrap().0.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_names_and_contents(
        files in prop::collection::btree_map(
            ("\\PC{1,60}", prop_oneof!["[a-z]{1,9}", "[a-z./-]{90,240}", "\\PC{1,30}"]),
            (prop::sample::select(SIZES.to_vec()), 0..9_u64),
            1..12,
        ),
        step in 1..300_000_usize,
    ) {
        let folder = Folder::new();
        let writer = Writer::create(&folder.path("b.tar.zst"), options()).unwrap();
        writer.header(&header()).unwrap();
        let mut written = BTreeMap::new();
        for ((node, file), (size, seed)) in &files {
            let path = EntryPath::kubelet(node, file);
            prop_assert_eq!(path.place(), Place::Kubelet { node: node.clone(), file: file.clone() });
            let mut entry = match writer.entry(&path) {
                Ok(entry) => entry,
                Err(error) => {
                    prop_assert!(matches!(error.kind, WriteErrorKind::InvalidPath(_)) && path.as_str().len() > 1024);
                    continue;
                }
            };
            let content = log_text(*size, *seed);
            for piece in content.chunks(step) {
                entry.write_all(piece).unwrap();
            }
            entry.finish().unwrap();
            written.insert(path.to_string(), content);
        }
        let finished = writer.finish().unwrap();
        let (entries, problems) = read_all(&finished.path, Limits::default()).unwrap();
        prop_assert_eq!(problems, []);
        let read: BTreeMap<_, _> = entries.into_iter().filter(|(name, _)| name.starts_with("kubelet/")).collect();
        prop_assert!(read == written);
    }

    #[test]
    fn places_are_the_inverse_of_paths(a in "\\PC{0,40}", b in "\\PC{0,40}", c in "\\PC{0,40}", part in prop::option::of(0..9_u32)) {
        let paths = [
            (EntryPath::objects(&a, &b, &c, part), Place::Objects { group: a.clone(), version: b.clone(), resource: c.clone(), part }),
            (EntryPath::log(&a, &b, &c, LogKind::Current), Place::Log { namespace: a.clone(), pod: b.clone(), container: c.clone(), kind: LogKind::Current }),
            (EntryPath::http(&a, &b, &c), Place::Http { namespace: a.clone(), service: b.clone(), file: c.clone() }),
            (EntryPath::mongodb(&a, &b, &c), Place::Mongodb { namespace: a.clone(), pod: b.clone(), file: c.clone() }),
            (
                EntryPath::exec(&a, &b, &c, &a),
                Place::Exec { namespace: a.clone(), pod: b.clone(), container: c.clone(), file: a.clone() },
            ),
            (EntryPath::helm(&a, &b), Place::Helm { namespace: a.clone(), release: b.clone() }),
            (EntryPath::metrics(&a), Place::Metrics { file: a.clone() }),
            (EntryPath::health(&a), Place::Health { file: a.clone() }),
        ];
        for (path, place) in paths {
            prop_assert_eq!(path.place(), place);
            prop_assert!(EntryPath::new(path.as_str()).is_ok());
            prop_assert!(path.as_str().is_ascii());
        }
        let _ = Place::parse(&a);
    }
}

#[test]
fn group_core_and_dotted_names_keep_apart() {
    for (path, place) in [
        (EntryPath::objects("", "v1", "pods", None), "objects/core/v1/pods.ndjson"),
        (EntryPath::objects("core", "v1", "pods", None), "objects/%63ore/v1/pods.ndjson"),
        (EntryPath::objects("apps", "v1", "deployments", Some(2)), "objects/apps/v1/deployments.2.ndjson"),
        (EntryPath::objects("x.io", "v1", "a.2", None), "objects/x.io/v1/a%2E2.ndjson"),
    ] {
        assert_eq!(path.as_str(), place);
        assert_ne!(path.place(), Place::Other);
    }
    for other in
        ["objects/core/v1/pods.02.ndjson", "objects/core/v1/pods.json", "logs/a/b/c/other.log", "", "x", "health/a/b", "health/%G0"]
    {
        assert_eq!(Place::parse(other), Place::Other, "{other}");
    }
}

#[test]
fn any_stretch_is_read_alone() {
    let folder = Folder::new();
    let files = BTreeMap::from([
        ("logs/a/b/c/current.log".to_owned(), log_text(5 << 20, 7)),
        ("health/readyz".to_owned(), b"ok\n".to_vec()),
        ("health/livez".to_owned(), b"ok\n".to_vec()),
    ]);
    let path = write_bundle(&folder, &files);
    let mut random = RandomAccess::open(&path).unwrap().expect("a whole bundle has a seek table");
    let mut reader = Reader::open(&path, Limits::default()).unwrap();
    let mut chunks = 0;
    while let Some(chunk) = reader.next_chunk().unwrap() {
        let position = chunk.entry.position.expect("an archive knows where entries begin") + chunk.offset;
        assert_eq!(random.read(position, chunk.bytes.len()).unwrap(), chunk.bytes, "{} at {}", chunk.entry.path, chunk.offset);
        chunks += 1;
    }
    assert!(chunks > 3 && random.read(u64::MAX / 2, 10).unwrap().is_empty());
}

/// A seal that can be undone by eye: every byte turned over, a head, and nothing written before there are a thousand bytes.
#[derive(Debug, Default)]
struct Turned(Vec<u8>);

impl tarbox_bundle::Seal for Turned {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"turned:");
    }

    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        self.0.extend(plain.iter().map(|byte| !byte));
        if self.0.len() >= 1000 {
            out.append(&mut self.0);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.0);
    }
}

#[test]
fn a_sealed_bundle_is_the_same_bundle_inside() {
    let folder = Folder::new();
    let path = folder.path("sealed");
    let writer = tarbox_bundle::Writer::create_sealed(&path, options(), Some(Box::new(Turned::default()))).unwrap();
    writer.header(&header()).unwrap();
    // Incompressible and large enough to be spilled before it is written.
    let noise: Vec<u8> = (0..8u64 << 20)
        .scan(1u64, |state, _| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Some((*state >> 33) as u8)
        })
        .collect();
    writer.add(&tarbox_bundle::EntryPath::health("noise"), &noise).unwrap();
    writer.add(&tarbox_bundle::EntryPath::health("small"), b"small").unwrap();
    let finished = writer.finish().unwrap();
    let sealed = std::fs::read(&path).unwrap();
    assert_eq!(finished.bytes, sealed.len() as u64);
    assert!(sealed.starts_with(b"turned:") && !sealed.windows(5).any(|window| window == b"small"));
    let opened: Vec<u8> = sealed[7..].iter().map(|byte| !byte).collect();
    let plain = folder.path("plain");
    std::fs::write(&plain, opened).unwrap();
    let (entries, problems) = read_all(&plain, Limits::default()).unwrap();
    assert_eq!(problems, []);
    let content = |name: &str| entries.iter().find(|(path, _)| path == name).map(|(_, content)| content.clone());
    assert_eq!((content("health/noise"), content("health/small")), (Some(noise), Some(b"small".to_vec())));
}
