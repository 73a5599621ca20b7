//! # service-without-ready-endpoints
//!
//! A Service has nobody behind it that takes traffic.
//!
//! ## What it detects
//! Services that select pods, none of which is ready, and Services that an Ingress routes to although nothing was ever put
//! behind them. Every pod is named with what holds it back. Why it is held back is another rule's business; it explains this
//! one away.
//!
//! ## Why it happens
//! All pods crash, wait, fail their readiness probe or sit on a lost node; the workload is scaled to nothing; or the selector
//! matches nothing.
//!
//! ## How to confirm
//! `kubectl get endpointslices -l kubernetes.io/service-name=NAME`, then `kubectl get pods` with the Service's selector.
//!
//! ## How to fix
//! Mend what holds the pods back. A Service itself needs no repair when its selector is right.
//!
//! ## When it stays silent
//! While at least one pod is ready, for Services that publish pods that are not ready, and in the first half minute of
//! their pods. A Service that selects nothing and that no Ingress needs is told as a hint only: it may be left over.

use std::collections::BTreeSet;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, Service};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use super::backing::{Backing, backings};
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-without-ready-endpoints",
    title: "A Service has nobody behind it that takes traffic",
    level: Level::Symptom,
    severity: Severity::High,
    guide: "Check endpoints",
    needs: &[Need::Objects("services"), Need::AnyOf(&["pods", "endpointslices", "endpoints"])],
    produces: &[Effect::Unreachable],
    explained_by: &[Effect::NoEndpoints],
    check,
};

/// Seconds for which pods may well be starting.
const GRACE: i64 = 30;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = backings(context).iter().filter_map(|b| finding(context, b)).collect();
    findings.extend(context.snapshot.services.iter().filter_map(|s| unfilled(context, s)));
    findings
}

fn finding(context: &Context<'_>, backing: &Backing<'_>) -> Option<Finding> {
    let (service, snapshot) = (backing.service, context.snapshot);
    let starting = !backing.pods.is_empty() && backing.pods.iter().all(|p| snapshot.is_starting(p, GRACE));
    if backing.serves() || !backing.is_known(snapshot) || starting || service.spec.publish_not_ready_addresses {
        return None;
    }
    let selector = selector::describe(&service.spec.selector);
    let (summary, severity) = match (backing.pods.as_slice(), backing.workloads.as_slice()) {
        ([], []) => (
            format!("Its selector `{selector}` matches no pod{}.", if backing.ended { " that still runs" } else { "" }),
            unneeded(context, backing),
        ),
        ([], [first, ..]) => (format!("{} `{}`, whose pods it selects by `{selector}`, has none.", first.kind, first.name), Severity::High),
        (pods, _) => (
            format!("Its selector `{selector}` matches {}, none of them ready: {}.", counted(pods.len(), "pod"), conditions(pods)),
            Severity::High,
        ),
    };
    let (key, value) = service.spec.selector.first()?;
    let name = &service.metadata.name;
    let since = backing.pods.iter().filter_map(|p| unready_since(p)).max();
    Some(
        Finding::new(
            backing.reference.clone(),
            format!("Service `{name}` has no ready endpoint"),
            service.evidence(format!("/spec/selector/{}", pointer_key(key)), value.as_str()),
        )
        .summary(summary)
        .severity(severity)
        .confidence(0.9)
        .evidence(backing.evidence.clone())
        .evidence(backing.pods.iter().take(3).map(|p| p.named()))
        .seen(since, snapshot.taken_at)
        .remedy(
            "See which pods it selects and what holds them back.",
            format!("kubectl get pods{} -l '{selector}'", backing.reference.namespace_flag()),
        ),
    )
}

/// A Service that selects nothing: left over, unless requests come to it, or unless the pod in office is missing.
fn unneeded(context: &Context<'_>, backing: &Backing<'_>) -> Severity {
    let office = backing.service.spec.selector.values().any(|v| matches!(v.as_str(), "primary" | "master" | "leader"));
    let routed = !context.relations.ingresses_of(context.snapshot, &backing.reference).is_empty();
    if office || routed { Severity::High } else { Severity::Low }
}

/// What holds pods back, each state once with its first pod.
fn conditions(pods: &[&Object<Pod>]) -> String {
    let mut seen = BTreeSet::new();
    let states = pods.iter().filter_map(|pod| {
        let waiting = pod.containers().find_map(|v| Some(v.status?.2.state.waiting.as_ref()?.reason.clone()).filter(|r| !r.is_empty()));
        let state = waiting
            .unwrap_or_else(|| if pod.status.phase == "Running" { "running, not ready".to_owned() } else { pod.status.phase.clone() });
        seen.insert(state.clone()).then(|| format!("`{}` ({state})", pod.metadata.name))
    });
    states.take(4).collect::<Vec<_>>().join(", ")
}

fn unready_since(pod: &Object<Pod>) -> Option<tarbox_model::Timestamp> {
    let (_, ready) = tarbox_model::object::condition(&pod.status.conditions, "Ready")?;
    ready.last_transition_time.or(pod.metadata.creation_timestamp)
}

/// A Service without a selector that an Ingress routes to and that nobody has given endpoints.
fn unfilled(context: &Context<'_>, service: &Object<Service>) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, service.reference());
    let complete = snapshot.coverage.is_complete("endpointslices") && snapshot.coverage.is_complete("endpoints");
    let ingress = context.relations.ingresses_of(snapshot, &reference).into_iter().next()?;
    let mine = |slice: &Object<tarbox_model::object::EndpointSlice>| {
        slice.metadata.namespace == reference.namespace && slice.metadata.labels.get("kubernetes.io/service-name") == Some(&reference.name)
    };
    let filled = tarbox_model::Snapshot::find(&snapshot.endpoints, &reference.namespace, &reference.name).is_some()
        || snapshot.endpoint_slices.iter().any(mine);
    if !service.spec.selector.is_empty() || service.spec.r#type == "ExternalName" || !complete || filled {
        return None;
    }
    Some(
        Finding::new(reference.clone(), format!("Service `{}` has no selector and no endpoints", reference.name), service.named())
            .summary(format!("Ingress `{}` routes to it, but it selects no pods and nobody has given it endpoints.", ingress.name))
            .confidence(0.85)
            .seen(service.metadata.creation_timestamp, snapshot.taken_at)
            .remedy(
                "Give it a selector, or endpoints of its own.",
                format!("kubectl edit service {} -n {}", reference.name, reference.namespace),
            ),
    )
}
