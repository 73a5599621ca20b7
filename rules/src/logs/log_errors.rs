//! # log-errors
//!
//! A workload's logs report errors.
//!
//! ## What it detects
//! Error lines of running workloads, grouped by what they have in common, in the four families of the field guide: connection,
//! authentication, resource and application errors; with their number, the first and the last time.
//!
//! ## Why it happens
//! Mostly as the consequence of something that another rule names: a dependency that does not answer, a name that is not
//! resolved, a process that ends. Where no rule does, the lines themselves are the best lead.
//!
//! ## How to confirm
//! `kubectl logs NAME`: the lines around the quoted ones.
//!
//! ## How to fix
//! By what the lines say. When they began with a rollout, go back to the revision before.
//!
//! ## When it stays silent
//! For errors of a start-up that is over, of runs that were replaced, and that ended some minutes ago while the pod is ready;
//! for a few stray lines; and for lines that speak of errors without reporting any (`0 errors`).

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::Family;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::families::{Errors, Group, errors};
use crate::calls::calls;
use crate::ingress::upstreams::failed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "log-errors",
    title: "A workload's logs report errors",
    level: Level::Symptom,
    severity: Severity::Low,
    guide: "Common Log Patterns",
    needs: &[Need::Logs],
    produces: &[],
    explained_by: &[
        Effect::Exits,
        Effect::Restarts,
        Effect::NotStarted,
        Effect::ProbeFails,
        Effect::Slow,
        Effect::NetworkBroken,
        Effect::NameUnresolved,
        Effect::DependencyDown,
        Effect::NoEndpoints,
        Effect::Unreachable,
        Effect::VolumeUnavailable,
        Effect::ControlPlaneDown,
    ],
    check,
};

/// Fewer error lines than this of a workload that is well are stray.
const STRAY: u64 = 3;
/// From so many lines on, and this share of all lines, errors are more than a hint.
const MANY: u64 = 20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut called: BTreeMap<ObjectRef, Vec<ObjectRef>> = BTreeMap::new();
    for call in calls(context) {
        called.entry(call.complaint.client.clone()).or_default().extend(call.target);
    }
    // An ingress controller's failed requests come of the Services behind it.
    for (line, service) in failed(context) {
        called.entry(line.client).or_default().push(service);
    }
    let findings = errors(context).into_iter().filter_map(|(owner, errors)| {
        let finding = finding(&owner, &errors)?;
        Some(called.get(&owner).into_iter().flatten().fold(finding, |f, object| f.depends_on(object.clone())))
    });
    findings.collect()
}

fn finding(owner: &ObjectRef, errors: &Errors) -> Option<Finding> {
    let total: u64 = errors.groups.iter().map(|g| g.count).sum();
    // The system's own components report many an error that they get over by themselves.
    let stray = if Snapshot::is_system_namespace(&owner.namespace) { MANY } else { STRAY };
    if total < stray && !errors.unwell {
        return None;
    }
    let mut by_family: BTreeMap<Family, (u64, &Group)> = BTreeMap::new();
    for group in &errors.groups {
        by_family.entry(group.family).or_insert((0, group)).0 += group.count;
    }
    let mut families: Vec<(Family, (u64, &Group))> = by_family.into_iter().collect();
    families.sort_by_key(|(family, (count, _))| (std::cmp::Reverse(*count), *family));
    let (main, (count, first)) = *families.first()?;
    let told: Vec<String> =
        families.iter().map(|(family, (count, group))| format!("{count} {} (`{}`)", errors_of(*family, *count), shown(group))).collect();
    let grave = errors.unwell || total >= MANY && total * 10 >= errors.lines;
    let mut finding = Finding::new(
        errors.pod.clone().unwrap_or_else(|| owner.clone()),
        format!("`{}` logs {count} {}", owner.name, errors_of(main, count)),
        first.evidence.clone(),
    )
    .workload(errors.workload.clone())
    .summary(format!("Of {} lines: {}.", errors.lines, told.join("; ")))
    .severity(if grave { Severity::Medium } else { Severity::Low })
    .confidence(if errors.unwell { 0.6 } else { 0.5 })
    .evidence(families.iter().skip(1).map(|(_, (_, group))| group.evidence.clone()));
    for group in &errors.groups {
        finding = finding.seen(group.first, group.last);
    }
    let pod = finding.subject.clone();
    Some(finding.remedy("Read the lines around them.", format!("kubectl logs {}{}", pod.name, pod.namespace_flag())))
}

/// A family's errors in words.
fn errors_of(family: Family, count: u64) -> String {
    let name = match family {
        Family::Connection => "connection",
        Family::Authentication => "authentication",
        Family::Resource => "resource",
        Family::Application | Family::Fact => "application",
    };
    format!("{name} error{}", if count == 1 { "" } else { "s" })
}

/// A group's text, short enough for prose.
fn shown(group: &Group) -> String {
    let text: String = group.text.chars().take(100).collect();
    text.replace('`', "'")
}
