//! # stateful-set-blocked
//!
//! A StatefulSet does not roll out, because it may not touch its old pods.
//!
//! ## What it detects
//! StatefulSets with a new revision of which nothing comes: because a pod of the old revision is not ready and the controller
//! waits for it for ever, because the update strategy is *OnDelete*, or because the partition leaves out every pod. Also a
//! StatefulSet whose governing Service is not there, so that its pods have no names.
//!
//! ## Why it happens
//! With *OrderedReady* the controller changes nothing while one pod is not ready. When a broken template is corrected, the pod
//! that was made of the broken one is still there, and never gets ready: it has to be deleted by hand.
//!
//! ## How to confirm
//! `kubectl get statefulset NAME -o yaml` (*currentRevision*, *updateRevision*), and the pods' label
//! `controller-revision-hash`.
//!
//! ## How to fix
//! Delete the pod of the old revision; the StatefulSet makes it anew from the new template.
//!
//! ## When it stays silent
//! When all pods are of the new revision, when a partition leaves out only some pods (that is a canary), and when the pod
//! that is not ready is of the new revision: then the new revision itself is at fault.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod, StatefulSet};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, selector};

use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "stateful-set-blocked",
    title: "A StatefulSet may not touch its old pods, and so does not roll out",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Rolling Update Stuck",
    needs: &[Need::Objects("statefulsets")],
    produces: &[Effect::RolloutBlocked],
    explained_by: &[Effect::NodeDown, Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let sets =
        context.snapshot.stateful_sets.iter().filter(|s| s.spec.replicas.unwrap_or(1) > 0 && s.metadata.deletion_timestamp.is_none());
    sets.flat_map(|set| [not_rolled_out(context, set), without_service(context, set)]).flatten().collect()
}

fn not_rolled_out(context: &Context<'_>, set: &Object<StatefulSet>) -> Option<Finding> {
    let status = &set.status;
    let (old, new) = (status.current_revision.as_str(), status.update_revision.as_str());
    let wanted = set.spec.replicas.unwrap_or(1);
    if old.is_empty() || new.is_empty() || old == new || status.updated_replicas >= wanted {
        return None;
    }
    let (name, namespace, reference) = (set.metadata.name.as_str(), set.metadata.namespace.as_str(), set.reference());
    let hash = |p: &Pod| p.metadata.labels.get("controller-revision-hash").cloned().unwrap_or_default();
    let outdated: Vec<&Object<Pod>> = context
        .relations
        .pods_of(context.snapshot, &reference)
        .filter(|p| p.metadata.deletion_timestamp.is_none() && !hash(p).is_empty() && hash(p) != new)
        .collect();
    let broken = outdated.iter().find(|p| !p.is_ready());
    let partition = set.spec.update_strategy.rolling_update.partition.unwrap_or(0);
    let strategy = set.spec.update_strategy.r#type.as_str();
    let names = listed(outdated.iter().map(|p| p.metadata.name.as_str()));
    let (why, evidence, severity, confidence) = if strategy == "OnDelete" {
        (
            format!(
                "Its update strategy is *OnDelete*: a pod is made anew only when somebody deletes it. Of the old revision are {names}."
            ),
            set.evidence("/spec/updateStrategy/type", "OnDelete"),
            Severity::Medium,
            0.9,
        )
    } else if partition >= wanted {
        (
            format!("Its partition is {partition}, and it has {wanted} pods: the update leaves out all of them."),
            set.evidence("/spec/updateStrategy/rollingUpdate/partition", partition.to_string()),
            Severity::Medium,
            0.85,
        )
    } else if let Some(pod) = broken.filter(|_| set.spec.pod_management_policy != "Parallel") {
        let why = format!(
            "Pod `{}` is of the old revision and not ready. The controller waits until it is, before it changes anything; so the new template never reaches it.",
            pod.metadata.name
        );
        (why, pod.evidence("/metadata/labels/controller-revision-hash", hash(pod)), Severity::High, 0.9)
    } else {
        return None;
    };
    let finding = Finding::new(reference.clone(), format!("StatefulSet `{name}` does not roll out its new revision"), evidence)
        .summary(format!("{} of {wanted} pods are of revision `{new}`. {why}", status.updated_replicas))
        .severity(severity)
        .workload(Some(reference))
        .confidence(confidence)
        .evidence([set.evidence("/status/updateRevision", new)])
        .seen(broken.and_then(|p| p.metadata.creation_timestamp), context.snapshot.taken_at);
    Some(match broken.or(outdated.first()) {
        _ if strategy != "OnDelete" && partition >= wanted => finding.remedy(
            "Let the update reach all pods, one after the other.",
            format!("kubectl patch statefulset {name} -n {namespace} --type merge -p '{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"partition\":0}}}}}}}}'"),
        ),
        Some(pod) => finding.remedy("Delete the pod. It is made anew from the new template; its volume stays.", format!("kubectl delete pod {} -n {namespace}", pod.metadata.name)),
        None => finding.remedy("See of which revision its pods are.", format!("kubectl get pods -n {namespace} -L controller-revision-hash")),
    })
}

/// A governing Service that is not there: the pods run, but `pod.service` is no name.
fn without_service(context: &Context<'_>, set: &Object<StatefulSet>) -> Option<Finding> {
    let (name, namespace, service) = (set.metadata.name.as_str(), set.metadata.namespace.as_str(), set.spec.service_name.as_str());
    let snapshot = context.snapshot;
    if service.is_empty() || !snapshot.coverage.is_complete("services") || snapshot.service(namespace, service).is_some() {
        return None;
    }
    let others = snapshot.services.iter().filter(|s| s.metadata.namespace == namespace).map(|s| s.metadata.name.as_str());
    let nearest = tarbox_model::similarity::nearest(service, others);
    let short = set.status.ready_replicas < set.spec.replicas.unwrap_or(1);
    Some(
        Finding::new(set.reference(), format!("StatefulSet `{name}` is governed by Service `{service}`, which does not exist"), set.evidence("/spec/serviceName", service))
            .summary(format!("The pods of `{name}` get their names (`{name}-0.{service}`) from a headless Service `{service}`; there is none in `{namespace}`{}.", did_you_mean(nearest)))
            .severity(if short { Severity::High } else { Severity::Low })
            .workload(Some(set.reference()))
            .confidence(0.85)
            .remedy("Make the Service. The pods' names are then known at once.", format!("kubectl create service clusterip {service} --clusterip=None -n {namespace}; kubectl set selector service {service} {} -n {namespace}", selector::describe(&set.spec.selector.match_labels))),
    )
}
