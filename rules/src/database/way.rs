//! The way from a client's address to the pods of a database: Service, port, endpoints, pods.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::object::{Object, PortName, Service};
use tarbox_model::relations::workloads;
use tarbox_model::{Context, Evidence, ObjectRef};

use crate::calls::Call;
use crate::wording::{counted, listed};

/// What was found on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    /// In words: where the way ends.
    pub(super) words: String,
    /// Where that can be checked.
    pub(super) evidence: Vec<Evidence>,
    /// Workloads behind the Service.
    pub(super) behind: Vec<ObjectRef>,
    /// What is at fault, when the way shows it.
    pub(super) at_fault: Option<ObjectRef>,
    /// Whether the Service does not take the port.
    pub(super) wrong_port: bool,
}

/// Workloads behind each Service, scaled to nothing or not.
pub(super) type Behind = BTreeMap<ObjectRef, BTreeSet<ObjectRef>>;

/// Workloads behind every Service that a call names.
pub(super) fn behind(context: &Context<'_>, calls: &[Call<'_>]) -> Behind {
    let snapshot = context.snapshot;
    let mut all = Behind::new();
    for service in calls.iter().filter_map(|c| c.target.as_ref()).filter(|t| t.kind == "Service") {
        if !all.contains_key(service) {
            let pods = context.relations.pods_behind(snapshot, service).filter(|p| p.is_active());
            let owners = pods.map(|p| context.relations.workload_of_pod(snapshot, p).unwrap_or_else(|| p.reference())).collect();
            all.insert(service.clone(), owners);
        }
    }
    for workload in workloads(snapshot) {
        for service in context.relations.services_of(snapshot, &workload.reference) {
            if let Some(owners) = all.get_mut(&service.reference()) {
                owners.insert(workload.reference.clone());
            }
        }
    }
    all
}

/// Follows a call to its end.
pub(super) fn way(context: &Context<'_>, behind: &Behind, call: &Call<'_>) -> Way {
    let snapshot = context.snapshot;
    let Some(target) = &call.target else { return Way { words: outside(context, call), ..Way::default() } };
    let Some(service) = (target.kind == "Service").then(|| snapshot.service(&target.namespace, &target.name)).flatten() else {
        let pod = snapshot.pod(&target.namespace, &target.name);
        let state = pod.map_or("is gone", |p| if p.is_ready() { "is ready" } else { "is not ready" });
        return Way {
            words: format!("the address is that of pod `{}`, which {state}.", target.name),
            behind: pod.map(Object::reference).into_iter().collect(),
            evidence: pod.map(Object::named).into_iter().collect(),
            ..Way::default()
        };
    };
    let name = format!("Service `{}/{}`", target.namespace, target.name);
    let pods: Vec<_> = context.relations.pods_behind(snapshot, target).filter(|p| p.is_active()).collect();
    let behind: Vec<ObjectRef> = behind.get(target).cloned().unwrap_or_default().into_iter().collect();
    let at_fault = behind.first().cloned().filter(|_| behind.len() == 1);
    let ports: Vec<String> = service.spec.ports.iter().map(|p| p.port.to_string()).collect();
    if call.port.is_some_and(|port| offers(context, service, port) == Some(false)) {
        let words = format!("the address is {name}, which takes {} only.", listed(ports.iter().map(String::as_str)));
        return Way { words, evidence: vec![service.named()], behind, at_fault: None, wrong_port: true };
    }
    let ready = pods.iter().filter(|p| p.is_ready()).count();
    let evidence = vec![service.named()];
    let words = if service.spec.r#type == "ExternalName" {
        format!("the address is {name}, which stands for `{}` outside the cluster.", service.spec.external_name)
    } else if pods.is_empty() && !snapshot.coverage.has("pods") {
        format!("the address is {name}.")
    } else if pods.is_empty() {
        format!("the address is {name}, and no pod is behind it.")
    } else if ready == 0 {
        format!("the address is {name}, and none of the {} behind it is ready.", counted(pods.len(), "pod"))
    } else {
        let words = format!(
            "the address is {name} with {ready} of {} ready; they do not answer all the same: they may listen on another port or only on their loopback address.",
            counted(pods.len(), "pod")
        );
        return Way { words, evidence, behind, at_fault, wrong_port: false };
    };
    Way { words, evidence, behind, at_fault, wrong_port: false }
}

/// Words for an address that is nothing of the cluster's.
fn outside(context: &Context<'_>, call: &Call<'_>) -> String {
    let loopback = call.host.is_some_and(|h| h == "localhost" || h == "::1" || h.starts_with("127."));
    if loopback {
        return "the address is the pod itself: no database runs beside the client in its pod.".to_owned();
    }
    match call.host {
        Some(host) if context.snapshot.coverage.is_complete("services") => {
            format!("no Service of the cluster is `{host}`: it stands outside, or its address has changed.")
        }
        _ => "What stands behind the address is not in the bundle.".to_owned(),
    }
}

/// Whether a Service takes a port; `None` when that cannot be told.
fn offers(context: &Context<'_>, service: &Object<Service>, port: u16) -> Option<bool> {
    let port = i32::from(port);
    if service.spec.r#type == "ExternalName" || service.spec.ports.is_empty() {
        return None;
    }
    if service.spec.ports.iter().any(|p| p.port == port) {
        return Some(true);
    }
    if !service.is_headless() {
        return Some(false);
    }
    // A headless Service leads to the pods themselves: every port that they listen on is open.
    let reference = service.reference();
    let declared = context
        .relations
        .pods_behind(context.snapshot, &reference)
        .flat_map(|p| p.containers())
        .any(|v| v.spec.ports.iter().any(|p| p.container_port == port));
    let targeted = service.spec.ports.iter().any(|p| Service::target(p) == PortName::Number(port));
    Some(declared || targeted)
}
