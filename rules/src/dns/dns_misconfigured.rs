//! # dns-misconfigured
//!
//! Names do not resolve because the DNS is set up wrong: in a pod, or in CoreDNS itself.
//!
//! ## What it detects
//! Workloads that resolve names in vain and whose pods bring name servers of their own (`dnsPolicy: None`), use the node's
//! (`Default`, or a node's network without `ClusterFirstWithHostNet`), or lack the search domains; a kubelet without a
//! cluster DNS (`MissingClusterDNS`); a Corefile that does not parse, that does not serve the cluster's domain, or whose
//! upstream does not answer.
//!
//! ## Why it happens
//! `dnsPolicy` and `dnsConfig` are copied from elsewhere; the cluster's DNS got another address; somebody edited the Corefile.
//!
//! ## How to confirm
//! `kubectl exec POD -- cat /etc/resolv.conf`; `kubectl get configmap coredns -n kube-system -o yaml`;
//! `kubectl logs -n kube-system -l k8s-app=kube-dns`.
//!
//! ## How to fix
//! `dnsPolicy: ClusterFirst` (with `hostNetwork`: `ClusterFirstWithHostNet`), or mend the Corefile. Pods read their DNS
//! settings when they start; CoreDNS reads its own within a minute.
//!
//! ## When it stays silent
//! When names resolve: nobody complains of them, and CoreDNS runs with its configuration.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::corefile::{broken, unserved, upstream};
use super::settings::{Fault, fault, without_cluster_dns};
use crate::calls::{Call, Failure, calls};
use crate::commands::merge_template;
use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "dns-misconfigured",
    title: "Names do not resolve because the DNS is set up wrong",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "DNS Resolution Problems",
    needs: &[Need::AnyOf(&["logs", "events"])],
    produces: &[Effect::NameUnresolved, Effect::DnsDown, Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut done: BTreeSet<ObjectRef> = BTreeSet::new();
    let calls = calls(context);
    for call in calls.iter().filter(|c| matches!(c.failure, Failure::NameServer | Failure::NameUnknown)) {
        if !done.contains(&call.complaint.client)
            && let Some(finding) = of_pod(context, call)
        {
            done.insert(call.complaint.client.clone());
            findings.push(finding);
        }
    }
    for complaint in complaints(context, |hit| matches!(hit.signature, "coredns-corefile-broken" | "coredns-upstream-failed")) {
        findings.extend(if complaint.hit.signature == "coredns-corefile-broken" {
            broken(context, &complaint)
        } else {
            upstream(context, &complaint)
        });
    }
    findings.extend(unserved(context, &calls));
    findings.extend(without_cluster_dns(context));
    findings
}

/// A pod's own settings.
fn of_pod(context: &Context<'_>, call: &Call<'_>) -> Option<Finding> {
    let client = &call.complaint.client;
    let pod = context.snapshot.pod(&call.complaint.pod.namespace, &call.complaint.pod.name)?;
    let Fault { words, evidence, policy } = fault(context, pod, call)?;
    let host = call.host.map(|h| format!(" `{h}`")).unwrap_or_default();
    Some(
        call.complaint
            .finding(format!("Pods of `{}` ask the wrong name server", client.name))
            .summary(format!("{words} The name{host} does not resolve there, by its log."))
            .cause(client.clone())
            .confidence(0.93)
            .evidence([evidence])
            .remedy(
                format!("Set `dnsPolicy: {policy}`. This starts new pods."),
                merge_template(client, &format!("{{\"dnsPolicy\":\"{policy}\",\"dnsConfig\":null}}")),
            )
            .remedy(
                "See whom a pod asks.",
                format!("kubectl exec {}{} -- cat /etc/resolv.conf", pod.metadata.name, call.complaint.pod.namespace_flag()),
            ),
    )
}
