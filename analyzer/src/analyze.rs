//! A snapshot to an analysis: rules, causes, timeline.

use std::collections::BTreeMap;

use tarbox_model::analysis::{Analysis, FiredRule, NotEvaluated, RuledOut, Totals};
use tarbox_model::overview::Overview;
use tarbox_model::rule::RuleOutcome;
use tarbox_model::{Context, Finding, Relations, Rule, Snapshot};
use tarbox_rules::custom::CustomRule;

use crate::{causes, engine, overview, patterns, timeline};

/// Runs all rules over a snapshot and draws the conclusions.
pub fn conclude(snapshot: &Snapshot, bundle: &str) -> Analysis {
    let relations = Relations::new(snapshot);
    to_report(&Context { snapshot, relations: &relations }, bundle, &[])
}

/// All that a report shows, with the rules of the user.
pub(crate) fn to_report(context: &Context<'_>, bundle: &str, own: &[CustomRule]) -> Analysis {
    let (overview, concluded) = rayon::join(|| overview::overview(context), || conclude_with(context, bundle, own, &patterns::REPORTED));
    Analysis { overview, ..concluded }
}

/// Runs all rules and these of the user, over joins that are made already, and tells the logs' patterns as far as asked.
/// The overview, which only a report shows, stays empty.
pub(crate) fn conclude_with(context: &Context<'_>, bundle: &str, own: &[CustomRule], told: &patterns::Scope) -> Analysis {
    let snapshot = context.snapshot;
    let outcomes = engine::run(tarbox_rules::all().map(|r| r.rule), own, context);
    let (mut fired, mut ruled_out, mut not_evaluated) = (Vec::new(), Vec::new(), Vec::new());
    let rules = outcomes.len();
    for (rule, outcome) in outcomes {
        match outcome {
            RuleOutcome::Fired(findings) => fired.extend(findings.into_iter().map(|finding| (rule, finding))),
            RuleOutcome::Clear => ruled_out.push(RuledOut { rule: rule.id, title: rule.title }),
            RuleOutcome::NotEvaluated(reason) => not_evaluated.push(NotEvaluated { rule: rule.id, reason }),
        }
    }
    let pages = pages(&fired);
    ruled_out.sort();
    not_evaluated.sort();
    let totals = totals(snapshot, (rules - not_evaluated.len()) as u64);
    let mut causes = causes::link(context, fired);
    for root in causes.roots.clone() {
        if let Some(ranked) = causes.findings.get_mut(root) {
            tarbox_rules::rollout::tell_change(context, &mut ranked.finding);
        }
    }
    let prevention =
        causes.findings.iter().enumerate().filter(|(_, f)| f.level == tarbox_model::rule::Level::Prevention).map(|(i, _)| i).collect();
    let log_patterns = patterns::by_workload(context, &causes, told);
    Analysis {
        bundle: bundle.to_owned(),
        facts: snapshot.facts.clone(),
        taken_at: snapshot.taken_at,
        findings: causes.findings,
        roots: causes.roots,
        ways: causes.ways,
        prevention,
        fired: pages,
        ruled_out,
        not_evaluated,
        timeline: timeline::moments(context),
        log_patterns,
        overview: Overview::default(),
        coverage: snapshot.coverage.sources().cloned().collect(),
        problems: snapshot.problems.clone(),
        totals,
    }
}

/// The pages of the rules that found something, by name.
fn pages(fired: &[(&Rule, Finding)]) -> Vec<FiredRule> {
    let rules: BTreeMap<&'static str, &Rule> = fired.iter().map(|(rule, _)| (rule.id, *rule)).collect();
    let page = |id: &str| tarbox_rules::find(id).map(|registered| registered.page()).unwrap_or_default();
    let one = |rule: &Rule| FiredRule { rule: rule.id, title: rule.title, level: rule.level, severity: rule.severity, page: page(rule.id) };
    rules.into_values().map(one).collect()
}

fn totals(s: &Snapshot, rules: u64) -> Totals {
    let objects: u64 = s.counts().filter(|(resource, _)| *resource != "events").map(|(_, count)| count).sum();
    Totals {
        nodes: s.nodes.len() as u64,
        pods: s.pods.len() as u64,
        pods_not_ready: s.pods.iter().filter(|p| p.is_active() && !p.is_ready()).count() as u64,
        objects: objects + s.custom.len() as u64,
        events: s.events.len() as u64,
        log_lines: s.logs.iter().map(|l| l.lines).sum(),
        rules,
    }
}
