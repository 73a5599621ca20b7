//! A scripted API server on loopback, and the collector run against it as users run it: as a program.
pub(crate) mod bundle;
pub(crate) mod cluster;
pub(crate) mod mongod;
pub(crate) mod server;
mod websocket;

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
    start_with(&server.kubeconfig(), flags)
}

/// Starts the collector with this kubeconfig.
pub(crate) fn start_with(content: &str, flags: &[&str]) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::write(&kubeconfig, content).unwrap();
    // Pauses between tries follow from the patience: tests have little of it.
    let patience: &[&str] = if flags.contains(&"--request-timeout") { &[] } else { &["--request-timeout", "3s"] };
    let observe: &[&str] = if flags.contains(&"--observe") { &[] } else { &["--observe", "0s"] };
    let child = command(&folder)
        .args(patience)
        .args(observe)
        .arg("--kubeconfig")
        .arg(&kubeconfig)
        .args(["-o", "out.tar.zst"])
        .args(flags)
        .spawn()
        .unwrap();
    Running { child, folder }
}

/// Starts the collector where no file may grow beyond so many KiB: the full disk that a test can have.
pub(crate) fn start_limited(server: &Server, flags: &[&str], kibibytes: u64) -> Running {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
    // The signal that comes with the limit is ignored: on a full disk there is none.
    let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" --kubeconfig kubeconfig -o out.tar.zst --observe 0s \"$@\"");
    let child = Command::new("bash")
        .args(["-c", &script, env!("CARGO_BIN_EXE_tarbox-collect")])
        .args(flags)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
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
    /// Waits like [`Self::wait`], and gives the most memory the program had resident at any time, in KiB.
    pub(crate) fn wait_with_peak(mut self) -> (Ran, u64) {
        // What is written to full pipes would hold it up: somebody must read.
        let read = |mut from: Box<dyn std::io::Read + Send>| {
            std::thread::spawn(move || {
                let mut text = String::new();
                from.read_to_string(&mut text).unwrap();
                text
            })
        };
        let (stdout, stderr) = (read(Box::new(self.child.stdout.take().unwrap())), read(Box::new(self.child.stderr.take().unwrap())));
        let status = format!("/proc/{}/status", self.child.id());
        let mut peak = 0;
        let ended = loop {
            // The mark only ever rises: what is read last before the end is the peak.
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            peak = mark.unwrap_or(peak);
            if let Some(ended) = self.child.try_wait().unwrap() {
                break ended;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
        (Ran { code: ended.code().unwrap_or(-1), stdout, stderr, folder: self.folder }, peak)
    }

    /// Sends a signal by its name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// The same, where the run may have ended meanwhile.
    pub(crate) fn signal_if_alive(&mut self, name: &str) {
        if self.child.try_wait().unwrap().is_none() {
            // Between the look and the signal it may end: then there is nobody to signal.
            let _ = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        }
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

    /// What lies in the folder now.
    pub(crate) fn left(&self) -> Vec<std::ffi::OsString> {
        std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
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
