//! The command line of `tarbox`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tarbox_model::finding::Severity;
use tarbox_reports::Format;

use crate::exit::Exit;

fn after_help() -> String {
    format!(
        "Examples:\n  \
         tarbox analyze case-4711.tar.zst                  name the root cause, write a report\n  \
         tarbox analyze case-4711.tar.zst --format json -o -   the report as JSON on stdout\n  \
         tarbox analyze case-4711.tar.zst --fail-on high   for scripts: exit code 5 when something is broken\n  \
         tarbox inspect case-4711.tar.zst                  what the bundle holds and what it lacks\n  \
         tarbox rules explain secret-key-missing           what a rule looks for, and how to fix it\n\n\
         Everything happens on this machine: tarbox never opens a connection.\n\n\
         Exit codes:\n{}",
        Exit::table()
    )
}

/// Reads a support bundle of a Kubernetes cluster and names the root cause, offline.
#[derive(Debug, Parser)]
#[command(name = "tarbox", version, about, after_help = after_help())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Name the root cause and write the report
    Analyze(Analyze),
    /// Show what a bundle holds, what it lacks, and what of it could not be read
    Inspect(Inspect),
    /// Check every file of a bundle against its manifest
    Verify(Verify),
    /// List the rules, or explain one
    #[command(subcommand)]
    Rules(Rules),
}

/// `tarbox analyze`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tarbox analyze case.tar.zst\n  \
    tarbox analyze case.tar.zst -o report --format html,md,json\n  \
    tarbox analyze unpacked-bundle/ --format json -o - | jq '.root_causes[0]'\n  \
    tarbox analyze monday.tar.zst tuesday.tar.zst -o reports")]
pub(crate) struct Analyze {
    /// Bundles: files, or unpacked folders
    #[arg(required = true, value_name = "BUNDLE")]
    pub(crate) bundles: Vec<PathBuf>,
    /// Folder for the report; with several bundles each gets a folder of its own in it; `-` writes one format to stdout
    #[arg(short, long, value_name = "DIR", default_value = "tarbox-report")]
    pub(crate) output: PathBuf,
    /// Formats of the report
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', default_value = "html,md,json", value_parser = |name: &str| name.parse::<Format>())]
    pub(crate) format: Vec<Format>,
    /// Exit with 5 when a root cause is at least this severe
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(crate) fail_on: Option<AtLeast>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Only the report's path on stdout
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AtLeast {
    Low,
    Medium,
    High,
    Critical,
}

impl From<AtLeast> for Severity {
    fn from(severity: AtLeast) -> Self {
        match severity {
            AtLeast::Low => Self::Low,
            AtLeast::Medium => Self::Medium,
            AtLeast::High => Self::High,
            AtLeast::Critical => Self::Critical,
        }
    }
}

/// `tarbox inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Bundle: a file, or an unpacked folder
    pub(crate) bundle: PathBuf,
    /// For machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// `tarbox verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Bundle: a file, or an unpacked folder
    pub(crate) bundle: PathBuf,
    /// For machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// `tarbox rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// List all rules: id, level, what it says
    List {
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Explain a rule: what it detects, why that happens, how to confirm and fix it
    Explain {
        /// Id of the rule, as reports name it
        id: String,
    },
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
