//! # load-balancer-pending
//!
//! A Service of type LoadBalancer has no address.
//!
//! ## What it detects
//! Services of type `LoadBalancer` that wait for an address: with the words of whoever should give it one (a cloud's
//! controller, MetalLB), or with the fact that nothing in the cluster gives addresses.
//!
//! ## Why it happens
//! There is no such controller (a cluster of one's own machines, kind), it is down, its pool of addresses is used up, the
//! cloud refuses (rights, quota, subnets), or an annotation asks for something that it does not have.
//!
//! ## How to confirm
//! `kubectl get service NAME` shows `<pending>`; `kubectl describe service NAME` under *Events*.
//!
//! ## How to fix
//! Mend what the controller names, install one (MetalLB), or use a NodePort.
//!
//! ## When it stays silent
//! In the first two minutes where something gives addresses and has not refused (half a minute where nothing does), and for
//! Services with addresses of their own (`externalIPs`). One that has waited for more than a
//! day where no Service ever got an address is told as a hint: the cluster has no load balancers.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::address_providers::providers;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-balancer-pending",
    title: "A Service of type LoadBalancer has no address",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Load Balancer Issues",
    needs: &[Need::Objects("services")],
    produces: &[Effect::NoAddress],
    explained_by: &[Effect::NotReady],
    check,
};

/// Seconds that a provider may take.
const PATIENCE: i64 = 120;
/// Seconds after which somebody would have been seen to take the Service up.
const GRACE: i64 = 30;
/// Seconds after which a Service that waits in a cluster without any provider is nobody's incident.
const ACCUSTOMED: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let balanced = |s: &&Object<Service>| s.spec.r#type == "LoadBalancer" && s.metadata.deletion_timestamp.is_none();
    let all: Vec<_> = context.snapshot.services.iter().filter(balanced).collect();
    let pending = |s: &&Object<Service>| !has_address(s) && s.spec.external_ips.is_empty();
    let example = all.iter().copied().find(|s| has_address(s));
    let providers = providers(context);
    all.iter().copied().filter(pending).filter_map(|s| finding(context, s, example, &providers)).collect()
}

fn has_address(service: &Service) -> bool {
    service.status.load_balancer.ingress.iter().any(|a| !a.ip.is_empty() || !a.hostname.is_empty())
}

fn finding(
    context: &Context<'_>,
    service: &Object<Service>,
    example: Option<&Object<Service>>,
    providers: &[&Object<Pod>],
) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, service.reference());
    let age = snapshot.age_seconds(service.metadata.creation_timestamp);
    let told = context.relations.events_about(snapshot, &reference).rev().find(|e| {
        e.r#type == "Warning"
            || matches!(e.reason.as_str(), "SyncLoadBalancerFailed" | "AllocationFailed" | "FailedBuildModel" | "FailedDeployModel")
    });
    let condition = service
        .status
        .conditions
        .iter()
        .enumerate()
        .find(|(_, c)| c.status != "True" && !c.message.is_empty() || c.reason.contains("NotSupported"));
    let taken = !providers.is_empty() || example.is_some() || context.relations.events_about(snapshot, &reference).next().is_some();
    let patience = if told.is_some() {
        0
    } else if taken {
        PATIENCE
    } else {
        GRACE
    };
    if age.is_some_and(|age| age < patience) {
        return None;
    }
    let down: Vec<&Object<Pod>> = providers.iter().copied().filter(|p| !p.is_ready()).collect();
    let (why, confidence, severity) = match (told, condition) {
        (Some(event), _) => (format!("Its newest event says: {}.", event.message.trim_end_matches('.')), 0.95, Severity::High),
        (None, Some((_, c))) => {
            (format!("Its condition `{}` says: {} {}.", c.r#type, c.reason, c.message.trim_end_matches('.')), 0.93, Severity::High)
        }
        (None, None) if !down.is_empty() => {
            let names: Vec<&str> = down.iter().map(|p| p.metadata.name.as_str()).collect();
            (format!("What should give it one is not ready: {}.", crate::wording::listed(names)), 0.9, Severity::High)
        }
        (None, None) if !providers.is_empty() || example.is_some() => {
            let other = example.map(|s| format!(" Service `{}` has one.", s.metadata.name)).unwrap_or_default();
            (format!("Nobody says why.{other}"), 0.8, Severity::High)
        }
        // A cloud's controller may run outside; then at least one event tells of it.
        _ => {
            let severity = if age.is_some_and(|age| age > ACCUSTOMED) { Severity::Low } else { Severity::Medium };
            ("Nothing in the cluster gives addresses to such Services: no controller of a cloud, no MetalLB is to be seen, and no event about it.".to_owned(), 0.8, severity)
        }
    };
    let minutes =
        age.map(|age| if age < 7200 { format!(" for {} min", age / 60) } else { format!(" for {} h", age / 3600) }).unwrap_or_default();
    let port = service.spec.ports.iter().map(|p| p.node_port).find(|p| *p != 0);
    let mut finding = Finding::new(
        reference.clone(),
        format!("Service `{}` waits for a load balancer", reference.name),
        service.evidence("/spec/type", "LoadBalancer"),
    )
    .summary(format!("It has had no address{minutes}. {why}"))
    .severity(severity)
    .confidence(confidence)
    .evidence(told.map(|e| e.evidence("/message", e.message.as_str())))
    .evidence(condition.map(|(i, c)| service.evidence(format!("/status/conditions/{i}/reason"), c.reason.as_str())))
    .evidence(down.iter().take(3).map(|p| p.named()))
    .seen(service.metadata.creation_timestamp, snapshot.taken_at);
    for pod in &down {
        finding = finding.depends_on(context.relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| pod.reference()));
    }
    finding = match providers.first() {
        Some(pod) => finding.remedy(
            "Read the log of what gives addresses.",
            format!("kubectl logs {} -n {} --all-containers --tail=50", pod.metadata.name, pod.metadata.namespace),
        ),
        None => finding.remedy("Read its events.", format!("kubectl describe service {} -n {}", reference.name, reference.namespace)),
    };
    Some(match port {
        Some(port) => finding.remedy(format!("Until then it answers on port {port} of every node."), "kubectl get nodes -o wide"),
        None => finding.remedy(
            "Or do without: serve it on a port of every node.",
            format!("kubectl patch service {} -n {} -p '{{\"spec\":{{\"type\":\"NodePort\"}}}}'", reference.name, reference.namespace),
        ),
    })
}
