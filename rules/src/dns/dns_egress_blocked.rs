//! # dns-egress-blocked
//!
//! Network policies keep a workload from asking the DNS.
//!
//! ## What it detects
//! Pods that are covered by policies for outgoing traffic, none of which lets UDP 53 through to the cluster's DNS, and whose
//! logs complain of names, or which are not ready although they are configured with names. The policies are named.
//!
//! ## Why it happens
//! With the first policy of type *Egress* everything outgoing is forbidden that no policy allows, DNS included. A rule for
//! the database's port alone is not enough: its name must be resolved first.
//!
//! ## How to confirm
//! From a pod of the workload, `nslookup kubernetes.default` runs into a timeout, while `nslookup` from another namespace works.
//!
//! ## How to fix
//! Allow UDP and TCP 53 to `kube-system`. Policies add up, so a policy of its own is the least change.
//!
//! ## When it stays silent
//! When a policy lets DNS through, when the policies were not collected completely, when nothing shows that the workload
//! asks for names in vain, and for pods on their node's network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot};

use super::server::{servers, service};
use crate::addresses::{Client, clients};
use crate::calls::{Call, Failure, calls};
use crate::network::policy::{Called, Direction, End, Policies};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "dns-egress-blocked",
    title: "Network policies keep a workload from asking the DNS",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "DNS Resolution Problems",
    needs: &[Need::Objects("pods"), Need::AllObjects("networkpolicies")],
    produces: &[Effect::NameUnresolved],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.snapshot.network_policies.is_empty() {
        return Vec::new();
    }
    let policies = Policies::new(context);
    let ends = dns(context);
    let mut done: BTreeSet<ObjectRef> = BTreeSet::new();
    let mut blocked: BTreeMap<ObjectRef, (&Object<Pod>, Vec<ObjectRef>)> = BTreeMap::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.is_active()) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        if matches!(pod.spec.dns_policy.as_str(), "None" | "Default") || !done.insert(owner.clone()) {
            continue;
        }
        let stopped: Vec<_> = ends.iter().map(|(end, called)| policies.stopping(pod, Direction::Egress, end, called)).collect();
        if let Some(first) = stopped.first().filter(|_| stopped.iter().all(|s| !s.is_empty())) {
            blocked.insert(owner, (pod, first.iter().map(|p| p.reference()).collect()));
        }
    }
    if blocked.is_empty() {
        return Vec::new();
    }
    let about_names = |c: &Call<'_>| matches!(c.failure, Failure::NameServer | Failure::NameUnknown) || c.failure == Failure::Unselected;
    let mut heard: BTreeMap<ObjectRef, Call<'_>> = BTreeMap::new();
    for call in calls(context).into_iter().filter(about_names) {
        heard.entry(call.complaint.client.clone()).or_insert(call);
    }
    let clients: BTreeMap<ObjectRef, Client<'_>> = clients(context).into_iter().map(|c| (c.reference.clone(), c)).collect();
    let found = blocked.into_iter().filter_map(|(owner, (pod, by))| {
        let (heard, client) = (heard.get(&owner), clients.get(&owner));
        finding(context, owner, pod, &by, heard, client)
    });
    found.collect()
}

/// Where questions may go: to every pod of the DNS, by its port, and to its Service's address; else to where it usually is.
fn dns<'a>(context: &Context<'a>) -> Vec<(End<'a>, Called<'a>)> {
    let question = |port: i32| Called { port, protocol: "UDP", names: vec!["dns"] };
    let mut ends: Vec<(End<'_>, Called<'_>)> = Vec::new();
    for pod in servers(context).iter().flat_map(|s| s.pods.iter().copied()) {
        let port = pod.containers().flat_map(|v| &v.spec.ports).find(|p| p.name == "dns").map_or(53, |p| p.container_port);
        ends.push((End::of(pod), question(port)));
        ends.push((End::of(pod), question(53)));
    }
    if ends.is_empty() {
        let labels = [("k8s-app".to_owned(), "kube-dns".to_owned())].into_iter().collect();
        ends.push((End { namespace: "kube-system", labels, addresses: Vec::new() }, question(53)));
    }
    let own = service(context.snapshot).and_then(|s| s.spec.cluster_ip.parse::<IpAddr>().ok());
    let cache = "169.254.20.10".parse::<IpAddr>().ok();
    ends.extend(own.into_iter().chain(cache).map(|a| (End { addresses: vec![a], ..End::default() }, question(53))));
    ends
}

fn finding(
    context: &Context<'_>,
    owner: ObjectRef,
    pod: &Object<Pod>,
    by: &[ObjectRef],
    heard: Option<&Call<'_>>,
    client: Option<&Client<'_>>,
) -> Option<Finding> {
    let pods = || context.relations.pods_of(context.snapshot, &owner).chain([pod]);
    let unwell = pods().any(|p| {
        p.is_active()
            && !p.is_ready()
            && p.containers().any(|v| v.status.is_some_and(|(_, _, s)| s.state.running.is_some() || s.restart_count > 0))
    });
    let named = || -> Option<Evidence> {
        client?.mentions(context).into_iter().find(|m| m.sure && m.host.parse::<IpAddr>().is_err())?.evidence.into_iter().next()
    };
    let told = match heard {
        Some(call) => call.complaint.log.evidence(call.complaint.hit),
        None => named().filter(|_| unwell)?,
    };
    let policy = by.first()?;
    let own: Vec<_> = by.iter().filter_map(|p| Snapshot::find(&context.snapshot.network_policies, &p.namespace, &p.name)).collect();
    let names = listed(by.iter().map(|p| p.name.as_str()));
    let flag = policy.namespace_flag();
    let why = if heard.is_some() { " Its log complains of names." } else { " Its pods are not ready, and its configuration names hosts." };
    let manifest = format!(
        "kubectl apply{flag} -f - <<'YAML'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: allow-dns}}\nspec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n  egress:\n  - to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: kube-system}}}}}}]\n    ports: [{{protocol: UDP, port: 53}}, {{protocol: TCP, port: 53}}]\nYAML"
    );
    let mut finding = Finding::new(pod.reference(), format!("Network policy {names} keeps `{}` from asking the DNS", owner.name), told)
        .summary(format!("{} the pods of `{}` for outgoing traffic, and no rule lets UDP 53 through to the cluster's DNS, so no name resolves for them.{why}", if by.len() == 1 { format!("{names} covers") } else { format!("{names} cover") }, owner.name))
        .workload((owner.kind != "Pod").then(|| owner.clone()))
        .cause(policy.clone())
        .confidence(if heard.is_some() { 0.95 } else { 0.75 })
        .evidence(own.iter().take(3).map(|p| p.named()))
        .seen(own.iter().filter_map(|p| p.metadata.written_at()).max(), context.snapshot.taken_at)
        .remedy("Let the pods of the namespace ask the DNS. Policies add up, and nothing restarts.", manifest)
        .remedy("Try it from the pod.", format!("kubectl exec {}{} -- nslookup kubernetes.default", pod.metadata.name, pod.reference().namespace_flag()));
    if let Some(call) = heard {
        finding = finding.seen(call.complaint.hit.first.time, call.complaint.hit.last.time);
    }
    Some(finding)
}
