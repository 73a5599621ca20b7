//! Runs the rules: all of them, in parallel, each guarded; a rule that panics is a rule that was not evaluated.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use tarbox_model::finding::Finding;
use tarbox_model::rule::{Context, RuleOutcome};
use tarbox_model::{ObjectRef, Rule};
use tarbox_rules::custom::CustomRule;
use tarbox_rules::verification::verification;

/// Most findings kept of one rule; the rest is counted in the last one's summary. Keeps a bundle made to match 10⁵ times
/// from making a report that nobody can open.
pub(crate) const FINDINGS_PER_RULE: usize = 500;

/// Most evidence kept of one finding after folding.
const EVIDENCE_PER_FINDING: usize = 8;

/// Every rule with its outcome, in the rules' order; the user's own come last.
pub(crate) fn run<'r>(
    rules: impl IntoIterator<Item = &'r Rule>,
    own: &'r [CustomRule],
    context: &Context<'_>,
) -> Vec<(&'r Rule, RuleOutcome)> {
    let rules: Vec<&Rule> = rules.into_iter().collect();
    let built_in = rules.into_par_iter().map(|rule| (rule, evaluate(rule, context, rule.check)));
    let own = own.par_iter().map(|own| (&own.rule, evaluate(&own.rule, context, |context| own.check(context))));
    // One by one: some take a hundred times as long as others, and nobody is to wait for the thread that got them all.
    built_in.chain(own).with_max_len(1).collect()
}

/// One rule's outcome.
fn evaluate(rule: &Rule, context: &Context<'_>, check: impl Fn(&Context<'_>) -> Vec<Finding>) -> RuleOutcome {
    if let Some(reason) = rule.missing_need(context.snapshot) {
        return RuleOutcome::NotEvaluated(reason);
    }
    // The context is only read, so a panic leaves nothing half-changed behind.
    match catch_unwind(AssertUnwindSafe(|| check(context))) {
        Ok(findings) if findings.is_empty() => RuleOutcome::Clear,
        Ok(findings) => RuleOutcome::Fired(fold(rule, findings)),
        Err(_) => RuleOutcome::NotEvaluated("the rule failed on this input; please report it with `tarbox inspect`".to_owned()),
    }
}

/// Folds findings that say the same: one rule, one workload (or subject), one cause.
fn fold(rule: &Rule, findings: Vec<Finding>) -> Vec<Finding> {
    let mut folded: BTreeMap<(ObjectRef, Option<ObjectRef>), Finding> = BTreeMap::new();
    let mut left_out = 0_usize;
    for mut finding in findings {
        finding.rule = rule.id;
        let key = (finding.workload.clone().unwrap_or_else(|| finding.subject.clone()), finding.cause.clone());
        if let Some(known) = folded.get_mut(&key) {
            absorb(known, finding);
        } else if folded.len() < FINDINGS_PER_RULE {
            folded.insert(key, finding);
        } else {
            left_out += 1;
        }
    }
    let mut findings: Vec<Finding> = folded.into_values().collect();
    for finding in &mut findings {
        dedup(&mut finding.evidence);
        dedup(&mut finding.remedies);
        dedup(&mut finding.depends_on);
        let verification = verification(finding);
        finding.remedies.extend(verification);
    }
    if let Some(last) = findings.last_mut().filter(|_| left_out > 0) {
        last.summary.push_str(&format!(" {left_out} further findings of this rule are not listed."));
    }
    findings
}

/// Takes another finding of the same workload and cause in: the surer of the two speaks.
fn absorb(known: &mut Finding, mut other: Finding) {
    if other.confidence > known.confidence {
        std::mem::swap(known, &mut other);
    }
    known.instances += other.instances;
    let room = EVIDENCE_PER_FINDING.saturating_sub(known.evidence.len());
    known.evidence.extend(other.evidence.into_iter().take(room));
    known.first_seen = [known.first_seen, other.first_seen].into_iter().flatten().min();
    known.last_seen = [known.last_seen, other.last_seen].into_iter().flatten().max();
    known.depends_on.extend(other.depends_on);
}

/// Drops repetitions, keeping the first of each in place.
fn dedup<T: Ord + Clone>(list: &mut Vec<T>) {
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|item| seen.insert(item.clone()));
}
