//! # service-port-mismatch
//!
//! A Service sends its traffic to a port of the pods on which nobody listens.
//!
//! ## What it detects
//! Target ports of Services against the pods behind them: a name that no container's port bears, and a number that no
//! container declares and on which no log says that it listens. The port that was probably meant is offered. Clients that
//! complain of refused connections make it surer.
//!
//! ## Why it happens
//! The container's port was changed and the Service was not, a slip of the pen, or `port` and `targetPort` were taken for each
//! other. Endpoints exist all the same, so that everything looks well until somebody calls.
//!
//! ## How to confirm
//! `kubectl get endpointslices -l kubernetes.io/service-name=NAME` shows addresses with the wrong port; compare
//! `kubectl describe service NAME` with the ports of its pods. `nc -zv NAME PORT` is refused.
//!
//! ## How to fix
//! Correct `targetPort`. It takes effect at once, and nothing restarts.
//!
//! ## When it stays silent
//! When a log says that somebody listens on the port or a probe passes there, when the pods declare no ports at all, for
//! headless Services, whose clients choose the port themselves, and when only the protocol differs (service-protocol-mismatch).
//! By a number without the pods' logs: when no client complains and no probe passes on the port that was meant.
//! A hint only, while nobody complains: when all that is declared has its Service, and for metrics.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{PortName, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::backing::{Backing, backings};
use super::ports::{Declared, Offer, called, meant, offer, taken};
use crate::addresses::{Callers, callers};
use crate::wording::{did_you_mean, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-port-mismatch",
    title: "A Service sends traffic to a port on which nobody listens",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Service Not Accessible",
    needs: &[Need::Objects("services"), Need::Objects("pods")],
    produces: &[Effect::Unreachable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut suspects = Vec::new();
    for backing in backings(context).into_iter().filter(|b| !b.pods.is_empty() && !b.service.is_headless()) {
        let offer = offer(context, &backing.pods);
        let wrong: Vec<usize> = (0..backing.service.spec.ports.len()).filter(|&i| is_wrong(&backing, &offer, i)).collect();
        suspects.extend(wrong.into_iter().map(|i| (backing.clone(), offer.clone(), i)));
    }
    if suspects.is_empty() {
        return Vec::new();
    }
    let callers = callers(context);
    suspects.iter().filter_map(|(backing, offer, i)| finding(context, backing, offer, *i, &callers)).collect()
}

fn is_wrong(backing: &Backing<'_>, offer: &Offer<'_>, index: usize) -> bool {
    let Some(port) = backing.service.spec.ports.get(index) else { return false };
    if offer.meant(port).next().is_some() {
        return false;
    }
    match Service::target(port) {
        // A name must be declared: nobody can guess its number.
        PortName::Name(name) => name.parse::<i32>().is_err(),
        PortName::Number(number) => {
            let known = !offer.declared.is_empty() || offer.is_heard();
            known && !offer.answers(number)
        }
    }
}

fn finding(context: &Context<'_>, backing: &Backing<'_>, offer: &Offer<'_>, index: usize, callers: &Callers) -> Option<Finding> {
    let (service, port) = (backing.service, backing.service.spec.ports.get(index)?);
    let (wanted, name) = (Service::target(port), &service.metadata.name);
    let calling = callers.of(std::slice::from_ref(&backing.reference));
    let declared = listed(offer.declared.iter().map(|d| d.words()).collect::<Vec<_>>().iter().map(String::as_str));
    let pods = backing.pods.first()?;
    let owner = context.relations.workload_of_pod(context.snapshot, pods).unwrap_or_else(|| pods.reference());
    let meant = meant(offer, service, port, &taken(context, offer, pods, service, port));
    let by_number = matches!(wanted, PortName::Number(_));
    let told = |p: i32| offer.declared.is_empty() || meant.is_some_and(|d| d.port.container_port == p);
    let heard = offer.listening.iter().find(|(p, _)| by_number && told(**p));
    let log = heard.map(|(p, _)| format!(" Their log says that they listen on {p}.")).unwrap_or_default();
    let near = match (&wanted, meant) {
        (PortName::Name(_), Some(d)) if !d.port.name.is_empty() => did_you_mean(Some(&d.port.name)),
        (PortName::Number(_), Some(d)) => did_you_mean(Some(&d.port.container_port.to_string())),
        _ => String::new(),
    };
    // What is not declared may be served all the same, above all when nothing that is declared is without a Service; and metrics
    // that nobody misses are read elsewhere.
    let (certain, metrics) = (heard.is_some() || calling.complaining, name.contains("metrics") || port.name.contains("metrics"));
    // Without a log nothing shows that nobody listens there, unless what the Service was meant for is known to serve.
    if by_number && !certain && !offer.logged && !meant.is_some_and(|d| offer.is_probed(d.port.container_port)) {
        return None;
    }
    let doubtful = !certain && (by_number && (offer.silent || meant.is_none()) || metrics);
    let whole = service.spec.ports.len() == 1;
    let pointer = if port.target_port == PortName::Number(0) { "port" } else { "targetPort" };
    let finding = Finding::new(
        backing.reference.clone(),
        format!("Service `{name}` sends port {} to port `{wanted}` of its pods, which they do not have", called(port)),
        service.evidence(format!("/spec/ports/{index}/{pointer}"), wanted.to_string()),
    )
    .summary(format!(
        "The pods of {} `{}` declare {}{near}.{log} Connections to the Service are refused.",
        owner.kind,
        owner.name,
        if offer.declared.is_empty() { "no port".to_owned() } else { declared }
    ))
    .severity(match (doubtful, whole) {
        (true, _) => Severity::Low,
        (false, true) => Severity::Critical,
        (false, false) if calling.complaining => Severity::High,
        (false, false) => Severity::Medium,
    })
    .confidence(match (doubtful, certain || !by_number) {
        (true, _) => 0.5,
        (false, true) => 0.95,
        (false, false) => 0.88,
    })
    .evidence(offer.declared.iter().take(3).map(Declared::evidence))
    .evidence(heard.map(|(_, e)| e.clone()))
    .evidence(calling.evidence.into_iter().take(if calling.complaining { 2 } else { 0 }))
    .evidence(backing.evidence.clone())
    .seen(service.metadata.written_at(), context.snapshot.taken_at);
    let right = match (&wanted, meant) {
        (PortName::Name(_), Some(d)) if !d.port.name.is_empty() => format!("\"{}\"", d.port.name),
        (_, Some(d)) => d.port.container_port.to_string(),
        (_, None) => heard.map(|(p, _)| p.to_string()).unwrap_or_default(),
    };
    Some(if right.is_empty() {
        finding.remedy(
            "Point the Service to a port that its pods have.",
            format!("kubectl edit service {name} -n {}", service.metadata.namespace),
        )
    } else {
        finding.remedy(
            format!("Point the Service to port {}. It takes effect at once, and nothing restarts.", right.trim_matches('"')),
            format!("kubectl patch {}{} --type=json -p '[{{\"op\":\"replace\",\"path\":\"/spec/ports/{index}/targetPort\",\"value\":{right}}}]'", target(&backing.reference), backing.reference.namespace_flag()),
        )
    })
}
