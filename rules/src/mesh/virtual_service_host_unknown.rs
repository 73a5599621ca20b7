//! # virtual-service-host-unknown
//!
//! A VirtualService sends requests to a host that the mesh does not know.
//!
//! ## What it detects
//! Destinations of VirtualServices that are no Service and that no ServiceEntry brings in; the nearest Service is offered.
//! Also names of the form `name.namespace`, which Istio does not complete: it takes them for a host outside.
//!
//! ## Why it happens
//! A slip of the pen, a Service that was renamed or removed, or a short name in a VirtualService that stands in another
//! namespace than its Service: short names are completed with the VirtualService's own namespace. Proxies answer 503.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0101; the proxies' access logs show the flag `NC` (no cluster) or 503 with no upstream.
//!
//! ## How to fix
//! Name the Service in full: `name.namespace.svc.cluster.local`. Proxies follow within seconds.
//!
//! ## When it stays silent
//! When Services were not collected completely, for hosts outside when ServiceEntries were not, and for mirrors (as a hint
//! only: the copies are lost, the requests are not).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::destinations::{Destination, Host, Hosts, destinations};
use super::parts::{NETWORKING, covers, full_name, quoted, texts};
use super::requests::{Request, Requests};

/// The rule.
pub static RULE: Rule = Rule {
    id: "virtual-service-host-unknown",
    title: "A VirtualService sends requests to a host that the mesh does not know",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("services")],
    produces: &[Effect::Unreachable],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (hosts, requests) = (Hosts::new(context.snapshot), Requests::failed(context));
    let mut findings = Vec::new();
    for object in context.snapshot.custom_of(NETWORKING, "VirtualService") {
        let all = destinations(object);
        for destination in all.iter().filter(|d| !d.idle) {
            let found = hosts.find(context, destination.host, &object.metadata.namespace);
            findings.extend(finding(object, destination, &found, &requests));
        }
    }
    findings
}

fn finding(object: &Custom, destination: &Destination<'_>, found: &Host<'_>, requests: &Requests<'_>) -> Option<Finding> {
    let (host, name, namespace) = (destination.host, object.metadata.name.as_str(), object.metadata.namespace.as_str());
    let (cause, why, meant): (Option<ObjectRef>, String, Option<String>) = match found {
        Host::NoService { service, unfinished: true, .. } => (
            None,
            "Istio does not complete a name with a dot in it, and takes it for a host outside the cluster.".to_owned(),
            Some(full_name(service)),
        ),
        Host::NoService { service, nearest, .. } => {
            let near = nearest.as_ref().map(|n| {
                if n.namespace == service.namespace {
                    format!(" (did you mean `{}`?)", n.name)
                } else {
                    format!("; one of that name is in namespace `{}`", n.namespace)
                }
            });
            (
                Some(service.clone()),
                format!("Service `{}/{}` does not exist{}.", service.namespace, service.name, near.unwrap_or_default()),
                nearest.as_ref().map(full_name),
            )
        }
        Host::Unregistered => (None, "It is no Service, and no ServiceEntry brings it into the mesh.".to_owned(), None),
        Host::Service(_) | Host::Entry | Host::Unknown => return None,
    };
    let pointer = format!("{}/host", destination.pointer);
    let told = answered_by_proxies(object, requests)
        .find(|r| matches!(r.flag(), "NC" | "NR") && r.cluster().is_none_or(|(cluster, _)| cluster.starts_with(host)));
    let answered =
        told.map(|r| format!(" Proxies have answered {} requests themselves (flag `{}`).", r.count(), r.flag())).unwrap_or_default();
    let fate = if destination.mirror { "Copies of requests are lost there." } else { "Requests that come there end with 503." };
    let mut finding = Finding::new(
        object.reference(),
        format!("VirtualService `{name}` sends requests to `{host}`, which the mesh does not know"),
        quoted(object, &pointer),
    )
    .summary(format!("{why} {fate}{answered}"))
    .severity(if destination.mirror { Severity::Low } else { Severity::High })
    .confidence(if told.is_some() || meant.is_some() { 0.95 } else { 0.85 })
    .evidence(told.map(Request::evidence))
    .seen(object.metadata.written_at(), None);
    finding.cause = cause;
    if let Some(meant) = meant {
        finding = finding.remedy(
            "Name the Service in full. Proxies follow within seconds.",
            format!("kubectl patch virtualservice {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{meant}\"}}]'"),
        );
    }
    Some(finding.remedy(
        "Or bring in what it means: apply the Service, or a ServiceEntry for a host outside.",
        format!("kubectl get services,serviceentries -n {namespace}"),
    ))
}

/// Failed requests for the hosts of a VirtualService.
fn answered_by_proxies<'r, 'a>(object: &'r Custom, requests: &'r Requests<'a>) -> impl Iterator<Item = &'r Request<'a>> {
    let of = move |host: &'r str| {
        let wide = host.starts_with('*').then(|| requests.all().iter().filter(move |r| covers(host, r.host())));
        requests.for_host(host).chain(wide.into_iter().flatten())
    };
    texts(object, "/spec/hosts").into_iter().flat_map(of)
}
