//! The command line as a function: what main calls, and tests and the demo too.

use std::ffi::OsString;

use clap::Parser;

use crate::commands::{analyze, diff, inspect, patterns, rules, search, serve, verify};
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
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Help and version go to stdout, usage errors to stderr; nobody is left to tell if that fails.
            let _ = error.print();
            return if usage { Exit::Usage } else { Exit::Done };
        }
    };
    let result = match cli.command {
        Command::Analyze(options) => analyze::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Patterns(options) => patterns::run(&options),
        Command::Search(options) => search::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Rules(options) => rules::run(&options),
    };
    result.unwrap_or_else(|failure| {
        console::error(&failure.to_string());
        failure.exit
    })
}
