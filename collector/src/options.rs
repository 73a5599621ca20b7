//! The command line, and what a run is told by it.
use crate::{exit::Exit, seal::Recipient};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{fmt, path::PathBuf, time::Duration};

/// What stands under `--help`.
fn after_help() -> String {
    format!(
        "Examples:\n  \
         tarbox-collect                                  the whole cluster of the current context\n  \
         tarbox-collect -n production -n mongodb         only these namespaces (and what is cluster-wide)\n  \
         tarbox-collect --context prod --since 2h -o case-4711.tar.zst\n  \
         tarbox-collect --no-secrets --privacy strict    never ask for Secrets, redact more\n  \
         tarbox-collect --mongodb auto --exec            ask MongoDB and run a few reading commands in containers, too\n  \
         tarbox-collect --preview                        what would be collected, and nothing else\n  \
         tarbox-collect --encrypt-to age1…               only the holder of that key can open the bundle\n  \
         tarbox-collect rbac | kubectl apply -f -        the least ClusterRole it needs\n\n\
         It only ever reads: get and list, and port-forward and exec when you ask for --mongodb and --exec. The bundle's path is the last line on stdout; everything else goes to stderr.\n\n\
         Exit codes:\n{}",
        Exit::table()
    )
}

/// Collects a Kubernetes cluster into one bundle, for `tarbox` to analyze offline.
#[derive(Debug, Parser)]
#[command(name = "tarbox-collect", version, about, after_help = after_help(), args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    /// Another command than to collect.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// How to collect.
    #[command(flatten)]
    pub(crate) collect: Collect,
}

/// Other commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the least ClusterRole that a full collection needs
    Rbac(Rbac),
    /// Print what is collected: every source, its API calls and rights, its place in the bundle, its limits (Markdown)
    Sources,
}

/// Flags of `tarbox-collect rbac`.
#[derive(Args, Debug, Default)]
pub(crate) struct Rbac {
    /// Leave Secrets out (for use with `tarbox-collect --no-secrets`)
    #[arg(long)]
    pub(crate) no_secrets: bool,
    /// Add nodes/proxy for the kubelet source; it also lets its holder run commands in any pod, so only do this knowingly
    #[arg(long)]
    pub(crate) kubelet: bool,
    /// Add services/proxy for the http source; it lets its holder send GET requests to any service
    #[arg(long)]
    pub(crate) http: bool,
    /// Add pods/portforward for the mongodb source; it lets its holder connect to any port of any pod
    #[arg(long)]
    pub(crate) mongodb: bool,
    /// Add pods/exec for the exec source; it lets its holder run any command in any pod, so only do this knowingly
    #[arg(long)]
    pub(crate) exec: bool,
    /// With --no-secrets: further API groups to list (those of your CRDs)
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
}

impl Rbac {
    /// Whether a right that is granted only by this flag is to be granted.
    pub(crate) fn grants(&self, flag: &str) -> bool {
        match flag {
            "--kubelet" => self.kubelet,
            "--http" => self.http,
            "--exec" => self.exec,
            "--mongodb" => self.mongodb,
            _ => false,
        }
    }
}

/// Flags of a collection.
#[derive(Args, Clone, Debug)]
pub(crate) struct Collect {
    /// Only this namespace; repeat for more
    #[arg(short, long = "namespace", value_name = "NS")]
    pub(crate) namespaces: Vec<String>,
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// Kubeconfig file, instead of $KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The bundle to write [default: tarbox-CONTEXT-TIME.tar.zst]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Encrypt the bundle for this age recipient (age1…); repeat for more. `age -d -i KEY FILE` opens it
    #[arg(long = "encrypt-to", value_name = "RECIPIENT")]
    pub(crate) recipients: Vec<Recipient>,
    /// Take the logs that an earlier bundle (or its .partial) has already, and read the rest
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Only tell what would be collected, in counts and sizes; nothing is written
    #[arg(long)]
    pub(crate) preview: bool,
    /// Only log lines of this last stretch of time
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) since: Option<Duration>,
    /// End the run in good order after this long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5m")]
    pub(crate) deadline: Duration,
    /// Read the meters (CPU, memory, throttling) for at least this long, if there are any; 0s: one reading is enough
    #[arg(long, value_name = "DURATION", value_parser = span, default_value = "15s")]
    pub(crate) observe: Duration,
    /// Longest wait for an answer to begin or to go on
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub(crate) request_timeout: Duration,
    /// Stop reading logs when the bundle has this size; troubled pods come first
    #[arg(long, value_name = "SIZE", value_parser = tarbox_bundle::size, default_value = "500M")]
    pub(crate) max_size: u64,
    /// Most of one log: its head and its tail, with what was cut counted
    #[arg(long, value_name = "SIZE", value_parser = tarbox_bundle::size, default_value = "2M")]
    pub(crate) log_bytes: u64,
    /// Never ask for Secrets
    #[arg(long)]
    pub(crate) no_secrets: bool,
    /// Never ask kubelets (through nodes/proxy)
    #[arg(long)]
    pub(crate) no_kubelet: bool,
    /// Never ask applications' own health and metrics endpoints (through services/proxy)
    #[arg(long)]
    pub(crate) no_http: bool,
    /// Run df, cat /etc/resolv.conf, nslookup in some containers, and list names of environment variables there (through pods/exec)
    #[arg(long)]
    pub(crate) exec: bool,
    /// Ask MongoDB: `auto` finds it in the cluster, forwards a port and logs in as the application does; a URI names host and login
    #[arg(long, value_name = "URI|auto|off", value_parser = mongodb, default_value = "off")]
    pub(crate) mongodb: Mongodb,
    /// Fixed request rate a second, instead of the one that adapts to the server
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) qps: Option<f64>,
    /// How much is redacted
    #[arg(long, value_enum, default_value_t = Privacy::Standard, value_name = "LEVEL")]
    pub(crate) privacy: Privacy,
    /// File with the key of the placeholders, for `tarbox reveal`; made if it is not there [default: a random key that nobody keeps]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// How progress is shown on stderr
    #[arg(long, value_enum, default_value_t = Show::Auto, value_name = "HOW")]
    pub(crate) progress: Show,
    /// Only errors on stderr
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: each gap as it happens
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

impl Collect {
    /// Whether a flag that switches a source is given.
    pub(crate) fn has(&self, flag: &str) -> bool {
        match flag.split(' ').next().unwrap_or_default() {
            "--exec" => self.exec,
            "--mongodb" => self.mongodb != Mongodb::Off,
            "--no-http" => self.no_http,
            "--no-kubelet" => self.no_kubelet,
            "--no-secrets" => self.no_secrets,
            _ => false,
        }
    }
}

/// How much is redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Privacy {
    /// Secrets of every kind
    Standard,
    /// Addresses, hosts, mail and user names too
    Strict,
}

/// Whether and how MongoDB is asked.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Mongodb {
    /// Not at all.
    Off,
    /// What is found in the cluster.
    Auto,
    /// This server, with this login.
    Uri(String),
}

impl fmt::Debug for Mongodb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the login.
        f.write_str(match self {
            Self::Off => "off",
            Self::Auto => "auto",
            Self::Uri(_) => "uri",
        })
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Bars on a terminal, lines elsewhere
    Auto,
    /// One JSON object a line
    Json,
    /// Lines
    Plain,
}

/// `90s`, `5m`, `24h`, `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    span(text).and_then(|duration| if duration.is_zero() { Err("a duration above 0 is needed".to_owned()) } else { Ok(duration) })
}

/// A duration that may be none: `0s`.
fn span(text: &str) -> Result<Duration, String> {
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    parsed
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "a duration such as 90s, 5m or 24h is needed".to_owned())
}

/// `off`, `auto`, or a URI with its hosts.
fn mongodb(text: &str) -> Result<Mongodb, String> {
    match text {
        "off" => Ok(Mongodb::Off),
        "auto" => Ok(Mongodb::Auto),
        _ if text.starts_with("mongodb://") => Ok(Mongodb::Uri(text.to_owned())),
        _ if text.starts_with("mongodb+srv://") => {
            Err("mongodb+srv is not looked up: give mongodb:// with the hosts themselves".to_owned())
        }
        _ => Err("off, auto, or mongodb://… is needed".to_owned()),
    }
}

/// A positive number.
fn rate(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|rate| *rate > 0.0 && rate.is_finite()).ok_or_else(|| "a number above 0 is needed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_and_rates_as_people_write_them() {
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("24h"), Ok(Duration::from_secs(86400)));
        assert_eq!(span("0s"), Ok(Duration::ZERO));
        assert!(duration("soon").is_err() && duration("0s").is_err() && duration("-5m").is_err());
        assert!(rate("-1").is_err());
    }
}
