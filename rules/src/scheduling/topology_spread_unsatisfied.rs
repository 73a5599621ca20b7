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

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::blame::blamed;
use super::neighbours::Neighbours;
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
    if blamed.is_empty() {
        return Vec::new();
    }
    let neighbours = Neighbours::of(context.snapshot);
    let mut domains = BTreeMap::new();
    blamed.into_iter().map(|(verdict, part)| finding(context, &neighbours, &mut domains, &verdict, &part)).collect()
}

/// Values that nodes have for a key, and how many nodes have none.
struct Domains<'a> {
    values: BTreeSet<&'a str>,
    bare: usize,
}

impl<'a> Domains<'a> {
    fn by(nodes: &'a [Object<Node>], key: &str) -> Self {
        let values = || nodes.iter().filter_map(|n| n.metadata.labels.get(key));
        Self { values: values().map(String::as_str).collect(), bare: nodes.len() - values().count() }
    }
}

fn finding<'a>(
    context: &Context<'a>,
    neighbours: &Neighbours<'a>,
    known: &mut BTreeMap<&'a str, Domains<'a>>,
    verdict: &Verdict<'a>,
    part: &Part,
) -> Finding {
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
        let domains = known.entry(key).or_insert_with(|| Domains::by(&context.snapshot.nodes, key));
        let mut there: BTreeMap<&str, usize> = BTreeMap::new();
        let selected = constraint.label_selector.iter().flat_map(|s| neighbours.selected(&pod.metadata.namespace, s));
        for domain in selected.filter_map(|p| domain(&p.spec.node_name)) {
            *there.entry(domain.as_str()).or_default() += 1;
        }
        let told = |domain: &&str| format!("{domain}: {}", there.get(domain).copied().unwrap_or_default());
        let mut counts: Vec<String> = domains.values.iter().take(SHOWN).map(told).collect();
        let (bare, domains) = (domains.bare, &domains.values);
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
