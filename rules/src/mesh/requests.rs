//! Requests that proxies answer themselves, by the word of their access logs.

use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::{Context, Evidence};

/// Seconds after which a request says nothing of now.
const RECENT: i64 = 1800;

/// Requests of one kind in one log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    log: &'a ContainerLog,
    hit: &'a LogHit,
}

/// Every kind of request that failed of late.
pub(super) fn failed<'a>(context: &Context<'a>) -> Vec<Request<'a>> {
    let all = context.snapshot.logs.iter().flat_map(|log| log.hits.iter().map(move |hit| Request { log, hit }));
    let recent = |r: &Request<'_>| context.snapshot.age_seconds(r.hit.last.time).is_none_or(|age| age < RECENT);
    all.filter(|r| r.hit.signature.starts_with("envoy-request-failed") && recent(r)).collect()
}

impl Request<'_> {
    /// Envoy's flag: `UF`, `UH`, `NR`.
    pub(super) fn flag(&self) -> &str {
        self.hit.field("flag").and_then(|f| f.split(',').next()).unwrap_or_default()
    }

    /// Whether the TLS handshake failed.
    pub(super) fn tls(&self) -> bool {
        self.hit.field("tls").is_some()
    }

    /// Host that was asked for, without its port.
    pub(super) fn host(&self) -> &str {
        self.hit.field("authority").map_or("", |a| a.split_once(':').map_or(a, |(host, _)| host))
    }

    /// Host and subset of the cluster that the proxy chose: `outbound|9080|v2|reviews.shop.svc.cluster.local`.
    pub(super) fn cluster(&self) -> Option<(&str, &str)> {
        let mut parts = self.hit.field("cluster")?.split('|').skip(2);
        let subset = parts.next()?;
        Some((parts.next()?, subset))
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.hit.count
    }

    /// Where it stands.
    pub(super) fn evidence(&self) -> Evidence {
        self.log.evidence(self.hit)
    }
}
