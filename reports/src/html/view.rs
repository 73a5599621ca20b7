//! What the templates see: plain strings and numbers, already in words. Escaping is not done here but where they are printed.

use std::collections::BTreeSet;

use serde::Serialize;
use tarbox_model::analysis::{Analysis, Ranked};
use tarbox_model::finding::Remedy;
use tarbox_model::{Evidence, ObjectRef, Timestamp};

use super::drawing::{self, Drawing};
use super::overview::Overview;
use super::patterns::Patterns;
use super::sections::{Fact, Gap, Hidden, Source, Strip, TimelineRow};
use crate::answer::{Answer, State, answer};
use crate::chain;
use crate::words;

/// The whole page.
#[derive(Serialize)]
pub(super) struct View<'a> {
    title: String,
    state: &'static str,
    label: &'static str,
    headline: &'a str,
    why: String,
    broke: Vec<Object<'a>>,
    broke_more: usize,
    since: Option<When>,
    first: Option<Step<'a>>,
    counts: Vec<Fact>,
    lead: Option<Cause<'a>>,
    causes: Vec<Cause<'a>>,
    findings: Vec<Finding<'a>>,
    /// Findings that the page's script brings in when they are asked for.
    rest: Vec<Finding<'a>>,
    findings_count: String,
    prevention: Vec<Finding<'a>>,
    patterns: Option<Patterns<'a>>,
    timeline: Vec<TimelineRow<'a>>,
    strips: Vec<Strip>,
    overview: Overview<'a>,
    ruled_out: Vec<Check<'a>>,
    hidden: Vec<Hidden<'a>>,
    hidden_count: usize,
    gaps: Vec<Gap<'a>>,
    sources: Vec<Source<'a>>,
    problems: Vec<Problem<'a>>,
    facts: Vec<Fact>,
    checked: String,
}

/// A time, for people and for machines.
#[derive(Serialize)]
pub(super) struct When {
    pub(super) iso: String,
    pub(super) text: String,
    pub(super) ago: String,
}

impl When {
    pub(super) fn new(time: Timestamp, taken_at: Option<Timestamp>) -> Self {
        Self { iso: time.to_string(), text: words::time(time), ago: words::ago(time, taken_at).unwrap_or_default() }
    }
}

#[derive(Serialize)]
pub(super) struct Object<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> Object<'a> {
    pub(super) fn new(it: &'a ObjectRef) -> Self {
        Self { kind: &it.kind, namespace: &it.namespace, name: &it.name }
    }
}

#[derive(Serialize)]
struct Step<'a> {
    text: &'a str,
    command: &'a str,
}

/// A root cause: a finding with its place in the order and what follows from it.
#[derive(Serialize)]
struct Cause<'a> {
    rank: usize,
    of: usize,
    lead: bool,
    drawings: Vec<Drawing<'a>>,
    links: Vec<Link<'a>>,
    links_more: usize,
    explains: usize,
    #[serde(flatten)]
    finding: Finding<'a>,
}

/// One link of a chain.
#[derive(Serialize)]
struct Link<'a> {
    id: usize,
    title: &'a str,
    severity: &'static str,
    object: Object<'a>,
    way: String,
    below: Vec<Self>,
}

#[derive(Serialize)]
struct Finding<'a> {
    id: usize,
    rule: &'a str,
    level: &'static str,
    severity: &'static str,
    percent: u8,
    sureness: &'static str,
    title: &'a str,
    summary: &'a str,
    subject: Object<'a>,
    objects: Vec<Role<'a>>,
    instances: Option<String>,
    since: Option<When>,
    last: Option<When>,
    steps: Vec<Step<'a>>,
    evidence: Vec<Quote<'a>>,
    explained_by: Vec<Because<'a>>,
}

/// An object and what it is to the finding.
#[derive(Serialize)]
struct Role<'a> {
    role: &'static str,
    object: Object<'a>,
}

/// A link to a finding that explains another.
#[derive(Serialize)]
struct Because<'a> {
    id: usize,
    title: &'a str,
}

#[derive(Serialize)]
pub(super) struct Quote<'a> {
    place: String,
    pointer: &'a str,
    quote: &'a str,
    lines: Vec<Line<'a>>,
}

/// A line of a log beside the quoted one.
#[derive(Serialize)]
struct Line<'a> {
    number: u32,
    text: &'a str,
    quoted: bool,
}

#[derive(Serialize)]
struct Check<'a> {
    rule: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct Problem<'a> {
    place: String,
    message: &'a str,
}

/// Findings listed at once; a browser lays out no more of them in time.
const FINDINGS: usize = 200;
/// Objects named in the answer; the chain has the others.
const BROKE: usize = 4;

impl<'a> View<'a> {
    pub(super) fn new(analysis: &'a Analysis) -> Self {
        let answer = answer(analysis);
        let mut causes: Vec<_> = (0..analysis.roots.len()).filter_map(|rank| cause(analysis, rank)).collect();
        let lead = if causes.is_empty() { None } else { Some(causes.remove(0)) };
        let told: BTreeSet<_> = analysis.roots.iter().chain(&analysis.prevention).copied().collect();
        let others = (0..analysis.findings.len()).filter(|i| !told.contains(i));
        let mut findings: Vec<_> = others.filter_map(|i| finding(analysis, i)).collect();
        let hidden = super::sections::hidden(analysis);
        Self {
            title: format!("{}: {}", answer.state.label(), answer.headline.replace('`', "")),
            state: answer.state.slug(),
            label: answer.state.label(),
            headline: answer.headline,
            broke: answer.broke.iter().take(BROKE).map(|o| Object::new(o)).collect(),
            broke_more: answer.broke.len().saturating_sub(BROKE),
            since: answer.since.map(|t| When::new(t, analysis.taken_at)),
            first: answer.first.map(step),
            counts: counts(analysis, &answer),
            lead,
            causes,
            findings_count: words::number(findings.len() as u64),
            rest: findings.split_off(findings.len().min(FINDINGS)),
            findings,
            prevention: analysis.prevention.iter().filter_map(|&i| finding(analysis, i)).collect(),
            patterns: super::patterns::patterns(analysis),
            timeline: super::sections::timeline(analysis),
            strips: super::sections::strips(analysis, answer.since),
            overview: Overview::new(analysis),
            ruled_out: analysis.ruled_out.iter().map(|r| Check { rule: r.rule, title: r.title }).collect(),
            hidden_count: analysis.not_evaluated.len(),
            gaps: super::sections::gaps(analysis),
            sources: super::sections::sources(analysis),
            hidden,
            problems: analysis
                .problems
                .iter()
                .map(|p| Problem {
                    place: p.path.as_deref().map(|path| words::place(path, p.line)).unwrap_or_default(),
                    message: &p.message,
                })
                .collect(),
            facts: super::sections::facts(analysis),
            checked: words::checked(analysis),
            why: answer.why,
        }
    }
}

/// Figures beside the verdict.
fn counts(analysis: &Analysis, answer: &Answer<'_>) -> Vec<Fact> {
    let totals = analysis.totals;
    let mut counts = Vec::new();
    if answer.state != State::Unknown && !analysis.roots.is_empty() {
        counts.push(Fact::count(analysis.roots.len() as u64, "root cause"));
        let consequences = analysis.findings.iter().filter(|f| !f.explained_by.is_empty()).count();
        counts.push(Fact::count(consequences as u64, "consequence"));
    }
    counts.push(Fact::new("pods not ready", format!("{} of {}", words::number(totals.pods_not_ready), words::number(totals.pods))));
    counts.push(Fact::count(totals.nodes, "node"));
    counts
}

fn cause(analysis: &Analysis, rank: usize) -> Option<Cause<'_>> {
    let index = *analysis.roots.get(rank)?;
    let graph = chain::graph(analysis, index);
    let mut finding = finding(analysis, index)?;
    if rank == 0 && !finding.steps.is_empty() {
        // The answer above the card says it already.
        finding.steps.remove(0);
    }
    Some(Cause {
        rank: rank + 1,
        of: analysis.roots.len(),
        lead: rank == 0,
        drawings: drawing::drawings(analysis, &graph, index),
        links: link(analysis, &chain::tree(&graph, index)),
        links_more: graph.left_out,
        explains: analysis.findings.get(index)?.explains.len(),
        finding,
    })
}

fn link<'a>(analysis: &'a Analysis, links: &[chain::Link]) -> Vec<Link<'a>> {
    let one = |l: &chain::Link| {
        let it = analysis.findings.get(l.index)?;
        Some(Link {
            id: l.index,
            title: &it.finding.title,
            severity: it.severity.as_str(),
            object: Object::new(it.finding.workload.as_ref().unwrap_or(&it.finding.subject)),
            way: drawing::way(analysis, l.parent, l.index),
            below: link(analysis, &l.below),
        })
    };
    links.iter().filter_map(one).collect()
}

fn finding(analysis: &Analysis, index: usize) -> Option<Finding<'_>> {
    let ranked = analysis.findings.get(index)?;
    let it = &ranked.finding;
    let because = |&i: &usize| Some(Because { id: i, title: &analysis.findings.get(i)?.finding.title });
    Some(Finding {
        id: index,
        rule: it.rule,
        level: ranked.level.as_str(),
        severity: ranked.severity.as_str(),
        percent: words::percent(it.confidence),
        sureness: words::sureness(it.confidence),
        title: &it.title,
        summary: &it.summary,
        subject: Object::new(it.workload.as_ref().unwrap_or(&it.subject)),
        objects: roles(ranked),
        instances: (it.instances > 1).then(|| words::number(it.instances.into())),
        since: it.first_seen.map(|t| When::new(t, analysis.taken_at)),
        last: it.last_seen.map(|t| When::new(t, analysis.taken_at)),
        steps: it.remedies.iter().map(step).collect(),
        evidence: it.evidence.iter().map(quote).collect(),
        explained_by: ranked.explained_by.iter().take(5).filter_map(because).collect(),
    })
}

fn roles(it: &Ranked) -> Vec<Role<'_>> {
    let it = &it.finding;
    let all = [("at fault", it.cause.as_ref()), ("workload", it.workload.as_ref()), ("shown by", Some(&it.subject))];
    let mut seen = BTreeSet::new();
    let once = all.into_iter().filter_map(|(role, object)| Some((role, object?))).filter(|(_, object)| seen.insert(*object));
    once.map(|(role, object)| Role { role, object: Object::new(object) }).collect()
}

fn step(it: &Remedy) -> Step<'_> {
    Step { text: &it.text, command: &it.command }
}

pub(super) fn quote(it: &Evidence) -> Quote<'_> {
    let mut lines: Vec<_> =
        it.context.iter().map(|(number, text)| Line { number: *number, text, quoted: Some(*number) == it.line }).collect();
    if let (false, Some(number)) = (lines.is_empty() || lines.iter().any(|l| l.quoted), it.line) {
        lines.push(Line { number, text: &it.quote, quoted: true });
        lines.sort_by_key(|l| l.number);
    }
    Quote { place: words::place(&it.path, it.line), pointer: it.pointer.as_deref().unwrap_or_default(), quote: &it.quote, lines }
}
