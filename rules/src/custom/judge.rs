//! What a user's rule says of the logs at hand.

use std::collections::BTreeMap;

use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::{Context, Finding, ObjectRef};

use super::{CustomRule, Place, glob, placeholders};
use crate::complaints::holds;

/// Most evidence of one finding.
const EVIDENCE: usize = 4;
/// Longest value of a group in prose, in characters.
const VALUE: usize = 120;

/// A workload and the lines of its logs.
#[derive(Default)]
struct Heard<'a> {
    workload: Option<ObjectRef>,
    hits: Vec<(&'a ContainerLog, &'a LogHit)>,
    lines: u64,
}

impl CustomRule {
    /// One finding for each workload (or pod) whose lines still hold, as built-in rules do.
    pub fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut by_owner: BTreeMap<ObjectRef, Heard<'_>> = BTreeMap::new();
        for log in context.snapshot.logs.iter().filter(|log| self.place.holds(context, log)) {
            let pod = context.snapshot.pod(&log.namespace, &log.pod);
            let hits: Vec<&LogHit> =
                log.hits_of(self.rule.id).filter(|hit| holds(context, pod, log, hit.last.time, hit.last.number)).collect();
            if hits.is_empty() {
                continue;
            }
            let workload = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
            let owner = workload.clone().unwrap_or_else(|| log.pod_reference());
            let heard = by_owner.entry(owner).or_insert_with(|| Heard { workload, ..Heard::default() });
            let further = log.further.get(self.rule.id).copied().unwrap_or_default();
            heard.lines += hits.iter().map(|hit| hit.count).sum::<u64>() + further;
            heard.hits.extend(hits.into_iter().map(|hit| (log, hit)));
        }
        by_owner.into_values().filter_map(|heard| self.finding(heard)).collect()
    }

    fn finding(&self, heard: Heard<'_>) -> Option<Finding> {
        let Heard { workload, hits, lines: count } = heard;
        let (log, hit) = hits.first().filter(|_| count >= self.minimum)?;
        let first = hits.iter().filter_map(|(_, hit)| hit.first.time).min();
        let last = hits.iter().filter_map(|(_, hit)| hit.last.time).max();
        let time = |time: Option<tarbox_model::Timestamp>| time.map_or_else(|| "an unknown time".to_owned(), |t| t.to_string());
        let name = workload.as_ref().map_or_else(|| log.pod.clone(), |w| w.name.clone());
        let objects = BTreeMap::from([
            ("namespace", log.namespace.clone()),
            ("pod", log.pod.clone()),
            ("container", log.container.clone()),
            ("workload", name),
        ]);
        let mut values: BTreeMap<&str, String> = hit.fields.iter().map(|(name, value)| (&**name, in_prose(value))).collect();
        values.extend(objects.clone());
        values.extend([("count", count.to_string()), ("first", time(first)), ("last", time(last))]);
        let finding = Finding::new(log.pod_reference(), placeholders::fill(self.rule.title, &values), log.evidence(hit))
            .workload(workload)
            .summary(placeholders::fill(&self.summary, &values))
            .confidence(self.confidence)
            .evidence(hits.iter().skip(1).take(EVIDENCE - 1).map(|(log, hit)| log.evidence(hit)))
            .seen(first, last);
        let steps = self.remedies.iter();
        Some(steps.fold(finding, |f, way| f.remedy(placeholders::fill(&way.text, &values), placeholders::fill(&way.command, &objects))))
    }
}

impl Place {
    /// Whether a log is one of those that the rule is for.
    fn holds(&self, context: &Context<'_>, log: &ContainerLog) -> bool {
        glob::any(&self.namespaces, &log.namespace)
            && glob::any(&self.pods, &log.pod)
            && glob::any(&self.containers, &log.container)
            && (self.images.is_empty() || image(context, log).is_some_and(|image| glob::any(&self.images, image)))
    }
}

/// The image of the container that wrote a log, where the pod is known.
fn image<'c>(context: &Context<'c>, log: &ContainerLog) -> Option<&'c str> {
    let pod = context.snapshot.pod(&log.namespace, &log.pod)?;
    pod.containers().find(|view| view.spec.name == log.container).map(|view| view.spec.image.as_str())
}

/// A value of a log, fit for one line of prose.
fn in_prose(value: &str) -> String {
    let text = value.chars().take(VALUE).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    text.replace('`', "'")
}
