//! # mtls-conflict
//!
//! Clients and servers of the mesh do not agree on mutual TLS.
//!
//! ## What it detects
//! DestinationRules that send plain text (or one-sided TLS) to pods whose PeerAuthentication is *STRICT*; DestinationRules
//! that send mutual TLS to pods that take none, because a policy disables it or because they have no proxy; and clients
//! without a proxy that call pods under *STRICT*, ingress controllers among them.
//!
//! ## Why it happens
//! *STRICT* is set for a namespace or for the whole mesh before all clients are in it; a DestinationRule of an earlier time
//! is still there. Without any TLS setting in a DestinationRule, Istio finds out by itself what each pod takes.
//!
//! ## How to confirm
//! Clients see *connection reset by peer*, or 503 with *WRONG_VERSION_NUMBER* or *connection termination*;
//! `istioctl x describe pod NAME` tells what a pod takes.
//!
//! ## How to fix
//! Take the TLS setting out of the DestinationRule; or set *PERMISSIVE* until every client has a proxy.
//!
//! ## When it stays silent
//! While both sides agree, for DestinationRules that bring certificates of their own (*MUTUAL*), and for clients that are
//! to have a proxy and miss it (*sidecar-missing* tells of them).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::conflict::{Conflict, conflict};
use super::parts::owner;
use super::policies::{DestinationRules, Policies, Setting};
use super::requests::{Request, Requests};
use super::strangers::strangers;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mtls-conflict",
    title: "Clients and servers of the mesh do not agree on mutual TLS",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::Unreachable, Effect::DependencyDown, Effect::IngressErrors],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let policies = Policies::new(context);
    let rules = DestinationRules::new(context.snapshot);
    if policies.is_empty() && rules.is_empty() {
        return Vec::new();
    }
    let requests = Requests::failed(context);
    let disagreeing = context.snapshot.services.iter().filter_map(|service| {
        let conflict = rules.sent(service).into_iter().find_map(|(setting, port)| conflict(context, &policies, service, setting, port))?;
        Some(finding(context, service, &conflict, &requests))
    });
    let mut findings: Vec<Finding> = disagreeing.collect();
    findings.extend(strangers(context, &policies));
    findings
}

fn finding(context: &Context<'_>, service: &Object<Service>, conflict: &Conflict<'_>, requests: &Requests<'_>) -> Finding {
    let (reference, rule) = (service.reference(), conflict.sent.object);
    let name = rule.metadata.name.as_str();
    let what = match conflict.sent.mode {
        "DISABLE" => "plain text",
        "SIMPLE" => "one-sided TLS",
        _ => "mutual TLS",
    };
    let takes = match &conflict.taken {
        Some(taken) => format!("PeerAuthentication `{}/{}` is {}", taken.object.metadata.namespace, taken.object.metadata.name, taken.mode),
        None => "its pods have no proxy and take none".to_owned(),
    };
    let told = requests.to(&reference).find(|r| matches!(r.flag(), "UF" | "UC" | "URX"));
    let answered = told.map(|r| {
        format!(
            " Proxies have seen {} requests fail with flag `{}`{}.",
            r.count(),
            r.flag(),
            if r.tls() { " in the TLS handshake" } else { "" }
        )
    });
    let workload = context.relations.pods_behind(context.snapshot, &reference).find(|p| p.is_active()).map(|p| owner(context, p));
    let path = conflict.sent.pointer.strip_suffix("/mode").unwrap_or(&conflict.sent.pointer);
    let quote = |setting: &Setting<'_>| setting.object.origin.at(&setting.pointer, setting.mode);
    let finding = Finding::new(
        reference.clone(),
        format!("DestinationRule `{name}` sends {what} to `{}`, which does not take it", reference.name),
        quote(&conflict.sent),
    )
    .summary(format!(
        "DestinationRule `{}/{name}` sets TLS mode {} for Service `{}`, and {takes}: connections are broken off.{}",
        rule.metadata.namespace,
        conflict.sent.mode,
        reference.name,
        answered.unwrap_or_default()
    ))
    .cause(rule.reference())
    .workload(workload)
    // Without a proxy in the pods only the two objects contradict each other.
    .confidence(match (&told, &conflict.taken, &conflict.bare) {
        (Some(_), ..) => 0.97,
        (None, Some(_), Some(_)) => 0.8,
        _ => 0.92,
    })
    .evidence(conflict.taken.as_ref().map(quote))
    .evidence(conflict.bare.clone())
    .evidence(told.map(Request::evidence))
    .seen(rule.metadata.written_at(), context.snapshot.taken_at)
    .remedy(
        "Take the TLS setting out of the DestinationRule: Istio then sends each pod what it takes. Proxies follow within seconds.",
        format!(
            "kubectl patch destinationrule {name} -n {} --type=json -p '[{{\"op\":\"remove\",\"path\":\"{path}\"}}]'",
            rule.metadata.namespace
        ),
    );
    match &conflict.taken {
        Some(taken) if taken.mode == "STRICT" => finding.remedy(
            "Or let the pods take both until every client sends mutual TLS.",
            format!(
                "kubectl patch peerauthentication {} -n {} --type=merge -p '{{\"spec\":{{\"mtls\":{{\"mode\":\"PERMISSIVE\"}}}}}}'",
                taken.object.metadata.name, taken.object.metadata.namespace
            ),
        ),
        _ => finding,
    }
}
