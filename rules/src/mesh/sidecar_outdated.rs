//! # sidecar-outdated
//!
//! Pods run another version of the mesh's proxy than the one that is injected now.
//!
//! ## What it detects
//! Proxies whose image has another tag than the injector's configuration (`istio-sidecar-injector`) gives to new pods, by
//! namespace.
//!
//! ## Why it happens
//! The control plane was upgraded and the pods were not made anew: a proxy is injected only when its pod is made. A proxy may
//! be one minor version behind its control plane; what is older still is not supported, and misses corrections of security.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0158; `istioctl proxy-status` shows each proxy's version.
//!
//! ## How to fix
//! Restart the workloads; each pod gets the present proxy.
//!
//! ## When it stays silent
//! For pods that choose their proxy's image (`sidecar.istio.io/proxyImage`), for namespaces without injection, and without the
//! injector's ConfigMap.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{ConfigMap, ContainerView, Object, Pod};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

use super::parts::{Injection, injection};
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "sidecar-outdated",
    title: "Pods run another version of the mesh's proxy than is injected now",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Service Mesh Issues",
    needs: &[Need::Objects("pods"), Need::Objects("namespaces"), Need::Objects("configmaps")],
    produces: &[],
    explained_by: &[],
    check,
};

/// Name of the injector's configuration; a revision's has its name behind it.
const INJECTOR: &str = "istio-sidecar-injector";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let injectors: BTreeMap<&str, (&Object<ConfigMap>, String)> = snapshot
        .config_maps
        .iter()
        .filter_map(|map| Some((map.metadata.name.as_str(), (map, injected(map)?))))
        .filter(|(name, _)| name.starts_with(INJECTOR))
        .collect();
    if injectors.is_empty() {
        return Vec::new();
    }
    let mut outdated: BTreeMap<&str, Vec<(&Object<Pod>, ContainerView<'_>)>> = BTreeMap::new();
    for pod in snapshot.pods.iter().filter(|p| p.is_active() && !p.metadata.annotations.contains_key("sidecar.istio.io/proxyImage")) {
        let Some(view) = pod.containers().find(|v| v.spec.name == "istio-proxy") else { continue };
        let Some((_, tag)) = injector(snapshot, &injectors, &pod.metadata.namespace) else { continue };
        if tag_of(&view.spec.image).is_some_and(|own| own != tag && own.strip_prefix(tag).is_none_or(|rest| !rest.starts_with('-'))) {
            outdated.entry(&pod.metadata.namespace).or_default().push((pod, view));
        }
    }
    outdated.into_iter().filter_map(|(namespace, pods)| finding(context, &injectors, namespace, &pods)).collect()
}

/// The configuration by which pods of a namespace get their proxy.
fn injector<'s, 'a>(
    snapshot: &'a Snapshot,
    injectors: &'s BTreeMap<&'a str, (&'a Object<ConfigMap>, String)>,
    namespace: &str,
) -> Option<(&'a Object<ConfigMap>, &'s str)> {
    let name = match injection(snapshot, namespace).0 {
        Injection::Istio | Injection::Revision("default") => INJECTOR.to_owned(),
        Injection::Revision(revision) => format!("{INJECTOR}-{revision}"),
        Injection::Linkerd | Injection::None => return None,
    };
    injectors.get(name.as_str()).map(|(map, tag)| (*map, tag.as_str()))
}

/// The tag of the proxy that a configuration gives to new pods.
fn injected(map: &ConfigMap) -> Option<String> {
    let values: serde_json::Value = serde_json::from_str(map.data.get("values")?).ok()?;
    let text = |pointer: &str| values.pointer(pointer).and_then(serde_json::Value::as_str);
    let whole = text("/global/proxy/image").filter(|image| image.contains('/')).and_then(tag_of);
    let tag = values.pointer("/global/tag").map(|tag| tag.as_str().map_or_else(|| tag.to_string(), str::to_owned));
    whole.map(str::to_owned).or(tag).filter(|tag| !tag.is_empty())
}

/// The tag of an image.
fn tag_of(image: &str) -> Option<&str> {
    let name = image.rsplit('/').next()?;
    name.split_once('@').map_or(name, |(name, _)| name).split_once(':').map(|(_, tag)| tag)
}

fn finding(
    context: &Context<'_>,
    injectors: &BTreeMap<&str, (&Object<ConfigMap>, String)>,
    namespace: &str,
    pods: &[(&Object<Pod>, ContainerView<'_>)],
) -> Option<Finding> {
    let object = Snapshot::find(&context.snapshot.namespaces, "", namespace)?;
    let (map, tag) = injector(context.snapshot, injectors, namespace)?;
    let (pod, view) = pods.first()?;
    let tags: std::collections::BTreeSet<&str> = pods.iter().filter_map(|(_, v)| tag_of(&v.spec.image)).collect();
    let title = format!("Proxies in namespace `{namespace}` are not of version {tag}, which is injected now");
    Some(
        Finding::new(object.reference(), title, pod.evidence(view.spec_pointer("/image"), view.spec.image.as_str()))
            .summary(format!(
                "The proxies of {}, `{}` among them, are of version {}. A proxy is injected only when its pod is made.",
                counted(pods.len(), "pod"),
                pod.metadata.name,
                listed(tags)
            ))
            .confidence(0.9)
            .evidence([map.evidence("/data/values", tag)])
            .remedy(
                "Make the pods anew, so that they get the present proxy. Replaces them one by one.",
                format!("kubectl rollout restart deployment -n {namespace}"),
            ),
    )
}
