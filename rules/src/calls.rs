//! Calls that fail: what clients' logs say of whom they call, joined with what stands behind the host that they name.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::{Context, ObjectRef};

use crate::addresses::{address_of, clients};
use crate::complaints::{Complaint, complaints};
use crate::database::engine::Engine;
use crate::database::servers::{by_service, servers};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// Nobody listens there.
    Refused,
    /// No answer at all.
    TimedOut,
    /// No way there.
    NoRoute,
    /// The connection breaks.
    Reset,
    /// A proxy answers that it knows nobody healthy to send it to.
    Unserved,
    /// The other side is not trusted, or does not speak TLS.
    Tls,
    /// There is no such name.
    NameUnknown,
    /// The DNS server does not answer.
    NameServer,
    /// The other side speaks another protocol.
    Protocol,
    /// The driver finds no server, and does not say why.
    Unselected,
}

/// One way in which a client fails to reach one address.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    /// Who says so, and where.
    pub(crate) complaint: Complaint<'a>,
    /// How it fails.
    pub(crate) failure: Failure,
    /// The database that is called, when it is one.
    pub(crate) engine: Option<Engine>,
    /// Host, as the client names it.
    pub(crate) host: Option<&'a str>,
    /// Port.
    pub(crate) port: Option<u16>,
    /// The Service or pod that the host is.
    pub(crate) target: Option<ObjectRef>,
}

/// Every failing call that still holds.
pub(crate) fn calls<'a>(context: &Context<'a>) -> Vec<Call<'a>> {
    let complaints = complaints(context, |hit| failure(hit.signature).is_some());
    if complaints.is_empty() {
        return Vec::new();
    }
    let databases = by_service(context, &servers(context));
    let configured = Configured::new(context, &complaints);
    let mut all: Vec<Call<'a>> = complaints.into_iter().filter_map(|c| call(context, &databases, &configured, c)).collect();
    locate(context, &mut all);
    drop_vaguer(&mut all);
    all
}

fn call<'a>(
    context: &Context<'a>,
    databases: &BTreeMap<ObjectRef, Engine>,
    configured: &Configured<'a>,
    complaint: Complaint<'a>,
) -> Option<Call<'a>> {
    let hit = complaint.hit;
    let mut failure = failure(hit.signature)?;
    if let (Failure::Unselected, Some(inner)) = (failure, inner_failure(complaint.field("error"), &hit.first.text)) {
        failure = inner;
    }
    let said = address_of(hit);
    let spoken = Engine::of_words(&hit.first.text);
    // A line that names no address means the only one of its kind that the client is configured with. A mesh's proxy that answers
    // in a server's place stands before servers of HTTP.
    let kind = spoken.map(Some).or_else(|| hit.signature.ends_with("-envoy").then_some(None));
    let (host, port) = match said.or_else(|| configured.only(&complaint.client, kind?)) {
        Some((host, port)) => (Some(host), port),
        None => (None, None),
    };
    let target = host.and_then(|h| context.relations.resolve_host(context.snapshot, h, &complaint.log.namespace));
    let behind = || target.as_ref().and_then(|t| databases.get(t).copied());
    let schemed = || configured.engine(&complaint.client, host?);
    let named = || host.and_then(|h| Engine::of_name(h.split('.').next().unwrap_or(h)));
    let engine = spoken.or_else(behind).or_else(schemed).or_else(|| port.and_then(Engine::of_port)).or_else(named);
    Some(Call { complaint, failure, engine, host, port, target })
}

/// Servers in the configuration of the clients that complain.
struct Configured<'a> {
    by_client: BTreeMap<ObjectRef, Vec<Server<'a>>>,
}

/// A server that a client is configured with.
#[derive(Debug, Clone, Copy)]
struct Server<'a> {
    /// The kind of database that it is; `None` for what speaks HTTP.
    engine: Option<Engine>,
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Configured<'a> {
    fn new(context: &Context<'a>, complaints: &[Complaint<'a>]) -> Self {
        let complaining: BTreeSet<&ObjectRef> = complaints.iter().map(|c| &c.client).collect();
        let mut by_client: BTreeMap<ObjectRef, Vec<Server<'a>>> = BTreeMap::new();
        for client in clients(context).into_iter().filter(|c| complaining.contains(&c.reference)) {
            for mention in client.mentions(context) {
                let engine = Engine::of_scheme(mention.scheme).or_else(|| mention.port.and_then(Engine::of_port));
                let engine = engine.or_else(|| Engine::of_name(mention.setting)).filter(|_| mention.sure);
                if engine.is_some() || matches!(mention.scheme, "http" | "https" | "grpc" | "dns") {
                    let server = Server { engine, host: mention.host, port: mention.port };
                    by_client.entry(client.reference.clone()).or_default().push(server);
                }
            }
        }
        Self { by_client }
    }

    /// The only address of a kind of database, or of what speaks HTTP, that a client has.
    fn only(&self, client: &ObjectRef, engine: Option<Engine>) -> Option<(&'a str, Option<u16>)> {
        let mut of_kind = self.by_client.get(client)?.iter().filter(|d| d.engine == engine);
        let Server { host, port, .. } = *of_kind.next()?;
        of_kind.all(|d| d.host == host).then_some((host, port))
    }

    /// The kind of database that a client takes a host for.
    fn engine(&self, client: &ObjectRef, host: &str) -> Option<Engine> {
        self.by_client.get(client)?.iter().find(|d| d.host == host && d.engine.is_some())?.engine
    }
}

/// What a signature means.
fn failure(signature: &str) -> Option<Failure> {
    Some(match signature.split('-').next()? {
        "refused" => Failure::Refused,
        "timeout" => Failure::TimedOut,
        "route" => Failure::NoRoute,
        "reset" => Failure::Reset,
        "unserved" => Failure::Unserved,
        "tls" => Failure::Tls,
        "name" if signature.starts_with("name-unknown") => Failure::NameUnknown,
        "name" if signature.starts_with("name-server") => Failure::NameServer,
        "database" if signature.starts_with("database-select") => Failure::Unselected,
        _ => return None,
    })
}

/// What a driver's last error of a server means.
fn inner_failure(error: Option<&str>, text: &str) -> Option<Failure> {
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if error == Some("ProtocolError") || says(&["Got response id", "invalid wire version", "malformed"]) {
        Some(Failure::Protocol)
    } else if says(&["Errno 111", "ECONNREFUSED", "onnection refused"]) {
        Some(Failure::Refused)
    } else if says(&["Errno -2", "ENOTFOUND", "no such host", "UnknownHost", "Name or service not known"]) {
        Some(Failure::NameUnknown)
    } else if says(&["Errno -3", "EAI_AGAIN", "Temporary failure"]) {
        Some(Failure::NameServer)
    } else if says(&["SSL handshake", "CERTIFICATE_VERIFY", "x509", "tls:"]) {
        Some(Failure::Tls)
    } else if error == Some("NetworkTimeout") || says(&["i/o timeout", "ETIMEDOUT", ": timed out"]) {
        Some(Failure::TimedOut)
    } else {
        None
    }
}

/// Gives calls of a database that say no address the one that the same client calls by its other lines, if that is only one.
fn locate<'a>(context: &Context<'a>, all: &mut [Call<'a>]) {
    type Addresses<'a> = BTreeSet<(&'a str, Option<u16>)>;
    let mut addresses: BTreeMap<(ObjectRef, Engine), Addresses<'a>> = BTreeMap::new();
    for call in all.iter() {
        if let (Some(engine), Some(host)) = (call.engine, call.host) {
            addresses.entry((call.complaint.client.clone(), engine)).or_default().insert((host, call.port));
        }
    }
    for call in all.iter_mut().filter(|c| c.host.is_none()) {
        let known = call.engine.and_then(|engine| addresses.get(&(call.complaint.client.clone(), engine)));
        if let Some((host, port)) = known.filter(|k| k.len() == 1).and_then(|k| k.first().copied()) {
            (call.host, call.port) = (Some(host), port);
            call.target = context.relations.resolve_host(context.snapshot, host, &call.complaint.log.namespace);
        }
    }
}

/// Drops what says less than another line of the same log: a failure without an address beside one with it, and "no server
/// found" beside the reason.
fn drop_vaguer(all: &mut Vec<Call<'_>>) {
    let key = |call: &Call<'_>| (call.complaint.client.clone(), call.complaint.log.container.clone());
    let mut located = BTreeSet::new();
    let mut reasons = BTreeSet::new();
    for call in all.iter() {
        if call.host.is_some() {
            located.insert((key(call), call.failure));
        }
        if let (true, Some(engine)) = (call.failure != Failure::Unselected, call.engine) {
            reasons.insert((key(call), engine));
        }
    }
    all.retain(|call| {
        let vague = call.host.is_none() && located.contains(&(key(call), call.failure));
        let repeated = call.failure == Failure::Unselected && call.engine.is_none_or(|e| reasons.contains(&(key(call), e)));
        !(vague || repeated)
    });
}

impl Call<'_> {
    /// `host:port`, as far as it is known.
    pub(crate) fn address(&self) -> String {
        match (self.host, self.port) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, Some(port)) => format!("port {port}"),
            (None, None) => "its server".to_owned(),
        }
    }

    /// The failure, after "the connection …".
    pub(crate) fn words(&self) -> &'static str {
        match self.failure {
            Failure::Refused => "is refused",
            Failure::TimedOut => "times out",
            Failure::NoRoute => "finds no route",
            Failure::Reset => "is broken off",
            Failure::Unserved => "finds no healthy upstream",
            Failure::Tls => "fails in its TLS handshake",
            Failure::NameUnknown => "fails because the name does not exist",
            Failure::NameServer => "fails because the DNS server does not answer",
            Failure::Protocol => "meets something that does not speak the protocol",
            Failure::Unselected => "does not come about",
        }
    }
}
