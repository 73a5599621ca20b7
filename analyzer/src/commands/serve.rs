//! `tarbox serve`: a bundle as a read-only Kubernetes API, until Ctrl-C.

use std::io::Write;

use tarbox_serve::{Recording, ServeError, Server, kubeconfig};
use tempfile::NamedTempFile;

use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Serve;

pub(crate) fn run(options: &Serve) -> Result<Exit, Failure> {
    let recording = Recording::read(&options.bundle)?;
    for problem in recording.problems() {
        console::note(problem);
    }
    if recording.is_cut() {
        console::note("the bundle ends before its manifest: lists may lack objects");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(Exit::Internal, format!("cannot start: {e}")))?;
    let result = runtime.block_on(serve(options, recording));
    // A watch that is still open must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn serve(options: &Serve, recording: Recording) -> Result<Exit, Failure> {
    let (objects, logs, now, name) = (recording.objects(), recording.logs(), recording.now(), recording.name());
    let server = Server::bind(recording, options.port).await?;
    let address = server.address();
    let file = write(&kubeconfig(&name, address)).map_err(|e| {
        Failure::new(Exit::Output, format!("cannot write a kubeconfig: {e}; make room in the folder for temporary files, or set TMPDIR"))
    })?;
    console::note(&format!(
        "{objects} objects and {logs} logs of {now} at http://{address}, read-only, until Ctrl-C; in another terminal:"
    ));
    console::print(&format!("export KUBECONFIG={}\n", file.path().display()));
    server.run(stopped()).await;
    Ok(Exit::Done)
}

/// The kubeconfig, as a file that goes when the server ends.
fn write(text: &str) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("tarbox-kubeconfig-").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// Done when the user or the system wants the end.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let exit = match error {
            ServeError::Bind { .. } | ServeError::Spool(_) => Exit::Output,
            _ => Exit::Input,
        };
        Self::new(exit, error.to_string())
    }
}
