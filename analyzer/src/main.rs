//! `tarbox`: see [`tarbox_analyzer::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tarbox_analyzer::cli::run(std::env::args_os()).code())
}
