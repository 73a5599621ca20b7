//! # istiod-unavailable
//!
//! The control plane of the mesh does not run.
//!
//! ## What it detects
//! A control plane (istiod, or Linkerd's destination and identity) none of whose pods is ready, or that is scaled to zero;
//! without its objects, proxies that cannot reach it by the word of their logs.
//!
//! ## Why it happens
//! As with every workload: its image, its memory, its node, its configuration. Running proxies go on with what they have,
//! so it is noticed late: new pods get no configuration and no certificate, injection fails, and after a day the
//! certificates of the running ones expire.
//!
//! ## How to confirm
//! `kubectl get pods -n istio-system -l app=istiod`, `istioctl proxy-status`.
//!
//! ## How to fix
//! Bring its pods back, by what `kubectl describe pod` and their log say.
//!
//! ## When it stays silent
//! While one of its pods is ready, and in the first minute of its pods.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::control_plane::{ControlPlane, control_planes};
use crate::complaints::complaints;
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "istiod-unavailable",
    title: "The control plane of the mesh does not run",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::AnyOf(&["pods", "deployments", "logs"])],
    produces: &[Effect::Exits, Effect::NotReady, Effect::Unreachable],
    explained_by: &[
        Effect::NodeDown,
        Effect::ImageUnavailable,
        Effect::Unscheduled,
        Effect::PodsNotCreated,
        Effect::NotStarted,
        Effect::Exits,
        Effect::ProbeFails,
    ],
    check,
};

/// Seconds that its pods may take to start.
const YOUNG: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let planes = control_planes(context);
    if planes.is_empty() {
        return by_the_proxies(context).into_iter().collect();
    }
    // A revision that is left over after an upgrade may well be scaled to zero.
    let serves = |p: &ControlPlane<'_>| p.pods.iter().any(|pod| pod.is_ready()) || p.workload.as_ref().is_some_and(|w| w.ready > 0);
    let replaced = |p: &ControlPlane<'_>| {
        p.desired == Some(0)
            && planes.iter().any(|other| {
                other.reference.namespace == p.reference.namespace && other.reference.name.starts_with("istiod") && serves(other)
            })
    };
    planes.iter().filter(|plane| !replaced(plane)).filter_map(|plane| finding(context, plane)).collect()
}

fn finding(context: &Context<'_>, plane: &ControlPlane<'_>) -> Option<Finding> {
    let snapshot = context.snapshot;
    let ready = plane.pods.iter().any(|p| p.is_ready()) || plane.workload.as_ref().is_some_and(|w| w.ready > 0 && plane.pods.is_empty());
    let complete = snapshot.coverage.is_complete("pods");
    if ready || plane.pods.iter().any(|p| snapshot.is_starting(p, YOUNG)) || plane.pods.is_empty() && !complete && plane.desired != Some(0)
    {
        return None;
    }
    let proxies = snapshot.pods.iter().filter(|p| p.is_active() && p.mesh_proxy().is_some()).count();
    let (reference, name) = (&plane.reference, plane.reference.name.as_str());
    let (why, evidence) = match (plane.pods.first(), &plane.workload) {
        (Some(pod), _) => {
            let waiting = pod
                .containers()
                .find_map(|v| Some((v.status_pointer("/state/waiting/reason"), v.status?.2.state.waiting.as_ref()?.reason.as_str())));
            let (at, state) = waiting.unwrap_or_else(|| ("/status/phase".to_owned(), pod.status.phase.as_str()));
            (
                format!("none of its {} is ready (`{}`: {state})", counted(plane.pods.len(), "pod"), pod.metadata.name),
                pod.evidence(at, state),
            )
        }
        (None, Some(workload)) if workload.desired == 0 => ("it is scaled to zero".to_owned(), workload.origin.at("/spec/replicas", "0")),
        (None, Some(workload)) => (
            format!("{} are wanted and there is none", counted(usize::try_from(workload.desired).unwrap_or(0), "pod")),
            workload.origin.at("/metadata/name", name),
        ),
        (None, None) => return None,
    };
    let mut finding = Finding::new(reference.clone(), format!("The mesh's control plane `{name}` does not run"), evidence)
        .summary(format!(
            "{} `{name}`: {why}. {} depend on it: new pods get no proxy, no configuration and no certificate.",
            reference.kind,
            counted(proxies, "proxy").replace("proxys", "proxies")
        ))
        .workload(Some(reference.clone()))
        .severity(if proxies > 0 { Severity::High } else { Severity::Medium })
        .confidence(0.93)
        .evidence(unreached(context).into_iter().take(2).map(|(_, evidence)| evidence));
    if plane.desired == Some(0) {
        finding = finding.remedy("Bring it back.", format!("kubectl scale {} -n {} --replicas=1", target(reference), reference.namespace));
    }
    Some(
        finding
            .remedy("See what its pods say.", format!("kubectl describe pods -n {}", reference.namespace))
            .remedy("Read its log.", format!("kubectl logs -n {} {} --tail=100", reference.namespace, target(reference))),
    )
}

/// Proxies that say they cannot reach it, with the reason.
fn unreached<'a>(context: &Context<'a>) -> Vec<(&'a str, tarbox_model::Evidence)> {
    let all = complaints(context, |hit| hit.signature == "mesh-control-plane-unreachable");
    all.into_iter().filter_map(|c| Some((c.hit.field("why")?, c.log.evidence(c.hit)))).collect()
}

/// Without the control plane's objects: what several proxies say alike.
fn by_the_proxies(context: &Context<'_>) -> Option<Finding> {
    let mut by_reason: BTreeMap<&str, Vec<tarbox_model::Evidence>> = BTreeMap::new();
    for (why, evidence) in unreached(context).into_iter().filter(|(why, _)| !why.contains("certificate")) {
        by_reason.entry(why).or_default().push(evidence);
    }
    let (why, evidence) = by_reason.into_iter().max_by_key(|(_, e)| e.len())?;
    let mut evidence = evidence.into_iter();
    let istiod = ObjectRef::new("Deployment", "istio-system", "istiod");
    Some(
        Finding::new(istiod.clone(), "Proxies do not reach the mesh's control plane", evidence.next()?)
            .summary(format!("By {} of proxies, the control plane does not answer: {why}.", counted(1 + evidence.len(), "log")))
            .workload(Some(istiod))
            .confidence(0.6)
            .evidence(evidence.take(3))
            .remedy("See whether it runs.", "kubectl get pods,endpoints -n istio-system"),
    )
}
