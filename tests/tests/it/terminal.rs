//! What the commands print on a terminal of 80 columns: it fits, and reads as it should.

use std::path::Path;

use tarbox_tests::case::Case;
use tarbox_tests::stage;

use crate::cli::{command, tarbox, text, with_bundle};
use crate::judged::fixtures;

fn printed(folder: &Path, args: &[&str]) -> String {
    let out = tarbox(folder, args);
    assert!(out.stderr.is_empty(), "{args:?}: {}", text(&out.stderr));
    text(&out.stdout)
}

/// Lines that are too wide. A path stays whole, so that it can be copied; so does a command (`$ …`).
fn too_wide(printed: &str) -> Vec<&str> {
    let may_be = |line: &str| line.trim().contains(' ') && !line.trim_start().starts_with("$ ");
    printed.lines().filter(|line| line.chars().count() > 80 && may_be(line)).collect()
}

#[test]
fn commands_read_as_they_should() {
    let (folder, bundle) = with_bundle();
    let folder = folder.path();
    let whole = std::fs::read(&bundle).unwrap();
    std::fs::write(folder.join("cut.tar.zst"), &whole[..whole.len() * 2 / 3]).unwrap();
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    stage::write(&Case::read(&fixtures().join("causes/a-database-scaled-to-zero-takes-its-clients-down.bundle")), &other);
    for (name, args) in [
        ("analyze", &["analyze", "case.tar.zst"][..]),
        ("inspect", &["inspect", "case.tar.zst"]),
        ("verify", &["verify", "case.tar.zst"]),
        ("verify-cut", &["verify", "cut.tar.zst"]),
        ("search", &["search", "case.tar.zst", "kind:pods CreateContainerConfigError"]),
        ("patterns", &["patterns", "other/case.tar.zst"]),
        ("diff", &["diff", "case.tar.zst", "other/case.tar.zst"]),
    ] {
        let printed = printed(folder, args);
        // How many rules there are is no matter of this test.
        let (rules, looked) = (format!("{} rules looked", tarbox_rules::all().count()), "N rules looked");
        insta::assert_snapshot!(name, printed.replace(&rules, looked));
        assert!(too_wide(&printed).is_empty(), "{name}: {:#?}", too_wide(&printed));
    }
}

#[test]
fn recorded_clusters_fit_the_width() {
    let folder = tempfile::tempdir().unwrap();
    let (healthy, broken, gateway) = ("healthy.tar.zst", "cascading-rollback.tar.zst", "gateway-route-rejected.tar.zst");
    for name in [healthy, broken, gateway] {
        std::fs::copy(fixtures().join("scenarios").join(name), folder.path().join(name)).unwrap();
    }
    for args in [
        &["rules", "list"][..],
        &["analyze", broken],
        &["analyze", gateway],
        &["inspect", broken],
        &["inspect", gateway],
        &["verify", healthy],
        &["patterns", broken],
        &["search", broken, "level:error", "--context", "1"],
        &["search", gateway, "kind:pods"],
        &["diff", healthy, broken],
        &["diff", healthy, gateway],
    ] {
        let printed = printed(folder.path(), args);
        assert!(too_wide(&printed).is_empty(), "{args:?}: {:#?}", too_wide(&printed));
    }
}

#[test]
fn a_line_stays_a_line_where_no_terminal_shows_it() {
    let (folder, _) = with_bundle();
    let args = ["search", "case.tar.zst", "kind:pods CreateContainerConfigError"];
    let out = command(folder.path(), &args).env_remove("COLUMNS").output().unwrap();
    let piped = text(&out.stdout);
    let hits = piped.lines().filter(|line| line.contains("CreateContainerConfigError")).count();
    assert!(hits > 0 && piped.lines().any(|line| line.chars().count() > 80), "{piped}");
    assert!(piped.ends_with(&format!("{hits} line{}\n", if hits == 1 { "" } else { "s" })), "{piped}");
}
