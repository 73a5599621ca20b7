//! A scripted API server on loopback, and the collector run against it as users run it: as a program.
pub(crate) mod bundle;
pub(crate) mod cluster;
pub(crate) mod server;

use bundle::Bundle;
use server::Server;
use std::{
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

/// A finished run.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    folder: tempfile::TempDir,
}

/// A run that may be still going on.
pub(crate) struct Running {
    child: Child,
    folder: tempfile::TempDir,
}

/// Runs the collector against a server and waits for it.
pub(crate) fn collect(server: &Server, flags: &[&str]) -> Ran {
    start(server, flags).wait()
}

/// Starts the collector against a server.
pub(crate) fn start(server: &Server, flags: &[&str]) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::write(&kubeconfig, server.kubeconfig()).unwrap();
    // Pauses between tries follow from the patience: tests have little of it.
    let patience: &[&str] = if flags.contains(&"--request-timeout") { &[] } else { &["--request-timeout", "3s"] };
    let child =
        command(&folder).args(patience).arg("--kubeconfig").arg(&kubeconfig).args(["-o", "out.tar.zst"]).args(flags).spawn().unwrap();
    Running { child, folder }
}

/// The program with these arguments and nothing of this machine's environment.
pub(crate) fn bare(flags: &[&str], environment: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let child = command(&folder).args(flags).envs(environment.iter().copied()).spawn().unwrap();
    Running { child, folder }.wait()
}

fn command(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tarbox-collect"));
    command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Running {
    /// Sends a signal by its name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn wait(self) -> Ran {
        let Output { status, stdout, stderr } = self.child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr), folder: self.folder }
    }
}

impl Ran {
    /// The bundle under its final name; fails the test if there is none.
    pub(crate) fn bundle(&self) -> Bundle {
        assert_eq!(self.stdout.lines().last(), Some("out.tar.zst"), "stdout ends with the path; stderr:\n{}", self.stderr);
        let path = self.path("out.tar.zst");
        assert!(!self.path("out.tar.zst.partial").exists());
        Bundle::open(&path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Fails the test unless the run ended so.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "stderr:\n{}", self.stderr);
        self
    }
}
