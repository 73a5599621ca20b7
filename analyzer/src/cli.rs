//! The command line as a function: what main calls, and tests and the demo too.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

use crate::commands::{analyze, diff, inspect, patterns, redact, rules, search, serve, sign, verify};
use crate::confine::{Needs, confine};
use crate::console;
use crate::exit::Exit;
use crate::options::{Cli, Command};

/// Runs `tarbox` with these arguments, the program's name first, and says how it ended. Results go to stdout, words about
/// the run to stderr.
pub fn run<I, T>(args: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    parsed(args, false)
}

/// [`run`] for a process that does nothing else: it gives up, for good, whatever the command does not need.
pub fn run_confined<I, T>(args: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    parsed(args, true)
}

fn parsed<I, T>(args: I, confined: bool) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Help and version go to stdout, usage errors to stderr; nobody is left to tell if that fails.
            let _ = error.print();
            return if usage { Exit::Usage } else { Exit::Done };
        }
    };
    if confined {
        let told =
            needs(&cli.command).map_or_else(|| "not confined: this command takes no bundle apart".to_owned(), |needs| confine(&needs));
        if cli.verbose {
            console::note(&told);
        }
    }
    let result = match cli.command {
        Command::Analyze(options) => analyze::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Sign(options) => sign::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Patterns(options) => patterns::run(&options),
        Command::Search(options) => search::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Redact(options) => redact::run(&options),
        Command::Reveal(options) => redact::reveal(&options),
        Command::Rules(options) => rules::run(&options),
    };
    result.unwrap_or_else(|failure| {
        console::error(&failure.to_string());
        failure.exit
    })
}

/// What a command reads and writes.
fn needs(command: &Command) -> Option<Needs> {
    let one = |path: &Path| vec![path.to_owned()];
    Some(match command {
        Command::Analyze(options) => Needs {
            read: options.bundles.iter().chain(&options.rules).cloned().collect(),
            write: if options.output.as_os_str() == "-" { Vec::new() } else { one(&options.output) },
            listens: false,
        },
        Command::Inspect(options) => Needs { read: one(&options.bundle), ..Needs::default() },
        Command::Verify(options) => {
            let signature = options.signature.clone().unwrap_or_else(|| sign::beside(&options.bundle));
            Needs {
                read: std::iter::once(&options.bundle).chain(&options.public_key).chain([&signature]).cloned().collect(),
                ..Needs::default()
            }
        }
        Command::Diff(options) => Needs { read: vec![options.old.clone(), options.new.clone()], ..Needs::default() },
        Command::Patterns(options) => Needs { read: one(&options.bundle), ..Needs::default() },
        Command::Search(options) => Needs { read: one(&options.bundle), write: search::folders(options), listens: false },
        Command::Serve(options) => Needs { read: one(&options.bundle), write: vec![std::env::temp_dir()], listens: true },
        Command::Redact(options) => Needs {
            read: one(&options.bundle),
            write: std::iter::once(&options.output).chain(&options.key).cloned().collect(),
            listens: false,
        },
        Command::Reveal(options) => Needs {
            read: options.from.iter().chain([&options.report, &options.key]).cloned().collect(),
            write: if options.output.as_os_str() == "-" { Vec::new() } else { one(&options.output) },
            listens: false,
        },
        Command::Sign(_) | Command::Rules(_) => return None,
    })
}
