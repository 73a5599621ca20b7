//! `tarbox`: see [`tarbox_analyzer::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tarbox_analyzer::cli::run_confined(std::env::args_os()).code())
}
