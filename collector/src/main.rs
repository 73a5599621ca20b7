//! `tarbox-collect`: see [`tarbox_collector::cli`].
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tarbox_collector::cli::run(std::env::args_os()).code())
}
