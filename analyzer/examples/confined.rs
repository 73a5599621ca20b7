//! Confines itself to reading its first argument, as a command of `tarbox` does, and tells what it still can do. For the tests.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tarbox_analyzer::confine::{Needs, confine};

fn main() -> std::io::Result<()> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [granted, other] = paths.as_slice() else { return Err(ErrorKind::InvalidInput.into()) };
    // There before, so that only the kernel can refuse to connect.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    confine(&Needs { read: vec![granted.clone()], ..Needs::default() });
    // What is opened is opened in a thread, as the program does its work in threads.
    let told = std::thread::scope(|scope| {
        let tried = scope.spawn(|| {
            [
                ("read", std::fs::File::open(granted).map(drop)),
                ("other", std::fs::File::open(other).map(drop)),
                ("write", std::fs::write(Path::new("new"), "x")),
                ("connect", std::net::TcpStream::connect(address).map(drop)),
                ("execute", std::process::Command::new("/bin/true").status().map(drop)),
            ]
        });
        tried.join().map_err(|_| std::io::Error::other("panicked"))
    })?;
    let words: Vec<String> = told
        .into_iter()
        .map(|(what, done)| match done {
            Ok(()) => format!("{what} ok"),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => format!("{what} denied"),
            Err(error) => format!("{what}: {error}"),
        })
        .collect();
    writeln!(std::io::stdout(), "{}", words.join(", "))
}
