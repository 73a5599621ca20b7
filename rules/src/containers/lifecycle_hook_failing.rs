//! # lifecycle-hook-failing
//!
//! A hook of a container fails: after its start, or before its end.
//!
//! ## What it detects
//! `postStart` hooks that fail, for which the kubelet ends the container, and `preStop` hooks that fail, which only delay its
//! end; with the hook itself.
//!
//! ## Why it happens
//! A `postStart` hook runs at the same moment as the process, not after it: a server that is asked then often does not
//! listen yet. Or the hook's program is not in the image.
//!
//! ## How to confirm
//! Events `FailedPostStartHook` and `FailedPreStopHook` in `kubectl describe pod NAME`.
//!
//! ## How to fix
//! Let the hook wait for what it needs, or do its work in the entry point or in an init container.
//!
//! ## When it stays silent
//! When the container runs and is ready since, and when the pod is gone.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{ContainerView, Event, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use crate::commands::edit;
use crate::wording::times;

/// The rule.
pub static RULE: Rule = Rule {
    id: "lifecycle-hook-failing",
    title: "A hook of a container fails",
    level: Level::Cause,
    severity: Severity::High,
    guide: "CrashLoopBackOff",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Exits],
    explained_by: &[Effect::Exits, Effect::DependencyDown],
    check,
};

/// Seconds for which a hook before the end counts.
const RECENT: i64 = 900;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| !p.is_finished()) {
        for view in pod.containers() {
            let found = post_start(context, pod, &view).or_else(|| pre_stop(context, pod, &view));
            findings.extend(found.map(|finding| finding.workload(workload.cloned())));
        }
    }
    findings
}

/// The newest event of a reason about a container.
fn newest<'a>(context: &Context<'a>, pod: &Object<Pod>, view: &ContainerView<'_>, reason: &str) -> Option<&'a Object<Event>> {
    let reference = pod.reference();
    let single = pod.containers().count() == 1;
    context
        .relations
        .events_about(context.snapshot, &reference)
        .rfind(|e| e.reason == reason && e.container().map_or(single, |c| c == view.spec.name))
}

fn post_start(context: &Context<'_>, pod: &Object<Pod>, view: &ContainerView<'_>) -> Option<Finding> {
    let (_, _, status) = view.status.filter(|(_, _, s)| !s.ready)?;
    let waiting = status.state.waiting.as_ref().filter(|w| w.reason.starts_with("PostStartHookError"));
    let by_status = waiting.map(|w| pod.evidence(view.status_pointer("/state/waiting/reason"), w.reason.as_str()));
    let event = newest(context, pod, view, "FailedPostStartHook");
    let by_event = event.map(|e| e.evidence("/message", e.message.as_str()));
    let evidence = by_status.or(by_event)?;
    let repeats = event.map(|e| format!(" It has failed {}.", times(e.times()))).unwrap_or_default();
    let said =
        waiting.map(|w| w.message.as_str()).filter(|m| !m.is_empty()).or_else(|| event.map(|e| e.message.as_str())).unwrap_or_default();
    Some(finish(
        Finding::new(pod.reference(), format!("The postStart hook of container `{}` fails", view.spec.name), evidence)
            .summary(format!(
                "The kubelet ends the container for it.{repeats} The hook is {}. The kubelet says: {said}",
                hook(view, "postStart")
            ))
            .confidence(0.93)
            .evidence(place(pod, view, "postStart"))
            .seen(event.and_then(|e| e.first_seen()), event.and_then(|e| e.last_seen())),
        context,
        pod,
    ))
}

fn pre_stop(context: &Context<'_>, pod: &Object<Pod>, view: &ContainerView<'_>) -> Option<Finding> {
    let event = newest(context, pod, view, "FailedPreStopHook")?;
    let recent = context.snapshot.age_seconds(event.last_seen()).is_none_or(|age| age <= RECENT);
    if !recent || (pod.is_ready() && pod.metadata.deletion_timestamp.is_none()) {
        return None;
    }
    Some(finish(
        Finding::new(
            pod.reference(),
            format!("The preStop hook of container `{}` fails", view.spec.name),
            event.evidence("/message", event.message.as_str()),
        )
        .summary(format!(
            "The container ends all the same, but not in the orderly way that the hook stands for. The hook is {}. The kubelet says: {}",
            hook(view, "preStop"),
            event.message
        ))
        .severity(Severity::Medium)
        .confidence(0.8)
        .evidence(place(pod, view, "preStop"))
        .seen(event.first_seen(), event.last_seen()),
        context,
        pod,
    ))
}

fn finish(finding: Finding, context: &Context<'_>, pod: &Object<Pod>) -> Finding {
    let owner = context.relations.workload_of_pod(context.snapshot, pod).unwrap_or_else(|| pod.reference());
    finding.remedy("Correct the hook, or do its work elsewhere. This starts new pods.", edit(&owner))
}

/// What a hook does, in words.
fn hook(view: &ContainerView<'_>, name: &str) -> String {
    let handler = view.spec.lifecycle.as_ref().and_then(|l| l.get(name));
    let command = handler.and_then(|h| h.pointer("/exec/command")).and_then(|c| c.as_array());
    let path = handler.and_then(|h| h.pointer("/httpGet/path")).and_then(|p| p.as_str());
    match (command, path) {
        (Some(words), _) => format!("`{}`", words.iter().filter_map(|w| w.as_str()).collect::<Vec<_>>().join(" ")),
        (None, Some(path)) => format!("a request for `{path}`"),
        (None, None) => "not shown in the pod".to_owned(),
    }
}

/// Where a hook stands.
fn place(pod: &Object<Pod>, view: &ContainerView<'_>, name: &str) -> Option<Evidence> {
    let words = view.spec.lifecycle.as_ref()?.get(name)?.pointer("/exec/command")?.as_array()?;
    let last = words.len().checked_sub(1)?;
    Some(pod.evidence(view.spec_pointer(&format!("/lifecycle/{name}/exec/command/{last}")), words.get(last)?.as_str()?))
}
