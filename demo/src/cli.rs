//! The command line as a function: what main calls, and tests too.
use crate::{console, job};
use clap::Parser;
use std::{ffi::OsString, path::PathBuf};

const AFTER_HELP: &str = "Examples:\n  \
    tarbox-demo                         the incident that comes with the demo\n  \
    tarbox-demo case-4711.tar.zst       another recorded cluster\n  \
    tarbox-demo -o /tmp/report          the report elsewhere\n\n\
    The report's path is the last line on stdout.\n\n\
    Exit codes: 0 done; 2 wrong command line; else the code of the step that failed (`tarbox-collect --help`, `tarbox --help`).";

/// Serves a recorded cluster on loopback, collects it over HTTP, analyzes what was collected, and writes the report.
#[derive(Debug, Parser)]
#[command(name = "tarbox-demo", version, about, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// A recorded cluster: a bundle of tarbox-collect, or its unpacked folder [default: the one inside of this program]
    pub(crate) bundle: Option<PathBuf>,
    /// Folder for the bundle and the report
    #[arg(short, long, value_name = "DIR", default_value = "tarbox-report")]
    pub(crate) output: PathBuf,
}

/// Runs the demo with these arguments, the program's name first, and gives its exit code.
pub fn run<I, T>(args: I) -> u8
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
            return if usage { 2 } else { 0 };
        }
    };
    match job::run(&cli) {
        Ok(()) => 0,
        Err(failure) => {
            if let Some(message) = failure.message {
                console::error(&message);
            }
            failure.code
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
