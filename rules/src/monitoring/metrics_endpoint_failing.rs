//! # metrics-endpoint-failing
//!
//! An endpoint of metrics does not give any.
//!
//! ## What it detects
//! Endpoints that a ServiceMonitor or an annotation names and that answered the collector with an error, with nothing behind
//! them, or with a web page instead of metrics; annotations that name another port than the container's port for metrics;
//! alerts of a monitoring system that a target is down.
//!
//! ## Why it happens
//! The path or the port is another one; the exporter does not run; the endpoint speaks HTTPS and is asked by HTTP.
//!
//! ## How to confirm
//! `kubectl port-forward service/NAME PORT`, then `curl localhost:PORT/metrics`; the page */targets* of Prometheus.
//!
//! ## How to fix
//! Let the monitor or the annotation name the path and the port at which the metrics are.
//!
//! ## When it stays silent
//! For endpoints that want a login (401, 403: Prometheus may have one), and for paths that nobody has declared.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::HttpAnswer;
use tarbox_model::object::Object;
use tarbox_model::relations::workloads;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::answer::wrong;
use crate::commands;

/// The rule.
pub static RULE: Rule = Rule {
    id: "metrics-endpoint-failing",
    title: "An endpoint of metrics does not give any",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Missing Metrics",
    needs: &[Need::AnyOf(&["http", "deployments", "statefulsets", "daemonsets", "alerts"])],
    produces: &[Effect::MetricsMissing],
    explained_by: &[Effect::NotReady, Effect::NoEndpoints, Effect::Unreachable, Effect::NodeDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let declared = |a: &&HttpAnswer| a.why.iter().any(|w| w.starts_with("ServiceMonitor/") || w.starts_with("prometheus.io annotations"));
    let mut findings: Vec<Finding> = context.snapshot.http.iter().filter(declared).filter_map(|answer| answered(context, answer)).collect();
    findings.extend(misannotated(context));
    findings.extend(alerted(context));
    findings
}

fn answered(context: &Context<'_>, answer: &HttpAnswer) -> Option<Finding> {
    let wrong = wrong(answer)?;
    let (namespace, rest) = answer.target.split_once('/')?;
    let (name, rest) = rest.split_once(':')?;
    let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let service = ObjectRef::new("Service", namespace, name);
    let by = answer.why.iter().find(|w| w.starts_with("ServiceMonitor/") || w.starts_with("prometheus.io"))?;
    let owner =
        context.relations.pods_behind(context.snapshot, &service).find_map(|p| context.relations.workload_of_pod(context.snapshot, p));
    let monitor = by
        .strip_prefix("ServiceMonitor/")
        .and_then(|m| context.snapshot.custom_of(super::monitors::GROUP, "ServiceMonitor").find(|o| o.metadata.name == m));
    let change = match (&monitor, &owner) {
        (Some(monitor), _) => format!("kubectl edit servicemonitor {} -n {}", monitor.metadata.name, monitor.metadata.namespace),
        (None, Some(owner)) => commands::edit(owner),
        (None, None) => format!("kubectl edit service {name} -n {namespace}"),
    };
    Some(
        Finding::new(
            service.clone(),
            format!("`{path}` at port {port} of Service `{name}` gives no metrics"),
            answer.origin.at("/status", answer.status.to_string()),
        )
        .summary(format!("{by} names it, and {wrong}."))
        .workload(owner)
        .confidence(0.9)
        .evidence(monitor.map(|m| m.origin.at("/metadata/name", m.metadata.name.as_str())))
        .depends_on(service)
        .remedy("See what is there.", format!("kubectl get --raw /api/v1/namespaces/{namespace}/services/{name}:{port}/proxy{path} | head"))
        .remedy("Let the monitor or the annotation name the port and the path at which the metrics are.", change),
    )
}

/// Annotations that name another port than the one that is called the metrics' own.
fn misannotated(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for workload in workloads(context.snapshot).into_iter().filter(|w| !Snapshot::is_system_namespace(&w.reference.namespace)) {
        let annotation = |name: &str| workload.template.metadata.annotations.get(&format!("prometheus.io/{name}")).map(String::as_str);
        let (Some("true"), Some(port)) = (annotation("scrape"), annotation("port")) else { continue };
        let ports: Vec<_> = workload.template.spec.containers.iter().flat_map(|c| &c.ports).collect();
        let own = ports.iter().find(|p| p.name.contains("metrics") || p.name.contains("prom"));
        let Some(own) = own.filter(|_| !ports.iter().any(|p| p.container_port.to_string() == port)) else { continue };
        let (owner, pointer) = (&workload.reference, format!("/spec/template/metadata/annotations/{}", pointer_key("prometheus.io/port")));
        let patch = format!("[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{}\"}}]", own.container_port);
        findings.push(
            Finding::new(
                owner.clone(),
                format!("`{}` is scraped at port {port}, its metrics are at {}", owner.name, own.container_port),
                workload.origin.at(&pointer, port),
            )
            .summary(format!(
                "The annotation `prometheus.io/port` names port {port}, which no container declares; the port `{}` is {}.",
                own.name, own.container_port
            ))
            .workload(Some(owner.clone()))
            .confidence(0.8)
            .remedy(
                "Correct the annotation. This replaces the pods.",
                format!("kubectl patch {} {} -n {} --type=json -p '{patch}'", owner.kind.to_lowercase(), owner.name, owner.namespace),
            ),
        );
    }
    findings
}

/// Alerts that a target is down.
fn alerted(context: &Context<'_>) -> Vec<Finding> {
    let down = context
        .snapshot
        .alerts
        .iter()
        .filter(|a| a.name.ends_with("TargetDown") || a.name == "TargetMissing" || a.name == "PrometheusTargetMissing");
    let told = down.map(|alert| {
        let owner =
            context.snapshot.pod(&alert.object.namespace, &alert.object.name).map(Object::reference).filter(|_| alert.object.kind == "Pod");
        Finding::new(alert.object.clone(), format!("Prometheus does not reach a target of `{}`", alert.object.name), alert.evidence())
            .summary(format!("The alert `{}` says: {}", alert.name, alert.text))
            .workload(owner)
            .confidence(0.6)
            .depends_on(alert.object.clone())
            .seen(alert.since, context.snapshot.taken_at)
            .remedy("See which target, and why.", "kubectl port-forward -n monitoring service/prometheus-operated 9090")
    });
    told.collect()
}
