//! # gateway-route-rejected
//!
//! A Gateway or a route of the Gateway API is not accepted, or refers to something that is not there.
//!
//! ## What it detects
//! Routes whose status says *Accepted: False* or *ResolvedRefs: False*, Gateways and listeners that are not accepted, not
//! programmed or in conflict, with the controller's own words; and, without any status, routes to a Gateway or a Service
//! that does not exist.
//!
//! ## Why it happens
//! The listener allows only routes of its own namespace, or other hosts; the Service's name is wrong; a Service or Secret of
//! another namespace needs a ReferenceGrant; the certificate's Secret is missing; no controller serves the class.
//!
//! ## How to confirm
//! `kubectl describe httproute NAME`, `kubectl describe gateway NAME`: the conditions.
//!
//! ## How to fix
//! By the reason: correct the name, let the listener allow the namespace, grant the reference.
//!
//! ## When it stays silent
//! For what is accepted, for conditions of an older generation of the object, and while a controller says that it is still
//! at work (*Pending*).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::absent_target::{backend, unsaid};
use super::gateway_api::{Complaint, GROUP, ROUTES, absent_backend, gateway_complaint, listener_hosts, parent, route_complaint};
use super::parts::texts;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "gateway-route-rejected",
    title: "A Gateway or a route of the Gateway API is not accepted",
    level: Level::Cause,
    severity: Severity::High,
    guide: "SSL/TLS termination",
    needs: &[Need::AnyOf(&["httproutes", "gateways", "services"])],
    produces: &[Effect::IngressErrors],
    explained_by: &[Effect::IngressErrors, Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let gateways: Vec<(&Custom, Option<Complaint<'_>>)> =
        context.snapshot.custom_of(GROUP, "Gateway").map(|g| (g, gateway_complaint(g))).collect();
    let mut findings: Vec<Finding> =
        gateways.iter().filter_map(|(gateway, told)| Some(of_gateway(context, gateway, told.as_ref()?))).collect();
    for route in ROUTES.iter().flat_map(|kind| context.snapshot.custom_of(GROUP, kind)) {
        let found = match route_complaint(route) {
            Some(told) => Some(of_route(context, route, &told, &gateways)),
            None => unsaid(context, route),
        };
        findings.extend(found);
    }
    findings
}

fn of_gateway(context: &Context<'_>, gateway: &Custom, told: &Complaint<'_>) -> Finding {
    let (name, namespace) = (gateway.metadata.name.as_str(), gateway.metadata.namespace.as_str());
    let place = told.listener.map(|l| format!("Listener `{l}` of Gateway `{name}`")).unwrap_or_else(|| format!("Gateway `{name}`"));
    let finding = Finding::new(
        gateway.reference(),
        format!("{place} is not in order: {}", told.reason),
        gateway.origin.at(&told.pointer, told.reason),
    )
    .summary(format!("Its controller says {}={}: {}", told.condition, told.status, sentence(told)))
    .confidence(0.95)
    .seen(told.since, context.snapshot.taken_at);
    let finding = match (told.reason, &told.certificate) {
        ("InvalidCertificateRef", Some(secret)) => {
            finding.cause(ObjectRef::new("Secret", if secret.0.is_empty() { namespace } else { secret.0 }, secret.1)).remedy(
                "Bring the certificate's Secret back.",
                format!("kubectl create secret tls {} -n {namespace} --cert=tls.crt --key=tls.key", secret.1),
            )
        }
        _ => finding,
    };
    finding.remedy("See all of its conditions.", format!("kubectl describe gateways.{GROUP} {name} -n {namespace}"))
}

fn of_route(context: &Context<'_>, route: &Custom, told: &Complaint<'_>, gateways: &[(&Custom, Option<Complaint<'_>>)]) -> Finding {
    let (kind, name, namespace) = (&*route.kind, route.metadata.name.as_str(), route.metadata.namespace.as_str());
    let parent = told.parent.clone().unwrap_or_else(|| parent(route, 0));
    let whose = if told.condition == "Accepted" {
        format!("is not accepted by {} `{}`", parent.kind, parent.name)
    } else {
        "refers to what is not there".to_owned()
    };
    let mut finding =
        Finding::new(route.reference(), format!("{kind} `{name}` {whose}: {}", told.reason), route.origin.at(&told.pointer, told.reason))
            .summary(format!(
                "The controller of {} `{}` says {}={}: {} Requests for it are not served.",
                parent.kind,
                parent.name,
                told.condition,
                told.status,
                sentence(told)
            ))
            .confidence(0.96)
            .seen(told.since, context.snapshot.taken_at);
    // What ails the Gateway itself is told of the Gateway.
    let sick = gateways.iter().any(|(g, told)| g.reference() == parent && told.is_some());
    finding = match told.reason {
        _ if sick => finding.depends_on(parent.clone()),
        "BackendNotFound" => match absent_backend(context, route) {
            Some((pointer, service)) => backend(context, finding, route, &pointer, service),
            None => finding,
        },
        "NoMatchingListenerHostname" => match gateways.iter().find(|(g, _)| g.reference() == parent) {
            Some((gateway, _)) => {
                let hosts = format!("It is for {}; the listeners of Gateway `{}` take {}.", listed(texts(route, "/spec/hostnames")), parent.name, listed(listener_hosts(gateway)));
                let summary = format!("{} {hosts}", finding.summary);
                finding.summary(summary).remedy("Let a listener take the host, or correct it in the route.", format!("kubectl edit gateways.{GROUP} {} -n {}", parent.name, parent.namespace))
            }
            None => finding,
        },
        "RefNotPermitted" => finding.remedy("Let the other namespace grant the reference: a ReferenceGrant there.", "kubectl get referencegrants -A"),
        "NotAllowedByListeners" => finding.cause(parent.clone()).remedy(
            format!("Let the listener allow routes of namespace `{namespace}`."),
            format!("kubectl patch gateways.{GROUP} {} -n {} --type=json -p '[{{\"op\":\"add\",\"path\":\"/spec/listeners/0/allowedRoutes\",\"value\":{{\"namespaces\":{{\"from\":\"All\"}}}}}}]'", parent.name, parent.namespace),
        ),
        _ => finding,
    };
    finding.remedy("See all of its conditions.", format!("kubectl describe {}.{GROUP} {name} -n {namespace}", kind.to_lowercase()))
}

/// The controller's words as a sentence.
fn sentence(told: &Complaint<'_>) -> String {
    let words = if told.message.is_empty() { told.reason } else { told.message };
    format!("{}.", words.trim_end_matches('.'))
}
