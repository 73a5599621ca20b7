//! # limit-range-violation
//!
//! A LimitRange forbids the requests or limits of a workload's pods.
//!
//! ## What it detects
//! Pods (or claims) that are not created because a container, or the pod as a whole, asks for more than the LimitRange of
//! the namespace allows, for less than it demands, or leaves out what it demands.
//!
//! ## Why it happens
//! The namespace has bounds that the author of the workload did not know, or a default of the LimitRange does not go with
//! what the container states itself (a request above the default limit).
//!
//! ## How to confirm
//! `kubectl describe limitrange -n NAMESPACE`, against the resources of the workload's containers.
//!
//! ## How to fix
//! Bring requests and limits inside the bounds, or change the bounds; the controller then tries again by itself.
//!
//! ## When it stays silent
//! When the workload has all its pods, or has created some since the refusal.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule, Snapshot};

use super::refusal::{Refusal, between, refusals};
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "limit-range-violation",
    title: "A LimitRange forbids the requests or limits of a workload's pods",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Resource Quotas",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events"])],
    produces: &[Effect::PodsNotCreated],
    explained_by: &[],
    check,
};

/// What the admission plugin says, by the field of the LimitRange that it speaks of.
const FORMS: [(&str, &str); 3] = [("maximum ", "max"), ("minimum ", "min"), (" max limit to request ratio per ", "maxLimitRequestRatio")];

fn check(context: &Context<'_>) -> Vec<Finding> {
    refusals(context).iter().filter_map(|refusal| finding(context.snapshot, refusal)).collect()
}

/// One complaint of the plugin, taken apart: field, resource, what it is counted per, the words.
fn complaint(message: &str) -> Option<(&'static str, &str, &str, &str)> {
    let said = message.split_once(" is forbidden: ")?.1;
    // Several complaints stand in brackets; the first is as good as any.
    let words = said.trim_start_matches('[').split("], ").next()?.trim_end_matches(']');
    let (form, field) = FORMS.into_iter().find(|(form, _)| words.contains(form))?;
    let resource = if field == "maxLimitRequestRatio" { words.split(' ').next()? } else { between(words, form, " usage per ")? };
    let per = between(words, " per ", " is ")?;
    Some((field, resource, per, words))
}

fn finding(snapshot: &Snapshot, refusal: &Refusal) -> Option<Finding> {
    let (field, resource, per, words) = complaint(&refusal.message)?;
    let namespace = refusal.by.namespace.as_str();
    let (range, bound) = range(snapshot, namespace, field, resource, per).map_or((None, None), |(r, e)| (Some(r), Some(e)));
    let name = range.as_ref().map_or_else(|| "The LimitRange".to_owned(), |r| format!("LimitRange `{}`", r.name));
    let mut finding = refusal
        .finding(format!("{name} forbids the {resource} that `{}` asks for", refusal.workload.name))
        .summary(format!("The API server says: {words}. {}", refusal.toll()))
        .evidence(bound);
    if let Some(range) = range {
        finding = finding.cause(range);
    }
    if resource == "cpu" || resource == "memory" {
        finding = finding.remedy(
            format!("Bring the {resource} of the workload's containers inside the bounds. This starts new pods."),
            edit(&refusal.workload),
        );
    }
    Some(
        finding.remedy(
            "Or change the bounds; they hold for every new pod of the namespace.",
            format!("kubectl edit limitrange -n {namespace}"),
        ),
    )
}

/// The LimitRange that has such a bound, and the bound as evidence.
fn range(snapshot: &Snapshot, namespace: &str, field: &str, resource: &str, per: &str) -> Option<(tarbox_model::ObjectRef, Evidence)> {
    let ranges = Snapshot::in_namespace(&snapshot.limit_ranges, namespace);
    ranges.iter().find_map(|range| {
        let items = range.spec.limits.iter().enumerate().filter(|(_, item)| item.r#type == per);
        items
            .filter_map(|(i, item)| {
                let bounds = match field {
                    "max" => &item.max,
                    "min" => &item.min,
                    _ => &item.max_limit_request_ratio,
                };
                let text = bounds.get(resource)?;
                Some((range.reference(), range.evidence(format!("/spec/limits/{i}/{field}/{}", pointer_key(resource)), text.as_str())))
            })
            .next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_plugins_words() {
        for (said, expected) in [
            ("maximum memory usage per Container is 512Mi, but limit is 1Gi", ("max", "memory", "Container")),
            ("minimum cpu usage per Pod is 100m, but request is 10m", ("min", "cpu", "Pod")),
            ("maximum cpu usage per Container is 1.  No limit is specified", ("max", "cpu", "Container")),
            (
                "[maximum cpu usage per Container is 1, but limit is 2, minimum memory usage per Container is 64Mi, but request is 1Mi]",
                ("max", "cpu", "Container"),
            ),
            (
                "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
                ("maxLimitRequestRatio", "cpu", "Container"),
            ),
            ("minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi", ("min", "storage", "PersistentVolumeClaim")),
        ] {
            let message = format!("Error creating: pods \"app-1\" is forbidden: {said}");
            let found = complaint(&message).map(|(field, resource, per, _)| (field, resource, per));
            assert_eq!(found, Some(expected), "{said}");
        }
        assert_eq!(complaint("pods \"app-1\" is forbidden: exceeded quota: compute, requested: cpu=1"), None);
    }
}
