//! Database servers in the cluster: which workloads are databases, their pods, and how they do.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::evidence::Origin;
use tarbox_model::object::{Object, Pod, PodSpec, condition};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use super::engine::Engine;
use crate::complaints::complaints;

/// A workload that is a database.
#[derive(Debug, Clone)]
pub(crate) struct Server<'a> {
    /// Which.
    pub(crate) engine: Engine,
    /// The workload, or a pod that stands alone.
    pub(crate) reference: ObjectRef,
    /// The workload itself, when it was collected: where it stands, and how many pods it wants.
    pub(crate) wanted: Option<(&'a Origin, i32)>,
    /// Its pods that should serve.
    pub(crate) pods: Vec<&'a Object<Pod>>,
    /// The container that serves.
    pub(crate) container: String,
}

/// Every database server, by workload.
pub(crate) fn servers<'a>(context: &Context<'a>) -> Vec<Server<'a>> {
    let mut all: BTreeMap<ObjectRef, Server<'a>> = BTreeMap::new();
    for workload in workloads(context.snapshot) {
        if let Some((engine, container)) = engine_of(&workload.template.spec, || named(&workload)) {
            let wanted = Some((workload.origin, workload.desired));
            all.insert(workload.reference.clone(), Server { engine, reference: workload.reference, wanted, pods: Vec::new(), container });
        }
    }
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || workload.is_some_and(|w| matches!(w.kind.as_str(), "Job" | "CronJob")) {
            continue;
        }
        let reference = workload.cloned().unwrap_or_else(|| pod.reference());
        if let Some(known) = all.get_mut(&reference) {
            known.pods.push(pod);
        } else if let Some((engine, container)) = engine_of(&pod.spec, || None) {
            all.insert(reference.clone(), Server { engine, reference, wanted: None, pods: vec![pod], container });
        }
    }
    all.into_values().collect()
}

/// The database that a workload serves.
pub(crate) fn engine_of_workload(workload: &Workload<'_>) -> Option<Engine> {
    engine_of(&workload.template.spec, || named(workload)).map(|(engine, _)| engine)
}

/// The database that a StatefulSet is named for.
fn named(workload: &Workload<'_>) -> Option<Engine> {
    Engine::of_name(&workload.reference.name).filter(|_| workload.reference.kind == "StatefulSet")
}

/// The database that a pod spec serves, with its container; else by the workload's name.
fn engine_of(spec: &PodSpec, named: impl FnOnce() -> Option<Engine>) -> Option<(Engine, String)> {
    let (engine, container) = Engine::of_pod(spec).or_else(|| named().map(|engine| (engine, 0)))?;
    Some((engine, spec.containers.get(container).map(|c| c.name.clone()).unwrap_or_default()))
}

/// Databases by the Services that lead to them.
pub(crate) fn by_service(context: &Context<'_>, servers: &[Server<'_>]) -> BTreeMap<ObjectRef, Engine> {
    led_to(context, servers).into_iter().map(|(service, server)| (service, server.engine)).collect()
}

/// Servers by the Services that lead to them; the last where there are several.
pub(super) fn led_to<'s, 'a>(context: &Context<'_>, servers: &'s [Server<'a>]) -> BTreeMap<ObjectRef, &'s Server<'a>> {
    servers.iter().flat_map(|server| server.services(context).into_iter().map(move |service| (service, server))).collect()
}

impl<'a> Server<'a> {
    /// Pods that are ready.
    pub(crate) fn ready(&self) -> usize {
        self.pods.iter().filter(|p| p.is_ready()).count()
    }

    /// Whether it is scaled to nothing.
    pub(crate) fn is_scaled_to_zero(&self) -> bool {
        self.wanted.is_some_and(|(_, wanted)| wanted == 0) && self.pods.is_empty()
    }

    /// Services that lead to it.
    pub(crate) fn services(&self, context: &Context<'_>) -> Vec<ObjectRef> {
        context.relations.services_of(context.snapshot, &self.reference).map(Object::reference).collect()
    }

    /// Evidence that it is there.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        let workload = self.wanted.map(|(origin, _)| origin.at("/metadata/name", self.reference.name.as_str()));
        workload.or_else(|| self.pods.first().map(|p| p.named()))
    }

    /// Since when its pods are not ready.
    pub(super) fn unready_since(&self) -> Option<Timestamp> {
        let changed = |pod: &&Object<Pod>| condition(&pod.status.conditions, "Ready").and_then(|(_, c)| c.last_transition_time);
        self.pods.iter().filter_map(|p| changed(p).or(p.status.start_time)).min()
    }
}

/// What keeps a pod from being ready, by its status: in words, with the place.
pub(crate) fn trouble(pod: &Object<Pod>) -> Option<(String, Evidence)> {
    let state = pod.containers().filter(|v| v.status.is_some_and(|(_, _, s)| !s.ready)).find_map(|view| {
        let (_, _, status) = view.status?;
        let ended = status.state.terminated.as_ref().map(|t| (t, "/state/terminated/reason"));
        let ended = ended.or_else(|| status.last_state.terminated.as_ref().map(|t| (t, "/lastState/terminated/reason")));
        if let Some((end, pointer)) = ended.filter(|(t, _)| !t.reason.is_empty() && t.exit_code != 0) {
            let words = format!(
                "Container `{}` ended with code {} ({}), {} restarts so far.",
                status.name, end.exit_code, end.reason, status.restart_count
            );
            return Some((words, pod.evidence(view.status_pointer(pointer), end.reason.as_str())));
        }
        let waiting = status.state.waiting.as_ref().filter(|w| !w.reason.is_empty())?;
        Some((
            format!("Container `{}` waits: {}.", status.name, waiting.reason),
            pod.evidence(view.status_pointer("/state/waiting/reason"), waiting.reason.as_str()),
        ))
    });
    state.or_else(|| {
        let (i, condition) = pod.status.conditions.iter().enumerate().find(|(_, c)| c.status == "False" && !c.message.is_empty())?;
        let words = format!("Pod `{}`: {}.", pod.metadata.name, condition.message.trim_end_matches('.'));
        Some((words, pod.evidence(format!("/status/conditions/{i}/message"), condition.message.as_str())))
    })
}

/// Signatures by which a server says why it ends.
const LAST_WORDS: [&str; 4] = ["mongod-fatal", "mongod-version", "disk-full", "permission-denied"];

/// What the server said last of why it ends: the newest such line of its pods.
pub(crate) fn last_words(context: &Context<'_>, server: &Server<'_>) -> Option<(String, Evidence)> {
    let names: BTreeSet<ObjectRef> = server.pods.iter().map(|p| p.reference()).collect();
    let said = complaints(context, |hit| LAST_WORDS.contains(&hit.signature));
    let newest = said.iter().filter(|c| names.contains(&c.pod)).max_by_key(|c| (c.log.run, c.hit.last.number))?;
    let reason = newest.field("start").or_else(|| newest.field("fatal")).unwrap_or(newest.hit.last.text.as_str());
    let short: String = reason.chars().take(200).collect();
    Some((format!("`{}`", short.replace('`', "'")), newest.log.evidence(newest.hit)))
}
