//! The command line as a function: what main calls, and tests and the demo too.
use crate::{
    collect,
    console::{self, Tone},
    exit::Exit,
    options::{Cli, Collect, Command, Show},
    preview,
    progress::{Mode, Progress},
    rbac, sources,
    stop::{Stop, StopReason},
};
use clap::{CommandFactory, FromArgMatches};
use std::{ffi::OsString, path::Path, sync::Arc};

/// Runs `tarbox-collect` with these arguments, the program's name first, and says how it ended. The bundle's path goes to stdout, words to stderr.
pub fn run<I, T>(args: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Help and version go to stdout, usage errors to stderr; nobody is left to tell if that fails.
            let _ = error.print();
            return if usage { Exit::Usage } else { Exit::Complete };
        }
    };
    match cli.command {
        Some(Command::Rbac(flags)) => print(&rbac::cluster_role(&flags)),
        Some(Command::Sources) => print(&sources::markdown()),
        None => start(cli.collect),
    }
}

fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    // As a kubectl plugin this is the same program under another name, and people call it `kubectl tarbox`.
    let plugin = args.first().and_then(|name| Path::new(name).file_stem()).is_some_and(|name| name == "kubectl-tarbox");
    let command = if plugin { Cli::command().bin_name("kubectl tarbox") } else { Cli::command() };
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

fn print(text: &str) -> Exit {
    // A closed pipe (`| head`) is the reader's wish, not an error.
    let _ = console::answer(text);
    Exit::Complete
}

fn start(options: Collect) -> Exit {
    let mode = match options.progress {
        _ if options.quiet => Mode::Quiet,
        Show::Json => Mode::Json,
        Show::Plain => Mode::Plain,
        Show::Auto if console::on_terminal() => Mode::Bars,
        Show::Auto => Mode::Plain,
    };
    let progress = Progress::new(mode, options.verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            console::say(Tone::Error, &format!("error: cannot start: {error}"));
            return Exit::Internal;
        }
    };
    let stop = Arc::new(Stop::new());
    if options.preview {
        let told = runtime.block_on(async {
            let signals = tokio::spawn(obey_signals(Arc::clone(&stop)));
            let told = preview::preview(&options, stop).await;
            signals.abort();
            told
        });
        runtime.shutdown_background();
        return match told {
            Ok(text) => print(&text),
            Err(trouble) => {
                console::say(Tone::Error, &format!("error: {trouble}"));
                trouble.exit
            }
        };
    }
    let result = runtime.block_on(async {
        let signals = tokio::spawn(obey_signals(Arc::clone(&stop)));
        let result = collect::collect(options, stop, progress).await;
        signals.abort();
        result
    });
    // What hangs in a name look-up or a login helper must not hold up the end.
    runtime.shutdown_background();
    match result {
        Ok(collected) => {
            let _ = console::answer(&format!("{}\n", collected.path.display()));
            collected.exit
        }
        Err(trouble) => {
            console::say(Tone::Error, &format!("error: {trouble}"));
            trouble.exit
        }
    }
}

/// Threads for the work between requests (redaction, compression): more would cost memory and the cluster's patience.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 4)
}

/// The first Ctrl-C or SIGTERM ends the run in good order, the second at once.
async fn obey_signals(stop: Arc<Stop>) {
    next_signal().await;
    console::say(Tone::Warn, "interrupted: finishing the bundle with what is there (once more to end at once)");
    stop.stop(StopReason::Interrupted);
    next_signal().await;
    console::say(Tone::Error, "ended at once; the .partial file opens up to its last whole entry");
    #[expect(clippy::exit, reason = "the user asked twice: nothing may delay the end, and the partial file is whole as it lies")]
    std::process::exit(Exit::Interrupted.code().into());
}

#[cfg(unix)]
async fn next_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn next_signal() {
    drop(tokio::signal::ctrl_c().await);
}
