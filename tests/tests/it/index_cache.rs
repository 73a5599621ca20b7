//! The cache of indexes under faults: a search that is killed at any instant, or finds the disk full at any size, leaves nothing that the
//! next search takes for an index.
//!
//! `TARBOX_INDEX_FAULTS=N` tries N instants and N sizes; the default is a few, `TARBOX_INDEX_SEED` chooses others.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tarbox_bundle::{EntryPath, LogKind, Writer, WriterOptions};
use tarbox_tests::program::program;

const LINES: usize = 30_000;
/// Lines that the query finds.
const FOUND: usize = LINES / 1000;

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A bundle of logs whose words differ, so that an index of it has some size.
fn bundle(folder: &Path) -> PathBuf {
    let path = folder.join("case.tar.zst");
    let writer = Writer::create(&path, WriterOptions::new("case", 0)).unwrap();
    writer.header(&serde_json::from_str(r#"{"format": 1}"#).unwrap()).unwrap();
    for pod in 0..4 {
        let text: String = (pod..LINES)
            .step_by(4)
            .map(|i| {
                format!("2026-11-24T03:00:00Z request {:x} took {i} ms, class{}\n", i.wrapping_mul(0x9e37_79b9) & 0xffff_ffff, i % 1000)
            })
            .collect();
        writer.add(&EntryPath::log("web", &format!("app-{pod}"), "app", LogKind::Current), text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    path
}

/// A search, where no file may grow beyond so many KiB: the full disk that a test can have.
fn search(bundle: &Path, cache: &Path, kibibytes: Option<u64>) -> Command {
    let limit = kibibytes.map_or_else(|| "unlimited".to_owned(), |kibibytes| kibibytes.to_string());
    // The signal that comes with the limit is ignored: on a full disk there is none.
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).arg(program()).args(["search", "--count", "--cache"]).arg(cache).arg(bundle).arg("class7");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn is_right(answer: &Output) -> bool {
    answer.status.code() == Some(0) && answer.stdout == format!("{FOUND}\n").as_bytes()
}

/// The next search is right, and so is one after it; only their index is left.
fn goes_on(bundle: &Path, cache: &Path, after: &str) {
    for _ in 0..2 {
        let answer = search(bundle, cache, None).output().unwrap();
        assert!(is_right(&answer), "after {after}: {answer:?}");
    }
    let mut left: Vec<_> = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name != ".lock");
    assert!(left.len() == 1 && !left[0].to_string_lossy().starts_with('.'), "after {after}: {left:?}");
}

#[test]
fn a_kill_at_any_instant_leaves_no_half_index() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle(folder.path());
    let started = Instant::now();
    assert!(is_right(&search(&bundle, &folder.path().join("whole"), None).output().unwrap()));
    let whole = started.elapsed();
    let mut state = variable("TARBOX_INDEX_SEED", 1);
    let mut killed = 0;
    let instants = variable("TARBOX_INDEX_FAULTS", 3);
    for number in 0..instants {
        // Numerical Recipes' generator: instants that are spread, and the same for the same seed.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let instant = whole.mul_f64((state >> 40) as f64 / f64::from(1 << 24));
        let cache = folder.path().join(format!("killed-{number}"));
        let mut child = search(&bundle, &cache, None).spawn().unwrap();
        std::thread::sleep(instant);
        child.kill().unwrap();
        killed += u64::from(child.wait().unwrap().code().is_none());
        std::fs::create_dir_all(&cache).unwrap();
        goes_on(&bundle, &cache, &format!("a kill at {instant:?} of {whole:?}"));
        std::fs::remove_dir_all(cache).unwrap();
    }
    assert!(2 * killed >= instants, "{killed} of {instants} were killed before they had ended");
}

#[test]
fn a_disk_that_is_full_gives_an_error_or_the_right_answer() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle(folder.path());
    let whole = folder.path().join("whole");
    assert!(is_right(&search(&bundle, &whole, None).output().unwrap()));
    let index = std::fs::read_dir(&whole).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let largest = std::fs::read_dir(index).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).max().unwrap();
    let sizes = variable("TARBOX_INDEX_FAULTS", 4);
    let mut refused = 0;
    for number in 0..sizes {
        let kibibytes = largest * number / sizes / 1024;
        let cache = folder.path().join(format!("full-{number}"));
        let started = Instant::now();
        let answer = search(&bundle, &cache, Some(kibibytes)).output().unwrap();
        let said = String::from_utf8_lossy(&answer.stderr);
        assert!(started.elapsed() < Duration::from_secs(20), "{kibibytes} KiB: it takes {:?}", started.elapsed());
        if !is_right(&answer) {
            assert!(answer.status.code() == Some(4) && answer.stdout.is_empty(), "{kibibytes} KiB: {answer:?}");
            assert!(said.contains("free some space") && !said.contains("panicked"), "{kibibytes} KiB: {said}");
            refused += 1;
        }
        std::fs::create_dir_all(&cache).unwrap();
        goes_on(&bundle, &cache, &format!("a disk with {kibibytes} KiB"));
        std::fs::remove_dir_all(cache).unwrap();
    }
    assert!(refused > 0, "no size of {sizes} was too small");
}
