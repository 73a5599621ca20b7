//! Requests that proxies answer themselves, by the word of their access logs.

use std::collections::BTreeMap;

use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::{Context, Evidence, ObjectRef};

/// Seconds after which a request says nothing of now.
const RECENT: i64 = 1800;

/// Requests of one kind in one log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    log: &'a ContainerLog,
    hit: &'a LogHit,
}

/// Every kind of request that failed of late, by whom it was for.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests<'a> {
    all: Vec<Request<'a>>,
    by_host: BTreeMap<&'a str, Vec<Request<'a>>>,
    /// By namespace and name of the Service whose cluster the proxy chose.
    by_service: BTreeMap<(&'a str, &'a str), Vec<Request<'a>>>,
}

impl<'a> Requests<'a> {
    /// All of a bundle.
    pub(super) fn failed(context: &Context<'a>) -> Self {
        let all = context.snapshot.logs.iter().flat_map(|log| log.hits.iter().map(move |hit| Request { log, hit }));
        let recent = |r: &Request<'_>| context.snapshot.age_seconds(r.hit.last.time).is_none_or(|age| age < RECENT);
        let mut requests = Self::default();
        for request in all.filter(|r| r.hit.signature.starts_with("envoy-request-failed") && recent(r)) {
            requests.all.push(request);
            let host = request.host();
            requests.by_host.entry(host).or_default().push(request);
            if let Some((name, _)) = host.split_once('.') {
                requests.by_host.entry(name).or_default().push(request);
            }
            let mut labels = request.cluster().into_iter().flat_map(|(cluster, _)| cluster.split('.'));
            if let (Some(name), Some(namespace)) = (labels.next(), labels.next()) {
                requests.by_service.entry((namespace, name)).or_default().push(request);
            }
        }
        requests
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Request<'a>] {
        &self.all
    }

    /// Requests for a host: in full, or by its first label.
    pub(super) fn for_host(&self, host: &str) -> impl Iterator<Item = &Request<'a>> {
        self.by_host.get(host).into_iter().flatten()
    }

    /// Requests that a proxy sent on to a Service.
    pub(super) fn to<'s>(&'s self, service: &'s ObjectRef) -> impl Iterator<Item = &'s Request<'a>> {
        self.by_service.get(&(service.namespace.as_str(), service.name.as_str())).into_iter().flatten()
    }
}

impl<'a> Request<'a> {
    /// Envoy's flag: `UF`, `UH`, `NR`.
    pub(super) fn flag(&self) -> &str {
        self.hit.field("flag").and_then(|f| f.split(',').next()).unwrap_or_default()
    }

    /// Whether the TLS handshake failed.
    pub(super) fn tls(&self) -> bool {
        self.hit.field("tls").is_some()
    }

    /// Host that was asked for, without its port.
    pub(super) fn host(&self) -> &'a str {
        self.hit.field("authority").map_or("", |a| a.split_once(':').map_or(a, |(host, _)| host))
    }

    /// Host and subset of the cluster that the proxy chose: `outbound|9080|v2|reviews.shop.svc.cluster.local`.
    pub(super) fn cluster(&self) -> Option<(&'a str, &'a str)> {
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
