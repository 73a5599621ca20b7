//! # service-monitor-selects-nothing
//!
//! A ServiceMonitor or PodMonitor leads to no target.
//!
//! ## What it detects
//! ServiceMonitors whose selector matches no Service in the namespaces where they look (the nearest labels are told), or
//! whose endpoint names a port that none of those Services has; PodMonitors likewise; and monitors that no Prometheus reads,
//! because its own selector asks for another label or namespace.
//!
//! ## Why it happens
//! The selector is for the *Service's* labels, and is often written for the pods'. Ports go by the *name* in the Service,
//! not by number. Charts let Prometheus read only monitors with their own `release` label. Nobody reports any of this: the
//! target is simply not there.
//!
//! ## How to confirm
//! `kubectl get servicemonitor NAME -o yaml` beside `kubectl get services --show-labels`; the page */targets* of Prometheus.
//!
//! ## How to fix
//! Correct the selector, the port's name, or the monitor's label. Prometheus follows within a minute.
//!
//! ## When it stays silent
//! When Services (or pods) were not collected completely, for monitors by number (`targetPort`), and where another agent than
//! Prometheus reads monitors.

use std::collections::BTreeSet;

use serde_json::Value;
use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, Snapshot, similarity};

use super::monitors::{GROUP, describe, namespaces, readers, reads, selector};
use super::targets::{Target, differences, nearest, patch, targets};
use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-monitor-selects-nothing",
    title: "A ServiceMonitor or PodMonitor leads to no target",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Missing Metrics",
    needs: &[Need::Objects("services")],
    produces: &[Effect::MetricsMissing],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let monitors = |kind| context.snapshot.custom_of(GROUP, kind);
    let readers = readers(context.snapshot);
    let services = monitors("ServiceMonitor")
        .filter_map(|m| aimless(context.snapshot, m, "endpoints").or_else(|| unread(context.snapshot, &readers, m, "serviceMonitor")));
    let pods = monitors("PodMonitor").filter_map(|m| {
        aimless(context.snapshot, m, "podMetricsEndpoints").or_else(|| unread(context.snapshot, &readers, m, "podMonitor"))
    });
    services.chain(pods).collect()
}

/// A monitor that selects nothing, or names a port that nothing has.
fn aimless(snapshot: &Snapshot, monitor: &Custom, field: &str) -> Option<Finding> {
    let (kind, name, namespace) = (&*monitor.kind, monitor.metadata.name.as_str(), monitor.metadata.namespace.as_str());
    let (all, wanted) = (targets(snapshot, monitor)?, selector(monitor, "/spec/selector")?);
    let selected: Vec<&Target<'_>> = all.iter().filter(|t| wanted.matches(t.labels)).collect();
    let what = if kind == "PodMonitor" { "pod" } else { "Service" };
    let place = namespaces(monitor).map_or_else(|| "any namespace".to_owned(), |n| format!("namespace {}", listed(n)));
    let base = |title: String, summary: String, pointer: &str, quote: &str| {
        Finding::new(monitor.reference(), title, monitor.origin.at(pointer, quote))
            .summary(summary)
            .confidence(0.92)
            .seen(monitor.metadata.written_at(), snapshot.taken_at)
    };
    if selected.is_empty() {
        let (key, value) = wanted.match_labels.first()?;
        let pointer = format!("/spec/selector/matchLabels/{}", pointer_key(key));
        let near = nearest(&wanted, &all);
        let told = near
            .map(|t| format!(" The labels of {what} `{}` come nearest: {}.", t.name, differences(&wanted, t.labels)))
            .unwrap_or_default();
        let summary = format!("No {what} in {place} bears `{}`: Prometheus has no target by this monitor.{told}", describe(&wanted));
        let finding = base(format!("{kind} `{name}` selects no {what}"), summary, &pointer, value);
        let Some((near, pairs)) = near.and_then(|t| Some((t, patch(&wanted, t.labels)?))) else {
            return Some(
                finding.remedy("See which labels there are.", format!("kubectl get {}s -n {namespace} --show-labels", what.to_lowercase())),
            );
        };
        let patch = format!(
            "kubectl patch {} {name} -n {namespace} --type=merge -p '{{\"spec\":{{\"selector\":{{\"matchLabels\":{{{pairs}}}}}}}}}'",
            kind.to_lowercase()
        );
        return Some(finding.remedy(format!("Let it select {what} `{}`. Prometheus follows within a minute.", near.name), patch));
    }
    let endpoints = monitor.get(&format!("/spec/{field}")).and_then(Value::as_array)?;
    let (index, port) = endpoints
        .iter()
        .enumerate()
        .find_map(|(i, e)| Some((i, e.get("port")?.as_str()?)).filter(|(_, p)| !selected.iter().any(|t| t.ports.contains(p))))?;
    let ports: BTreeSet<&str> = selected.iter().flat_map(|t| t.ports.iter().copied()).filter(|p| !p.is_empty()).collect();
    let near = similarity::nearest(port, ports.iter().copied()).or_else(|| ports.first().copied().filter(|_| ports.len() == 1));
    let pointer = format!("/spec/{field}/{index}/port");
    let have = if ports.is_empty() { "Its ports have no names".to_owned() } else { format!("It has {}", listed(ports.iter().copied())) };
    let summary = format!(
        "It selects {what} `{}`, which has no port named `{port}`{} {have}; monitors go by the port's name.",
        selected.first()?.name,
        if near.is_some() { did_you_mean(near) + "." } else { ".".to_owned() }
    );
    let finding = base(format!("{kind} `{name}` names the port `{port}`, which its {what} does not have"), summary, &pointer, port);
    Some(match near {
        Some(near) => finding.remedy(
            format!("Name the port `{near}`. Prometheus follows within a minute."),
            format!("kubectl patch {} {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{near}\"}}]'", kind.to_lowercase()),
        ),
        None => finding.remedy("Give the port a name.", format!("kubectl edit {} {} -n {namespace}", what.to_lowercase(), selected.first()?.name)),
    })
}

/// A monitor that no Prometheus reads.
fn unread(snapshot: &Snapshot, all: &[&Custom], monitor: &Custom, field: &str) -> Option<Finding> {
    let first = all.first()?;
    if all.iter().any(|p| reads(snapshot, p, field, monitor)) {
        return None;
    }
    let (kind, name, namespace) = (&*monitor.kind, monitor.metadata.name.as_str(), monitor.metadata.namespace.as_str());
    let wanted = selector(first, &format!("/spec/{field}Selector"));
    let labels = wanted.as_ref().filter(|w| !w.matches(&monitor.metadata.labels));
    let why = match (&wanted, labels) {
        (None, _) => format!("it has no `{field}Selector`, so it reads none"),
        (_, Some(wanted)) => format!("it reads only those with `{}`", describe(wanted)),
        _ => format!("it does not look into namespace `{namespace}`"),
    };
    let finding =
        Finding::new(monitor.reference(), format!("No Prometheus reads {kind} `{name}`"), monitor.origin.at("/metadata/name", name))
            .summary(format!("Of Prometheus `{}/{}`: {why}.", first.metadata.namespace, first.metadata.name))
            // A namespace that is left out is so mostly on purpose.
            .severity(if wanted.is_some() && labels.is_none() { Severity::Low } else { Severity::Medium })
            .confidence(0.85)
            .evidence([first.origin.at("/metadata/name", first.metadata.name.as_str())])
            .seen(monitor.metadata.written_at(), snapshot.taken_at);
    Some(match labels.and_then(|w| w.match_labels.first()) {
        Some((key, value)) => finding.remedy(
            "Give the monitor the label.",
            format!("kubectl label {} {name} -n {namespace} {key}={value} --overwrite", kind.to_lowercase()),
        ),
        None => finding
            .remedy("Let Prometheus read it.", format!("kubectl edit prometheus {} -n {}", first.metadata.name, first.metadata.namespace)),
    })
}
