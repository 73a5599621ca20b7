//! # pod-security-violation
//!
//! The security standard of a namespace forbids a workload's pods.
//!
//! ## What it detects
//! Pods that are not created because they violate the pod security standard that the namespace enforces (or, on other
//! clusters, a PodSecurityPolicy or a SecurityContextConstraint), with every setting that is complained about.
//!
//! ## Why it happens
//! The namespace enforces `restricted` or `baseline`, and the template does not state what that asks for, or asks for more
//! rights than it allows.
//!
//! ## How to confirm
//! `kubectl get namespace NAME --show-labels`: `pod-security.kubernetes.io/enforce`.
//!
//! ## How to fix
//! State the settings in the template; most programs run with them. Only a workload that needs more rights belongs into a
//! namespace with a weaker standard.
//!
//! ## When it stays silent
//! When the namespace only warns or audits, and when the workload has all its pods.

use std::collections::BTreeSet;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

use super::refusal::{Refusal, between, reason, refusals};
use crate::commands::{edit, merge_template};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-security-violation",
    title: "The security standard of a namespace forbids a workload's pods",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "\"Permission denied\"",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events"])],
    produces: &[Effect::PodsNotCreated],
    explained_by: &[],
    check,
};

/// How the other admission plugins of this kind begin.
const OTHERS: [&str; 3] = [
    "unable to validate against any pod security policy",
    "unable to validate against any security context constraint",
    "PodSecurityPolicy: ",
];

const LABEL: &str = "pod-security.kubernetes.io/enforce";

fn check(context: &Context<'_>) -> Vec<Finding> {
    refusals(context).iter().filter_map(|refusal| finding(context.snapshot, refusal)).collect()
}

fn finding(snapshot: &Snapshot, refusal: &Refusal) -> Option<Finding> {
    let said = reason(&refusal.message);
    let standard = between(said, "violates PodSecurity \"", "\": ");
    if standard.is_none() && !OTHERS.iter().any(|o| said.contains(o)) {
        return None;
    }
    let namespace = refusal.by.namespace.as_str();
    let what = standard.map_or_else(|| "a policy of the cluster".to_owned(), |s| format!("the standard `{s}` of namespace `{namespace}`"));
    let complaints = said.split_once("\": ").map_or(said, |(_, complaints)| complaints);
    let enforced = Snapshot::find(&snapshot.namespaces, "", namespace)
        .and_then(|n| Some(n.evidence(format!("/metadata/labels/{}", pointer_key(LABEL)), n.metadata.labels.get(LABEL)?.as_str())));
    let mut finding = refusal
        .finding(format!("Pods of `{}` violate {what}", refusal.workload.name))
        .summary(format!("The API server says: {complaints}. {}", refusal.toll()))
        .evidence(enforced);
    let asked = headings(complaints);
    finding = match settings(complaints, &asked) {
        Some(spec) => finding.remedy(
            format!("State what the standard asks for ({}). This starts new pods.", asked.join(", ")),
            merge_template(&refusal.workload, &spec),
        ),
        None => finding.remedy(format!("Mend in the template: {}. This starts new pods.", asked.join(", ")), edit(&refusal.workload)),
    };
    if standard.is_some() {
        finding = finding.remedy(
            "Or, if the workload needs more rights, weaken the standard; that holds for every new pod of the namespace.",
            format!("kubectl label namespace {namespace} {LABEL}=baseline --overwrite"),
        );
    }
    Some(finding)
}

/// What can be had by stating it: settings, as a part of the pod's spec. `None` when the pod asks for more than the standard
/// allows (host paths, privileges): that must be taken out by hand.
fn settings(complaints: &str, headings: &[String]) -> Option<String> {
    let has = |heading: &str| headings.iter().any(|h| h == heading);
    let pod = [("runAsNonRoot != true", "\"runAsNonRoot\":true"), ("seccompProfile", "\"seccompProfile\":{\"type\":\"RuntimeDefault\"}")];
    let container = [
        ("allowPrivilegeEscalation != false", "\"allowPrivilegeEscalation\":false"),
        ("unrestricted capabilities", "\"capabilities\":{\"drop\":[\"ALL\"]}"),
    ];
    if headings.is_empty() || !headings.iter().all(|h| pod.iter().chain(&container).any(|(known, _)| h == known)) {
        return None;
    }
    let stated = |list: &[(&str, &'static str)]| list.iter().filter(|(h, _)| has(h)).map(|(_, json)| *json).collect::<Vec<_>>().join(",");
    let (pod, container) = (stated(&pod), stated(&container));
    let mut parts = Vec::new();
    if !pod.is_empty() {
        parts.push(format!("\"securityContext\":{{{pod}}}"));
    }
    if !container.is_empty() {
        let named = containers(complaints).into_iter().map(|name| format!("{{\"name\":\"{name}\",\"securityContext\":{{{container}}}}}"));
        parts.push(format!("\"containers\":[{}]", named.collect::<Vec<_>>().join(",")));
    }
    Some(format!("{{{}}}", parts.join(",")))
}

/// The containers that are complained about: `container "a" must …`, `containers "a", "b" must …`.
fn containers(complaints: &str) -> BTreeSet<&str> {
    let lists =
        complaints.match_indices("container").filter_map(|(i, _)| complaints.get(i..)?.split_once(" must ").map(|(names, _)| names));
    let lists = lists.filter(|names| !names.contains(['(', ')']));
    lists.flat_map(|names| names.split('"').skip(1).step_by(2)).collect()
}

/// The complaints without their explanations.
fn headings(complaints: &str) -> Vec<String> {
    let (mut plain, mut depth) = (String::new(), 0_usize);
    for c in complaints.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain.split(',').map(|h| h.trim().to_owned()).filter(|h| !h.is_empty()).collect()
}
