//! Finds the cluster (kubeconfig or in-cluster), builds the client, and says in words why it cannot.
use crate::{
    exit::Exit,
    gateway::{Failure, chain},
    options::Collect,
    stop::{Stop, StopReason},
    trouble::Trouble,
};
use http::{HeaderValue, header};
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How this program calls itself towards the API server, so that its requests are told apart in audit logs and flow schemas.
pub(crate) const USER_AGENT: &str = concat!("tarbox-collect/", env!("CARGO_PKG_VERSION"));
/// A server that takes longer than this to accept a connection is as good as gone.
const CONNECT: Duration = Duration::from_secs(10);

/// The name of a connection made from within a cluster.
pub(crate) const IN_CLUSTER: &str = "in-cluster";

/// A client and what it is connected to.
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    /// A short name for file names and people: the context, or `in-cluster`.
    pub(crate) name: String,
    /// The API server's address.
    pub(crate) server: String,
    /// The namespace of the context, to fall back to.
    pub(crate) namespace: String,
    /// When the client certificate ends, if there is one that can be read.
    pub(crate) certificate_ends: Option<jiff::Timestamp>,
}

/// Connects as told by the flags and the environment; nothing is sent yet.
pub(crate) async fn connect(options: &Collect, stop: &Stop) -> Result<Connection, Trouble> {
    let (context, patience) = (options.context.as_deref(), options.request_timeout);
    let (mut config, name) = match read_kubeconfig(options.kubeconfig.as_deref())? {
        Some(file) => from_file(file, context).await?,
        None => from_cluster(context)?,
    };
    config.connect_timeout = Some(CONNECT);
    // kube's client has no read timeout of its own and repeats requests for very long; the gateway does both within bounds.
    config.read_timeout = Some(patience * 2);
    config.reset_reader_on_write = true;
    config.default_retry = false;
    config.headers.push((header::USER_AGENT, HeaderValue::from_static(USER_AGENT)));
    let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    let namespace = config.default_namespace.clone();
    let certificate_ends = crate::certificate::client_certificate_end(&config.auth_info);
    let helper = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    let unusable = |why: String| {
        let (by, todo) = match &helper {
            Some(command) => (format!(" (login helper {command})"), "run the login helper of this context by hand"),
            None => (String::new(), "check the certificates, keys and token of this context"),
        };
        Trouble::new(Exit::Kubeconfig, format!("the login for {server} cannot be used{by}"), why, todo)
    };
    // This may run a login helper (`exec` in the kubeconfig), and wait for it without end: on a thread of its own, which the end leaves behind.
    let building = tokio::task::spawn_blocking(move || Client::try_from(config));
    let client = match stop.guard(building).await {
        Err(StopReason::Interrupted) => {
            return Err(Trouble::new(Exit::Interrupted, format!("interrupted before the login for {server} was there"), "", ""));
        }
        Err(reason) => return Err(unusable(format!("it was not there when {reason}"))),
        Ok(Err(error)) => return Err(unusable(error.to_string())),
        Ok(Ok(client)) => client.map_err(|error| unusable(chain(&error)))?,
    };
    Ok(Connection { client, name, server, namespace, certificate_ends })
}

/// The kubeconfig: `--kubeconfig`, else `$KUBECONFIG` (a list, missing members ignored as kubectl does), else `~/.kube/config` if it exists.
fn read_kubeconfig(flag: Option<&Path>) -> Result<Option<Kubeconfig>, Trouble> {
    let read = |path: &Path| {
        Kubeconfig::read_from(path).map_err(|error| {
            let todo = "give the right file with --kubeconfig FILE or in $KUBECONFIG";
            Trouble::new(Exit::Kubeconfig, format!("cannot read kubeconfig {}", path.display()), chain(&error), todo)
        })
    };
    if let Some(path) = flag {
        return read(path).map(Some);
    }
    let listed: Vec<PathBuf> = std::env::var_os("KUBECONFIG")
        .map(|value| std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect())
        .unwrap_or_default();
    if listed.is_empty() {
        let home = std::env::home_dir().map(|home| home.join(".kube/config"));
        return home.filter(|path| path.exists()).map(|path| read(&path)).transpose();
    }
    let present: Vec<&PathBuf> = listed.iter().filter(|path| path.exists()).collect();
    let Some((first, rest)) = present.split_first() else {
        let what = format!(
            "no kubeconfig: $KUBECONFIG names {}",
            listed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        );
        return Err(Trouble::new(Exit::Kubeconfig, what, "no such file", "set $KUBECONFIG to an existing file, or use --kubeconfig FILE"));
    };
    let mut merged = read(first)?;
    for path in rest {
        merged = merged.merge(read(path)?).map_err(|error| {
            Trouble::new(
                Exit::Kubeconfig,
                format!("cannot merge kubeconfig {}", path.display()),
                chain(&error),
                "use one file with --kubeconfig FILE",
            )
        })?;
    }
    Ok(Some(merged))
}

async fn from_file(file: Kubeconfig, context: Option<&str>) -> Result<(Config, String), Trouble> {
    let contexts: Vec<String> = file.contexts.iter().map(|context| context.name.clone()).collect();
    let known = format!("known contexts: {}", if contexts.is_empty() { "none".to_owned() } else { contexts.join(", ") });
    let Some(name) = context.map(str::to_owned).or_else(|| file.current_context.clone()).filter(|name| !name.is_empty()) else {
        return Err(Trouble::new(Exit::Kubeconfig, "the kubeconfig has no current context", known, "choose one with --context NAME"));
    };
    if !contexts.contains(&name) {
        return Err(Trouble::new(
            Exit::Kubeconfig,
            format!("the kubeconfig has no context {name:?}"),
            known,
            "choose one with --context NAME",
        ));
    }
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(file, &options).await.map_err(|error| {
        Trouble::new(
            Exit::Kubeconfig,
            format!("context {name:?} of the kubeconfig cannot be used"),
            chain(&error),
            "check its cluster and user entries",
        )
    })?;
    Ok((config, name))
}

fn from_cluster(context: Option<&str>) -> Result<(Config, String), Trouble> {
    let missing = |why: String| {
        let todo = "set $KUBECONFIG or --kubeconfig FILE; inside a cluster, run with a service account (`tarbox-collect rbac`)";
        Trouble::new(Exit::Kubeconfig, "no kubeconfig found, and this is not a pod of a cluster", why, todo)
    };
    if let Some(context) = context {
        return Err(missing(format!("--context {context} needs a kubeconfig; neither $KUBECONFIG nor ~/.kube/config is there")));
    }
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_none() {
        return Err(missing("neither $KUBECONFIG nor ~/.kube/config is there".into()));
    }
    let config = Config::incluster().map_err(|error| missing(chain(&error)))?;
    Ok((config, IN_CLUSTER.to_owned()))
}

/// Why the very first request failed, for people.
pub(crate) fn explain(connection: &Connection, failure: &Failure) -> Trouble {
    let server = &connection.server;
    let trouble = |what: String, todo: &str| Trouble::new(Exit::Cluster, what, failure.to_string(), todo);
    match failure {
        Failure::Refused(refusal) if refusal.status == 401 => match connection.certificate_ends {
            Some(end) if end < crate::clock::now() => trouble(
                format!("{server} does not accept our login: the client certificate expired on {end}"),
                "renew the credentials of this context",
            ),
            _ => trouble(
                format!("{server} does not accept our login (401)"),
                "log in again: the token or certificate of this context is not valid (any more)",
            ),
        },
        Failure::Refused(refusal) => trouble(
            format!("{server} answers, but not as an API server (HTTP {})", refusal.status),
            "check the address of this context, and proxies in between",
        ),
        Failure::TimedOut(_) => {
            trouble(format!("{server} does not answer"), "check that the address is right and reachable from here (VPN, firewall)")
        }
        Failure::Unreachable(_) if failure.is_vague() && connection.certificate_ends.is_some_and(|end| end < crate::clock::now()) => {
            trouble(
                format!("cannot reach the API server {server}: it hung up on us, and our client certificate has expired"),
                "renew the credentials of this context",
            )
        }
        Failure::Unreachable(why) => {
            let (what, todo) = unreachable(why);
            trouble(format!("cannot reach the API server {server}: {what}"), todo)
        }
        Failure::Broken(_) => trouble(format!("{server} answers nonsense"), "check the address of this context, and proxies in between"),
        Failure::Stopped(StopReason::Deadline) => trouble(
            format!("{server} did not answer within the run's deadline"),
            "check the network from here, or allow more time with --deadline",
        ),
        Failure::Stopped(_) => Trouble::new(Exit::Interrupted, format!("interrupted before {server} answered"), "", ""),
    }
}

/// What a transport error means. The texts are those of the operating system and of rustls, through the client's chain of causes.
fn unreachable(why: &str) -> (&'static str, &'static str) {
    let has = |needle: &str| why.to_ascii_lowercase().contains(needle);
    if has("unknownissuer")
        || has("unknown issuer")
        || has("unknown authority")
        || has("self-signed")
        || has("selfsigned")
        || has("badsignature")
    {
        // A bad signature is what another authority of the same name makes: all clusters of one installer share that name.
        (
            "its certificate is signed by an authority we do not know",
            "check certificate-authority-data of this context; a proxy that opens TLS has its own",
        )
    } else if has("notvalidforname") || has("not valid for name") {
        ("its certificate is for another name", "use the name the certificate carries, or tls-server-name in the kubeconfig")
    } else if has("certificateexpired") || has("certificate expired") || (has("invalid peer certificate") && has("expired")) {
        ("a certificate has expired", "renew the certificate, and compare this machine's clock with the cluster's")
    } else if has("certificate") && (has("alert") || has("required")) {
        ("it wants a client certificate other than ours", "renew the credentials of this context")
    } else if has("auth exec") || has("exec-plugin") {
        ("the login helper of this context failed", "run the command in the user's `exec` entry by hand")
    } else if has("token file") {
        ("its token file cannot be read", "check tokenFile of this context")
    } else if has("connection refused") {
        ("connection refused", "nothing listens there: is the cluster up, and the port right?")
    } else if has("dns error") || has("failed to lookup") || has("name or service not known") {
        ("its name is not known", "check the address of this context and DNS here (VPN?)")
    } else if has("timed out") || has("deadline has elapsed") {
        ("the connection timed out", "check that it is reachable from here (VPN, firewall)")
    } else if has("unreachable") || has("no route") {
        ("there is no route to it", "check the network from here (VPN, firewall)")
    } else {
        ("the connection failed", "check the address of this context and the network from here")
    }
}
