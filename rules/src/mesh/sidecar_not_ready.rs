//! # sidecar-not-ready
//!
//! The mesh's proxy in a pod is not ready, and with it the pod is not.
//!
//! ## What it detects
//! Pods whose proxy runs without being ready while the other containers are well. What holds it back is taken from its log:
//! no configuration from the control plane, a configuration that it rejects, no certificate.
//!
//! ## Why it happens
//! The control plane does not answer (it is down, or a network policy stands between); or an EnvoyFilter or another object
//! yields a configuration that the proxy rejects as a whole.
//!
//! ## How to confirm
//! `kubectl logs POD -c istio-proxy`: *Envoy proxy is NOT ready*; `istioctl proxy-status`.
//!
//! ## How to fix
//! Bring the control plane back; or remove the object whose configuration is rejected. Proxies then become ready by
//! themselves.
//!
//! ## When it stays silent
//! In the first minute of a pod (the probe fails until the first configuration comes), once the proxy is ready, for pods
//! whose work is done, and for proxies that end or do not start at all: other rules tell why.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::control_plane::{ControlPlane, control_planes, service_of};
use super::parts::owner;
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-not-ready",
    title: "The mesh's proxy in a pod is not ready",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ProbeFails, Effect::NotReady],
    explained_by: &[
        Effect::NodeDown,
        Effect::DependencyDown,
        Effect::NameUnresolved,
        Effect::NetworkBroken,
        Effect::Exits,
        Effect::NotStarted,
    ],
    check,
};

/// Seconds that a proxy may take to get its first configuration.
const YOUNG: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let unready = context.snapshot.pods.iter().filter(|p| p.is_active() && !p.is_ready());
    let meshed: Vec<_> = unready.filter_map(|pod| Some((pod, pod.mesh_proxy()?))).collect();
    if meshed.is_empty() {
        return Vec::new();
    }
    let planes = control_planes(context);
    meshed.into_iter().filter_map(|(pod, view)| finding(context, &planes, pod, view)).collect()
}

fn finding(context: &Context<'_>, planes: &[ControlPlane<'_>], pod: &Object<Pod>, view: ContainerView<'_>) -> Option<Finding> {
    let (_, _, status) = view.status?;
    let running = status.state.running.as_ref()?;
    let young = context.snapshot.age_seconds(running.started_at).is_some_and(|age| age < YOUNG);
    // The others may wait for the proxy; they must not have ended.
    let ended = pod
        .containers()
        .any(|v| !v.init && v.spec.name != view.spec.name && v.status.is_some_and(|(_, _, s)| s.state.terminated.is_some()));
    if status.ready || young || ended {
        return None;
    }
    let (owner, name) = (owner(context, pod), view.spec.name.as_str());
    let told = told(context, pod, name);
    let why = told.and_then(|(_, hit)| hit.field("why"));
    let rejected = why.is_some_and(|w| w.contains("rejected"));
    let meaning = match why {
        Some(why) if rejected => format!("It rejects the configuration that it is sent ({why})."),
        Some("config not received") => "It has got no configuration from the control plane.".to_owned(),
        Some(why) => format!("Its log says: {why}."),
        None => "Its log tells no reason.".to_owned(),
    };
    let mut finding = Finding::new(pod.reference(), format!("The proxy of `{}` is not ready", owner.name), pod.evidence(view.status_pointer("/ready"), "false"))
        .summary(format!("Container `{name}` of pod `{}` runs but is not ready. {meaning} As long as that lasts the pod takes no requests, and what its own process sends gets nowhere.", pod.metadata.name))
        .workload(Some(owner.clone()))
        .confidence(if told.is_some() { 0.92 } else { 0.75 })
        .evidence(told.map(|(log, hit)| log.evidence(hit)))
        .seen(running.started_at, context.snapshot.taken_at);
    if rejected {
        finding = finding.remedy(
            "See what is rejected, and what was changed last.",
            format!("kubectl get envoyfilters -A; kubectl logs {} -n {} -c {name} --tail=50", pod.metadata.name, pod.metadata.namespace),
        );
    } else {
        for plane in planes.iter().filter(|p| p.reference.name.starts_with("istiod") == (name == "istio-proxy")) {
            finding = finding.depends_on(service_of(context, plane).unwrap_or_else(|| plane.reference.clone()));
            finding = finding.remedy(
                "See whether the control plane runs and answers.",
                format!("kubectl get pods -n {0}; kubectl logs -n {0} {1} --tail=50", plane.reference.namespace, target(&plane.reference)),
            );
        }
    }
    Some(
        finding.remedy(
            "Read the proxy's log.",
            format!("kubectl logs {} -n {} -c {name} --tail=50", pod.metadata.name, pod.metadata.namespace),
        ),
    )
}

/// What the proxy's log says last: why it is not ready, or why it does not reach the control plane.
fn told<'a>(context: &Context<'a>, pod: &Object<Pod>, container: &str) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let (all, key) = (&context.snapshot.logs, (pod.metadata.namespace.as_str(), pod.metadata.name.as_str()));
    let start = all.partition_point(|l| (l.namespace.as_str(), l.pod.as_str()) < key);
    let logs = all.iter().skip(start).take_while(|l| (l.namespace.as_str(), l.pod.as_str()) == key).filter(|l| l.container == container);
    let telling = |hit: &&LogHit| matches!(hit.signature, "mesh-proxy-not-ready" | "mesh-control-plane-unreachable");
    let all = logs.flat_map(|log| log.hits.iter().filter(telling).map(move |hit| (log, hit)));
    // Why it cannot reach the control plane says more than that nothing has come from there.
    all.max_by_key(|(_, hit)| {
        (hit.field("why").is_some_and(|w| w.contains("rejected")), hit.signature == "mesh-control-plane-unreachable", hit.last.number)
    })
}
