//! # ingress-host-conflict
//!
//! Two Ingresses claim the same host and path for different Services.
//!
//! ## What it detects
//! Ingresses of one class with the same host, path and type of path that lead to different Services. The elder one is told as
//! the one that gets the requests, which is what ingress-nginx and most others do.
//!
//! ## Why it happens
//! Two teams took the same host, a copy of a chart in another namespace kept its values, or an Ingress was made anew under
//! another name and the old one stayed.
//!
//! ## How to confirm
//! `kubectl get ingress -A` and look for the host twice.
//!
//! ## How to fix
//! Give one of them another host or path, or delete the one that is not needed.
//!
//! ## When it stays silent
//! When both lead to the same Service and port, when one of them is a canary, and when they are of different classes.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object, ServiceBackend};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::class::Classes;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-host-conflict",
    title: "Two Ingresses claim the same host and path",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Ingress Issues",
    needs: &[Need::Objects("ingresses")],
    produces: &[Effect::IngressErrors],
    explained_by: &[],
    check,
};

/// One path of one Ingress.
#[derive(Debug, Clone)]
struct Claim<'a> {
    ingress: &'a Object<Ingress>,
    pointer: String,
    backend: &'a ServiceBackend,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let classes = Classes::of(context.snapshot);
    let mut claims: BTreeMap<(String, String, String, bool), Vec<Claim<'_>>> = BTreeMap::new();
    for ingress in context.snapshot.ingresses.iter().filter(|i| !is_canary(i) && i.metadata.deletion_timestamp.is_none()) {
        let class = classes.asked(ingress).map(|a| a.name.to_owned()).unwrap_or_default();
        for (r, rule) in ingress.spec.rules.iter().enumerate().filter(|(_, rule)| !rule.host.is_empty()) {
            for (p, path) in rule.http.paths.iter().enumerate() {
                let Some(backend) = &path.backend.service else { continue };
                let exact = path.path_type == "Exact";
                let trimmed = if exact { path.path.as_str() } else { path.path.trim_end_matches('/') };
                let key = (class.clone(), rule.host.to_ascii_lowercase(), trimmed.to_owned(), exact);
                let pointer = format!("/spec/rules/{r}/http/paths/{p}/path");
                claims.entry(key).or_default().push(Claim { ingress, pointer, backend });
            }
        }
    }
    let conflicts = claims.iter().flat_map(|((_, host, path, _), claims)| conflict(context, host, path, claims));
    // An Ingress with ten paths that all clash with one other is told once.
    let mut told = BTreeSet::new();
    conflicts.filter(|finding| told.insert((finding.subject.clone(), finding.cause.clone()))).collect()
}

fn is_canary(ingress: &Ingress) -> bool {
    ingress.metadata.annotations.iter().any(|(key, value)| key.ends_with(".kubernetes.io/canary") && value == "true")
}

/// The elder claim wins; each younger one that leads elsewhere loses.
fn conflict(context: &Context<'_>, host: &str, path: &str, claims: &[Claim<'_>]) -> Vec<Finding> {
    let age =
        |c: &&Claim<'_>| (c.ingress.metadata.creation_timestamp, c.ingress.metadata.namespace.clone(), c.ingress.metadata.name.clone());
    let Some(elder) = claims.iter().min_by_key(age).filter(|_| claims.len() > 1) else { return Vec::new() };
    let leads =
        |c: &Claim<'_>| (c.ingress.metadata.namespace.clone(), c.backend.name.clone(), c.backend.port.number, c.backend.port.name.clone());
    let others = claims.iter().filter(|c| !std::ptr::eq(c.ingress, elder.ingress) && leads(c) != leads(elder));
    others.map(|younger| finding(context, host, path, elder, younger)).collect()
}

fn finding(context: &Context<'_>, host: &str, path: &str, elder: &Claim<'_>, younger: &Claim<'_>) -> Finding {
    let (loser, winner) = (younger.ingress.reference(), elder.ingress.reference());
    let path = if path.is_empty() { "/" } else { path };
    let known = elder.ingress.metadata.creation_timestamp.is_some() && younger.ingress.metadata.creation_timestamp.is_some();
    let elsewhere = if loser.namespace == winner.namespace { String::new() } else { format!(" of namespace `{}`", winner.namespace) };
    let who = if known {
        format!("The elder one gets the requests, so Service `{}` behind `{}` sees none of them.", younger.backend.name, loser.name)
    } else {
        "Only one of them gets the requests, as a rule the elder one.".to_owned()
    };
    let quote = |claim: &Claim<'_>, host: &str| {
        let rule = claim.pointer.split("/http").next().unwrap_or_default();
        let written = claim.ingress.spec.rules.iter().find(|r| r.host.eq_ignore_ascii_case(host)).map_or(host, |r| r.host.as_str());
        claim.ingress.evidence(format!("{rule}/host"), written)
    };
    Finding::new(
        loser.clone(),
        format!("Ingress `{}` and Ingress `{}`{elsewhere} both claim `{host}{path}`", loser.name, winner.name),
        quote(younger, host),
    )
    .cause(winner.clone())
    .summary(format!(
        "`{}/{}` leads `{host}{path}` to Service `{}`, `{}/{}` leads it to Service `{}`. {who}",
        winner.namespace, winner.name, elder.backend.name, loser.namespace, loser.name, younger.backend.name
    ))
    .confidence(if known { 0.93 } else { 0.8 })
    .evidence([quote(elder, host)])
    .seen(younger.ingress.metadata.creation_timestamp, context.snapshot.taken_at)
    .remedy("Give one of them another host or path.", format!("kubectl edit ingress {} -n {}", loser.name, loser.namespace))
    .remedy("Or delete the one that is not needed.", format!("kubectl get ingress {} -n {} -o yaml", winner.name, winner.namespace))
}
