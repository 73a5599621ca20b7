//! # stale-configuration
//!
//! A container still runs with what a Secret or ConfigMap held before it was changed.
//!
//! ## What it detects
//! Containers that began before a Secret or ConfigMap was last written and that read it in a way that is never refreshed:
//! through variables (`env`, `envFrom`) or a file mounted by `subPath`. If they complain since then, it is told as the cause.
//!
//! ## Why it happens
//! Variables are set when a container is made. A change of the object reaches neither them nor a `subPath` mount; only whole
//! mounted volumes follow. Nothing starts the pods anew by itself.
//!
//! ## How to confirm
//! Compare `kubectl get secret NAME -o yaml --show-managed-fields` (`time`) with the pod's `startedAt`.
//!
//! ## How to fix
//! Start the pods anew: `kubectl rollout restart`. For the future, put a checksum of the object into the template's
//! annotations, so that every change is a rollout.
//!
//! ## When it stays silent
//! When the container began after the change, when the object is mounted as a whole volume, and when the bundle does not show
//! when it was written. A change of more than a day ago that nobody complains of is a hint.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Metadata, Object, Pod, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, Timestamp};

use super::reference::Target;
use super::unrefreshed::{Unrefreshed, unrefreshed};
use super::unwell::complaining;
use crate::complaints::Complaint;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "stale-configuration",
    title: "A container runs with what a Secret or ConfigMap held before it was changed",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Restart to pick up changes",
    needs: &[Need::Objects("pods"), Need::AnyOf(&["secrets", "configmaps"])],
    produces: &[Effect::Misconfigured],
    explained_by: &[],
    check,
};

/// Seconds between writing an object and starting a pod of the same deployment.
const TOGETHER: i64 = 5;
/// Seconds within which somebody may wait for a change to show.
const LATELY: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let complaints = complaining(context);
    let mut findings: BTreeMap<(ObjectRef, ObjectRef), Finding> = BTreeMap::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(pod, _)| pod.is_active()) {
        let owner = workload.cloned().unwrap_or_else(|| pod.reference());
        for part in unrefreshed(pod) {
            let Some((object, written, evidence)) = written(context, pod, &part) else { continue };
            let Some(started) = part.started.or(pod.status.start_time).filter(|s| s.as_second() + TOGETHER < written.as_second()) else {
                continue;
            };
            let turned = unready_since(pod).is_some_and(|since| since.as_second() + 60 >= written.as_second());
            let since = complaints.get(&owner).and_then(|all| all.iter().find(|c| turned || began_after(c, written)));
            let place = findings.entry((owner.clone(), object.clone()));
            place.or_insert_with(|| finding(context, pod, workload, &part, (&object, written, evidence), started, since));
        }
    }
    findings.into_values().collect()
}

/// Whether a complaint began with the change, or after it.
fn began_after(complaint: &Complaint<'_>, written: Timestamp) -> bool {
    complaint.hit.first.time.is_some_and(|first| first.as_second() + 60 >= written.as_second())
}

/// When the pod ceased to be ready.
fn unready_since(pod: &Pod) -> Option<Timestamp> {
    condition(&pod.status.conditions, "Ready").filter(|(_, c)| c.status != "True").and_then(|(_, c)| c.last_transition_time)
}

/// The object that a part is read from, and when it was last written, with where that stands.
fn written(context: &Context<'_>, pod: &Pod, part: &Unrefreshed<'_>) -> Option<(ObjectRef, Timestamp, Evidence)> {
    let (snapshot, namespace) = (context.snapshot, pod.metadata.namespace.as_str());
    let told = |reference: ObjectRef, metadata: &Metadata, evidence: &dyn Fn(String, String) -> Evidence| {
        let written = metadata.written_at()?;
        let writer = metadata.managed_fields.iter().position(|f| f.subresource.is_empty() && f.time == Some(written));
        let place = writer.map_or_else(|| "/metadata/creationTimestamp".to_owned(), |i| format!("/metadata/managedFields/{i}/time"));
        Some((reference, written, evidence(place, written.to_string())))
    };
    match part.reference.target {
        Target::Secret => {
            let object = snapshot.secret(namespace, part.reference.name)?;
            told(object.reference(), &object.metadata, &|pointer, quote| object.evidence(pointer, quote))
        }
        Target::ConfigMap => {
            let object = snapshot.config_map(namespace, part.reference.name)?;
            told(object.reference(), &object.metadata, &|pointer, quote| object.evidence(pointer, quote))
        }
    }
}

fn finding(
    context: &Context<'_>,
    pod: &Object<Pod>,
    workload: Option<&ObjectRef>,
    part: &Unrefreshed<'_>,
    (object, written, evidence): (&ObjectRef, Timestamp, Evidence),
    started: Timestamp,
    since: Option<&Complaint<'_>>,
) -> Finding {
    let owner = workload.cloned().unwrap_or_else(|| pod.reference());
    let late = context.snapshot.age_seconds(Some(written)).is_some_and(|age| age > LATELY);
    let system = Snapshot::is_system_namespace(&object.namespace);
    let trouble = since
        .map(|c| format!(" Since then it complains: `{}`.", c.hit.first.text.trim().chars().take(160).collect::<String>()))
        .unwrap_or_default();
    let finding = Finding::new(
        pod.reference(),
        format!("`{}` runs with what {} `{}` held before its last change", owner.name, object.kind, object.name),
        evidence,
    )
    .cause(object.clone())
    .workload(workload.cloned())
    .summary(format!(
        "{} `{}` was last written at {written}; {} of pod `{}` has been set since {started} and is never refreshed.{trouble}",
        object.kind, object.name, part.reference.used_by, pod.metadata.name
    ))
    .severity(match since {
        Some(_) => Severity::Critical,
        None if late || system => Severity::Low,
        None => Severity::Medium,
    })
    .confidence(if since.is_some() { 0.88 } else { 0.65 })
    .evidence([part.evidence(pod)])
    .evidence(since.map(|c| c.log.evidence(c.hit)))
    .seen(Some(written), context.snapshot.taken_at);
    if matches!(owner.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        finding.remedy(
            "Start the pods anew; they read the object when they start.",
            format!("kubectl rollout restart {}{}", target(&owner), owner.namespace_flag()),
        )
    } else {
        finding.remedy("Make the pod anew; it reads the object when it starts.", crate::commands::edit(&owner))
    }
}
