//! # dns-resolution-failing
//!
//! A workload cannot resolve names.
//!
//! ## What it detects
//! Logs of clients that tell of a DNS server that does not answer (`Temporary failure in name resolution`, `EAI_AGAIN`,
//! `lookup … i/o timeout`), of names of the cluster that exist and are said not to, and of names outside that do not exist.
//!
//! ## Why it happens
//! The cluster's DNS is down or slow, a policy or the network keeps questions from it, the pod asks the wrong server, or the
//! name is wrong.
//!
//! ## How to confirm
//! From a pod of the client, `nslookup NAME` and `cat /etc/resolv.conf`.
//!
//! ## How to fix
//! By the cause; when no other finding names one, look at CoreDNS and at the way to it.
//!
//! ## When it stays silent
//! When the client has recovered, for databases (database-name-unresolved), and for Services that do not exist
//! (service-name-unknown, environment-address-mismatch).

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::server::{is_of_cluster, service};
use crate::calls::{Call, Failure, calls};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "dns-resolution-failing",
    title: "A workload cannot resolve names",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "DNS Resolution Problems",
    needs: &[Need::Logs],
    produces: &[Effect::DependencyDown],
    explained_by: &[Effect::NameUnresolved, Effect::DnsDown, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_client: BTreeMap<ObjectRef, Vec<Call<'_>>> = BTreeMap::new();
    for call in calls(context).into_iter().filter(|c| c.engine.is_none() && is_of_dns(c)) {
        by_client.entry(call.complaint.client.clone()).or_default().push(call);
    }
    by_client.values().filter_map(|calls| finding(context, calls)).collect()
}

/// Whether the DNS is to blame rather than the name: it does not answer, denies what exists, or knows nothing of the world.
fn is_of_dns(call: &Call<'_>) -> bool {
    match call.failure {
        Failure::NameServer => true,
        Failure::NameUnknown => call.target.is_some() || call.host.is_none_or(|h| !is_of_cluster(h)),
        _ => false,
    }
}

fn finding(context: &Context<'_>, calls: &[Call<'_>]) -> Option<Finding> {
    let first = calls.iter().find(|c| c.failure == Failure::NameServer).or(calls.first())?;
    let client = &first.complaint.client;
    let hosts: std::collections::BTreeSet<&str> = calls.iter().filter_map(|c| c.host).collect();
    let names = if hosts.is_empty() { "names".to_owned() } else { listed(hosts.iter().copied()) };
    let count: u64 = calls.iter().map(|c| c.complaint.hit.count).sum();
    let exists = calls.iter().find_map(|c| c.target.as_ref());
    let there = exists.map(|t| format!(" {} `{}/{}` exists.", t.kind, t.namespace, t.name)).unwrap_or_default();
    let pod = context.snapshot.pod(&first.complaint.pod.namespace, &first.complaint.pod.name);
    let unwell = pod.is_some_and(|p| !p.is_ready() && !p.is_finished());
    let silent = first.failure == Failure::NameServer;
    let what = if silent { "The DNS server does not answer" } else { "The DNS server says that the name does not exist" };
    let severity = match (unwell, Snapshot::is_system_namespace(&client.namespace) || count < 3) {
        (true, _) => Severity::High,
        (false, true) => Severity::Low,
        (false, false) => Severity::Medium,
    };
    let asked = first.complaint.hit.field("server").filter(|s| !s.is_empty()).map(|s| format!(" (`{s}`)")).unwrap_or_default();
    let mut finding = first
        .complaint
        .finding(format!("`{}` cannot resolve {names}", client.name))
        .summary(format!("{what}{asked}, {count} times by its log.{there}"))
        .severity(severity)
        .confidence(if silent { 0.8 } else { 0.65 })
        .evidence(calls.iter().filter(|c| !std::ptr::eq(*c, first)).take(3).map(|c| c.complaint.log.evidence(c.complaint.hit)));
    if let Some(dns) = service(context.snapshot).filter(|_| silent) {
        finding = finding.depends_on(dns.reference());
    }
    let (name, flag) = (&first.complaint.pod.name, first.complaint.pod.namespace_flag());
    let host = hosts.iter().next().copied().unwrap_or("kubernetes.default");
    Some(
        finding
            .remedy(
                "Ask from the client, and see whom it asks.",
                format!("kubectl exec {name}{flag} -- sh -c 'cat /etc/resolv.conf; nslookup {host}'"),
            )
            .remedy(
                "See whether the cluster's DNS is well.",
                "kubectl get pods -n kube-system -l k8s-app=kube-dns -o wide; kubectl logs -n kube-system -l k8s-app=kube-dns --tail=50",
            ),
    )
}
