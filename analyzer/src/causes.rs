//! From findings to an answer: which finding explains which, which are roots, and in what order they are told.
//!
//! Every rule says which states its finding brings about (`produces`) and which would explain it (`explained_by`).
//! [`spread`] carries states along the relations of the cluster; where a state arrives at a finding that it explains,
//! there is an edge. Roots are findings without an edge into them.

mod order;
mod spread;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::analysis::{Ranked, Way};
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level};
use tarbox_model::{Context, ObjectRef, Rule};

use spread::{Callers, State};

/// A cause that began this much later than its supposed consequence, in seconds, is none.
const LATEST_CAUSE: i64 = 600;

/// Findings in telling order, with their edges, and the indices of the roots.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// Roots first, in rank order; then the rest by severity.
    pub(crate) findings: Vec<Ranked>,
    /// Indices of the roots, in rank order.
    pub(crate) roots: Vec<usize>,
    /// How consequences that are told with a root hang on what explains them.
    pub(crate) ways: BTreeMap<(usize, usize), Way>,
}

/// Links, ranks and folds.
pub(crate) fn link(context: &Context<'_>, fired: Vec<(&Rule, Finding)>) -> Causes {
    let callers = callers(fired.iter().map(|(_, finding)| finding));
    let edges = order::without_cycles(&fired, direct_edges(context, &callers, &fired));
    let reach = order::closure(&edges);
    let rules: BTreeMap<&str, &Rule> = fired.iter().map(|(rule, _)| (rule.id, *rule)).collect();
    let mut explained_by: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); fired.len()];
    for (from, targets) in edges.iter().enumerate() {
        for &to in targets {
            if let Some(causes) = explained_by.get_mut(to) {
                causes.insert(from);
            }
        }
    }
    let items: Vec<Ranked> = fired
        .into_iter()
        .enumerate()
        .map(|(i, (rule, finding))| Ranked {
            severity: finding.severity.unwrap_or(rule.severity),
            level: rule.level,
            finding,
            explains: reach.get(i).into_iter().flatten().copied().collect(),
            explained_by: explained_by.get(i).into_iter().flatten().copied().collect(),
        })
        .collect();
    let (findings, roots) = arrange(items);
    let ways = ways::told(context, &callers, &rules, &findings, &roots);
    Causes { findings, roots, ways }
}

/// Whether an item is an answer: nothing explains it, and it is more than a hint.
fn is_root(item: &Ranked) -> bool {
    item.level != Level::Prevention && item.explained_by.is_empty() && item.severity >= Severity::Medium
}

/// Orders items and renumbers the edges; the items, and the indices of the roots.
fn arrange(items: Vec<Ranked>) -> (Vec<Ranked>, Vec<usize>) {
    let mut sequence: Vec<usize> = (0..items.len()).collect();
    sequence.sort_by(|&a, &b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => is_root(b)
            .cmp(&is_root(a))
            .then_with(|| score(b).total_cmp(&score(a)))
            .then_with(|| (a.finding.rule, a.finding.key(), &a.finding.cause).cmp(&(b.finding.rule, b.finding.key(), &b.finding.cause))),
        _ => std::cmp::Ordering::Equal,
    });
    let place: BTreeMap<usize, usize> = sequence.iter().enumerate().map(|(new, &old)| (old, new)).collect();
    let renumber = |list: &[usize]| {
        let mut list: Vec<usize> = list.iter().filter_map(|i| place.get(i).copied()).collect();
        list.sort_unstable();
        list
    };
    let findings: Vec<Ranked> = sequence
        .iter()
        .filter_map(|&old| items.get(old))
        .map(|item| Ranked { explains: renumber(&item.explains), explained_by: renumber(&item.explained_by), ..item.clone() })
        .collect();
    let roots = findings.iter().enumerate().filter(|(_, item)| is_root(item)).map(|(i, _)| i).collect();
    (findings, roots)
}

/// How likely and how grave: severity × confidence, more for what explains more, less for a symptom.
fn score(item: &Ranked) -> f64 {
    let severity = match item.severity {
        Severity::Critical => 4.0,
        Severity::High => 3.0,
        Severity::Medium => 2.0,
        Severity::Low => 1.0,
    };
    let level = if item.level == Level::Cause { 1.0 } else { 0.5 };
    let breadth = 1.0 + 0.5 * (1.0 + item.explains.len() as f64).ln();
    severity * item.finding.confidence * level * breadth
}

/// Where a finding shows: subject, workload, and what it depends on.
fn shows_at(finding: &Finding) -> impl Iterator<Item = &ObjectRef> {
    [Some(&finding.subject), finding.workload.as_ref()].into_iter().flatten().chain(&finding.depends_on)
}

/// Where a finding works: subject, workload, and the object at fault.
pub(crate) fn works_at(finding: &Finding) -> impl Iterator<Item = &ObjectRef> {
    [Some(&finding.subject), finding.workload.as_ref(), finding.cause.as_ref()].into_iter().flatten()
}

/// Where a finding would be explained by a state.
fn observed_at<'a>(rule: &Rule, finding: &'a Finding, effect: Effect) -> impl Iterator<Item = &'a ObjectRef> {
    // Who says that something he depends on is down means the other's readiness, not his own.
    let own = effect != Effect::NotReady || !rule.produces.contains(&Effect::DependencyDown);
    shows_at(finding).filter(move |site| own || finding.depends_on.contains(site))
}

/// The states that a finding brings about by itself.
fn seeds(rule: &Rule, finding: &Finding) -> Vec<State> {
    works_at(finding).flat_map(|site| rule.produces.iter().map(|&effect| (effect, site.clone()))).collect()
}

/// For every finding, the findings that its states reach.
fn direct_edges(context: &Context<'_>, callers: &Callers, fired: &[(&Rule, Finding)]) -> Vec<BTreeSet<usize>> {
    let mut observers: BTreeMap<State, Vec<usize>> = BTreeMap::new();
    let mut anywhere: BTreeMap<Effect, Vec<usize>> = BTreeMap::new();
    for (i, (rule, finding)) in fired.iter().enumerate() {
        for &effect in rule.explained_by {
            anywhere.entry(effect).or_default().push(i);
            for site in observed_at(rule, finding, effect) {
                observers.entry((effect, site.clone())).or_default().push(i);
            }
        }
    }
    let edges = fired.iter().enumerate().map(|(from, (rule, finding))| {
        if rule.level == Level::Prevention {
            return BTreeSet::new();
        }
        let reached = spread::reachable(context, callers, seeds(rule, finding));
        let everywhere = ObjectRef::cluster();
        let hits = reached.states().flat_map(|state| {
            let wide = if state.1 == everywhere { anywhere.get(&state.0) } else { None };
            observers.get(state).into_iter().chain(wide).flatten().copied()
        });
        let explains = |(other_rule, other): &(&Rule, Finding)| {
            in_time(finding, other)
                && (!is_hint(rule, finding)
                    || is_hint(other_rule, other)
                    || other_rule.level == Level::Symptom && works_at(finding).any(|site| *site == other.subject))
        };
        hits.filter(|&to| to != from && fired.get(to).is_some_and(explains)).collect()
    });
    edges.collect()
}

/// Whether a finding is no answer itself. It explains other hints, and the symptoms of the very object that it is about; a
/// graver finding elsewhere, or a cause, it does not explain: that would leave nobody to blame.
fn is_hint(rule: &Rule, finding: &Finding) -> bool {
    finding.severity.unwrap_or(rule.severity) == Severity::Low
}

/// Who calls a Service, by the findings' own word.
fn callers<'a>(findings: impl Iterator<Item = &'a Finding>) -> Callers {
    let mut callers = Callers::new();
    for finding in findings {
        for object in &finding.depends_on {
            let caller = finding.workload.as_ref().unwrap_or(&finding.subject);
            if caller != object {
                callers.entry(object.clone()).or_default().insert(caller.clone());
            }
        }
    }
    callers
}

/// Whether the first can have brought about the second, by their times.
fn in_time(cause: &Finding, consequence: &Finding) -> bool {
    match (cause.first_seen, consequence.last_seen) {
        (Some(cause), Some(consequence)) => cause.as_second() <= consequence.as_second() + LATEST_CAUSE,
        _ => true,
    }
}
