//! Aggregated APIs: whether one answers, and who should.

use tarbox_model::finding::Finding;
use tarbox_model::object::{ApiService, Object, condition};
use tarbox_model::{Context, ObjectRef};

/// Whether a group is one of those that autoscalers read.
pub(crate) fn is_of_metrics(group: &str) -> bool {
    matches!(group, "metrics.k8s.io" | "custom.metrics.k8s.io" | "external.metrics.k8s.io")
}

/// A finding, if an aggregated API says that it is not available.
pub(crate) fn unavailable(context: &Context<'_>, api: &Object<ApiService>) -> Option<Finding> {
    let service = api.spec.service.as_ref()?;
    let (index, available) = condition(&api.status.conditions, "Available").filter(|(_, c)| c.status == "False")?;
    let target = ObjectRef::new("Service", service.namespace.as_str(), service.name.as_str());
    let absent = available.reason == "ServiceNotFound"
        || context.snapshot.coverage.is_complete("services") && context.snapshot.service(&target.namespace, &target.name).is_none();
    let meaning = if absent {
        format!("Service `{}` in namespace `{}` does not exist.", target.name, target.namespace)
    } else {
        let pods = context.relations.pods_behind(context.snapshot, &target).count();
        format!("Service `{}` in namespace `{}` exists; {pods} pods are behind it.", target.name, target.namespace)
    };
    let told = if available.message.is_empty() {
        api.evidence(format!("/status/conditions/{index}/reason"), available.reason.as_str())
    } else {
        api.evidence(format!("/status/conditions/{index}/message"), available.message.as_str())
    };
    let mut finding = Finding::new(api.reference(), format!("The API `{}/{}` does not answer", api.spec.group, api.spec.version), told)
        .summary(format!("The API server says: {} ({}). {meaning}", available.message.trim_end_matches('.'), available.reason))
        .confidence(0.97)
        .depends_on(target.clone())
        .seen(available.last_transition_time, context.snapshot.taken_at);
    let pods =
        context.relations.pods_behind(context.snapshot, &target).find_map(|p| context.relations.workload_of_pod(context.snapshot, p));
    if let Some(workload) = pods {
        finding = finding.depends_on(workload);
    }
    let asked = format!("kubectl get service {} -n {1}; kubectl get pods,endpoints -n {1} -o wide", target.name, target.namespace);
    Some(finding.remedy("See who should answer.", asked))
}
