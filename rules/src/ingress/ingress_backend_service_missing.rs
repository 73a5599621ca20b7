//! # ingress-backend-service-missing
//!
//! An Ingress routes to a Service that does not exist.
//!
//! ## What it detects
//! Backends of Ingresses whose Service is not in the Ingress's namespace, by the list of Services or by the word of the
//! ingress controller. The nearest Service is offered, and one of that name in another namespace is pointed out.
//!
//! ## Why it happens
//! A slip of the pen, a Service that was renamed or removed, or one that is in another namespace: an Ingress can only route
//! inside its own. Controllers take such an Ingress and answer with 503.
//!
//! ## How to confirm
//! `kubectl describe ingress NAME` shows `<error: services "…" not found>` beside the backend.
//!
//! ## How to fix
//! Correct the name in the Ingress, or apply the Service. Controllers follow within seconds.
//!
//! ## When it stays silent
//! When Services were not collected completely and no controller complains, for backends that a controller makes up (actions
//! of the AWS load balancer, `use-annotation`), and for Ingresses that redirect everything.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object, Service, ServiceBackend};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use super::route::{is_made_up, redirects, route};
use super::told::{Told, alone};
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-backend-service-missing",
    title: "An Ingress routes to a Service that does not exist",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Ingress Issues",
    needs: &[Need::AnyOf(&["ingresses", "logs"])],
    produces: &[Effect::IngressErrors],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let told = Told::by(context, "ingress-service-unknown", "service");
    for ingress in context.snapshot.ingresses.iter().filter(|i| !redirects(i)) {
        for (pointer, backend) in ingress.backends() {
            findings.extend(finding(context, &told, ingress, &pointer, backend));
        }
    }
    let missing = |service: &ObjectRef| context.snapshot.service(&service.namespace, &service.name).is_none();
    for (service, log, hit) in alone(context, "ingress-service-unknown", "service", "Service", missing) {
        let title = format!("An Ingress routes to Service `{}`, which does not exist", service.name);
        findings.push(
            Finding::new(service.clone(), title, log.evidence(hit))
                .summary(format!(
                    "The ingress controller looks for Service `{}/{}` in vain; requests to it end with 503. The Ingress itself is not in the bundle.",
                    service.namespace, service.name
                ))
                .confidence(0.9)
                .seen(hit.first.time, hit.last.time)
                .remedy("See which Ingress asks for it.", format!("kubectl describe ingress -n {}", service.namespace)),
        );
    }
    findings
}

fn finding(context: &Context<'_>, told: &Told<'_>, ingress: &Object<Ingress>, pointer: &str, backend: &ServiceBackend) -> Option<Finding> {
    let (snapshot, namespace, name) = (context.snapshot, ingress.metadata.namespace.as_str(), backend.name.as_str());
    let service = ObjectRef::new("Service", namespace, name);
    if name.is_empty() || snapshot.service(namespace, name).is_some() || is_made_up(ingress, backend) {
        return None;
    }
    let told = told.about(&service);
    if told.is_none() && !snapshot.coverage.is_complete("services") {
        return None;
    }
    let here = || snapshot.services.iter().filter(|s| s.metadata.namespace == namespace);
    let takes = |s: &&Object<Service>| {
        s.spec.ports.iter().any(|p| p.port == backend.port.number || !p.name.is_empty() && p.name == backend.port.name)
    };
    let nearest = similarity::nearest(name, here().filter(takes).map(|s| s.metadata.name.as_str()))
        .or_else(|| similarity::nearest(name, here().map(|s| s.metadata.name.as_str())));
    let elsewhere = snapshot.services.iter().find(|s| s.metadata.name == name).map(|s| s.metadata.namespace.as_str());
    let reference = ingress.reference();
    let away = elsewhere
        .map(|n| format!(" One of that name is in namespace `{n}`, where an Ingress of `{namespace}` cannot route."))
        .unwrap_or_default();
    let mut finding = Finding::new(
        reference.clone(),
        format!("Ingress `{}` routes to Service `{name}`, which does not exist", reference.name),
        ingress.evidence(format!("{pointer}/name"), name),
    )
    .cause(service)
    .summary(format!(
        "{} to Service `{namespace}/{name}`, which does not exist{}{away} Requests end with 503.",
        route(ingress, pointer),
        if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() },
    ))
    .confidence(if told.is_some() || nearest.is_some() || elsewhere.is_some() { 0.97 } else { 0.9 })
    .evidence(told.map(|(log, hit)| log.evidence(hit)))
    .evidence(here().find(|s| Some(s.metadata.name.as_str()) == nearest).map(Object::named))
    .seen(ingress.metadata.written_at(), snapshot.taken_at);
    let all_missing = ingress.backends().iter().all(|(_, b)| snapshot.service(namespace, &b.name).is_none());
    if !all_missing {
        finding = finding.severity(Severity::High);
    }
    if let Some(nearest) = nearest {
        finding = finding.remedy(
            format!("Route to `{nearest}`. Controllers follow within seconds."),
            format!("kubectl patch ingress {} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}/name\",\"value\":\"{nearest}\"}}]'", reference.name),
        );
    }
    Some(finding.remedy(format!("Or apply Service `{name}` from where it is kept."), format!("kubectl get services -n {namespace}")))
}
