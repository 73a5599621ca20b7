//! The quieter sections of the page: timeline, what was not collected and what that hides, facts.

use serde::Serialize;
use tarbox_model::Timestamp;
use tarbox_model::analysis::Analysis;

use super::view::{Object, When};
use crate::words;

/// A name and a value.
#[derive(Serialize)]
pub(super) struct Fact {
    name: String,
    value: String,
}

impl Fact {
    pub(super) fn new(name: &str, value: String) -> Self {
        Self { name: name.to_owned(), value }
    }

    pub(super) fn count(n: u64, noun: &str) -> Self {
        Self { name: if n == 1 { noun.to_owned() } else { format!("{noun}s") }, value: words::number(n) }
    }
}

#[derive(Serialize)]
pub(super) struct TimelineRow<'a> {
    when: When,
    kind: &'static str,
    object: Object<'a>,
    text: &'a str,
    times: Option<String>,
}

pub(super) fn timeline(analysis: &Analysis) -> Vec<TimelineRow<'_>> {
    let row = |m: &'_ tarbox_model::analysis::Moment| (m.count > 1).then(|| words::number(m.count.unsigned_abs()));
    analysis
        .timeline
        .iter()
        .map(|m| TimelineRow {
            when: When::new(m.time, analysis.taken_at),
            kind: m.kind,
            object: Object::new(&m.object),
            text: &m.text,
            times: row(m),
        })
        .collect()
}

/// The timeline drawn: one tick a moment, one row a kind.
#[derive(Serialize)]
pub(super) struct Strip {
    rows: Vec<StripRow>,
    height: usize,
    axis: usize,
    from: String,
    to: String,
    since: Option<String>,
}

#[derive(Serialize)]
struct StripRow {
    kind: &'static str,
    baseline: usize,
    top: usize,
    ticks: Vec<Tick>,
}

#[derive(Serialize)]
struct Tick {
    x: String,
    top: usize,
}

/// Width of the drawing's time axis, in its own units; labels stand to the left of it.
const AXIS: f64 = 860.0;
const LEFT: f64 = 120.0;
const ROW: usize = 26;
/// Positions along the axis at which a tick can stand: more could not be told apart.
const POSITIONS: f64 = 430.0;

pub(super) fn strip(analysis: &Analysis, since: Option<Timestamp>) -> Option<Strip> {
    let (first, last) = (analysis.timeline.first()?.time, analysis.timeline.last()?.time);
    let last = analysis.taken_at.map_or(last, |t| t.max(last));
    let length = last.as_second().saturating_sub(first.as_second());
    if length <= 0 {
        return None;
    }
    let at = |time: Timestamp| {
        let share = time.as_second().saturating_sub(first.as_second()) as f64 / length as f64;
        LEFT + (share.clamp(0.0, 1.0) * POSITIONS).round() * AXIS / POSITIONS
    };
    let mut kinds: Vec<_> = analysis.timeline.iter().map(|m| m.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let rows: Vec<_> = kinds
        .iter()
        .enumerate()
        .map(|(i, &kind)| {
            let mut xs: Vec<_> = analysis.timeline.iter().filter(|m| m.kind == kind).map(|m| format!("{:.0}", at(m.time))).collect();
            xs.dedup();
            let top = i * ROW + 6;
            StripRow { kind, baseline: top + 13, top, ticks: xs.into_iter().map(|x| Tick { x, top }).collect() }
        })
        .collect();
    let axis = rows.len() * ROW + 6;
    Some(Strip {
        height: axis + 24,
        axis,
        rows,
        from: words::time(first),
        to: words::time(last),
        since: since.filter(|&t| t >= first && t <= last).map(|t| format!("{:.0}", at(t))),
    })
}

/// Rules that could not look, for one reason.
#[derive(Serialize)]
pub(super) struct Hidden<'a> {
    reason: &'a str,
    rules: Vec<&'static str>,
}

pub(super) fn hidden(analysis: &Analysis) -> Vec<Hidden<'_>> {
    let mut groups: Vec<Hidden<'_>> = Vec::new();
    let mut sorted: Vec<_> = analysis.not_evaluated.iter().collect();
    sorted.sort_by(|a, b| (&a.reason, a.rule).cmp(&(&b.reason, b.rule)));
    for it in sorted {
        match groups.last_mut() {
            Some(group) if group.reason == it.reason => group.rules.push(it.rule),
            _ => groups.push(Hidden { reason: &it.reason, rules: vec![it.rule] }),
        }
    }
    groups
}

/// A source that is not all there, and the rules that it would have fed.
#[derive(Serialize)]
pub(super) struct Gap<'a> {
    source: &'a str,
    outcome: &'static str,
    words: &'static str,
    items: String,
    detail: &'a str,
    hides: Vec<&'static str>,
}

pub(super) fn gaps(analysis: &Analysis) -> Vec<Gap<'_>> {
    let hides = |source: &str| {
        // A reason names the source that is missing, as a word of its own.
        let names = |reason: &str| {
            let part_of_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            reason
                .match_indices(source)
                .any(|(at, _)| !part_of_word(reason[..at].chars().next_back()) && !part_of_word(reason[at + source.len()..].chars().next()))
        };
        analysis.not_evaluated.iter().filter(|n| names(&n.reason)).map(|n| n.rule).collect()
    };
    let gaps = analysis.coverage.iter().filter(|c| words::is_gap(c.outcome));
    gaps.map(|c| Gap {
        source: &c.source,
        outcome: words::outcome(c.outcome),
        words: c.outcome.words(),
        items: words::number(c.items),
        detail: &c.detail,
        hides: hides(&c.source),
    })
    .collect()
}

/// A source that hides nothing.
#[derive(Serialize)]
pub(super) struct Source<'a> {
    source: &'a str,
    words: &'static str,
    items: String,
}

pub(super) fn sources(analysis: &Analysis) -> Vec<Source<'_>> {
    let whole = analysis.coverage.iter().filter(|c| !words::is_gap(c.outcome));
    whole.map(|c| Source { source: &c.source, words: c.outcome.words(), items: words::number(c.items) }).collect()
}

pub(super) fn facts(analysis: &Analysis) -> Vec<Fact> {
    let facts = &analysis.facts;
    let taken = analysis.taken_at.map(words::time).unwrap_or_default();
    let namespaces = if facts.namespaces.is_empty() { "all".to_owned() } else { facts.namespaces.join(", ") };
    let all = [
        ("Bundle", analysis.bundle.clone()),
        ("Format", facts.format.clone()),
        ("Collected", taken),
        ("Cluster", facts.cluster.clone()),
        ("Kubernetes", facts.server_version.clone()),
        ("Namespaces", namespaces),
        ("Redaction", facts.redaction.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| Fact::new(name, value)).collect()
}
