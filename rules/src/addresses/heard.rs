//! Addresses that client libraries complain of in logs.
//!
//! Any signature of the family *Connection* takes part by naming its groups: `host…` with `port…`, or `address…` for
//! both in one.

use tarbox_model::log::{ContainerLog, Family, LogHit};
use tarbox_model::{Context, ObjectRef};

use super::host_and_port;
use crate::complaints::complaints;

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

/// Every address that clients complain of and that still matters, in the order of the logs.
pub(crate) fn heard<'a>(context: &Context<'a>) -> Vec<Heard<'a>> {
    let all = complaints(context, |hit| hit.family == Family::Connection && address_of(hit).is_some()).into_iter();
    all.filter_map(|c| address_of(c.hit).map(|(host, port)| Heard { client: c.client, host, port, log: c.log, hit: c.hit })).collect()
}

/// The address that a hit's fields hold.
fn address_of(hit: &LogHit) -> Option<(&str, Option<u16>)> {
    let field = |stem: &str| hit.fields.iter().find(|(name, _)| name.starts_with(stem)).map(|(_, value)| value.as_str());
    match field("host") {
        Some(host) => {
            let (host, port) = host_and_port(host)?;
            Some((host, port.or_else(|| field("port")?.parse().ok())))
        }
        None => host_and_port(field("address")?),
    }
}
