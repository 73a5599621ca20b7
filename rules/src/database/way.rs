//! The way from a client's address to the pods of a database: Service, port, endpoints, pods.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use tarbox_model::object::Object;
use tarbox_model::{Context, Evidence, ObjectRef};

use crate::addresses::offers;
use crate::calls::Call;
use crate::services::backing::{Backing, backings};
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
    /// Ports that the Service takes, when the called one is none of them.
    pub(super) other_ports: Option<Vec<i32>>,
}

/// What stands behind each Service: looked up once, when the first call is followed.
#[derive(Default)]
pub(super) struct Ways<'a> {
    backings: OnceCell<BTreeMap<ObjectRef, Backing<'a>>>,
}

impl<'a> Ways<'a> {
    /// Follows a call to its end.
    pub(super) fn follow(&self, context: &Context<'a>, call: &Call<'_>) -> Way {
        let snapshot = context.snapshot;
        let Some(target) = &call.target else { return Way { words: outside(context, call), ..Way::default() } };
        let Some(service) = (target.kind == "Service").then(|| snapshot.service(&target.namespace, &target.name)).flatten() else {
            return at_pod(context, target);
        };
        let name = format!("Service `{}/{}`", target.namespace, target.name);
        let backings = self.backings.get_or_init(|| backings(context).into_iter().map(|b| (b.reference.clone(), b)).collect());
        let backing = backings.get(target);
        let behind: Vec<ObjectRef> = backing.map(|b| b.workloads.clone()).unwrap_or_default();
        let owners = backing
            .into_iter()
            .flat_map(|b| &b.pods)
            .map(|p| context.relations.workload_of_pod(snapshot, p).unwrap_or_else(|| p.reference()));
        let behind: Vec<ObjectRef> = behind.into_iter().chain(owners).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let evidence = vec![service.named()];
        if call.port.is_some_and(|port| offers(context, service, port) == Some(false)) {
            let ports: Vec<i32> = service.spec.ports.iter().map(|p| p.port).collect();
            let words = format!(
                "the address is {name}, which takes {} only.",
                listed(ports.iter().map(i32::to_string).collect::<Vec<_>>().iter().map(String::as_str))
            );
            return Way { words, evidence, behind, other_ports: Some(ports) };
        }
        let words = match backing {
            _ if service.spec.r#type == "ExternalName" => {
                format!("the address is {name}, which stands for `{}` outside the cluster.", service.spec.external_name)
            }
            Some(backing) if backing.is_known(snapshot) => {
                let (all, ready) = match backing.endpoints {
                    Some((ready, unready)) if backing.pods.is_empty() => (ready + unready, ready),
                    _ => (backing.pods.len(), backing.pods.iter().filter(|p| p.is_ready()).count()),
                };
                match (all, ready) {
                    (0, _) => format!("the address is {name}, and no pod is behind it."),
                    (_, 0) => format!("the address is {name}, and none of the {} behind it is ready.", counted(all, "pod")),
                    _ => format!(
                        "the address is {name} with {ready} of {} ready; they do not answer all the same: they may listen on another port, or only on their loopback address.",
                        counted(all, "pod")
                    ),
                }
            }
            _ => format!("the address is {name}."),
        };
        Way { words, evidence, behind, other_ports: None }
    }
}

/// The way to a pod's own address.
fn at_pod(context: &Context<'_>, target: &ObjectRef) -> Way {
    let pod = context.snapshot.pod(&target.namespace, &target.name);
    let state = pod.map_or("is gone", |p| if p.is_ready() { "is ready" } else { "is not ready" });
    let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p)).unwrap_or_else(|| target.clone());
    let words = format!("the address is that of pod `{}`, which {state}.", target.name);
    Way { words, behind: vec![owner], evidence: pod.map(Object::named).into_iter().collect(), other_ports: None }
}

/// Words for an address that is nothing of the cluster's.
fn outside(context: &Context<'_>, call: &Call<'_>) -> String {
    let loopback = call.host.is_some_and(|h| h == "localhost" || h == "::1" || h.starts_with("127."));
    match call.host {
        _ if loopback => "the address is the pod itself: no database runs beside the client in its pod.".to_owned(),
        Some(host) if context.snapshot.coverage.is_complete("services") => {
            format!("no Service of the cluster is `{host}`: it stands outside, or its address has changed.")
        }
        _ => "what stands behind the address is not in the bundle.".to_owned(),
    }
}
