//! # mesh-configuration-conflict
//!
//! Two objects of the mesh are for the same hosts or pods, and only one of them holds.
//!
//! ## What it detects
//! VirtualServices for the same host inside the mesh that the same clients see; Gateways of the same pods that want TLS for
//! the same host on the same port; Sidecars for the same pods, or two for a whole namespace.
//!
//! ## Why it happens
//! Two teams, or two charts, each bring an object for the same host; an old one was renamed and stayed. Istio takes the older
//! one and passes over the other without a word: what it says about routes, timeouts or certificates is not done.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0109 (VirtualServices), IST0145 (Gateways), IST0110 or IST0111 (Sidecars).
//!
//! ## How to fix
//! Bring both into one object, and remove the other. Proxies follow within seconds.
//!
//! ## When it stays silent
//! For VirtualServices of gateways only, which Istio merges; for different protocols; for plain HTTP servers of Gateways,
//! which it merges too; for objects that no client sees together (`exportTo`).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use super::overlaps::{Overlap, of_gateways, of_routes, of_sidecars};
use super::parts::{NETWORKING, named, quoted};
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mesh-configuration-conflict",
    title: "Two objects of the mesh are for the same, and only one of them holds",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Service Mesh Issues",
    needs: &[Need::AnyOf(&["virtualservices", "gateways", "sidecars", "services"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let all = of_routes(snapshot).into_iter().chain(of_gateways(snapshot)).chain(of_sidecars(snapshot));
    all.map(|overlap| finding(context, &overlap)).collect()
}

fn finding(context: &Context<'_>, overlap: &Overlap<'_>) -> Finding {
    let (first, second) = (overlap.first.reference(), overlap.second.reference());
    let kind = &second.kind;
    let resource = format!("{}.{NETWORKING}", kind.to_lowercase());
    let dated = |c: &tarbox_model::object::Custom| c.metadata.creation_timestamp;
    let older = dated(overlap.first).zip(dated(overlap.second)).is_some_and(|(a, b)| a < b);
    let fate = match (kind.as_str(), overlap.lost.is_empty()) {
        ("Gateway", true) => "The later server is left out, with its certificate and its routes.".to_owned(),
        ("Gateway", false) => {
            format!("The later server is left out as a whole: connections for {} are broken off.", listed(overlap.lost.iter().copied()))
        }
        ("VirtualService", _) => "What the other says of routes, timeouts and retries is not done.".to_owned(),
        _ => "What the other says of hosts and listeners is not done.".to_owned(),
    };
    let finding = Finding::new(
        second.clone(),
        format!("{kind} `{}` does not hold: `{}` is for {} already", second.name, first.name, overlap.what),
        quoted(overlap.second, &overlap.pointer),
    )
    .summary(format!(
        "{kind} `{}/{}` and `{}/{}` are both for {}. Istio takes {}. {fate}",
        first.namespace,
        first.name,
        second.namespace,
        second.name,
        overlap.what,
        if older { format!("the older one, `{}`", first.name) } else { format!("one of them, probably `{}`", first.name) }
    ))
    .severity(if overlap.lost.is_empty() { Severity::Medium } else { Severity::High })
    .confidence(if older { 0.85 } else { 0.7 })
    .evidence([named(overlap.first)])
    .seen(overlap.second.metadata.written_at(), context.snapshot.taken_at)
    .remedy(
        "Compare the two.",
        format!(
            "kubectl get {resource} {} -n {} -o yaml; kubectl get {resource} {} -n {} -o yaml",
            first.name, first.namespace, second.name, second.namespace
        ),
    );
    match kind.as_str() {
        "Gateway" => finding.remedy(
            "Let this one take other hosts, or none of them.",
            format!("kubectl edit {resource} {} -n {}", second.name, second.namespace),
        ),
        _ => finding.remedy(
            format!("Bring what this one says into `{}`, then remove it. Proxies follow within seconds.", first.name),
            format!(
                "kubectl edit {resource} {} -n {}; kubectl delete {resource} {} -n {}",
                first.name, first.namespace, second.name, second.namespace
            ),
        ),
    }
}
