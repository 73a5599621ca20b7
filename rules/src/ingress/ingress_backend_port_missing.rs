//! # ingress-backend-port-missing
//!
//! An Ingress routes to a port that its Service does not have.
//!
//! ## What it detects
//! Backends of Ingresses whose Service exists but offers no port of that number or name. What the Service offers is told, and
//! whether the number is that of the pods (`targetPort`), which an Ingress does not use.
//!
//! ## Why it happens
//! The port's name or number was changed in the Service, or the container's port was written into the Ingress. Controllers
//! take such an Ingress and answer with 503.
//!
//! ## How to confirm
//! `kubectl get service NAME -o jsonpath='{.spec.ports}'` against `kubectl get ingress NAME -o yaml`.
//!
//! ## How to fix
//! Write a port of the Service into the Ingress. Controllers follow within seconds.
//!
//! ## When it stays silent
//! When the Service is not there (ingress-backend-service-missing), is an alias of a name outside (`ExternalName`), shows no
//! ports, or when the controller makes the backend up from an annotation.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{BackendPort, Ingress, Object, PortName, Service, ServiceBackend, ServicePort};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::route::{is_made_up, redirects, route};
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-backend-port-missing",
    title: "An Ingress routes to a port that its Service does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Ingress Issues",
    needs: &[Need::Objects("ingresses"), Need::Objects("services")],
    produces: &[Effect::IngressErrors],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.snapshot.ingresses.iter().filter(|i| !redirects(i)) {
        for (pointer, backend) in ingress.backends() {
            let service = context.snapshot.service(&ingress.metadata.namespace, &backend.name);
            let service = service.filter(|s| lacks(s, &backend.port) && !is_made_up(ingress, backend));
            findings.extend(service.map(|s| finding(context, ingress, &pointer, backend, s)));
        }
    }
    findings
}

/// Whether a Service that shows its ports has none like this.
fn lacks(service: &Service, port: &BackendPort) -> bool {
    let ports = &service.spec.ports;
    let named = port.number != 0 || !port.name.is_empty();
    named && service.spec.r#type != "ExternalName" && !ports.is_empty() && !ports.iter().any(|p| matches(p, port))
}

fn matches(offered: &ServicePort, wanted: &BackendPort) -> bool {
    if wanted.name.is_empty() { offered.port == wanted.number } else { offered.name == wanted.name }
}

fn finding(
    context: &Context<'_>,
    ingress: &Object<Ingress>,
    pointer: &str,
    backend: &ServiceBackend,
    service: &Object<Service>,
) -> Finding {
    let (ports, wanted, name) = (&service.spec.ports, &backend.port, backend.name.as_str());
    let (asked, field) = if wanted.name.is_empty() { (wanted.number.to_string(), "number") } else { (wanted.name.clone(), "name") };
    let of_pods = ports.iter().find(|p| match &p.target_port {
        PortName::Number(n) => *n == wanted.number && *n != 0,
        PortName::Name(n) => !n.is_empty() && *n == wanted.name,
    });
    let near = similarity::nearest(&wanted.name, ports.iter().map(|p| p.name.as_str()).filter(|n| !n.is_empty()));
    let only = ports.first().filter(|_| ports.len() == 1);
    let meant = of_pods.or(only).or_else(|| ports.iter().find(|p| Some(p.name.as_str()) == near));
    let offers: Vec<String> = ports.iter().map(offered).collect();
    let reference = ingress.reference();
    let all_wrong =
        ingress.backends().iter().all(|(_, b)| context.snapshot.service(&reference.namespace, &b.name).is_none_or(|s| lacks(s, &b.port)));
    let mut finding = Finding::new(
        reference.clone(),
        format!("Ingress `{}` routes to port `{asked}` of Service `{name}`, which has no such port", reference.name),
        ingress.evidence(format!("{pointer}/port/{field}"), asked.as_str()),
    )
    .summary(format!(
        "{} to port `{asked}` of Service `{}/{name}`, which offers {}{}{} Requests end with 503.",
        route(ingress, pointer),
        reference.namespace,
        offers.join(", "),
        if near.is_some() { did_you_mean(near) } else { ".".to_owned() },
        if of_pods.is_some() { format!(" `{asked}` is the port of its pods; an Ingress names the Service's.") } else { String::new() },
    ))
    .severity(if all_wrong { Severity::Critical } else { Severity::High })
    .confidence(0.97)
    .evidence([match ports.first() {
        Some(port) => service.evidence("/spec/ports/0/port", port.port.to_string()),
        None => service.named(),
    }])
    .seen(ingress.metadata.written_at(), context.snapshot.taken_at);
    if let Some(meant) = meant {
        let value =
            if meant.name.is_empty() { format!("{{\"number\":{}}}", meant.port) } else { format!("{{\"name\":\"{}\"}}", meant.name) };
        finding = finding.remedy(
            format!("Route to port {} of the Service. Controllers follow within seconds.", offered(meant)),
            format!(
                "kubectl patch ingress {} -n {} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}/port\",\"value\":{value}}}]'",
                reference.name, reference.namespace
            ),
        );
    }
    finding.remedy("Or give the Service such a port.", format!("kubectl edit service {name} -n {}", reference.namespace))
}

/// "`80` (`http`)".
fn offered(port: &ServicePort) -> String {
    if port.name.is_empty() { format!("`{}`", port.port) } else { format!("`{}` (`{}`)", port.port, port.name) }
}
