//! Where a client has its database's address and log-in from: an environment variable, the Secret or ConfigMap behind it.

use tarbox_model::evidence::Origin;
use tarbox_model::object::{Container, Object, PodSpec, Secret};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use super::engine::Engine;
use crate::addresses;
use crate::wording::target;

/// A variable by which a client is told of its database.
#[derive(Debug, Clone)]
pub(super) struct Setting<'a> {
    /// Its name.
    pub(super) variable: &'a str,
    /// Secret and key, when it comes from one.
    pub(super) secret: Option<(ObjectRef, &'a str)>,
    /// The Secret itself, when it was collected.
    object: Option<&'a Object<Secret>>,
    /// Where it stands.
    pub(super) evidence: Evidence,
}

/// Ends of the names of variables that hold a URI.
const URIS: [&str; 6] = ["URI", "URL", "DSN", "CONNECTION_STRING", "CONNECTIONSTRING", "CONN"];
/// Ends of the names of variables that hold a password.
const PASSWORDS: [&str; 4] = ["PASSWORD", "PASS", "PASSWD", "PWD"];
/// Words that make a variable one of a database whose kind is not told.
const DATABASE: [&str; 4] = ["DB", "DATABASE", "SQL", "DATASOURCE"];

/// The variable of a client that holds a database's URI, or else its password.
pub(super) fn setting<'a>(context: &Context<'a>, client: &ObjectRef, engine: Engine) -> Option<Setting<'a>> {
    let client = addresses::client(context, client)?;
    let of = |ends: &[&str]| variable(context, client.origin, client.base, client.spec, &client.reference.namespace, engine, ends);
    of(&URIS).or_else(|| of(&PASSWORDS))
}

fn variable<'a>(
    context: &Context<'a>,
    origin: &Origin,
    base: &str,
    spec: &'a PodSpec,
    namespace: &str,
    engine: Engine,
    ends: &[&str],
) -> Option<Setting<'a>> {
    let mut general = None;
    for (c, container) in spec.containers.iter().enumerate() {
        for (e, env) in container.env.iter().enumerate() {
            let name = env.name.to_ascii_uppercase();
            if !ends.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let own = Engine::of_words(&name) == Some(engine);
            let words: Vec<&str> = name.split('_').collect();
            if !own && !DATABASE.iter().any(|word| words.contains(word)) {
                continue;
            }
            let found = at(context, origin, &format!("{base}/containers/{c}/env/{e}"), container, e, namespace);
            if own {
                return found;
            }
            general = general.or(found);
        }
    }
    general
}

fn at<'a>(
    context: &Context<'a>,
    origin: &Origin,
    pointer: &str,
    container: &'a Container,
    index: usize,
    namespace: &str,
) -> Option<Setting<'a>> {
    let env = container.env.get(index)?;
    let key = env.value_from.as_ref().and_then(|s| s.secret_key_ref.as_ref());
    Some(Setting {
        variable: &env.name,
        secret: key.map(|k| (ObjectRef::new("Secret", namespace, k.name.as_str()), k.key.as_str())),
        object: key.and_then(|k| context.snapshot.secret(namespace, &k.name)),
        evidence: origin.at(format!("{pointer}/name"), env.name.as_str()),
    })
}

impl Setting<'_> {
    /// When its Secret was last written.
    pub(super) fn written_at(&self) -> Option<Timestamp> {
        self.object?.metadata.written_at()
    }

    /// Where it comes from, in words.
    pub(super) fn words(&self) -> String {
        match &self.secret {
            Some((secret, key)) => format!("environment variable `{}` (key `{key}` of Secret `{}`)", self.variable, secret.name),
            None => format!("environment variable `{}`", self.variable),
        }
    }

    /// A command that gives it another value.
    pub(super) fn change(&self, client: &ObjectRef, value: &str) -> String {
        match &self.secret {
            Some((secret, key)) => {
                format!("kubectl patch secret {} -n {} -p '{{\"stringData\":{{\"{key}\":\"{value}\"}}}}'", secret.name, secret.namespace)
            }
            None => crate::commands::set(client, "env", &format!("{}='{value}'", self.variable)),
        }
    }

    /// A command by which pods take up a changed Secret; the change of a template does that by itself.
    pub(super) fn restart(&self, client: &ObjectRef) -> Option<String> {
        let restartable = matches!(client.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet");
        (self.secret.is_some() && restartable).then(|| format!("kubectl rollout restart {}{}", target(client), client.namespace_flag()))
    }
}

/// A URI of a database, with placeholders for what is secret.
pub(super) fn uri(engine: Engine, host: &str, port: u16) -> String {
    let scheme = match engine {
        Engine::MongoDb => "mongodb",
        Engine::PostgreSql => "postgresql",
        Engine::MySql => "mysql",
        Engine::Redis => "redis",
    };
    format!("{scheme}://USER:PASSWORD@{host}:{port}/DATABASE")
}

/// A command on a database's server: through its Service, or as it is where the server is not known.
pub(super) fn on_server(server: Option<&ObjectRef>, command: &str) -> String {
    server.map_or_else(|| command.to_owned(), |s| format!("kubectl exec service/{}{} -- {command}", s.name, s.namespace_flag()))
}

/// The Service of the only database of a kind that a client is configured with.
pub(super) fn only_server(context: &Context<'_>, client: &ObjectRef, engine: Engine) -> Option<ObjectRef> {
    let client = addresses::client(context, client)?;
    let mentions = client.mentions(context);
    let of_kind = mentions.iter().filter(|m| Engine::of_scheme(m.scheme).or_else(|| m.port.and_then(Engine::of_port)) == Some(engine));
    let mut hosts: Vec<&str> = of_kind.map(|m| m.host).collect();
    hosts.dedup();
    let host = hosts.first().filter(|_| hosts.len() == 1)?;
    context.relations.resolve_host(context.snapshot, host, &client.reference.namespace)
}
