//! # mesh-proxy-user-shared
//!
//! A container runs as the user of the mesh's proxy, so that its traffic goes past the proxy.
//!
//! ## What it detects
//! Containers beside Istio's proxy that run as user 1337, by their own setting or by the pod's.
//!
//! ## Why it happens
//! The rules of the network that bring a pod's connections to its proxy spare the proxy's own user, 1337. Whoever else runs
//! as it is spared too: its requests leave the pod in plain text, without routes, without mutual TLS and without a trace; pods
//! under *STRICT* reset them.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0144; `kubectl exec POD -c CONTAINER -- id -u` says 1337.
//!
//! ## How to fix
//! Give the container another user. This starts new pods.
//!
//! ## When it stays silent
//! For pods without Istio's proxy, for gateways, and for init containers: those are given this user on purpose, so that they
//! reach something before the proxy runs.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::parts::{is_gateway, owner};
use super::policies::Policies;
use crate::commands::merge_template;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mesh-proxy-user-shared",
    title: "A container runs as the user of the mesh's proxy",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::DependencyDown],
    explained_by: &[],
    check,
};

/// The proxy's user, which chart and webhook both have fixed.
const PROXY: i64 = 1337;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<ObjectRef, (&Object<Pod>, ContainerView<'_>)> = BTreeMap::new();
    let meshed = |p: &&Object<Pod>| p.is_active() && !is_gateway(p) && p.containers().any(|v| v.spec.name == "istio-proxy");
    for pod in context.snapshot.pods.iter().filter(meshed) {
        let own = |v: &ContainerView<'_>| !v.init && v.spec.name != "istio-proxy" && user(pod, v) == Some(PROXY);
        if let Some(view) = pod.containers().find(own) {
            found.entry(owner(context, pod)).or_insert((pod, view));
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let strict = Policies::new(context).strict();
    found.iter().map(|(owner, (pod, view))| finding(context, owner, pod, view, strict.as_ref())).collect()
}

/// The user that a container runs as, where it is set.
fn user(pod: &Pod, view: &ContainerView<'_>) -> Option<i64> {
    view.spec.security_context.run_as_user.or(pod.spec.security_context.run_as_user)
}

fn finding(
    context: &Context<'_>,
    owner: &ObjectRef,
    pod: &Object<Pod>,
    view: &ContainerView<'_>,
    strict: Option<&super::policies::Setting<'_>>,
) -> Finding {
    let name = view.spec.name.as_str();
    let own = view.spec.security_context.run_as_user.is_some();
    let pointer = if own { view.spec_pointer("/securityContext/runAsUser") } else { "/spec/securityContext/runAsUser".to_owned() };
    let refused = strict.map_or_else(String::new, |s| {
        format!(" PeerAuthentication `{}/{}` is STRICT: its pods reset them.", s.object.metadata.namespace, s.object.metadata.name)
    });
    let user = "\"securityContext\":{\"runAsUser\":10001}";
    let patch = if own { format!("{{\"containers\":[{{\"name\":\"{name}\",{user}}}]}}") } else { format!("{{{user}}}") };
    Finding::new(pod.reference(), format!("Container `{name}` of `{}` runs as the mesh proxy's user", owner.name), pod.evidence(pointer, PROXY.to_string()))
        .summary(format!(
            "Container `{name}` runs as user {PROXY}, {}. Connections of that user are not brought to the proxy: its requests leave in plain text, past all routes and mutual TLS.{refused}",
            if own { "by its own setting" } else { "by the pod's setting" }
        ))
        .workload(Some(owner.clone()))
        .confidence(if strict.is_some() { 0.88 } else { 0.7 })
        .evidence(strict.map(|s| s.object.origin.at(&s.pointer, s.mode)))
        .seen(pod.metadata.creation_timestamp, context.snapshot.taken_at)
        .remedy(
            "Give it another user. This starts new pods; its files must be that user's.",
            merge_template(owner, &patch),
        )
}
