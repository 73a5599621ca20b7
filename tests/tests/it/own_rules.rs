//! Rules of users, over the program: the example of the book, and what is said of files that are wrong.

use std::path::Path;

use tarbox_load::{LogScanner, load};
use tarbox_model::rule::Effect;
use tarbox_model::{Context, Relations};
use tarbox_rules::custom::{self, CustomRule};
use tarbox_tests::case::Case;
use tarbox_tests::stage;

use crate::cli::{tarbox, text};
use crate::judged::fixtures;

fn book() -> String {
    std::fs::read_to_string(fixtures().join("../docs/writing-rules.md")).unwrap()
}

/// A folder with a bundle of failing jobs, and `ours/jobs.toml` from the book.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    stage::write(&Case::read(&fixtures().join("rules/log-errors/fires.bundle")), folder.path());
    let page = book();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    write(folder.path(), "jobs.toml", example);
    folder
}

fn write(folder: &Path, name: &str, rules: &str) {
    std::fs::create_dir_all(folder.join("ours")).unwrap();
    std::fs::write(folder.join("ours").join(name), rules).unwrap();
}

#[test]
fn the_book_names_every_state() {
    let page = book();
    let missing: Vec<&str> = Effect::ALL.iter().map(|e| e.as_str()).filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_example_of_the_book_passes_its_test_and_finds_its_case() {
    let folder = folder();
    let tested = tarbox(folder.path(), &["rules", "test", "ours"]);
    let shown = text(&tested.stdout);
    assert_eq!(tested.status.code(), Some(0), "{shown}{}", text(&tested.stderr));
    assert!(shown.contains("1 rule, 3 examples, 0 failed"), "{shown}");
    let list = text(&tarbox(folder.path(), &["rules", "list", "--rules", "ours"]).stdout);
    assert!(list.contains("job-input-broken"), "{list}");
    let page = text(&tarbox(folder.path(), &["rules", "explain", "job-input-broken", "--rules", "ours"]).stdout);
    assert!(page.starts_with("# job-input-broken") && page.contains("ours/jobs.toml:2"), "{page}");

    let analyze = |threads| {
        let args = ["analyze", "case.tar.zst", "--rules", "ours", "--format", "json", "-o", "-", "--threads", threads];
        tarbox(folder.path(), &args).stdout
    };
    let report: serde_json::Value = serde_json::from_slice(&analyze("1")).unwrap();
    let root = &report["root_causes"][0];
    assert_eq!((&root["rule"], &root["title"]), (&"job-input-broken".into(), &"`app` is fed broken jobs".into()), "{report:#}");
    assert_eq!(root["workload"]["name"], "app");
    assert!(root["summary"].as_str().unwrap().contains("job 1 the first at 2026-11-24T03:09:00Z"), "{root:#}");
    assert_eq!(root["remediation"][1]["command"], "kubectl scale deployment app -n web --replicas=0");
    assert!(root["explains"].to_string().contains("log-errors:"), "its state reaches the symptom: {root:#}");
    assert_eq!(analyze("1"), analyze("4"), "the same at any number of threads");
}

#[test]
fn a_rule_stays_silent_where_its_limits_say_so() {
    let folder = folder();
    let rules = std::fs::read_to_string(folder.path().join("ours/jobs.toml")).unwrap();
    for (from, to) in [
        ("\"web\", ", ""),
        ("[\"app\"]", "[\"other\"]"),
        ("*/app:*", "*/other:*"),
        ("minimum = 10", "minimum = 1000"),
        (r"'job \d+ failed', lines", r"'never', lines"),
        ("will be retried", "invalid literal"),
    ] {
        assert!(rules.contains(from), "{from}");
        write(folder.path(), "jobs.toml", &rules.replacen(from, to, 1));
        let out = tarbox(folder.path(), &["analyze", "case.tar.zst", "--rules", "ours", "--format", "json", "-o", "-"]);
        let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert!(!report["findings"].to_string().contains("job-input-broken"), "{from} → {to}");
    }
}

/// One rule, with its scanner.
fn rule(fields: &str) -> Option<(CustomRule, LogScanner)> {
    let rule = format!("[[rule]]\nid = \"own\"\ntitle = \"{{count}} lines\"\nseverity = \"high\"\n{fields}\n");
    let rule = custom::parse("own.toml", &rule).ok()?.remove(0);
    let scanner = LogScanner::new([rule.signature]).unwrap().with_followers(rule.follower).unwrap();
    Some((rule, scanner))
}

#[test]
fn within_seconds_is_by_the_times_of_the_lines() {
    let says = |lines: &[&str], within: &str| {
        let fields = format!("pattern = \"queue lost\"\nexamples = [\"-\"]\nwithin = {{ pattern = \"giving up\", {within} }}");
        rule(&fields).map(|(_, scanner)| scanner.matches(&lines.join("\n"), "own") == 1)
    };
    let late = ["2026-11-24T03:09:00.900000000Z queue lost", "2026-11-24T03:09:06.000000000Z giving up"];
    let between = [late[0], "2026-11-24T03:09:02.000000000Z another", "2026-11-24T03:09:03.000000000Z giving up"];
    let untimed = ["queue lost", "giving up"];
    for (lines, within, wanted) in [
        (&late[..], "seconds = 5", Some(false)),
        (&late, "seconds = 6", Some(true)),
        (&late, "lines = 1", Some(true)),
        (&late, "lines = 1, seconds = 5", Some(false)),
        (&between, "seconds = 5", Some(true)),
        (&between, "lines = 1, seconds = 5", Some(false)),
        (&untimed, "seconds = 5", Some(true)),
        (&untimed, "seconds = -1", None),
        (&untimed, "lines = 0", None),
        (&untimed, "lines = 501", None),
    ] {
        assert_eq!(says(lines, within), wanted, "{lines:?} {within}");
    }
}

#[test]
fn lines_with_many_values_count_in_full() {
    let mut case = Case::read(&fixtures().join("rules/log-errors/fires.bundle"));
    for (_, text) in case.files.iter_mut().filter(|(path, _)| path.starts_with("logs/")) {
        *text = (0..100).map(|job| format!("2026-11-24T03:09:{:02}.000000000Z job j{job} was lost\n", job / 2)).collect();
    }
    for (minimum, wanted) in [(100, vec!["100 lines"]), (101, vec![])] {
        let fields = format!("pattern = 'job (?P<job>\\w+) was lost'\nminimum = {minimum}\nexamples = [\"-\"]");
        let (rule, scanner) = rule(&fields).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let snapshot = load(&stage::write(&case, folder.path()), &scanner).unwrap();
        let context = Context { snapshot: &snapshot, relations: &Relations::new(&snapshot) };
        let titles: Vec<String> = rule.check(&context).into_iter().map(|f| f.title).collect();
        assert_eq!(titles, wanted, "{minimum}");
    }
}

#[test]
fn a_folder_has_its_limits() {
    let rule = |i: usize| {
        format!("[[rule]]\nid = \"own-{i}\"\ntitle = \"t\"\nseverity = \"low\"\npattern = \"queue lost\"\nexamples = [\"queue lost\"]\n")
    };
    let long = format!("pattern = \"{}\"", "x".repeat(custom::PATTERN_LIMIT + 1));
    for (files, words) in [
        (vec![(0..=custom::RULES).map(rule).collect()], "501 rules, more than 500"),
        (vec![String::new(); custom::FILES + 1], "more than 256 *.toml files"),
        (vec![rule(1).replacen("pattern = \"queue lost\"", &long, 1)], "a pattern has 1 to 4096 bytes"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (i, text) in files.iter().enumerate() {
            write(folder.path(), &format!("{i}.toml"), text);
        }
        let out = tarbox(folder.path(), &["rules", "test", "ours"]);
        assert!(out.status.code() == Some(3) && text(&out.stderr).contains(words), "{words}: {}", text(&out.stderr));
    }
}

#[test]
fn a_failing_example_is_shown_and_is_a_code() {
    let folder = folder();
    let rule = "[[rule]]\nid = \"a\"\ntitle = \"t\"\nseverity = \"low\"\npattern = \"queue lost\"\nexamples = [\"queue found\"]\ncounterexamples = [\"queue lost\"]\n";
    write(folder.path(), "wrong.toml", rule);
    let out = tarbox(folder.path(), &["rules", "test", "ours"]);
    let shown = text(&out.stdout);
    assert_eq!(out.status.code(), Some(9), "{shown}");
    assert_eq!(shown.lines().filter(|l| l.starts_with("FAILED")).count(), 2, "{shown}");
    assert!(shown.contains("ours/wrong.toml:2") && shown.contains("2 failed"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_folder_is_a_sentence_and_a_code() {
    let folder = folder();
    let again = std::fs::read_to_string(folder.path().join("ours/jobs.toml")).unwrap();
    let huge = "#".repeat(256 * 1024 + 1);
    for (rules, words) in [
        (again.as_str(), "job-input-broken stands in ours/jobs.toml:2 already"),
        (&huge, "larger than 256 KiB"),
        ("[[rule]]\nid = 7", "ours/second.toml:2: "),
        (&again.replace("job-input-broken", "log-errors"), "ours/second.toml:2: log-errors is a built-in rule"),
    ] {
        write(folder.path(), "second.toml", rules);
        for args in [&["analyze", "case.tar.zst", "--rules", "ours"][..], &["rules", "test", "ours"]] {
            let out = tarbox(folder.path(), args);
            assert_eq!(out.status.code(), Some(3), "{words}");
            assert!(text(&out.stderr).contains(words), "{words}: {}", text(&out.stderr));
        }
    }
    let out = tarbox(folder.path(), &["rules", "test", "nowhere"]);
    assert!(out.status.code() == Some(3) && text(&out.stderr).contains("nowhere"), "{}", text(&out.stderr));
}
