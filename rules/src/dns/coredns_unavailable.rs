//! # coredns-unavailable
//!
//! The cluster's DNS has no pod that answers.
//!
//! ## What it detects
//! The DNS workload (CoreDNS, kube-dns, OpenShift's `dns-default`) scaled to zero, without a ready pod, or gone although its
//! Service is there; with what its pods say. A part of the pods that is not ready is told with less weight.
//!
//! ## Why it happens
//! It was scaled down or deleted, its pods crash (configuration, memory), cannot be placed, or cannot reach the API server.
//! Then no name resolves: clients lose everything that they call by name, although all of it is well.
//!
//! ## How to confirm
//! `kubectl get pods -n kube-system -l k8s-app=kube-dns -o wide`; `kubectl get endpointslices -n kube-system -l
//! kubernetes.io/service-name=kube-dns`.
//!
//! ## How to fix
//! Scale it up, or mend what its pods say.
//!
//! ## When it stays silent
//! While all its pods are ready, in its first half minute, and when neither the workload nor its pods were collected.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::absent::gone;
use super::server::{Server, servers, service};
use crate::calls::{Failure, calls};
use crate::pods::trouble;
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "coredns-unavailable",
    title: "The cluster's DNS has no pod that answers",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "DNS Resolution Problems",
    needs: &[Need::AnyOf(&["pods", "deployments", "daemonsets"])],
    produces: &[Effect::DnsDown, Effect::Exits, Effect::NotReady],
    explained_by: &[
        Effect::NodeDown,
        Effect::NetworkBroken,
        Effect::ImageUnavailable,
        Effect::NotStarted,
        Effect::Unscheduled,
        Effect::PodsNotCreated,
        Effect::Exits,
    ],
    check,
};

/// Seconds that its pods may take to start.
const GRACE: i64 = 30;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let servers = servers(context);
    let answering = servers.iter().any(|s| s.ready > 0);
    let mut findings: Vec<Finding> = servers.iter().filter_map(|s| finding(context, s, answering)).collect();
    findings.extend(if servers.is_empty() { gone(context) } else { None });
    findings
}

fn finding(context: &Context<'_>, server: &Server<'_>, answering: bool) -> Option<Finding> {
    let name = &server.reference.name;
    let known: Vec<_> = server.pods.iter().filter(|p| condition(&p.status.conditions, "Ready").is_some()).collect();
    let sick: Vec<_> = known.iter().filter(|p| !p.is_ready()).collect();
    let wanted = server.desired.map_or(server.pods.len(), |d| usize::try_from(d).unwrap_or_default());
    let starting = !sick.is_empty() && sick.iter().all(|p| context.snapshot.is_starting(p, GRACE));
    let idle = server.desired == Some(0);
    let short = usize::try_from(server.ready).unwrap_or_default() < wanted;
    // Without a single state nothing is known; a second workload at zero is no trouble while the first answers.
    let silent = server.pods.is_empty() && server.desired.is_none() || !server.pods.is_empty() && known.is_empty();
    if silent || starting || !(idle || short) || idle && answering {
        return None;
    }
    let pod = sick.first();
    let said = pod.and_then(|p| trouble(p));
    let why =
        said.as_ref().map(|(_, words)| format!(" `{}` says: {words}.", pod.map_or("", |p| p.metadata.name.as_str()))).unwrap_or_default();
    let down = server.ready == 0 && !answering;
    let (title, summary) = match (idle, down) {
        (true, _) => (
            format!("The cluster's DNS, `{name}`, is scaled to zero"),
            "`replicas` is 0, so nobody answers questions for names: none resolves in the whole cluster.".to_owned(),
        ),
        (_, true) => (
            format!("The cluster's DNS, `{name}`, has no ready pod"),
            format!("None of {} is ready: no name resolves in the whole cluster.{why}", counted(wanted, "pod")),
        ),
        _ => (
            format!("The cluster's DNS, `{name}`, lacks pods"),
            format!(
                "{} of {} are ready; questions that go to the others get no answer until they are taken out.{why}",
                server.ready,
                counted(wanted, "pod")
            ),
        ),
    };
    let suffering = || calls(context).iter().any(|c| c.failure == Failure::NameServer);
    let severity = if down || idle {
        Severity::Critical
    } else if suffering() {
        Severity::Medium
    } else {
        Severity::Low
    };
    let since = sick.iter().filter_map(|p| condition(&p.status.conditions, "Ready").and_then(|(_, c)| c.last_transition_time)).min();
    let mut finding = Finding::new(server.reference.clone(), title, server.evidence.clone())
        .summary(summary)
        .severity(severity)
        .confidence(if down || idle { 0.96 } else { 0.7 })
        .workload(Some(server.reference.clone()))
        .evidence(said.map(|(evidence, _)| evidence))
        .evidence(service(context.snapshot).map(Object::named))
        .seen(since, context.snapshot.taken_at);
    for pod in &sick {
        finding = finding.depends_on(pod.reference());
        if !pod.spec.node_name.is_empty() {
            finding = finding.depends_on(ObjectRef::cluster_wide("Node", pod.spec.node_name.as_str()));
        }
    }
    let flag = server.reference.namespace_flag();
    Some(if idle {
        finding.remedy(
            "Scale it up again. Names resolve as soon as a pod is ready.",
            format!("kubectl scale {}{flag} --replicas=2", target(&server.reference)),
        )
    } else {
        finding
            .remedy(
                "See what its pods say.",
                format!(
                    "kubectl describe {}{flag}; kubectl logs {}{flag} --all-containers --tail=50",
                    target(&server.reference),
                    target(&server.reference)
                ),
            )
            .remedy("When the cause is mended, start it anew.", format!("kubectl rollout restart {}{flag}", target(&server.reference)))
    })
}
