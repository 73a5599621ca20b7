//! A MongoDB server of which only the Service is left: clients complain of it, nothing is behind it, and no workload in the
//! bundle is the server (some tools do not collect StatefulSets).

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Event, Object};
use tarbox_model::{Context, ObjectRef};

use super::engine::Engine;
use super::servers::Server;
use crate::calls::Call;
use crate::wording::{listed, target};

/// Findings for Services that clients call in vain and that have no pods.
pub(super) fn vanished(context: &Context<'_>, servers: &[Server<'_>], calls: &[Call<'_>]) -> Vec<Finding> {
    let snapshot = context.snapshot;
    if !snapshot.coverage.is_complete("pods") {
        return Vec::new();
    }
    let homes: BTreeSet<&str> = servers.iter().map(|s| s.reference.namespace.as_str()).collect();
    let mut findings = Vec::new();
    for service in &snapshot.services {
        let reference = service.reference();
        let empty = !service.spec.selector.is_empty() && !context.relations.pods_behind(snapshot, &reference).any(|p| p.is_active());
        if !empty || homes.contains(reference.namespace.as_str()) {
            continue;
        }
        let mine: Vec<&Call<'_>> =
            calls.iter().filter(|c| c.engine == Some(Engine::MongoDb) && c.target.as_ref() == Some(&reference)).collect();
        let Some(call) = mine.first() else { continue };
        let gone = taken_away(context, &reference);
        let clients: BTreeSet<&str> = mine.iter().map(|c| c.complaint.client.name.as_str()).collect();
        let workload = gone.map(|e| e.about());
        let subject = workload.clone().unwrap_or_else(|| reference.clone());
        let told = gone.map(|e| format!(" The last that is told of it: {}.", e.message)).unwrap_or_default();
        let mut finding = Finding::new(
            subject.clone(),
            format!("MongoDB `{}` is down: it has no pods", subject.name),
            call.complaint.log.evidence(call.complaint.hit),
        )
        .cause(reference.clone())
        .workload(workload.clone())
        .summary(format!("{} cannot reach Service `{reference}`: no pod carries its labels, so no server runs.{told}", listed(clients)))
        .confidence(0.85)
        .evidence(gone.map(|e| e.evidence("/message", e.message.as_str())))
        .evidence([service.named()])
        .seen(call.complaint.hit.first.time, snapshot.taken_at);
        if let Some(workload) = workload {
            finding = finding.remedy(
                "Start it again, with as many members as it had.",
                format!("kubectl scale {}{} --replicas=1", target(&workload), workload.namespace_flag()),
            );
        }
        findings
            .push(finding.remedy("See what should run it.", format!("kubectl get statefulset,deployment{}", reference.namespace_flag())));
    }
    findings
}

/// The newest event that tells of a pod taken away in a Service's namespace, unless one was made since; of the workload that is
/// named like the Service, else of the only one.
fn taken_away<'a>(context: &Context<'a>, service: &ObjectRef) -> Option<&'a Object<Event>> {
    let events = context.snapshot.events.iter().filter(|e| e.involved_object.namespace == service.namespace);
    let scaling: Vec<&Object<Event>> = events
        .filter(|e| matches!(e.involved_object.kind.as_str(), "StatefulSet" | "Deployment"))
        .filter(|e| matches!(e.reason.as_str(), "SuccessfulDelete" | "SuccessfulCreate" | "ScalingReplicaSet"))
        .collect();
    let owners: BTreeSet<&str> = scaling.iter().map(|e| e.involved_object.name.as_str()).collect();
    let alike = owners.iter().find(|o| o.contains(service.name.as_str()) || service.name.contains(**o)).copied();
    let owner = alike.or_else(|| owners.first().copied().filter(|_| owners.len() == 1))?;
    let newest = scaling.into_iter().rfind(|e| e.involved_object.name == owner)?;
    (newest.reason == "SuccessfulDelete" || newest.message.contains("Scaled down")).then_some(newest)
}
