//! # autoscaler-at-maximum
//!
//! A horizontal autoscaler wants more pods than it may make.
//!
//! ## What it detects
//! Autoscalers that are limited by *maxReplicas* (condition *ScalingLimited*, reason *TooManyReplicas*) and have as many pods.
//!
//! ## Why it happens
//! More load than was planned for; or pods that got slower, so that more of them are needed for the same load.
//!
//! ## How to confirm
//! `kubectl get hpa NAME`: *TARGETS* above the target, *REPLICAS* at *MAXPODS*.
//!
//! ## How to fix
//! Raise the maximum, if nodes and quota have room; or make the pods do more.
//!
//! ## When it stays silent
//! When minimum and maximum are the same (then it is not meant to scale), and when the maximum has only just been reached.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{HorizontalPodAutoscaler, Object, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "autoscaler-at-maximum",
    title: "A horizontal autoscaler wants more pods than it may make",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Scale up replicas",
    needs: &[Need::Objects("horizontalpodautoscalers")],
    produces: &[Effect::Slow],
    explained_by: &[Effect::Slow, Effect::DependencyDown],
    check,
};

/// Seconds that a maximum may be touched: the autoscaler looks every 15 s.
const TOUCHED: i64 = 30;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.autoscalers.iter().filter_map(|scaler| finding(context, scaler)).collect()
}

fn finding(context: &Context<'_>, scaler: &Object<HorizontalPodAutoscaler>) -> Option<Finding> {
    let limited =
        condition(&scaler.status.conditions, "ScalingLimited").filter(|(_, c)| c.status == "True" && c.reason == "TooManyReplicas");
    let (index, told) = limited?;
    let (most, least) = (scaler.spec.max_replicas, scaler.spec.min_replicas.unwrap_or(1));
    let touched = context.snapshot.age_seconds(told.last_transition_time).is_some_and(|age| age < TOUCHED);
    if scaler.status.current_replicas < most || most <= least || touched {
        return None;
    }
    let aim = &scaler.spec.scale_target_ref;
    let (name, namespace) = (scaler.metadata.name.as_str(), scaler.metadata.namespace.as_str());
    let workload = ObjectRef::new(aim.kind.as_str(), namespace, aim.name.as_str());
    let since = context.snapshot.age_seconds(told.last_transition_time).map(|s| format!(" for {} min", s / 60)).unwrap_or_default();
    let metrics = figures(scaler);
    Some(
        Finding::new(
            scaler.reference(),
            format!("Autoscaler `{name}` wants more than its {most} pods"),
            scaler.evidence(format!("/status/conditions/{index}/reason"), told.reason.as_str()),
        )
        .summary(format!("{} `{}` has had all of its {most} pods{since}, and the autoscaler wants more.{metrics}", aim.kind, aim.name))
        .workload(Some(workload))
        .confidence(0.85)
        .evidence([scaler.evidence("/spec/maxReplicas", most.to_string())])
        .seen(told.last_transition_time, context.snapshot.taken_at)
        .remedy("See how far above its target it is.", format!("kubectl get hpa {name} -n {namespace}"))
        .remedy(
            "Let it make more, if nodes and quota have room.",
            format!(
                "kubectl patch hpa {name} -n {namespace} --type merge -p '{{\"spec\":{{\"maxReplicas\":{}}}}}'",
                most + most.max(2) / 2
            ),
        ),
    )
}

/// What it measures against what it aims at: ` cpu is at 180 % of its request.`
fn figures(scaler: &HorizontalPodAutoscaler) -> String {
    let now = |metric: &tarbox_model::object::AutoscalerMetric| {
        let percent = metric.resource.current.average_utilization?;
        Some(format!(" {} is at {percent} % of its request.", metric.resource.name))
    };
    scaler.status.current_metrics.iter().filter_map(now).collect()
}
