//! # autoscaler-without-metrics
//!
//! A horizontal autoscaler has no figures, and so does nothing.
//!
//! ## What it detects
//! Autoscalers whose condition *ScalingActive* or *AbleToScale* is *False*, with what is missing: requests in the pods, the
//! metrics API, the target itself, or ready pods.
//!
//! ## Why it happens
//! A percentage of CPU is a percentage of the *request*; a container without one makes the whole figure unknown. Or
//! metrics-server does not run, or the autoscaler names a workload that does not exist.
//!
//! ## How to confirm
//! `kubectl describe hpa NAME`: conditions, and `<unknown>` under *Metrics*.
//!
//! ## How to fix
//! Give every container of the pods a request (sidecars too); bring the metrics API back; correct the target.
//!
//! ## When it stays silent
//! When scaling is switched off on purpose (the target has no replicas), and in the first two minutes of the target's pods.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{HorizontalPodAutoscaler, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use crate::wording::{did_you_mean, listed, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "autoscaler-without-metrics",
    title: "A horizontal autoscaler has no figures, and so does nothing",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Scale up replicas",
    needs: &[Need::Objects("horizontalpodautoscalers")],
    produces: &[],
    explained_by: &[Effect::MetricsMissing, Effect::NotReady],
    check,
};

/// Seconds for which new pods have no figures yet.
const YOUNG: i64 = 120;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.autoscalers.iter().filter_map(|scaler| finding(context, scaler)).collect()
}

fn finding(context: &Context<'_>, scaler: &Object<HorizontalPodAutoscaler>) -> Option<Finding> {
    // `ScalingDisabled` is what somebody wanted: the workload is scaled to zero.
    let fails = |reason: &str| ["Failed", "Invalid", "Ambiguous"].iter().any(|word| reason.starts_with(word));
    let failing = |kind: &str| condition(&scaler.status.conditions, kind).filter(|(_, c)| c.status == "False" && fails(&c.reason));
    let (index, told) = failing("ScalingActive").or_else(|| failing("AbleToScale"))?;
    let aim = &scaler.spec.scale_target_ref;
    let (name, namespace) = (scaler.metadata.name.as_str(), scaler.metadata.namespace.as_str());
    let workload = ObjectRef::new(aim.kind.as_str(), namespace, aim.name.as_str());
    let pods: Vec<_> = context.relations.pods_of(context.snapshot, &workload).filter(|p| p.is_active()).collect();
    let young = |p: &&tarbox_model::Object<tarbox_model::object::Pod>| {
        context.snapshot.age_seconds(p.status.start_time).is_some_and(|age| age < YOUNG)
    };
    let waiting = told.message.contains("pods might be unready") || told.message.contains("no metrics returned");
    if waiting && pods.iter().any(young) {
        return None;
    }
    let mut finding = Finding::new(
        scaler.reference(),
        format!("Autoscaler `{name}` has no figures"),
        scaler.evidence(format!("/status/conditions/{index}/message"), told.message.as_str()),
    )
    .workload(Some(workload.clone()))
    .confidence(0.95)
    .seen(told.last_transition_time, context.snapshot.taken_at);
    let mut why = String::new();
    if told.message.contains("missing request for") {
        let resource = if told.message.contains("missing request for memory") { "memory" } else { "cpu" };
        let pod = pods.first();
        let without: Vec<&str> = pod
            .into_iter()
            .flat_map(|p| &p.spec.containers)
            .filter(|c| !c.resources.requests.contains_key(resource))
            .map(|c| c.name.as_str())
            .collect();
        why = format!(
            " Without a request for {resource}: {}.",
            if without.is_empty() { "a container that is named there".to_owned() } else { listed(without.iter().copied()) }
        );
        finding = finding.cause(workload.clone()).remedy(
            format!("Give every container a request for {resource}. This starts new pods."),
            format!(
                "kubectl set resources {} -n {namespace}{} --requests={resource}={}",
                target(&workload),
                without.first().map(|c| format!(" -c {c}")).unwrap_or_default(),
                if resource == "cpu" { "100m" } else { "128Mi" }
            ),
        );
    } else if told.message.contains("metrics API") || told.message.contains("could not find the requested resource") {
        finding = finding
            .depends_on(ObjectRef::cluster_wide("APIService", "v1beta1.metrics.k8s.io"))
            .remedy("See whether the metrics API answers.", "kubectl get apiservice v1beta1.metrics.k8s.io; kubectl top pods -A | head -3");
    } else if told.reason == "FailedGetScale" {
        let names = context.snapshot.deployments.iter().filter(|d| d.metadata.namespace == namespace).map(|d| d.metadata.name.as_str());
        let nearest = similarity::nearest(&aim.name, names);
        why = format!(" It is to scale {} `{}`, which does not exist{}.", aim.kind, aim.name, did_you_mean(nearest));
        finding = finding.evidence([scaler.evidence("/spec/scaleTargetRef/name", aim.name.as_str())]).remedy(
            "Name the workload that is there.",
            match nearest {
                Some(nearest) => format!("kubectl patch hpa {name} -n {namespace} --type merge -p '{{\"spec\":{{\"scaleTargetRef\":{{\"name\":\"{nearest}\"}}}}}}'"),
                None => format!("kubectl edit hpa {name} -n {namespace}"),
            },
        );
    }
    let now = format!(" It stays at {} of at most {} pods.", scaler.status.current_replicas, scaler.spec.max_replicas);
    Some(
        finding
            .summary(format!("The autoscaler says: {}.{why}{now}", told.message.trim_end_matches('.')))
            .remedy("See what it says.", format!("kubectl describe hpa {name} -n {namespace}")),
    )
}
