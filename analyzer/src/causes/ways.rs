//! How a consequence hangs on what explains it, in relations of the cluster: what a report writes along its arrows.
//!
//! Only for what is told with a root cause: the graph of all findings may have a million edges, and nobody reads those.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::analysis::{Ranked, TOLD, Way};
use tarbox_model::{Context, ObjectRef, Rule};

use super::spread::{self, Callers, Reached};
use super::{observed_at, seeds};

/// The ways between findings that are told together, by the indices of what explains and of what is explained.
pub(super) fn told(
    context: &Context<'_>,
    callers: &Callers,
    rules: &BTreeMap<&str, &Rule>,
    findings: &[Ranked],
    roots: &[usize],
) -> BTreeMap<(usize, usize), Way> {
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for &root in roots {
        let consequences = || findings.get(root).into_iter().flat_map(|it| it.explains.iter().take(TOLD).copied());
        let together: BTreeSet<usize> = consequences().chain([root]).collect();
        for to in consequences() {
            let causes = findings.get(to).into_iter().flat_map(|it| &it.explained_by);
            pairs.extend(causes.filter(|&from| together.contains(from)).map(|&from| (from, to)));
        }
    }
    let mut ways = BTreeMap::new();
    let mut last: Option<(usize, Reached)> = None;
    // Pairs of one cause stand together, so that its states are followed once.
    for (from, to) in pairs {
        if last.as_ref().is_none_or(|(of, _)| *of != from) {
            let cause = findings.get(from).map(|it| &it.finding);
            let states = cause.and_then(|cause| Some(seeds(rules.get(cause.rule)?, cause))).unwrap_or_default();
            last = Some((from, spread::reachable(context, callers, states)));
        }
        if let (Some((_, reached)), Some(consequence)) = (&last, findings.get(to)) {
            ways.extend(way(rules, reached, consequence).map(|way| ((from, to), way)));
        }
    }
    ways
}

/// The way to the nearest state that explains a finding.
fn way(rules: &BTreeMap<&str, &Rule>, reached: &Reached, consequence: &Ranked) -> Option<Way> {
    let finding = &consequence.finding;
    let rule = rules.get(finding.rule)?;
    let everywhere = ObjectRef::cluster();
    let explaining = |(effect, site): &spread::State| {
        rule.explained_by.contains(effect) && (*site == everywhere || observed_at(rule, finding, *effect).any(|own| own == site))
    };
    let (place, (_, site)) = reached.states().enumerate().find(|(_, state)| explaining(state))?;
    let mut way = reached.way(place);
    let at_site = finding.subject == *site || finding.workload.as_ref() == Some(site);
    // What is true of the whole cluster has been said by the step that led there.
    if !at_site && (*site != everywhere || way.is_empty()) {
        way.insert(0, (spread::dependency(&finding.subject, site), site.clone()));
    }
    Some(way)
}
