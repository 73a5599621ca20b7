//! # topology-spread-unsatisfied
//!
//! A pod would make the spread over zones or nodes uneven.
//!
//! ## What it detects
//! Pods that wait because a topology spread constraint with `DoNotSchedule` forbids every node that has room, with the
//! number of pods in each domain.
//!
//! ## Why it happens
//! A zone is full or gone, so the only places left are where too many pods already are; or nodes lack the label that
//! makes the domains.
//!
//! ## How to confirm
//! `kubectl get pods -l SELECTOR -o wide` and `kubectl get nodes -L TOPOLOGYKEY`.
//!
//! ## How to fix
//! Make room in the domain that has fewest pods, raise *maxSkew*, or let the constraint yield: `whenUnsatisfiable:
//! ScheduleAnyway`.
//!
//! ## When it stays silent
//! When something else than the spread refuses most nodes.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

use super::blame::blamed;
use super::shortage;
use super::verdict::{Part, Reason, Verdict};
use crate::commands::edit;
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "topology-spread-unsatisfied",
    title: "A pod would make the spread over zones or nodes uneven",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Pod Anti-Affinity Conflicts",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::Unscheduled],
    explained_by: &[],
    check,
};

/// Domains that are told with their counts.
const SHOWN: usize = 8;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let blamed = blamed(context, |reason| *reason == Reason::Spread);
    blamed.into_iter().map(|(verdict, part)| finding(context, &verdict, &part)).collect()
}

fn finding(context: &Context<'_>, verdict: &Verdict<'_>, part: &Part) -> Finding {
    let (pod, owner) = (verdict.pod, verdict.owner());
    let hard = pod.spec.topology_spread_constraints.iter().enumerate().find(|(_, c)| c.when_unsatisfiable != "ScheduleAnyway");
    let mut summary = format!(
        "{} of {} nodes are refused by a topology spread constraint; {} cannot be placed.",
        part.count,
        verdict.total,
        counted(verdict.pods, "pod")
    );
    if let Some((_, constraint)) = hard {
        let key = constraint.topology_key.as_str();
        let domain = |node: &str| context.snapshot.node(node)?.metadata.labels.get(key);
        let matches = |p: &&Object<Pod>| p.is_active() && constraint.label_selector.as_ref().is_some_and(|s| s.matches(&p.metadata.labels));
        let mut domains: BTreeMap<&str, usize> =
            context.snapshot.nodes.iter().filter_map(|n| n.metadata.labels.get(key)).map(|domain| (domain.as_str(), 0)).collect();
        for pod in Snapshot::in_namespace(&context.snapshot.pods, &pod.metadata.namespace).iter().filter(matches) {
            if let Some(count) = domain(&pod.spec.node_name).and_then(|d| domains.get_mut(d.as_str())) {
                *count += 1;
            }
        }
        let bare = context.snapshot.nodes.iter().filter(|n| !n.metadata.labels.contains_key(key)).count();
        let mut counts: Vec<String> = domains.iter().take(SHOWN).map(|(domain, count)| format!("{domain}: {count}")).collect();
        if let Some(more) = domains.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            counts.push(format!("and {more} more"));
        }
        summary += &format!(
            " The constraint allows a difference of {} over `{key}`; there are {}.",
            constraint.max_skew,
            if counts.is_empty() { "no such domains".to_owned() } else { counts.join(", ") }
        );
        if bare > 0 {
            summary += &format!(
                " {} without the label and can never be used.",
                if bare == 1 { "1 node is".to_owned() } else { format!("{bare} nodes are") }
            );
        }
    }
    Finding::new(pod.reference(), format!("The spread rule leaves no node for `{}`", owner.name), shortage::quoted(verdict, &part.text))
        .summary(summary)
        .workload(verdict.workload.cloned())
        .confidence(0.95)
        .evidence(hard.map(|(i, c)| pod.evidence(format!("/spec/topologySpreadConstraints/{i}/topologyKey"), c.topology_key.as_str())))
        .seen(verdict.first, verdict.last)
        .remedy("Let the constraint yield when it cannot be met (`whenUnsatisfiable: ScheduleAnyway`), or raise `maxSkew`. This starts new pods.", edit(&owner))
}
