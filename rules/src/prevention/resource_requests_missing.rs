//! # resource-requests-missing
//!
//! Containers reserve no CPU or no memory.
//!
//! ## What it detects
//! Templates with containers that have neither a request nor a limit for CPU, or for memory. The scheduler takes them for
//! nothing, so nodes fill up unseen; such pods are the first to be evicted, and autoscalers cannot reckon with them.
//!
//! ## Why it happens
//! Requests are optional, and on an empty cluster nobody misses them.
//!
//! ## How to confirm
//! `kubectl describe pod` shows no *Requests*, and *QoS Class: BestEffort* when nothing at all is given.
//!
//! ## How to fix
//! Request what the container uses on an ordinary day (`kubectl top pods --containers`).
//!
//! ## When it stays silent
//! Where a LimitRange of the namespace gives a default, where the pod as a whole has requests, and in the system's own
//! namespaces.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Container, Resources};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use super::templates::{Template, is_given, templates};
use crate::commands;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "resource-requests-missing",
    title: "Containers reserve no CPU or no memory",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "pods"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    templates(context).iter().filter_map(|template| finding(context, template)).collect()
}

/// A limit without a request is a request of the same size.
fn has(resources: &Resources, resource: &str) -> bool {
    resources.requests.contains_key(resource) || resources.limits.contains_key(resource)
}

fn finding(context: &Context<'_>, template: &Template<'_>) -> Option<Finding> {
    let owner = &template.owner;
    let lacks = |resource: &str| !has(&template.spec.resources, resource) && !is_given(context.snapshot, &owner.namespace, resource, false);
    let asked: Vec<&str> = ["cpu", "memory"].into_iter().filter(|r| lacks(r)).collect();
    let missing = |c: &Container| asked.iter().copied().filter(|r| !has(&c.resources, r)).collect::<Vec<_>>();
    let bare: Vec<_> = template.containers().map(|(p, c)| (p, c, missing(c))).filter(|(_, _, m)| !m.is_empty()).collect();
    let (pointer, first, _) = bare.first()?;
    let mut by_resources: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (_, container, missing) in &bare {
        by_resources.entry(missing.join(" and ")).or_default().push(&container.name);
    }
    let told: Vec<String> =
        by_resources.iter().map(|(what, names)| format!("{} has no request for {what}", listed(names.iter().copied()))).collect();
    let used = |resource: &str| usage(context, template, &first.name, resource);
    let (cpu, memory) = (used("cpu").unwrap_or(0.1), used("memory").unwrap_or(134_217_728.0));
    let requests = format!("--requests=cpu={}m,memory={}Mi", (cpu * 1000.0).ceil().max(10.0), (memory / 1_048_576.0).ceil().max(16.0));
    Some(
        Finding::new(
            owner.clone(),
            format!("`{}` reserves no {}", owner.name, nothing(&by_resources)),
            template.evidence(&format!("{pointer}/name"), &first.name),
        )
        .summary(format!(
            "{}: the scheduler takes it for nothing, and it is among the first to go when a node runs short.",
            told.join("; ")
        ))
        .workload(Some(owner.clone()))
        .confidence(0.9)
        .remedy(
            "Request what it uses on an ordinary day; see `kubectl top pods --containers`. This replaces its pods.",
            commands::set(owner, "resources", &format!("-c {} {requests}", first.name)),
        ),
    )
}

/// What is missing, over all containers.
fn nothing(by_resources: &BTreeMap<String, Vec<&str>>) -> &'static str {
    let any = |resource: &str| by_resources.keys().any(|k| k.contains(resource));
    match (any("cpu"), any("memory")) {
        (true, true) => "CPU and no memory",
        (true, false) => "CPU",
        _ => "memory",
    }
}

/// The most that a container of the workload was seen to use.
fn usage(context: &Context<'_>, template: &Template<'_>, container: &str, resource: &str) -> Option<f64> {
    let (snapshot, relations) = (context.snapshot, context.relations);
    let pods = relations.pods_of(snapshot, &template.owner).map(|p| p.metadata.name.as_str());
    let alone = (template.owner.kind == "Pod").then_some(template.owner.name.as_str());
    let namespace = template.owner.namespace.as_str();
    let mine = pods.chain(alone).flat_map(|pod| snapshot.usage_of(namespace, pod, container));
    let values = mine.filter_map(|u| if resource == "cpu" { u.cpu } else { u.memory });
    values.max_by(f64::total_cmp)
}
