//! # port-conflict
//!
//! Two processes want the same port.
//!
//! ## What it detects
//! Containers that are not ready because the port that they want to listen on is taken: by another container of the pod (a
//! sidecar), by another pod in the node's network, or by a first copy of the process itself.
//!
//! ## Why it happens
//! All containers of a pod share one network: two with the same default port cannot live together. With `hostNetwork` all
//! pods of a node do. A process that starts a second copy of itself takes its own port away.
//!
//! ## How to confirm
//! `kubectl logs NAME --all-containers`: *address already in use*; then the ports of all containers of the pod.
//!
//! ## How to fix
//! Give one of them another port.
//!
//! ## When it stays silent
//! When the container is ready, and when it is a port of the node that the scheduler misses: that is host-port-conflict.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::ContainerView;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::told::{Told, told};
use super::trouble::Trouble;
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "port-conflict",
    title: "Two processes want the same port",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods"), Need::Logs],
    produces: &[Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    told(context, &["address-in-use"]).iter().map(|told| finding(context, told)).collect()
}

fn finding(context: &Context<'_>, told: &Told<'_>) -> Finding {
    let (trouble, owner) = (&told.trouble, told.trouble.owner());
    let container = trouble.view.spec.name.as_str();
    let port = told.name().and_then(|p| p.parse::<i32>().ok()).or_else(|| shared(trouble));
    let rival = rival(context, trouble, port);
    let which = port.map_or_else(|| "a port".to_owned(), |p| format!("port {p}"));
    let by = match &rival {
        Some(Rival::Container(view)) => {
            format!("Container `{}` of the same pod has it; containers of a pod share one network.", view.spec.name)
        }
        Some(Rival::Pod(pod)) => {
            format!("Pod `{}/{}` has it; both use the network of node `{}`.", pod.metadata.namespace, pod.metadata.name, pod.spec.node_name)
        }
        None if trouble.pod.spec.host_network => {
            "The pod uses the node's network; a process of the node, or of another pod, has it.".to_owned()
        }
        None => "No other container of the pod declares it: the process may have been started twice.".to_owned(),
    };
    let evidence = match &rival {
        Some(Rival::Container(view)) => declared(view, port).map(|i| {
            trouble.pod.evidence(
                view.spec_pointer(&format!("/ports/{i}/containerPort")),
                view.spec.ports.get(i).map_or(0, |p| p.container_port).to_string(),
            )
        }),
        Some(Rival::Pod(pod)) => Some(pod.evidence("/spec/hostNetwork", "true")),
        None => None,
    };
    let sure = rival.is_some();
    told.finding(format!("`{}` cannot listen on {which}: it is taken", owner.name))
        .summary(format!("Container `{container}` says: `{}`. {by}", told.hit.first.text.trim()))
        .confidence(if sure { 0.94 } else { 0.8 })
        .evidence(evidence)
        .remedy("Give one of the two another port. This starts new pods.", edit(&owner))
}

/// Who has the port.
enum Rival<'a> {
    Container(ContainerView<'a>),
    Pod(&'a tarbox_model::Object<tarbox_model::object::Pod>),
}

/// The other container, or the other pod in the same network, that declares the port, or says that it listens there.
fn rival<'a>(context: &Context<'a>, trouble: &Trouble<'a>, port: Option<i32>) -> Option<Rival<'a>> {
    let others = || trouble.pod.containers().filter(|v| v.spec.name != trouble.view.spec.name && (!v.init || v.is_sidecar()));
    if let Some(view) = others().find(|v| declared(v, port).is_some()) {
        return Some(Rival::Container(view));
    }
    let port = port?;
    let reference = trouble.pod.reference();
    let hears = |name: &str| {
        context
            .snapshot
            .logs_of(&reference, Some(name))
            .any(|log| log.hits_of("listening").any(|h| h.fields.iter().any(|(_, v)| v.parse() == Ok(port))))
    };
    if let Some(view) = others().find(|v| hears(&v.spec.name)) {
        return Some(Rival::Container(view));
    }
    let mut neighbours = context.relations.pods_on(context.snapshot, &trouble.pod.spec.node_name).filter(|_| trouble.pod.spec.host_network);
    neighbours
        .find(|p| {
            p.spec.host_network
                && p.is_active()
                && !std::ptr::eq(*p, trouble.pod)
                && p.containers().any(|v| declared(&v, Some(port)).is_some())
        })
        .map(Rival::Pod)
}

fn declared(view: &ContainerView<'_>, port: Option<i32>) -> Option<usize> {
    view.spec.ports.iter().position(|p| Some(p.container_port) == port)
}

/// A port that two containers of the pod declare, one of them this one.
fn shared(trouble: &Trouble<'_>) -> Option<i32> {
    let own = trouble.view.spec.ports.iter().map(|p| p.container_port);
    let others: Vec<i32> = trouble
        .pod
        .containers()
        .filter(|v| v.spec.name != trouble.view.spec.name)
        .flat_map(|v| v.spec.ports.iter().map(|p| p.container_port))
        .collect();
    { own }.find(|p| others.contains(p)).or_else(|| trouble.view.spec.ports.first().map(|p| p.container_port))
}
