//! Addresses that client libraries complain of in logs.
//!
//! Any signature of the family *Connection* takes part by naming its groups: `host…` with `port…`, or `address…` for
//! both in one.

use tarbox_model::log::{ContainerLog, Family, LogHit};
use tarbox_model::{Context, ObjectRef};

use super::host_and_port;
use crate::complaints::{complaints, field};

/// One address that a client could not use.
#[derive(Debug, Clone)]
pub(crate) struct Heard<'a> {
    /// The workload of the pod that wrote it, or that pod.
    pub(crate) client: ObjectRef,
    /// Name or IP address.
    pub(crate) host: &'a str,
    /// Port.
    pub(crate) port: Option<u16>,
    /// The log.
    pub(crate) log: &'a ContainerLog,
    /// The lines.
    pub(crate) hit: &'a LogHit,
}

/// Every address that clients complain of and still cannot use, in the order of the logs.
pub(crate) fn heard<'a>(context: &Context<'a>) -> Vec<Heard<'a>> {
    let connection = complaints(context, |hit| hit.family == Family::Connection);
    let addressed = connection.into_iter().filter_map(|complaint| {
        let (host, port) = address_of(complaint.hit)?;
        Some(Heard { client: complaint.client, host, port, log: complaint.log, hit: complaint.hit })
    });
    addressed.collect()
}

/// The address that a hit's fields hold.
pub(crate) fn address_of(hit: &LogHit) -> Option<(&str, Option<u16>)> {
    let address = field(hit, "address").and_then(host_and_port);
    let port = || field(hit, "port").and_then(|p| p.parse().ok());
    match field(hit, "host") {
        Some(host) => {
            let (host, own) = host_and_port(host.trim_end_matches('.'))?;
            Some((host, own.or_else(port).or(address.and_then(|(_, port)| port))))
        }
        None => address,
    }
    .filter(|(host, _)| !CODE.iter().any(|ending| host.ends_with(ending)))
}

/// Ends of source files: `client.go:123` is no address.
const CODE: [&str; 9] = [".go", ".py", ".js", ".ts", ".java", ".rb", ".rs", ".cs", ".cpp"];
