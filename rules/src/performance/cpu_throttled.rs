//! # cpu-throttled
//!
//! A container is held back by its CPU limit, and answers late for it.
//!
//! ## What it detects
//! Containers that are throttled in more than a quarter of their periods (between two samples of cadvisor, or over their
//! life), that a monitoring system says to be throttled, or whose limit is so low that every answer takes several periods;
//! and that are seen to be slow: by probes without an answer in time, by hanging workers, by late answers, by a
//! start that takes for ever.
//!
//! ## Why it happens
//! The limit is enforced in periods of 100 ms: with a limit of 50m a process may run for 5 ms, then it stands still for 95.
//! Start-up, garbage collection and several threads use up a period's share at once, whatever the average is.
//!
//! ## How to confirm
//! `container_cpu_cfs_throttled_periods_total` over `container_cpu_cfs_periods_total`, or `nr_throttled` in the container's
//! `cpu.stat`.
//!
//! ## How to fix
//! Raise the CPU limit, or remove it and keep the request; add replicas; tell the runtime how many threads are worth while.
//!
//! ## When it stays silent
//! When nobody is slow: throttling alone is common and harmless. When it was throttled once and is not any more.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::{Place, Throttled};
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, quantity};

use super::cpu::limit;
use super::slowness::{alerts_on, is_of_throttling, late_start, slowness};
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cpu-throttled",
    title: "A container is held back by its CPU limit, and answers late for it",
    level: Level::Cause,
    severity: Severity::High,
    guide: "CPU Throttling",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Slow],
    explained_by: &[],
    check,
};

/// Share of periods from which on throttling is felt.
const SHARE: f64 = 0.25;
/// Share of periods from which on a process hardly gets through its start.
const HALF: f64 = 0.5;
/// Cores below which a process stands still more than it runs, whatever it does.
const TINY: f64 = 0.05;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let shares = Throttled::by_container(&context.snapshot.throttling);
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.is_active()) {
        for view in pod.containers().filter(|v| !v.init) {
            findings.extend(finding(context, &shares, pod, workload, &view));
        }
    }
    findings
}

fn finding(
    context: &Context<'_>,
    shares: &BTreeMap<Place<'_>, Throttled>,
    pod: &Object<Pod>,
    workload: Option<&ObjectRef>,
    view: &ContainerView<'_>,
) -> Option<Finding> {
    let (name, namespace) = (view.spec.name.as_str(), pod.metadata.namespace.as_str());
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let allowed = limit(view.spec);
    let share = shares.get(&(namespace, pod.metadata.name.as_str(), name));
    let mut confidence;
    let (how, evidence): (String, Option<Evidence>) = if let Some(share) = share {
        if share.share < SHARE {
            return None;
        }
        confidence = if share.now { 0.92 } else { 0.8 };
        let when = if share.now { "between two samples" } else { "since it began" };
        (format!("It was held back in {:.0} % of {:.0} periods {when}.", share.share * 100.0, share.periods), Some(share.evidence.clone()))
    } else if let Some(alert) = allowed.and_then(|_| alerts_on(context, pod, &owner).find(|a| is_of_throttling(a))) {
        confidence = 0.85;
        (format!("An alert says: {}.", alert.text.trim_end_matches('.')), Some(alert.evidence()))
    } else if let Some(cores) = allowed.filter(|l| *l <= TINY) {
        confidence = 0.7;
        (format!("With this limit it may run for {:.0} ms of every 100.", cores * 100.0), None)
    } else {
        return None;
    };
    let mut seen = slowness(context, pod, workload);
    if seen.is_empty() && (allowed.is_some_and(|l| l <= TINY) || share.is_some_and(|s| s.share >= HALF)) {
        seen = late_start(context, pod, view);
    }
    if seen.is_empty() {
        return None;
    }
    // Sidecars of a pod share its slowness; who has the lower limit is the likelier one, but the counters have spoken.
    if pod.spec.containers.len() > 1 && share.is_none() {
        confidence -= 0.05;
    }
    let quoted = view.spec.resources.limits.get("cpu").map(|l| pod.evidence(view.spec_pointer("/resources/limits/cpu"), l.as_str()));
    let raised = allowed.map_or_else(|| "1".to_owned(), |l| quantity::cores((l * 4.0).max(0.25)));
    let limit_words = allowed.map_or_else(|| "a limit".to_owned(), |l| format!("a limit of {} CPU", quantity::cores(l)));
    let mut all = evidence.into_iter().chain(quoted).chain(seen.evidence);
    Some(
        Finding::new(pod.reference(), format!("Container `{name}` of `{}` is held back by its CPU limit", owner.name), all.next()?)
            .summary(format!("Container `{name}` has {limit_words}. {how} Meanwhile {}.", seen.words.join("; ")))
            .workload(workload.cloned())
            .confidence(confidence)
            .evidence(all.take(5))
            .seen(pod.status.start_time.or(seen.first), seen.last.or(context.snapshot.taken_at))
            .remedy("See what it uses.", format!("kubectl top pod {} -n {namespace} --containers", pod.metadata.name))
            .remedy(
                "Raise the limit. This starts new pods.",
                format!("kubectl set resources {}{} -c {name} --limits=cpu={raised}", target(&owner), owner.namespace_flag()),
            ),
    )
}
