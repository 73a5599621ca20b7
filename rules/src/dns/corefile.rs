//! CoreDNS's own configuration: a Corefile that does not parse, does not serve the cluster's domain, or names an upstream
//! that does not answer.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::{Context, ObjectRef};

use super::server::{corefile, servers};
use crate::calls::{Call, Failure};
use crate::complaints::Complaint;
use crate::wording::target;

/// Questions that an upstream left unanswered from which on it is no accident.
const MANY: u64 = 5;

/// The DNS workload that wrote a line, and its configuration.
fn cause(context: &Context<'_>, complaint: &Complaint<'_>) -> (ObjectRef, ObjectRef) {
    let map = corefile(context.snapshot)
        .map_or_else(|| ObjectRef::new("ConfigMap", complaint.pod.namespace.as_str(), "coredns"), |(map, _)| map.reference());
    (complaint.client.clone(), map)
}

/// A Corefile that does not parse.
pub(super) fn broken(context: &Context<'_>, complaint: &Complaint<'_>) -> Option<Finding> {
    let why = complaint.field("why").unwrap_or("the file cannot be read");
    let file = complaint.hit.field("file").unwrap_or("Corefile");
    let (dns, map) = cause(context, complaint);
    let line = file.rsplit_once(':').and_then(|(_, n)| n.parse::<usize>().ok()).and_then(|n| {
        let (map, text) = corefile(context.snapshot)?;
        let line = text.lines().nth(n.checked_sub(1)?)?.trim();
        (!line.is_empty()).then(|| map.evidence("/data/Corefile", line))
    });
    let at = line.as_ref().map(|e| format!(" That line reads `{}`.", e.quote)).unwrap_or_default();
    let reload = complaint.hit.first.text.contains("reload");
    let consequence = if reload {
        "It goes on with the configuration it had; the next start fails."
    } else {
        "It does not start, so that no name of the cluster resolves."
    };
    Some(
        complaint
            .finding(format!("The configuration of CoreDNS is broken: {}", why.trim_end_matches('.')))
            .summary(format!("CoreDNS refuses `{file}`: {why}.{at} {consequence}"))
            .severity(if reload { Severity::Medium } else { Severity::Critical })
            .cause(map.clone())
            .confidence(0.97)
            .evidence(line)
            .remedy("Mend the Corefile.", format!("kubectl edit configmap {} -n {}", map.name, map.namespace))
            .remedy("Then start CoreDNS anew.", format!("kubectl rollout restart {} -n {}", target(&dns), dns.namespace)),
    )
}

/// An upstream that leaves questions unanswered: names outside the cluster do not resolve.
pub(super) fn upstream(context: &Context<'_>, complaint: &Complaint<'_>) -> Option<Finding> {
    let (_, map) = cause(context, complaint);
    let all: u64 = complaint.log.hits_of("coredns-upstream-failed").map(|h| h.count).sum();
    let first = complaint.log.hits_of("coredns-upstream-failed").next()?;
    // One finding for a log, not one for each name.
    if all < MANY || first != complaint.hit {
        return None;
    }
    let (server, why) = (complaint.hit.field("upstream")?, complaint.hit.field("why")?);
    Some(
        complaint
            .finding(format!("CoreDNS gets no answer from its upstream `{server}`"))
            .summary(format!("It forwards questions for names outside the cluster to `{server}`, and {all} of them failed ({why}). Names of the cluster still resolve."))
            .severity(Severity::High)
            .cause(map.clone())
            .confidence(0.8)
            .evidence(corefile(context.snapshot).and_then(|(m, text)| Some(m.evidence("/data/Corefile", text.lines().map(str::trim).find(|l| l.starts_with("forward "))?))))
            .remedy("See whether the upstream can be reached from the cluster.", format!("kubectl run dns-test --rm -it --restart=Never --image=busybox -- nslookup example.com {server}"))
            .remedy("Or forward to another name server. CoreDNS takes it up within a minute.", format!("kubectl edit configmap {} -n {}", map.name, map.namespace)),
    )
}

/// A Corefile without the plugin *kubernetes* for the domain of a Service that clients ask for in vain.
pub(super) fn unserved(context: &Context<'_>, calls: &[Call<'_>]) -> Option<Finding> {
    let (map, text) = corefile(context.snapshot)?;
    let zones: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter_map(|l| l.strip_prefix("kubernetes"))
        .flat_map(|rest| rest.trim_end_matches('{').split_whitespace())
        .collect();
    let served = |host: &str| match host.trim_end_matches('.').split_once(".svc.") {
        Some((_, domain)) => zones.iter().any(|z| z.trim_end_matches('.') == domain || *z == "."),
        None => !zones.is_empty(),
    };
    let vain = |c: &&Call<'_>| {
        c.failure == Failure::NameUnknown
            && c.target.as_ref().is_some_and(|t| t.kind == "Service" || t.kind == "Pod")
            && c.host.is_some_and(|h| !served(h))
    };
    let call = calls.iter().find(vain)?;
    let dns = servers(context)
        .into_iter()
        .next()
        .map_or_else(|| ObjectRef::new("Deployment", map.metadata.namespace.as_str(), "coredns"), |s| s.reference);
    let (host, client) = (call.host?, &call.complaint.client.name);
    let has = if zones.is_empty() {
        "it has no plugin `kubernetes`".to_owned()
    } else {
        format!("its plugin `kubernetes` serves {}", crate::wording::listed(zones.iter().copied()))
    };
    let quote = text
        .lines()
        .map(str::trim)
        .find(|l| l.starts_with("kubernetes"))
        .or_else(|| text.lines().map(str::trim).find(|l| !l.is_empty()))?;
    Some(
        Finding::new(dns.clone(), "CoreDNS does not serve the cluster's domain", map.evidence("/data/Corefile", quote))
            .summary(format!("`{client}` asks for `{host}`, whose Service exists, and is told that it does not: {has} in the Corefile."))
            .workload(Some(dns.clone()))
            .cause(map.reference())
            .confidence(0.9)
            .evidence([call.complaint.log.evidence(call.complaint.hit)])
            .seen(map.metadata.written_at(), context.snapshot.taken_at)
            .remedy(
                "Let it serve the domain: `kubernetes cluster.local in-addr.arpa ip6.arpa { … }`. CoreDNS takes it up within a minute.",
                format!("kubectl edit configmap {} -n {}", map.metadata.name, map.metadata.namespace),
            ),
    )
}
