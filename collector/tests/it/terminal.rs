//! What people see: bars on a terminal, plain lines elsewhere, colours only where they are wanted, as much as they ask for.
use crate::support::{
    cluster::{Cluster, status},
    collect,
    server::{Fault, Reply, Server},
};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::{fs::OpenOptions, io::Read, process::Command};

/// Runs the collector with a terminal as its stderr, and gives everything that was drawn there.
fn on_a_terminal(server: &Server, flags: &[&str], environment: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tarbox-collect"));
    command.env_clear().env("TERM", "xterm").envs(environment.iter().copied()).current_dir(folder.path());
    command
        .args(["--kubeconfig", "kubeconfig", "-o", "out.tar.zst", "--request-timeout", "3s", "--observe", "0s"])
        .args(flags)
        .stderr(slave);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    // The slave's last copy must be gone for the master to end.
    drop(command);
    let reader = std::thread::spawn(move || {
        let mut drawn = Vec::new();
        // A terminal whose other end is closed gives an error, not an end.
        let _ = std::fs::File::from(master).read_to_end(&mut drawn);
        String::from_utf8_lossy(&drawn).into_owned()
    });
    child.wait().unwrap();
    reader.join().unwrap()
}

fn with_a_gap() -> Server {
    let fault: Fault = Box::new(|asked| {
        asked.path.ends_with("/deployments").then(|| Reply::Json(403, status(403, "Forbidden", "deployments is forbidden")))
    });
    Server::start(Cluster { pods: 300, page: 100, ..Cluster::default() }, vec![fault])
}

const YELLOW: &str = "\u{1b}[33m";

#[test]
fn bars_on_a_terminal_lines_elsewhere() {
    let server = with_a_gap();
    let drawn = on_a_terminal(&server, &[], &[]);
    assert!(drawn.contains("logs [") && drawn.contains('\r'), "a bar that moves: {drawn:?}");
    assert!(drawn.contains(YELLOW), "gaps in colour: {drawn:?}");
    let ran = collect(&server, &[]);
    assert!(!ran.stderr.contains(['\r', '\u{1b}']) && !ran.stderr.contains('['), "{}", ran.stderr);
    let drawn = on_a_terminal(&server, &["--progress", "plain"], &[]);
    assert!(!drawn.contains("logs ["), "lines when asked for: {drawn:?}");
}

#[test]
fn no_color_means_no_color() {
    let server = with_a_gap();
    let drawn = on_a_terminal(&server, &[], &[("NO_COLOR", "1")]);
    assert!(drawn.contains("deployments") && !drawn.contains(YELLOW), "{drawn:?}");
}

#[test]
fn verbose_tells_each_gap_as_it_happens_and_quiet_nothing() {
    let server = with_a_gap();
    let told = |stderr: &str| stderr.matches("missing: objects/apps/v1/deployments").count();
    let plain = collect(&server, &[]);
    assert_eq!(told(&plain.ended(5).stderr), 1, "at the end: {}", plain.stderr);
    let verbose = collect(&server, &["-v"]);
    assert_eq!(told(&verbose.ended(5).stderr), 2, "when it happens, and at the end: {}", verbose.stderr);
    let quiet = collect(&server, &["-q"]);
    assert_eq!(quiet.ended(5).stderr, "");
    assert_eq!(quiet.stdout, "out.tar.zst\n", "the path is an answer, not a remark");
    collect(&server, &["-q", "-v"]).ended(2);
}
