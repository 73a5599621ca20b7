//! The program `tarbox` as people and scripts meet it: exit codes, sentences, nothing half-written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tarbox_tests::case::Case;
use tarbox_tests::program::program;
use tarbox_tests::stage;

use crate::judged::fixtures;

pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).current_dir(folder).env_clear().env("HOME", folder).env("COLUMNS", "80");
    command
}

pub(crate) fn tarbox(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a small bundle in it.
pub(crate) fn with_bundle() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let case = Case::read(&fixtures().join("causes/secret-key-missing-stops-a-rollout.bundle"));
    let bundle = stage::write(&case, folder.path());
    (folder, bundle)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn analyze_writes_the_report_and_says_where() {
    let (folder, _) = with_bundle();
    let out = tarbox(folder.path(), &["analyze", "case.tar.zst"]);
    let shown = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(shown.contains("app-secret") && shown.ends_with("tarbox-report/report.json\n"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80 || line.trim_start().starts_with('$')), "{shown}");
    assert_eq!(names(&folder.path().join("tarbox-report")), ["report.html", "report.json", "report.md"]);
    let quiet = tarbox(folder.path(), &["analyze", "-q", "case.tar.zst", "-o", "elsewhere", "--format", "json"]);
    assert_eq!(text(&quiet.stdout), "elsewhere/report.json\n");
}

#[test]
fn analyze_serves_scripts() {
    let (folder, _) = with_bundle();
    let out = tarbox(folder.path(), &["analyze", "case.tar.zst", "--format", "json", "-o", "-", "--fail-on", "high"]);
    assert_eq!(out.status.code(), Some(5));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["root_causes"][0]["rule"], "secret-key-missing");
    assert_eq!(names(folder.path()), ["case.tar.zst"], "`-o -` writes no file");
}

#[test]
fn bad_input_is_a_sentence_and_a_code() {
    let (folder, bundle) = with_bundle();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let whole = std::fs::read(&bundle).unwrap();
    write("text.tar.zst", b"This is a letter, not a bundle.\n");
    write("empty.tar.zst", b"");
    write("picture.tar.zst", b"\x89PNG\r\n\x1a\n0000000000000000000");
    for (name, words) in [
        ("missing.tar.zst", "there is no such file"),
        ("text.tar.zst", "is not a bundle"),
        ("empty.tar.zst", "holds nothing to read"),
        ("picture.tar.zst", "is not a bundle"),
    ] {
        for command in ["analyze", "inspect", "verify"] {
            let out = tarbox(folder.path(), &[command, name]);
            let said = text(&out.stderr);
            assert_eq!(out.status.code(), Some(3), "{command} {name}: {said}");
            assert!(said.starts_with("error: ") && said.contains(words) && said.lines().count() == 1, "{command} {name}: {said}");
        }
    }
    // A cut bundle is read up to the cut, and the report says so.
    write("cut.tar.zst", &whole[..whole.len() * 2 / 3]);
    let out = tarbox(folder.path(), &["analyze", "cut.tar.zst", "-o", "-", "--format", "json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(report["input_problems"].as_array().is_some_and(|p| !p.is_empty()), "{report}");
    assert_eq!(tarbox(folder.path(), &["verify", "cut.tar.zst"]).status.code(), Some(6));
    assert_eq!(tarbox(folder.path(), &["verify", "case.tar.zst"]).status.code(), Some(0));
    assert!(!folder.path().join("tarbox-report").exists(), "nothing half-written");
}

#[test]
fn a_newer_format_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("newer")).unwrap();
    std::fs::write(folder.path().join("newer/bundle.json"), r#"{"format": 99}"#).unwrap();
    let out = tarbox(folder.path(), &["analyze", "newer"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(3), "{said}");
    assert!(said.contains("format 99") && said.contains("upgrade"), "{said}");
}

#[test]
fn output_that_cannot_be_written_is_said() {
    let (folder, _) = with_bundle();
    std::fs::write(folder.path().join("taken"), b"a file").unwrap();
    let out = tarbox(folder.path(), &["analyze", "case.tar.zst", "-o", "taken/report"]);
    assert_eq!(out.status.code(), Some(4), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("cannot write"), "{}", text(&out.stderr));
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["analyze"][..], &["analyze", "x", "--format", "pdf"], &["rules", "explain", "secret-key-mising"], &["frobnicate"]] {
        let out = tarbox(folder.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", text(&out.stderr));
        assert!(!text(&out.stderr).is_empty());
    }
    let out = tarbox(folder.path(), &["rules", "explain", "secret-key-mising"]);
    assert!(text(&out.stderr).contains("did you mean secret-key-missing?"), "{}", text(&out.stderr));
}

#[test]
fn rules_inspect_and_search_answer() {
    let (folder, _) = with_bundle();
    let list = text(&tarbox(folder.path(), &["rules", "list"]).stdout);
    assert_eq!(list.lines().filter(|l| l.contains("secret-key-missing ")).count(), 1, "{list}");
    let page = text(&tarbox(folder.path(), &["rules", "explain", "secret-key-missing"]).stdout);
    assert!(page.starts_with("# secret-key-missing") && page.contains("## How to fix"), "{page}");
    let inspect = tarbox(folder.path(), &["inspect", "case.tar.zst", "--json"]);
    let facts: serde_json::Value = serde_json::from_slice(&inspect.stdout).unwrap();
    assert_eq!((facts["objects"]["pods"].as_u64(), facts["objects"]["deployments"].as_u64()), (Some(1), Some(1)), "{facts}");
    let found = tarbox(folder.path(), &["search", "case.tar.zst", "CreateContainerConfigError"]);
    assert_eq!(found.status.code(), Some(0), "{}", text(&found.stderr));
    assert!(text(&found.stdout).contains("objects/core/v1/pods.ndjson"), "{}", text(&found.stdout));
    assert_eq!(tarbox(folder.path(), &["search", "case.tar.zst", "nowhere"]).status.code(), Some(7));
    assert!(folder.path().join(".cache/tarbox/index").exists(), "the index is kept in the cache folder");
}

#[test]
fn patterns_tell_by_workload_what_is_new_since_the_failure_began() {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::read(&fixtures().join("rules/log-errors/fires.bundle"));
    let log = &mut case.files.iter_mut().find(|(path, _)| path.ends_with("current.log")).unwrap().1;
    let errors = log.lines().count() as u64;
    // An hour of work before the first error.
    let before: String = (0..60).map(|i| format!("2026-11-24T02:{i:02}:00.000000000Z INFO worker: job {i} done\n")).collect();
    log.insert_str(0, &before);
    stage::write(&case, folder.path());
    let out = tarbox(folder.path(), &["patterns", "case.tar.zst", "--workload", "web/app", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let all: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let workload = &all["workloads"][0];
    assert_eq!((&workload["concerned"], &workload["since"]), (&true.into(), &"2026-11-24T03:09:00Z".into()), "{all}");
    let told: Vec<_> = workload["patterns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["change"].as_str(), p["count"].as_u64(), p["pattern"].as_str()))
        .collect();
    assert_eq!(
        told[0],
        (Some("new"), Some(errors), Some("ERROR worker: job <*> failed: ValueError: invalid literal for int(): <*>")),
        "{all}"
    );
    assert_eq!(told[1], (Some("same"), Some(60), Some("INFO worker: job <*> done")), "{all}");
    assert_eq!(workload["patterns"][0]["evidence"]["line"], 61);
    let people = text(&tarbox(folder.path(), &["patterns", "case.tar.zst", "--since", "2026-11-24T02:30:00Z"]).stdout);
    assert!(people.starts_with("Deployment/web/app: ") && people.contains("1 pattern is new since 2026-11-24 02:30:00 UTC"), "{people}");
    assert_eq!(tarbox(folder.path(), &["patterns", "case.tar.zst", "--workload", "nobody"]).status.code(), Some(7));
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_is_confined_to_its_input_and_output() {
    let (folder, _) = with_bundle();
    let out = tarbox(folder.path(), &["-v", "analyze", "case.tar.zst"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(0), "{said}");
    // Only a kernel that can confine shows that nothing else is open; whether it can is asked of itself.
    let told = said.lines().next().unwrap_or_default();
    assert!(told.starts_with("confined by the kernel") || told == "not confined: this kernel has no Landlock", "{said}");
    if !told.starts_with("confined") {
        return;
    }
    // The example confines itself as a command does, and tries what it was not granted; the kernel refuses it, not we.
    let other = folder.path().join("elsewhere");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("secret"), "x").unwrap();
    let mut confined = Command::new(tarbox_tests::program::example("confined"));
    let out = confined.args(["case.tar.zst", "elsewhere/secret"]).current_dir(folder.path()).output().unwrap();
    let wanted = "read ok, other denied, write denied, connect denied, execute denied";
    assert_eq!(text(&out.stdout).trim(), wanted, "{}", text(&out.stderr));
}
