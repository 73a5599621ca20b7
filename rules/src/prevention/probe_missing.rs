//! # probe-missing
//!
//! A container that serves requests has no readiness probe.
//!
//! ## What it detects
//! Workloads behind a Service whose serving container has no readiness probe: its pods count as ready as soon as their
//! process runs, take requests while they start, and keep taking them when they hang. Whether there is a liveness probe is
//! said as well.
//!
//! ## Why it happens
//! Probes are optional, and without them everything looks ready.
//!
//! ## How to confirm
//! `kubectl describe pod` shows neither *Readiness* nor *Liveness* under the container.
//!
//! ## How to fix
//! Give the container a readiness probe for the port that the Service leads to, by the path of its health endpoint where
//! it has one.
//!
//! ## When it stays silent
//! For workloads that no Service leads to, for containers beside the one that serves, for pods with readiness gates of
//! their own, and in the system's own namespaces.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Container, Object, PortName, Service};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::templates::{Template, templates};
use crate::commands;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-missing",
    title: "A container that serves requests has no readiness probe",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::Objects("services"), Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "pods"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut of_pods: BTreeMap<ObjectRef, Vec<&Object<Service>>> = BTreeMap::new();
    for service in &snapshot.services {
        for pod in context.relations.pods_behind(snapshot, &service.reference()).filter(|p| p.metadata.owner_references.is_empty()) {
            of_pods.entry(pod.reference()).or_default().push(service);
        }
    }
    let services = |template: &Template<'_>| match template.owner.kind.as_str() {
        "Pod" => of_pods.get(&template.owner).cloned().unwrap_or_default(),
        _ => context.relations.services_of(snapshot, &template.owner).collect(),
    };
    templates(context).iter().filter_map(|template| finding(template, &services(template))).collect()
}

fn finding(template: &Template<'_>, services: &[&Object<Service>]) -> Option<Finding> {
    let service = services.first()?;
    if !template.spec.readiness_gates.is_empty() {
        return None;
    }
    let bare: Vec<_> = template.containers().filter(|(_, c)| c.readiness_probe.is_none() && serves(c, services, template)).collect();
    let (pointer, container) = bare.first()?;
    let owner = &template.owner;
    let alive = if container.liveness_probe.is_some() || container.startup_probe.is_some() { "" } else { ", and no liveness probe either" };
    let port = service.spec.ports.iter().map(Service::target).find(|p| !matches!(p, PortName::Number(0)))?;
    let port = match &port {
        PortName::Number(number) => number.to_string(),
        PortName::Name(name) => format!("\"{name}\""),
    };
    let probe = format!(
        "{{\"containers\":[{{\"name\":\"{}\",\"readinessProbe\":{{\"tcpSocket\":{{\"port\":{port}}},\"periodSeconds\":10}}}}]}}",
        container.name
    );
    Some(
        Finding::new(owner.clone(), format!("`{}` serves without a readiness probe", owner.name), template.evidence(&format!("{pointer}/name"), &container.name))
            .summary(format!(
                "Service `{}` leads to {} of `{}`, which has no readiness probe{alive}: a pod takes requests from the moment its process runs, ready or not.",
                service.metadata.name,
                listed(bare.iter().map(|(_, c)| c.name.as_str())),
                owner.name,
            ))
            .workload(Some(owner.clone()))
            .confidence(0.9)
            .remedy("Give it a readiness probe; better than an open port is the path of its health endpoint (`httpGet`). This replaces its pods.", commands::merge_template(owner, &probe)),
    )
}

/// Whether a container is the one that a Service leads to. Where no container declares the port, it is the only one, or
/// nobody can tell.
fn serves(container: &Container, services: &[&Object<Service>], template: &Template<'_>) -> bool {
    let targets = || services.iter().flat_map(|s| s.spec.ports.iter().map(Service::target));
    let takes = |c: &Container| {
        targets().any(|target| {
            c.ports.iter().any(|p| match &target {
                PortName::Number(number) => *number == p.container_port,
                PortName::Name(name) => *name == p.name,
            })
        })
    };
    takes(container) || template.spec.containers.len() == 1 && targets().next().is_some()
}
