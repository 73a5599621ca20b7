//! # cpu-saturated
//!
//! A container uses all the CPU that it may, and answers late for it.
//!
//! ## What it detects
//! Containers that were measured at nine tenths of their CPU limit or more, or of which a monitoring system says so, and that
//! are seen to be slow. Where counters of throttling were collected, cpu-throttled speaks.
//!
//! ## Why it happens
//! More requests than the pods can serve, a loop, or a limit that was set for less.
//!
//! ## How to confirm
//! `kubectl top pod NAME --containers`, several times over.
//!
//! ## How to fix
//! Add replicas, raise the limit, or find what burns the CPU (a profile).
//!
//! ## When it stays silent
//! When the container has no limit (then the node is the bound: node-cpu-pressure), when a single sample is high and nobody is
//! slow.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::Throttled;
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, quantity};

use super::cpu::{limit, samples};
use super::slowness::{alerts_on, is_of_throttling, slowness};
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cpu-saturated",
    title: "A container uses all the CPU that it may, and answers late for it",
    level: Level::Cause,
    severity: Severity::High,
    guide: "CPU Throttling",
    needs: &[Need::Objects("pods"), Need::AnyOf(&["metrics", "kubelet"])],
    produces: &[Effect::Slow],
    explained_by: &[],
    check,
};

/// Share of the limit from which on nothing is left.
const FULL: f64 = 0.9;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let counted = Throttled::by_container(&context.snapshot.throttling);
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.is_active()) {
        for view in pod.containers().filter(|v| !v.init) {
            let place = (pod.metadata.namespace.as_str(), pod.metadata.name.as_str(), view.spec.name.as_str());
            if !counted.contains_key(&place) {
                findings.extend(finding(context, pod, workload, &view));
            }
        }
    }
    findings
}

fn finding(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>, view: &ContainerView<'_>) -> Option<Finding> {
    let (name, namespace) = (view.spec.name.as_str(), pod.metadata.namespace.as_str());
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let allowed = limit(view.spec)?;
    let measured = samples(context.snapshot, namespace, &pod.metadata.name, name);
    // Of several samples the least counts: a peak is no state.
    let (used, sample) = measured.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    if *used < allowed * FULL || alerts_on(context, pod, &owner).any(is_of_throttling) {
        return None;
    }
    let seen = slowness(context, pod, workload);
    if seen.is_empty() {
        return None;
    }
    let of = if measured.len() > 1 { format!("{} samples, the least", measured.len()) } else { "one sample".to_owned() };
    let quoted = view.spec.resources.limits.get("cpu").map(|l| pod.evidence(view.spec_pointer("/resources/limits/cpu"), l.as_str()));
    let first: Evidence = sample.origin.at(&sample.pointer, name);
    Some(
        Finding::new(pod.reference(), format!("Container `{name}` of `{}` uses all the CPU that it may", owner.name), first)
            .summary(format!(
                "Container `{name}` used {} of its limit of {} CPU ({of}). Meanwhile {}.",
                quantity::cores(*used),
                quantity::cores(allowed),
                seen.words.join("; ")
            ))
            .workload(workload.cloned())
            .confidence(if measured.len() > 1 { 0.88 } else { 0.8 })
            .evidence(quoted)
            .evidence(seen.evidence.into_iter().take(4))
            .seen(seen.first.or(sample.time), seen.last.or(sample.time))
            .remedy("See whether it stays so.", format!("kubectl top pod {} -n {namespace} --containers", pod.metadata.name))
            .remedy(
                "Spread the work over more pods.",
                format!(
                    "kubectl scale {}{} --replicas={}",
                    target(&owner),
                    owner.namespace_flag(),
                    context.relations.pods_of(context.snapshot, &owner).count() + 1
                ),
            )
            .remedy(
                "Or raise the limit. This starts new pods.",
                format!(
                    "kubectl set resources {}{} -c {name} --limits=cpu={}",
                    target(&owner),
                    owner.namespace_flag(),
                    quantity::cores(allowed * 2.0)
                ),
            ),
    )
}
