//! Calls that fail on the way, of clients that call no database: findings that connection-refused and connection-timeout share.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Object;
use tarbox_model::{Context, ObjectRef, Snapshot};

use crate::calls::{Call, Failure, calls};
use crate::services::backing::{Backing, backings};
use crate::wording::counted;

/// Fewer complaints than this of a client that is well are stray.
const STRAY: u64 = 3;

/// One finding for each client and address whose calls fail in one of these ways.
pub(super) fn findings(context: &Context<'_>, failures: &[Failure], words: impl Fn(&Call<'_>) -> &'static str) -> Vec<Finding> {
    let mut by_way: BTreeMap<(ObjectRef, String), Vec<Call<'_>>> = BTreeMap::new();
    for call in calls(context).into_iter().filter(|c| c.engine.is_none() && failures.contains(&c.failure)) {
        by_way.entry((call.complaint.client.clone(), call.address())).or_default().push(call);
    }
    if by_way.is_empty() {
        return Vec::new();
    }
    let backings: BTreeMap<ObjectRef, Backing<'_>> = backings(context).into_iter().map(|b| (b.reference.clone(), b)).collect();
    by_way.iter().filter_map(|((client, address), calls)| finding(context, client, address, calls, &backings, &words)).collect()
}

fn finding(
    context: &Context<'_>,
    client: &ObjectRef,
    address: &str,
    calls: &[Call<'_>],
    backings: &BTreeMap<ObjectRef, Backing<'_>>,
    words: &impl Fn(&Call<'_>) -> &'static str,
) -> Option<Finding> {
    let call = calls.first()?;
    let count: u64 = calls.iter().map(|c| c.complaint.hit.count).sum();
    let pod = context.snapshot.pod(&call.complaint.pod.namespace, &call.complaint.pod.name);
    let unwell = pod.is_some_and(|p| !p.is_ready() && !p.is_finished());
    let system = Snapshot::is_system_namespace(&client.namespace);
    let (what, behind) = behind(call, backings);
    let mut finding = call
        .complaint
        .finding(format!(
            "Connections of `{}` to `{address}` {}",
            client.name,
            call.words().replacen("is ", "are ", 1).replacen("times out", "time out", 1).replacen("finds", "find", 1)
        ))
        .summary(format!("{} {what} Its log says so {count} times.", words(call)))
        .severity(match (unwell, count < STRAY || system) {
            (true, _) => Severity::High,
            (false, false) => Severity::Medium,
            (false, true) => Severity::Low,
        })
        .confidence(if call.host.is_some() { 0.7 } else { 0.5 });
    for object in call.target.iter().cloned().chain(behind).chain(services_of(context, call)) {
        finding = finding.depends_on(object);
    }
    if let Some(service) = call.target.as_ref().filter(|t| t.kind == "Service") {
        finding = finding.remedy(
            "See who stands behind the Service.",
            format!("kubectl get endpointslice -l kubernetes.io/service-name={}{}", service.name, service.namespace_flag()),
        );
    }
    Some(match (call.host, call.port) {
        (Some(host), Some(port)) => finding.remedy(
            "Try the way from the client.",
            format!("kubectl exec {}{} -- nc -zv -w 3 {host} {port}", call.complaint.pod.name, call.complaint.pod.namespace_flag()),
        ),
        _ => finding.remedy("Read the lines around.", call.complaint.logs_command()),
    })
}

/// The Services that lead to a pod which is called by its own address: that address comes from one of them.
fn services_of(context: &Context<'_>, call: &Call<'_>) -> Vec<ObjectRef> {
    let pod = call.target.as_ref().filter(|t| t.kind == "Pod").and_then(|t| context.snapshot.pod(&t.namespace, &t.name));
    pod.into_iter().flat_map(|pod| context.relations.services_of_pod(context.snapshot, pod)).map(Object::reference).collect()
}

/// What stands behind the address, in words, and the workloads of it.
fn behind(call: &Call<'_>, backings: &BTreeMap<ObjectRef, Backing<'_>>) -> (String, Vec<ObjectRef>) {
    match call.target.as_ref() {
        Some(target) => match backings.get(target) {
            Some(backing) => {
                let ready = backing.pods.iter().filter(|p| p.is_ready()).count();
                (
                    format!(
                        "The address is Service `{}/{}` with {ready} of {} ready.",
                        target.namespace,
                        target.name,
                        counted(backing.pods.len(), "pod")
                    ),
                    backing.workloads.clone(),
                )
            }
            None => (format!("The address is {} `{}/{}`.", target.kind, target.namespace, target.name), Vec::new()),
        },
        None if call.host.is_some() => ("The address is none that the bundle knows.".to_owned(), Vec::new()),
        None => ("The log does not say whom it called.".to_owned(), Vec::new()),
    }
}
