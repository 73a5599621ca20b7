//! Addresses that client libraries complain of in logs.
//!
//! Any signature of the family *Connection* takes part by naming its groups: `host…` with `port…`, or `address…` for
//! both in one.

use tarbox_model::log::{ContainerLog, Family, LogHit};
use tarbox_model::{Context, ObjectRef};

use super::host_and_port;

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

/// Every address that clients complain of, in the order of the logs.
pub(crate) fn heard<'a>(context: &Context<'a>) -> Vec<Heard<'a>> {
    let mut all = Vec::new();
    for log in &context.snapshot.logs {
        let pod = log.pod_reference();
        for hit in log.hits.iter().filter(|h| h.family == Family::Connection) {
            let Some((host, port)) = address_of(hit) else { continue };
            let workload =
                context.snapshot.pod(&pod.namespace, &pod.name).and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
            all.push(Heard { client: workload.unwrap_or_else(|| pod.clone()), host, port, log, hit });
        }
    }
    all
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
