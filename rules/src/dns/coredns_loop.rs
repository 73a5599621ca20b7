//! # coredns-loop
//!
//! CoreDNS asks itself, sees it, and ends.
//!
//! ## What it detects
//! The line of CoreDNS's plugin *loop* in the log of a run that ended or does not become ready: `Loop (…) detected for zone`.
//!
//! ## Why it happens
//! CoreDNS forwards what it does not know to the node's own resolver, and that resolver is a local cache (systemd-resolved,
//! dnsmasq) whose address 127.0.0.53 or 127.0.0.1 means CoreDNS itself inside the pod; or the name server of the node is the
//! cluster's own DNS.
//!
//! ## How to confirm
//! `kubectl logs -n kube-system -l k8s-app=kube-dns --previous`; on the node, `cat /etc/resolv.conf`.
//!
//! ## How to fix
//! Give the kubelet the real list (`resolvConf: /run/systemd/resolve/resolv.conf`), or name an upstream in the Corefile
//! instead of `/etc/resolv.conf`.
//!
//! ## When it stays silent
//! When the pods that wrote it are ready by now, or gone.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::server::corefile;
use crate::complaints::complaints;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "coredns-loop",
    title: "CoreDNS asks itself, sees it, and ends",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "DNS Resolution Problems",
    needs: &[Need::Logs],
    produces: &[Effect::DnsDown, Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for complaint in complaints(context, |hit| hit.signature == "coredns-loop") {
        let zone = complaint.hit.field("zone").unwrap_or(".");
        let way = complaint.hit.field("way").unwrap_or_default();
        let from = way.split(" -> ").next().and_then(|a| a.rsplit_once(':')).map_or("", |(host, _)| host);
        let local = from.starts_with("127.") || from == "::1" || from == "[::1]";
        let source = if local {
            "its own loopback address, which the node's resolver file names"
        } else {
            "itself by way of the name server that it forwards to"
        };
        let forward = corefile(context.snapshot).and_then(|(map, text)| {
            let line = text.lines().map(str::trim).find(|l| l.starts_with("forward ") || l.starts_with("proxy "))?;
            Some((map, line))
        });
        let finding = complaint
            .finding("CoreDNS ends because it would ask itself")
            .summary(format!("For zone `{zone}` it got its own question back ({way}), from {source}. It ends each time, so that no name of the cluster resolves."))
            .confidence(0.97)
            .evidence(forward.map(|(map, line)| map.evidence("/data/Corefile", line)));
        let node = context
            .snapshot
            .pod(&complaint.pod.namespace, &complaint.pod.name)
            .map(|p| p.spec.node_name.as_str())
            .filter(|node| !node.is_empty());
        let dns = complaint.workload.clone().unwrap_or_else(|| ObjectRef::new("Deployment", complaint.pod.namespace.as_str(), "coredns"));
        let map = forward.map_or("coredns", |(map, _)| map.metadata.name.as_str());
        let finding = match node {
            Some(node) => finding.remedy("See which name servers the node hands on.", format!("ssh {node} cat /etc/resolv.conf")).remedy(
                "Let the kubelet hand on the real list: `resolvConf: /run/systemd/resolve/resolv.conf`. This restarts the kubelet.",
                format!("ssh {node} 'sudoedit /var/lib/kubelet/config.yaml && sudo systemctl restart kubelet'"),
            ),
            None => finding.remedy(
                "See on which node it runs, and which name servers that hands on in `/etc/resolv.conf`.",
                format!("kubectl get pod {}{} -o wide", complaint.pod.name, complaint.pod.namespace_flag()),
            ),
        };
        findings.push(finding.remedy(
            "Or name an upstream in the Corefile instead of `/etc/resolv.conf`, and start CoreDNS anew.",
            format!("kubectl edit configmap {map} -n {0} && kubectl rollout restart {1} -n {0}", dns.namespace, target(&dns)),
        ));
    }
    findings
}
