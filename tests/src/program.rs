//! The program `tarbox`, for tests that use it as people do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program, built now if it is not: cargo builds a package's programs for that package's own tests only.
///
/// # Panics
/// When it cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("--bin", "tarbox", ""))
}

/// An example of the analyzer, built now if it is not.
///
/// # Panics
/// When it cannot be built.
pub fn example(name: &str) -> PathBuf {
    built("--example", name, "examples")
}

fn built(kind: &str, name: &str, folder: &str) -> PathBuf {
    let mut build = vec!["build", "--locked", "--quiet", "--package", "tarbox-analyzer", kind, name];
    build.extend((!cfg!(debug_assertions)).then_some("--release"));
    assert!(Command::new(env!("CARGO")).args(&build).status().unwrap().success(), "cargo {}", build.join(" "));
    // This test stands in `deps/`, the programs beside that folder.
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
