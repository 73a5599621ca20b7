//! The real `kubectl` on served bundles: the sixty commands of `tests/kubectl/commands`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::judged::fixtures;
use tarbox_tests::program::program;

/// `$TARBOX_KUBECTL`, else what the `PATH` has. Only a name that is set and leads nowhere is a fault.
fn kubectl() -> Option<PathBuf> {
    if let Some(told) = std::env::var_os("TARBOX_KUBECTL") {
        let told = PathBuf::from(told);
        assert!(told.is_file(), "TARBOX_KUBECTL names {}, which is not there", told.display());
        return Some(told);
    }
    let found = std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("kubectl")).find(|file| file.is_file());
    found.filter(|file| Command::new(file).args(["version", "--client"]).output().is_ok_and(|out| out.status.success()))
}

#[test]
#[allow(clippy::print_stderr, reason = "a stage that did not run must be seen")]
fn sixty_commands_work_on_recorded_clusters() {
    let Some(kubectl) = kubectl().filter(|_| cfg!(unix)) else {
        eprintln!("NOT RUN: no kubectl in the PATH, and TARBOX_KUBECTL is not set; the sixty commands were not tried");
        return;
    };
    for scenario in ["healthy", "secret-key-missing", "virtual-service-host-unknown"] {
        let results = tempfile::tempdir().unwrap();
        let mut run = Command::new(fixtures().join("../tests/kubectl/run"));
        run.arg(fixtures().join(format!("scenarios/{scenario}.tar.zst")));
        if scenario == "secret-key-missing" {
            run.arg("--facts");
        }
        run.env("TARBOX_BIN", program().parent().unwrap_or(Path::new("."))).env("TARBOX_KUBECTL_RESULTS", results.path());
        let out = run.env("TARBOX_KUBECTL", &kubectl).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{scenario}: {said}");
        let passed = said.lines().filter_map(|line| line.strip_suffix(" passed, 0 failed")).find_map(|n| n.parse::<usize>().ok());
        assert!(passed.is_some_and(|n| n >= 60), "{scenario}: {said}");
    }
}
