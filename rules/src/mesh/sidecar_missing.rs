//! # sidecar-missing
//!
//! Pods that are to have a proxy of the mesh have none.
//!
//! ## What it detects
//! Pods in a namespace that asks for injection (`istio-injection=enabled`, `istio.io/rev`, `linkerd.io/inject`) without a
//! proxy. Why is told as far as the bundle shows it: made before the namespace asked, a revision that no control plane
//! serves, two labels that contradict each other.
//!
//! ## Why it happens
//! Injection happens only when a pod is made: pods from before the label stay as they are. A revision label that names a
//! removed control plane injects nothing, and nobody says so. Under *STRICT* such pods cannot call anybody.
//!
//! ## How to confirm
//! `kubectl get pods` shows 1/1 where 2/2 is expected; `istioctl analyze` says IST0103.
//!
//! ## How to fix
//! Restart the workload; before that, correct the namespace's label when no control plane serves it.
//!
//! ## When it stays silent
//! For pods that decline (`sidecar.istio.io/inject: "false"`), for the node's network, for ambient mode, for ended pods, and
//! where there is no mesh at all.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot};

use super::control_plane::revisions;
use super::parts::{Injection, injection, owner};
use super::policies::Policies;
use crate::wording::{counted, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-missing",
    title: "Pods that are to have a proxy of the mesh have none",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("pods"), Need::Objects("namespaces")],
    produces: &[Effect::DependencyDown, Effect::Unreachable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let revisions = revisions(context);
    let meshed = !revisions.is_empty() || snapshot.pods.iter().any(|p| p.mesh_proxy().is_some());
    if !meshed {
        return Vec::new();
    }
    let mut bare: BTreeMap<ObjectRef, Vec<&Object<Pod>>> = BTreeMap::new();
    for pod in snapshot.pods.iter().filter(|p| p.is_active() && p.mesh_proxy().is_none() && !declines(p)) {
        if injection(snapshot, &pod.metadata.namespace).0 != Injection::None && !pod.spec.containers.is_empty() {
            bare.entry(owner(context, pod)).or_default().push(pod);
        }
    }
    let mut peers: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in snapshot.pods.iter().filter(|p| p.mesh_proxy().is_some()) {
        *peers.entry(&pod.metadata.namespace).or_default() += 1;
    }
    let policies = Policies::new(context);
    let peers = |owner: &ObjectRef| peers.get(owner.namespace.as_str()).copied().unwrap_or_default();
    bare.iter().filter_map(|(owner, pods)| finding(context, owner, pods, &revisions, &policies, peers(owner))).collect()
}

/// Whether a pod says that it wants no proxy, or cannot have one.
fn declines(pod: &Pod) -> bool {
    let said = |key: &str| pod.metadata.labels.get(key).or_else(|| pod.metadata.annotations.get(key)).map(String::as_str);
    pod.spec.host_network
        || said("sidecar.istio.io/inject").is_some_and(|v| matches!(v, "false" | "no" | "off" | "n"))
        || said("linkerd.io/inject").is_some_and(|v| v == "disabled")
        || said("istio.io/dataplane-mode").is_some_and(|v| v == "ambient")
        || said("istio").is_some_and(|v| v == "pilot")
        || said("app").is_some_and(|v| v == "istiod")
        || Snapshot::is_system_namespace(&pod.metadata.namespace)
}

fn finding(
    context: &Context<'_>,
    owner: &ObjectRef,
    pods: &[&Object<Pod>],
    revisions: &[String],
    policies: &Policies<'_>,
    peers: usize,
) -> Option<Finding> {
    let pod = pods.first()?;
    let snapshot = context.snapshot;
    let (asked, label) = injection(snapshot, &owner.namespace);
    let namespace = Snapshot::find(&snapshot.namespaces, "", &owner.namespace)?;
    let wanted = match asked {
        Injection::Revision(revision) => Some(revision),
        // The plain label means the default revision; a tag may make another one that, and tags are webhooks.
        Injection::Istio if snapshot.coverage.is_complete("mutatingwebhookconfigurations") => Some("default"),
        _ => None,
    };
    let wanted = wanted.filter(|wanted| !revisions.is_empty() && !revisions.iter().any(|r| r == wanted));
    let changed = namespace.metadata.managed_fields.iter().filter_map(|f| f.time).max();
    let older = pod.metadata.creation_timestamp.zip(changed).is_some_and(|(made, changed)| made < changed);
    let why = match wanted {
        Some(revision) => format!(
            "The namespace asks for revision `{revision}`, which no control plane serves (there are {}).",
            listed(revisions.iter().map(String::as_str))
        ),
        _ if older => {
            "They were made before the namespace was changed to ask for it: injection happens only when a pod is made.".to_owned()
        }
        _ if peers > 0 => format!("{} of the same namespace have one.", counted(peers, "pod")),
        _ => "Injection happens only when a pod is made; what was there before stays as it is.".to_owned(),
    };
    // Under STRICT nobody answers a client without a proxy.
    let strict = policies.taken(&owner.namespace, &pod.metadata.labels, 0).filter(|taken| taken.mode == "STRICT");
    let fate = if strict.is_some() { " Mutual TLS is STRICT here, so those of the mesh refuse what they send." } else { "" };
    let mut finding = Finding::new(pod.reference(), format!("Pods of `{}` have no proxy of the mesh", owner.name), label?)
        .summary(format!(
            "{} of {} `{}` run without the proxy that namespace `{}` asks for. {why}{fate}",
            counted(pods.len(), "pod"),
            owner.kind,
            owner.name,
            owner.namespace
        ))
        .workload(Some(owner.clone()))
        .severity(if strict.is_some() { Severity::High } else { Severity::Medium })
        .confidence(if wanted.is_some() || older { 0.95 } else { 0.88 })
        .evidence([pod.named()])
        .evidence(strict.map(|s| s.object.origin.at(&s.pointer, s.mode)))
        .seen(pod.metadata.creation_timestamp, snapshot.taken_at);
    if wanted.is_some() {
        finding = finding.cause(namespace.reference());
        if let Some(revision) = revisions.first() {
            finding = finding.remedy(
                "Ask for a revision that is there.",
                format!("kubectl label namespace {} istio-injection- istio.io/rev={revision} --overwrite", owner.namespace),
            );
        }
    }
    let command = if owner.kind == "Pod" {
        format!("kubectl get pod {} -n {} -o yaml", owner.name, owner.namespace)
    } else {
        format!("kubectl rollout restart {} -n {}", target(owner), owner.namespace)
    };
    Some(finding.remedy("Make the pods anew, so that they get their proxy. Replaces them one by one.", command))
}
