//! # optional-reference-missing
//!
//! A pod refers to a Secret, ConfigMap or key that does not exist, and starts without it because the reference is optional.
//!
//! ## What it detects
//! References with `optional: true` to an object or key that is not there, of pods that run: what is then not set, the nearest
//! name if it is one or two letters off, and whether the workload complains.
//!
//! ## Why it happens
//! `optional: true` turns a slip of the pen, or an object that was never applied, into silence: the application runs on its
//! defaults.
//!
//! ## How to confirm
//! `kubectl get configmap,secret NAME`; `kubectl exec POD -- env`.
//!
//! ## How to fix
//! Apply the object, or correct its name, and start the pods anew. Where the application cannot do without it, remove
//! `optional`.
//!
//! ## When it stays silent
//! When Secrets or ConfigMaps were not collected completely, and in the system's namespaces. For workloads that are well, and
//! without a name that comes near, it is a hint: many charts mean it so.

use std::collections::BTreeSet;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::missing::{Missing, missing};
use super::reference::{Reference, references};
use super::unwell::complaining;
use crate::complaints::Complaint;
use crate::wording::{capitalised, did_you_mean, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "optional-reference-missing",
    title: "A pod runs without a Secret, ConfigMap or key that it refers to",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "ConfigMap Issues",
    needs: &[Need::Objects("pods"), Need::AnyOf(&["secrets", "configmaps"])],
    produces: &[Effect::Misconfigured],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let complaints = complaining(context);
    let (mut findings, mut told) = (Vec::new(), BTreeSet::new());
    let pods = context.relations.pods_with_workloads(context.snapshot);
    for (pod, workload) in pods.filter(|(pod, _)| pod.is_active() && !Snapshot::is_system_namespace(&pod.metadata.namespace)) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        for reference in references(&pod.spec).into_iter().filter(|r| r.optional && !r.name.is_empty()) {
            let Some(missing) = missing(context, pod, &reference) else { continue };
            // Variables are set or not; who mounts a folder looks what is in it.
            let complaint = complaints.get(&owner).and_then(|all| all.first()).filter(|_| !reference.pointer.starts_with("/volumes/"));
            let key = reference.key.filter(|_| missing.key).map(str::to_owned);
            if told.insert((owner.clone(), missing.object.clone(), key)) {
                findings.push(finding(context, pod, workload, &reference, &missing, complaint));
            }
        }
    }
    findings
}

fn finding(
    context: &Context<'_>,
    pod: &Object<Pod>,
    workload: Option<&ObjectRef>,
    reference: &Reference<'_>,
    missing: &Missing<'_>,
    complaint: Option<&Complaint<'_>>,
) -> Finding {
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let object = &missing.object;
    let key = reference.key.unwrap_or_default();
    let what = if missing.key {
        format!("Key `{key}` of {} `{}`", object.kind, object.name)
    } else {
        format!("{} `{}`", object.kind, object.name)
    };
    let state = match complaint {
        Some(c) => format!(" `{}` complains: `{}`.", owner.name, c.hit.first.text.trim().chars().take(160).collect::<String>()),
        None => " Nothing complains of it.".to_owned(),
    };
    let mut finding =
        Finding::new(pod.reference(), format!("{what}, which `{}` refers to, does not exist", owner.name), reference.evidence(pod))
            .cause(object.clone())
            .workload(workload.cloned())
            .summary(format!(
                "{} refers to {what} and says that it is optional{} The pod starts without it, on the application's defaults.{state}",
                capitalised(&reference.used_by),
                if missing.nearest.is_some() { did_you_mean(missing.nearest) + "." } else { ".".to_owned() },
            ))
            .severity(if complaint.is_some() || missing.nearest.is_some() { Severity::Medium } else { Severity::Low })
            .confidence(match (missing.nearest, complaint) {
                (Some(_), Some(_)) => 0.9,
                (Some(_), None) => 0.8,
                (None, Some(_)) => 0.75,
                (None, None) => 0.6,
            })
            .evidence(complaint.map(|c| c.log.evidence(c.hit)))
            .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at);
    if let Some(nearest) = missing.nearest {
        finding = finding.remedy(format!("Refer to `{nearest}` instead. This starts new pods."), crate::commands::edit(&owner));
    }
    let generic = if object.kind == "Secret" { "secret generic" } else { "configmap" };
    let content = if key.is_empty() { format!("--from-env-file={}.env", object.name) } else { format!("--from-literal={key}=VALUE") };
    if missing.key {
        return finding.remedy(
            format!("Or give {} `{}` the key.", object.kind, object.name),
            format!("kubectl edit {}{}", target(object), object.namespace_flag()),
        );
    }
    let make = format!("kubectl create {generic} {}{} {content}", object.name, object.namespace_flag());
    finding.remedy(format!("Or make the {}, and start the pods anew.", object.kind), make)
}
