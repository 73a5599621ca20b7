//! Calls that fail: what clients' logs say of whom they call, joined with what stands behind the host that they name.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::{Context, ObjectRef};

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
    let databases = by_service(context, &servers(context));
    let mut all: Vec<Call<'a>> = complaints(context, |hit| failure(hit.signature).is_some())
        .into_iter()
        .filter_map(|complaint| call(context, &databases, complaint))
        .collect();
    drop_vaguer(&mut all);
    all
}

fn call<'a>(context: &Context<'a>, databases: &BTreeMap<ObjectRef, Engine>, complaint: Complaint<'a>) -> Option<Call<'a>> {
    let hit = complaint.hit;
    let mut failure = failure(hit.signature)?;
    if let (Failure::Unselected, Some(inner)) = (failure, inner_failure(complaint.field("error"), &hit.first.text)) {
        failure = inner;
    }
    let (host, port) = address(hit);
    let target = host.and_then(|h| context.relations.resolve_host(context.snapshot, h, &complaint.log.namespace));
    let behind = || target.as_ref().and_then(|t| databases.get(t).copied());
    let named = || host.and_then(|h| Engine::of_name(h.split('.').next().unwrap_or(h)));
    let engine = Engine::of_words(&hit.first.text).or_else(behind).or_else(|| port.and_then(Engine::of_port)).or_else(named);
    let host_is_code = host.is_some_and(|h| CODE.iter().any(|ending| h.ends_with(ending)));
    (!host_is_code).then_some(Call { complaint, failure, engine, host, port, target })
}

/// Ends of source files: `client.go:123` is no address.
const CODE: [&str; 9] = [".go", ".py", ".js", ".ts", ".java", ".rb", ".rs", ".cs", ".cpp"];

/// What a signature means.
fn failure(signature: &str) -> Option<Failure> {
    Some(match signature.split('-').next()? {
        "refused" => Failure::Refused,
        "timeout" => Failure::TimedOut,
        "route" => Failure::NoRoute,
        "reset" => Failure::Reset,
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

/// The address that a hit's groups hold.
fn address(hit: &tarbox_model::log::LogHit) -> (Option<&str>, Option<u16>) {
    let field = |stem| crate::complaints::field(hit, stem);
    let port = || field("port").and_then(|p| p.parse().ok());
    match (field("host"), field("address")) {
        (Some(host), _) => (Some(host.trim_end_matches('.')), port()),
        (None, Some(address)) => match address.rsplit_once(':') {
            Some((host, digits)) => (Some(host.trim_matches(['[', ']'])), digits.parse().ok()),
            None => (Some(address), port()),
        },
        (None, None) => (None, port()),
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
            Failure::Tls => "fails in its TLS handshake",
            Failure::NameUnknown => "fails because the name does not exist",
            Failure::NameServer => "fails because the DNS server does not answer",
            Failure::Protocol => "meets something that does not speak the protocol",
            Failure::Unselected => "does not come about",
        }
    }
}
