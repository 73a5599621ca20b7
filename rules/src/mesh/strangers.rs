//! Clients without a proxy that call pods which take mutual TLS only.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, Pod, Service};
use tarbox_model::{Context, Evidence, ObjectRef};

use super::parts::{Injection, injection, owner};
use super::policies::{Policies, Setting};
use crate::addresses::callers;

/// Names of ingress controllers, by their pods' labels.
const CONTROLLERS: [&str; 6] = ["ingress-nginx", "nginx-ingress", "traefik", "haproxy-ingress", "kubernetes-ingress", "contour"];

/// One finding for each client and Service.
pub(super) fn strangers(context: &Context<'_>, policies: &Policies<'_>) -> Vec<Finding> {
    let strict: Vec<(ObjectRef, Setting<'_>)> =
        context.snapshot.services.iter().filter_map(|s| Some((s.reference(), strict(context, policies, s)?))).collect();
    if strict.is_empty() {
        return Vec::new();
    }
    let bare = bare(context);
    let callers = callers(context);
    let controller = bare.iter().find(|(_, (pod, _))| is_controller(pod)).map(|(who, (pod, _))| (who, pod.named()));
    let mut findings = Vec::new();
    for (service, taken) in &strict {
        let calling = callers.of(std::slice::from_ref(service));
        for client in calling.clients.iter().filter(|c| bare.get(*c).is_some_and(|(_, wanted)| *wanted == Injection::None)) {
            let Some((pod, _)) = bare.get(client) else { continue };
            let evidence = calling.evidence.iter().take(2).cloned().chain([pod.named()]).collect();
            let complains = calling.complaining;
            findings.push(
                finding(client.clone(), client, service, taken, evidence, if complains { 0.88 } else { 0.7 })
                    .workload(Some(client.clone())),
            );
        }
        if let Some((who, named)) = &controller {
            for ingress in context.relations.ingresses_of(context.snapshot, service) {
                findings.push(finding(ingress, who, service, taken, vec![named.clone()], 0.85));
            }
        }
    }
    findings
}

fn finding(
    subject: ObjectRef,
    client: &ObjectRef,
    service: &ObjectRef,
    taken: &Setting<'_>,
    evidence: Vec<Evidence>,
    confidence: f64,
) -> Finding {
    let (policy, namespace) = (taken.object.metadata.name.as_str(), taken.object.metadata.namespace.as_str());
    Finding::new(subject, format!("`{}` has no proxy, and `{}` takes only mutual TLS", client.name, service.name), taken.object.origin.at(&taken.pointer, taken.mode))
        .summary(format!(
            "PeerAuthentication `{namespace}/{policy}` is STRICT for the pods of Service `{}/{}`. `{}` calls it without a proxy, so in plain text: its connections are reset.",
            service.namespace, service.name, client.name
        ))
        .cause(taken.object.reference())
        .confidence(confidence)
        .evidence(evidence)
        .remedy(
            "Let the pods take both until every client is in the mesh. Proxies follow within seconds.",
            format!("kubectl patch peerauthentication {policy} -n {namespace} --type=merge -p '{{\"spec\":{{\"mtls\":{{\"mode\":\"PERMISSIVE\"}}}}}}'"),
        )
        .remedy("Or bring the client into the mesh; its pods must be made anew.", format!("kubectl label namespace {} istio-injection=enabled", client.namespace))
}

/// The setting by which pods behind a Service take nothing but mutual TLS.
fn strict<'a>(context: &Context<'a>, policies: &Policies<'a>, service: &Object<Service>) -> Option<Setting<'a>> {
    let reference = service.reference();
    let pod = context
        .relations
        .pods_behind(context.snapshot, &reference)
        .find(|p| p.is_active() && p.mesh_proxy().is_some_and(|v| v.spec.name == "istio-proxy"))?;
    policies.taken_behind(service, pod, None).find(|taken| taken.mode == "STRICT")
}

/// Workloads none of whose pods has a proxy, with one pod each, and what their namespace asks for.
fn bare<'a>(context: &Context<'a>) -> BTreeMap<ObjectRef, (&'a Object<Pod>, Injection<'a>)> {
    let (mut found, mut meshed) = (BTreeMap::new(), BTreeSet::new());
    for pod in context.snapshot.pods.iter().filter(|p| p.is_active()) {
        let owner = owner(context, pod);
        if pod.mesh_proxy().is_some() {
            meshed.insert(owner);
        } else {
            found.entry(owner).or_insert_with(|| (pod, injection(context.snapshot, &pod.metadata.namespace).0));
        }
    }
    found.retain(|owner, _| !meshed.contains(owner));
    found
}

fn is_controller(pod: &Pod) -> bool {
    let labels = ["app.kubernetes.io/name", "app", "k8s-app"];
    labels.iter().filter_map(|l| pod.metadata.labels.get(l)).any(|name| CONTROLLERS.contains(&name.as_str()))
}
