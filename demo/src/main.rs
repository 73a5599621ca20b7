//! `tarbox-demo`: see [`tarbox_demo::cli`].
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tarbox_demo::cli::run(std::env::args_os()))
}
