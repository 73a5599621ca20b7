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
         tarbox search case-4711.tar.zst level:error       lines of logs, events, objects\n  \
         tarbox patterns case-4711.tar.zst                 what the logs say, by workload, and what is new since the failure began\n  \
         tarbox diff good.tar.zst bad.tar.zst              what appeared, went, changed\n  \
         tarbox inspect case-4711.tar.zst                  what the bundle holds and what it lacks\n  \
         tarbox serve case-4711.tar.zst                    kubectl on the bundle\n  \
         tarbox redact bundle.tar.gz -o safe.tar.zst       secrets out of any tool's bundle\n  \
         tarbox rules explain secret-key-missing           what a rule looks for, and how to fix it\n\n\
         Everything happens on this machine: tarbox never opens a connection; `serve` answers only to this machine.\n\n\
         Exit codes:\n{}",
        Exit::table()
    )
}

/// Reads a support bundle of a Kubernetes cluster and names the root cause, offline.
#[derive(Debug, Parser)]
#[command(name = "tarbox", version, about, after_help = after_help())]
pub(crate) struct Cli {
    /// Say on stderr how far the kernel confines this run to its input and output
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Name the root cause and write the report
    Analyze(Analyze),
    /// Show what a bundle holds, what it lacks, and what of it could not be read
    Inspect(Inspect),
    /// Check every file of a bundle against its manifest, and the whole against a signature
    Verify(Verify),
    /// Sign a bundle as minisign does
    Sign(Sign),
    /// Show what appeared, went and changed between two bundles
    Diff(Diff),
    /// Show what the logs say by workload: patterns with their counts, and what is new since the failure began
    Patterns(Patterns),
    /// Find lines in logs, events and objects
    Search(Search),
    /// Serve a bundle as a read-only Kubernetes API on this machine: kubectl works on it
    Serve(Serve),
    /// Take secrets out of any bundle: of tarbox, of another tool, an unpacked folder, a single file
    Redact(Redact),
    /// Put names back into a report, with the key and what was redacted
    Reveal(Reveal),
    /// List the rules, or explain one
    #[command(subcommand)]
    Rules(Rules),
}

/// `tarbox serve`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tarbox serve case.tar.zst                    prints the `export KUBECONFIG=…` for another terminal; Ctrl-C ends it\n  \
    kubectl get pods -A -o wide                  there, and whatever else only reads\n\n\
    Ages in tables, and `--since` of logs, are counted to the time of the bundle; `kubectl describe` and `kubectl events` count\n\
    by the clock of this machine. Values of Secrets are placeholders: the bundle has none.")]
pub(crate) struct Serve {
    /// Bundle: a file of tarbox-collect, or its unpacked folder
    pub(crate) bundle: PathBuf,
    /// Port on the loopback address [default: any free one]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
}

/// `tarbox diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tarbox diff monday.tar.zst tuesday.tar.zst\n  \
    tarbox diff good.tar.zst bad.tar.zst --json | jq '.root_causes[] | select(.change == \"new\")'\n\n\
    Pods count with their workload. Versions, times and heartbeats are no difference. Exit code 0: nothing differs; 8: something does.")]
pub(crate) struct Diff {
    /// Bundle before: a file, or an unpacked folder
    pub(crate) old: PathBuf,
    /// Bundle after
    pub(crate) new: PathBuf,
    /// For machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// `tarbox analyze`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tarbox analyze case.tar.zst\n  \
    tarbox analyze case.tar.zst -o report --format html,md,json\n  \
    tarbox analyze unpacked-bundle/ --format json -o - | jq '.root_causes[0]'\n  \
    tarbox analyze monday.tar.zst tuesday.tar.zst -o reports\n  \
    tarbox analyze case.tar.zst --rules our-rules      with rules of your own, see `tarbox rules test --help`")]
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
    /// Folder of rules of your own (*.toml), used beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Memory that a run may take, about: of a cluster too large for it the most troubled namespaces are read, and what was left out is told
    #[arg(long, value_name = "SIZE", default_value = "512M", value_parser = tarbox_bundle::size)]
    pub(crate) max_memory: u64,
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

/// `tarbox search`.
#[derive(Debug, Args)]
#[command(after_help = "A line matches when it holds every word and phrase (ASCII case ignored), and its entry has every field:\n  \
    level:LEVEL    at least debug, info, warning, error or fatal (logs)\n  \
    ns:NAME pod:NAME container:NAME kind:log|events|pods|… run:current|previous path:PATH    `*` stands for anything\n  \
    -WORD -pod:NAME    not that;   word*    words that begin so\n\n\
    Examples:\n  \
    tarbox search case.tar.zst 'level:error pod:web* \"connection refused\"'\n  \
    tarbox search case.tar.zst kind:events FailedScheduling\n  \
    tarbox search case.tar.zst timeout --since 2026-11-24T03:00:00Z -C 3")]
pub(crate) struct Search {
    /// Bundle: a file, or an unpacked folder
    pub(crate) bundle: PathBuf,
    /// What to look for
    #[arg(required = true, value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) query: Vec<String>,
    /// Lines shown before and after each match
    #[arg(short = 'C', long, value_name = "N", default_value_t = 0)]
    pub(crate) context: usize,
    /// Only log lines from this time on (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<tarbox_model::Timestamp>,
    /// Only log lines before this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<tarbox_model::Timestamp>,
    /// Most lines shown
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) limit: usize,
    /// Only how many lines match
    #[arg(long, conflicts_with = "json")]
    pub(crate) count: bool,
    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder in which indexes are kept [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Index for this search only
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
}

/// `tarbox patterns`.
#[derive(Debug, Args)]
#[command(
    after_help = "Lines that differ only in numbers, ids, addresses and names are one pattern, and so is a stack trace. What is new since the\n\
    failure began comes first, then what stopped, then errors by count. New is only what the logs would have shown before.\n\n\
    Examples:\n  \
    tarbox patterns case.tar.zst\n  \
    tarbox patterns case.tar.zst --workload Deployment/shop/web --since 2026-11-24T03:00:00Z\n  \
    tarbox patterns case.tar.zst --json | jq '.workloads[].patterns[] | select(.change == \"new\").pattern'"
)]
pub(crate) struct Patterns {
    /// Bundle: a file, or an unpacked folder
    pub(crate) bundle: PathBuf,
    /// Only this workload: its name, with its namespace and kind where they are needed
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Option<String>,
    /// Changes against this time (RFC 3339) instead of when the failure began
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<tarbox_model::Timestamp>,
    /// Most patterns shown of each workload
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) limit: usize,
    /// For machines: as `log_patterns` in the JSON report
    #[arg(long)]
    pub(crate) json: bool,
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
    /// File with a public key of minisign: the bundle must be signed with it
    #[arg(long, value_name = "FILE")]
    pub(crate) public_key: Option<PathBuf>,
    /// File with the signature [default: BUNDLE.minisig]
    #[arg(long, value_name = "FILE", requires = "public_key")]
    pub(crate) signature: Option<PathBuf>,
    /// For machines
    #[arg(long)]
    pub(crate) json: bool,
}

/// `tarbox sign`.
#[derive(Debug, Args)]
#[command(
    after_help = "`minisign -G` makes a pair of keys; `minisign -V` and `tarbox verify` check the signature. The password of the key is asked on the\n\
    terminal, where it has one.\n\n\
    Examples:\n  \
    tarbox sign case.tar.zst --secret-key minisign.key           writes case.tar.zst.minisig\n  \
    tarbox verify case.tar.zst --public-key minisign.pub"
)]
pub(crate) struct Sign {
    /// Bundle: a file
    pub(crate) bundle: PathBuf,
    /// File with the secret key, as minisign keeps it
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_key: PathBuf,
    /// File with the password of the key, for scripts
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Where the signature goes; nothing may be there yet [default: BUNDLE.minisig]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `tarbox redact`.
#[derive(Debug, Args)]
#[command(
    after_help = "An archive or a folder becomes a .tar.zst with the same files at the same paths; a packed file in it is unpacked. The values of all\n\
    Secrets in it are searched in everything else. A Secret keeps its name, keys and sizes. What cannot be judged (no text, an archive in it,\n\
    a document that is cut) is left out and told. In a YAML file a document in which something was found is written as JSON.\n\n\
    Examples:\n  \
    tarbox redact support-bundle.tar.gz -o for-support.tar.zst\n  \
    tarbox redact must-gather/ -o for-support.tar.zst --privacy strict\n  \
    tarbox redact case.tar.zst -o for-support.tar.zst --key our.key    and keep our.key: `tarbox reveal` needs it"
)]
pub(crate) struct Redact {
    /// Bundle: a file, or an unpacked folder, of any tool that `analyze` reads
    pub(crate) bundle: PathBuf,
    /// Where the redacted bundle goes; nothing may be there yet
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What goes beside secrets
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Privacy::Standard)]
    pub(crate) privacy: Privacy,
    /// File with the key of the placeholders; made if it is not there [default: a random key that nobody keeps]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The counts for machines
    #[arg(long)]
    pub(crate) json: bool,
    /// Say nothing of what was found
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) quiet: bool,
}

/// What goes beside secrets.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Privacy {
    /// Only secrets
    Standard,
    /// Also addresses, hosts, mail and user names
    Strict,
}

/// `tarbox reveal`.
#[derive(Debug, Args)]
#[command(
    after_help = "A placeholder is one-way: no key alone gives the value back. Whoever has the key and what was redacted (the bundle before\n\
    `tarbox redact`, or what `kubectl get … -o json` says of the cluster) finds it again. Nothing leaves this machine.\n\n\
    Examples:\n  \
    tarbox reveal report.html --key our.key --from support-bundle.tar.gz -o report-with-names.html\n  \
    kubectl get secrets,configmaps,pods -A -o json > all.json; tarbox reveal report.md --key our.key --from all.json -o -"
)]
pub(crate) struct Reveal {
    /// The report: HTML, Markdown, JSON, SARIF, JUnit, or what a terminal showed
    pub(crate) report: PathBuf,
    /// File with the key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// What was redacted, or what else holds the values: bundles, folders, files
    #[arg(long, value_name = "BUNDLE", required = true)]
    pub(crate) from: Vec<PathBuf>,
    /// Where the report with names goes, readable for you alone; `-` writes it to stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// `tarbox rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// List all rules: id, level, what it says
    List {
        /// For machines
        #[arg(long)]
        json: bool,
        /// Folder of rules of your own, listed too
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// Explain a rule: what it detects, why that happens, how to confirm and fix it
    Explain {
        /// Id of the rule, as reports name it
        id: String,
        /// Folder of rules of your own, looked at too
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// Check the examples and counterexamples of a folder of rules of your own
    #[command(after_help = "A file `our-rules/shop.toml`; docs/writing-rules.md explains every field:\n\n  \
        [[rule]]\n  \
        id = \"shop-licence-expired\"\n  \
        title = \"`{workload}` runs without a licence\"\n  \
        severity = \"high\"\n  \
        pattern = 'licence (?P<number>[A-Z0-9-]+) expired'\n  \
        examples = [\"ERROR licence AB-17 expired\"]\n  \
        counterexamples = [\"licence AB-17 expires in 9 days\"]\n\n\
        Examples:\n  \
        tarbox rules test our-rules\n  \
        tarbox analyze case.tar.zst --rules our-rules")]
    Test {
        /// Folder with *.toml files
        dir: PathBuf,
        /// For machines
        #[arg(long)]
        json: bool,
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
