//! # destination-rule-subset-empty
//!
//! Requests go to a subset that no DestinationRule defines, or that no pod is in.
//!
//! ## What it detects
//! Subsets that VirtualServices route to: either no DestinationRule of that host defines them (the nearest one is offered),
//! or the labels by which they are defined are on no pod of the Service (the labels that its pods have are told).
//!
//! ## Why it happens
//! A slip of the pen; a version label that was changed in the Deployment only; a version that was removed while requests
//! still go there; the VirtualService applied before the DestinationRule. Proxies answer 503.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0101 or IST0173; access logs show the flag `UH` (no healthy upstream) or `NC` with the
//! subset's name.
//!
//! ## How to fix
//! Correct the labels of the subset, or send the requests to a subset that has pods.
//!
//! ## When it stays silent
//! For subsets that nothing routes to, for Services without any pod (other rules tell of that), and when DestinationRules or
//! pods were not collected completely.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::destinations::{Destination, Host, Hosts, destinations};
use super::parts::{NETWORKING, elements, labels, named, quoted};
use super::policies::DestinationRules;
use super::requests::{Request, Requests};
use super::subset_without_pods::without_pods;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "destination-rule-subset-empty",
    title: "Requests go to a subset that does not exist or has no pods",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("services")],
    produces: &[Effect::Unreachable],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (hosts, rules, requests) = (Hosts::new(context.snapshot), DestinationRules::new(context.snapshot), Requests::failed(context));
    let mut findings = Vec::new();
    for object in context.snapshot.custom_of(NETWORKING, "VirtualService") {
        for destination in destinations(object).iter().filter(|d| !d.idle) {
            let Some(subset) = destination.subset else { continue };
            let Host::Service(service) = hosts.find(context, destination.host, &object.metadata.namespace) else { continue };
            let reference = service.reference();
            let mine = rules.of(&reference);
            let told = requests.to(&reference).find(|r| r.cluster().is_some_and(|(_, of)| of == subset));
            let defined = mine.iter().find_map(|rule| {
                Some((
                    *rule,
                    elements(&rule.value, "", "/spec/subsets")
                        .into_iter()
                        .find(|(_, s)| s.get("name").and_then(|n| n.as_str()) == Some(subset))?,
                ))
            });
            let found = match defined {
                Some((rule, (pointer, value))) => without_pods(context, rule, &pointer, &labels(value.get("labels")), subset, service),
                None => undefined(context, object, destination, subset, mine),
            };
            findings.extend(found.map(|f| proven(f, told).severity(if destination.mirror { Severity::Low } else { Severity::High })));
        }
    }
    findings
}

/// What the proxies say of it.
fn proven(finding: Finding, told: Option<&Request<'_>>) -> Finding {
    let Some(request) = told else { return finding };
    let summary = format!("{} Proxies have answered {} requests themselves (flag `{}`).", finding.summary, request.count(), request.flag());
    finding.summary(summary).confidence(0.97).evidence([request.evidence()])
}

/// No DestinationRule of the host defines the subset.
fn undefined(context: &Context<'_>, object: &Custom, destination: &Destination<'_>, subset: &str, mine: &[&Custom]) -> Option<Finding> {
    if mine.is_empty() && !context.snapshot.coverage.is_complete("destinationrules") {
        return None;
    }
    let (name, namespace, pointer) =
        (object.metadata.name.as_str(), object.metadata.namespace.as_str(), format!("{}/subset", destination.pointer));
    let all: Vec<&str> =
        mine.iter().flat_map(|r| elements(&r.value, "", "/spec/subsets")).filter_map(|(_, s)| s.get("name")?.as_str()).collect();
    let nearest = similarity::nearest(subset, all.iter().copied());
    let why = match mine.first() {
        Some(rule) => format!(
            "DestinationRule `{}` of that host does not define it{}{}",
            rule.metadata.name,
            did_you_mean(nearest),
            if nearest.is_none() { "." } else { "" }
        ),
        None => "No DestinationRule is for that host.".to_owned(),
    };
    let mut finding = Finding::new(
        object.reference(),
        format!("VirtualService `{name}` sends requests to subset `{subset}` of `{}`, which is not defined", destination.host),
        quoted(object, &pointer),
    )
    .summary(format!("{why} Requests that come there end with 503."))
    .confidence(0.93)
    .evidence(mine.first().map(|r| named(r)))
    .seen(object.metadata.written_at(), context.snapshot.taken_at);
    if let Some(nearest) = nearest {
        let patch = format!(
            "kubectl patch virtualservice {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{nearest}\"}}]'"
        );
        finding = finding.remedy(format!("Send them to `{nearest}`. Proxies follow within seconds."), patch);
    }
    Some(
        finding
            .remedy("Or define the subset in the host's DestinationRule.", format!("kubectl get destinationrules -n {namespace} -o yaml")),
    )
}
