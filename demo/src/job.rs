//! The three steps: serve, collect, analyze.
use crate::{cli::Cli, console, recorded};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};
use tarbox_analyzer::exit::Exit as Analyzed;
use tarbox_collector::exit::Exit as Collected;
use tarbox_serve::{Recording, ServeError, Server, kubeconfig};
use tokio::{runtime::Runtime, sync::oneshot};

/// Why the demo ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: u8,
    /// What to say, unless the step that failed has said it.
    pub(crate) message: Option<String>,
}

impl Failure {
    fn of(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    fn at(path: &Path, error: &io::Error) -> Self {
        Self::of(Collected::Output.code(), format!("cannot write {}: {error}; choose another folder with -o DIR", path.display()))
    }

    fn temporary(error: &io::Error) -> Self {
        Self::of(Collected::Output.code(), format!("cannot write a temporary file: {error}; make room, or set TMPDIR to another folder"))
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::of(Analyzed::Input.code(), error.to_string())
    }
}

/// Does the whole job.
pub(crate) fn run(cli: &Cli) -> Result<(), Failure> {
    let embedded = if cli.bundle.is_none() { Some(recorded::to_file().map_err(|error| Failure::temporary(&error))?) } else { None };
    let bundle: &Path = match (&cli.bundle, &embedded) {
        (Some(bundle), _) => bundle,
        (None, Some(file)) => file.path(),
        (None, None) => Path::new(""),
    };
    fs::create_dir_all(&cli.output).map_err(|error| Failure::at(&cli.output, &error))?;
    let served = Served::start(bundle)?;
    let collected = collect(&served, &cli.output)?;
    drop(served);
    analyze(&collected, &cli.output)
}

/// A recorded cluster being served, until it is dropped.
struct Served {
    kubeconfig: tempfile::NamedTempFile,
    /// Dropped first: the server ends.
    _stop: oneshot::Sender<()>,
    _runtime: Runtime,
}

impl Served {
    fn start(bundle: &Path) -> Result<Self, Failure> {
        let recording = Recording::read(bundle)?;
        for problem in recording.problems() {
            console::note(&format!("  {problem}"));
        }
        let (now, objects, logs, name) = (recording.now(), recording.objects(), recording.logs(), recording.name());
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = threads.map_err(|error| Failure::of(Collected::Internal.code(), format!("cannot start: {error}")))?;
        let server = runtime.block_on(Server::bind(recording, 0))?;
        let address = server.address();
        console::step(&format!("1. a recorded cluster of {now}, {objects} objects and {logs} logs, is served at http://{address}"));
        let (stop, stopped) = oneshot::channel();
        runtime.spawn(server.run(async {
            // Told to stop, or forgotten: the same.
            let _ = stopped.await;
        }));
        let file = || -> io::Result<tempfile::NamedTempFile> {
            let file = tempfile::Builder::new().prefix("tarbox-kubeconfig-").tempfile()?;
            fs::write(file.path(), kubeconfig(&name, address))?;
            Ok(file)
        };
        Ok(Self { kubeconfig: file().map_err(|error| Failure::temporary(&error))?, _stop: stop, _runtime: runtime })
    }
}

/// Collects from it, as from any cluster.
fn collect(served: &Served, folder: &Path) -> Result<PathBuf, Failure> {
    let bundle = folder.join("bundle.tar.zst");
    match fs::remove_file(&bundle) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::at(&bundle, &error)),
    }
    console::step("2. tarbox-collect reads it over HTTP, as it would any cluster");
    let arguments: [&std::ffi::OsStr; 9] = [
        "tarbox-collect".as_ref(),
        "--kubeconfig".as_ref(),
        served.kubeconfig.path().as_os_str(),
        // A recording's meters stand still: one reading is all there is.
        "--observe".as_ref(),
        "0s".as_ref(),
        "--output".as_ref(),
        bundle.as_os_str(),
        "--deadline".as_ref(),
        "5m".as_ref(),
    ];
    match tarbox_collector::cli::run(arguments.map(OsString::from)) {
        // A recording may lack what its own collection was denied: the rest is analyzed, and the report says what is missing.
        Collected::Complete | Collected::Partial => Ok(bundle),
        other => Err(Failure { code: other.code(), message: None }),
    }
}

/// Analyzes what was collected.
fn analyze(bundle: &Path, folder: &Path) -> Result<(), Failure> {
    console::step("3. tarbox analyze names the root cause, from the bundle alone");
    let arguments = ["tarbox".as_ref(), "analyze".as_ref(), bundle.as_os_str(), "--output".as_ref(), folder.as_os_str()];
    match tarbox_analyzer::cli::run(arguments.map(OsString::from)) {
        Analyzed::Done => Ok(()),
        other => Err(Failure { code: other.code(), message: None }),
    }
}
