//! # ingress-without-address
//!
//! An Ingress has no address.
//!
//! ## What it detects
//! Ingresses that have waited for an address for two minutes although others of their class have one, or although their
//! controller writes one into every Ingress that it serves.
//!
//! ## Why it happens
//! No controller takes the Ingress (its class, the namespaces that the controller watches), the controller is down, its own
//! Service waits for a load balancer, or the controller refuses the Ingress for its content.
//!
//! ## How to confirm
//! `kubectl describe ingress NAME`: *Address* is empty; *Events* and the controller's log tell why.
//!
//! ## How to fix
//! Mend what the controller names. It writes the address by itself.
//!
//! ## When it stays silent
//! In the first two minutes, and for controllers that write no addresses unless they are told to (Traefik, nginx.org) while no
//! other Ingress of the class has one.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::class::{Asked, Classes, has_address};
use super::controllers::{Controller, controllers};

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-without-address",
    title: "An Ingress has no address",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Ingress Issues",
    needs: &[Need::Objects("ingresses")],
    produces: &[],
    explained_by: &[Effect::IngressUnserved, Effect::NoAddress, Effect::DependencyDown],
    check,
};

/// Seconds that a controller may take.
const PATIENCE: i64 = 120;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (all, classes) = (controllers(context), Classes::of(context.snapshot));
    // By class, the first Ingress that has an address.
    let mut peers: BTreeMap<&str, &Object<Ingress>> = BTreeMap::new();
    for ingress in context.snapshot.ingresses.iter().filter(|i| has_address(i)) {
        if let Some(asked) = classes.asked(ingress) {
            peers.entry(asked.name).or_insert(ingress);
        }
    }
    let waiting = context
        .snapshot
        .ingresses
        .iter()
        .filter(|i| !has_address(i) && context.snapshot.age_seconds(i.metadata.creation_timestamp).is_some_and(|age| age >= PATIENCE));
    waiting.filter_map(|ingress| finding(context, ingress, classes.asked(ingress), &all, &peers)).collect()
}

fn finding(
    context: &Context<'_>,
    ingress: &Object<Ingress>,
    asked: Option<Asked<'_>>,
    controllers: &[Controller<'_>],
    peers: &BTreeMap<&str, &Object<Ingress>>,
) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, ingress.reference());
    let controller = controllers.iter().find(|c| served_by(asked.as_ref(), c));
    let peer = asked.as_ref().and_then(|a| peers.get(a.name)).copied();
    let writes = controller.is_some_and(|c| c.product.writes_address);
    let reference_event = context.relations.events_about(snapshot, &reference).rev().find(|e| e.r#type == "Warning");
    if peer.is_none() && !writes && reference_event.is_none() && asked.as_ref().is_none_or(|a| a.object.is_some()) {
        return None;
    }
    let why = match (reference_event, controller) {
        (Some(event), _) => format!(" Its newest warning: {}.", event.message.trim_end_matches('.')),
        (None, Some(c)) if !c.is_ready() => format!(" Its controller `{}` has no ready pod.", c.reference.name),
        (None, Some(c)) => format!(" Its controller `{}` runs and has not taken it.", c.reference.name),
        (None, None) => " No controller for it is to be seen.".to_owned(),
    };
    let others = peer.map(|p| format!(" Ingress `{}` of the same class has one.", p.metadata.name)).unwrap_or_default();
    let place = asked.map_or_else(|| ingress.named(), |a| a.evidence);
    let mut finding = Finding::new(reference.clone(), format!("Ingress `{}` has no address", reference.name), place)
        .summary(format!("It has waited {} for one.{others}{why}", waited(context, ingress)))
        .severity(if peer.is_some() || reference_event.is_some() { Severity::High } else { Severity::Medium })
        .confidence(if reference_event.is_some() {
            0.85
        } else if peer.is_some() {
            0.8
        } else {
            0.6
        })
        .evidence(reference_event.map(|e| e.evidence("/message", e.message.as_str())))
        .evidence(peer.map(|p| p.named()))
        .evidence(controller.map(|c| c.evidence.clone()))
        .seen(ingress.metadata.creation_timestamp, snapshot.taken_at);
    if let Some(controller) = controller {
        finding = finding.depends_on(controller.reference.clone());
        for service in context.relations.services_of(snapshot, &controller.reference) {
            finding = finding.depends_on(service.reference());
        }
        if let Some(pod) = controller.pods.first() {
            finding = finding.remedy(
                "Read what the controller says of it.",
                format!("kubectl logs {} -n {} | grep {}", pod.metadata.name, pod.metadata.namespace, reference.name),
            );
        }
    }
    Some(finding.remedy("Read its events.", format!("kubectl describe ingress {} -n {}", reference.name, reference.namespace)))
}

fn served_by(asked: Option<&Asked<'_>>, controller: &Controller<'_>) -> bool {
    asked.and_then(|a| a.object).is_some_and(|class| controller.serves(class))
}

/// "5 min", "3 h".
fn waited(context: &Context<'_>, ingress: &Ingress) -> String {
    match context.snapshot.age_seconds(ingress.metadata.creation_timestamp).unwrap_or_default() {
        s if s < 7200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}
