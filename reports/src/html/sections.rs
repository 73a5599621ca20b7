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
    form: &'static str,
    rows: Vec<StripRow>,
    width: i32,
    height: i32,
    left: i32,
    right: i32,
    axis: i32,
    from: String,
    to: String,
    since: Option<i32>,
}

#[derive(Serialize)]
struct StripRow {
    kind: &'static str,
    baseline: i32,
    top: i32,
    ticks: Vec<i32>,
}

/// Where things stand in a drawing of the timeline, in its own units.
struct Shape {
    form: &'static str,
    width: i32,
    /// Where the time axis begins and how long it is.
    left: i32,
    axis: i32,
    /// Height of a row, and in it the top of its ticks and the base line of its name.
    row: i32,
    top: i32,
    baseline: i32,
    /// Between neighbouring ticks: more could not be told apart.
    pitch: i32,
}

/// Names to the left of the ticks where there is room; on a phone above them.
const SHAPES: [Shape; 2] = [
    Shape { form: "wide", width: 1000, left: 120, axis: 860, row: 26, top: 6, baseline: 19, pitch: 2 },
    Shape { form: "narrow", width: 300, left: 0, axis: 296, row: 40, top: 20, baseline: 14, pitch: 3 },
];

/// The drawings, for a wide place and for a narrow one; none where there is no span of time.
pub(super) fn strips(analysis: &Analysis, since: Option<Timestamp>) -> Vec<Strip> {
    SHAPES.iter().filter_map(|shape| strip(analysis, since, shape)).collect()
}

fn strip(analysis: &Analysis, since: Option<Timestamp>, shape: &Shape) -> Option<Strip> {
    let (first, last) = (analysis.timeline.first()?.time, analysis.timeline.last()?.time);
    let last = analysis.taken_at.map_or(last, |t| t.max(last));
    let length = last.as_second().saturating_sub(first.as_second());
    if length <= 0 {
        return None;
    }
    let at = |time: Timestamp| {
        let share = time.as_second().saturating_sub(first.as_second()) as f64 / length as f64;
        let positions = f64::from(shape.axis / shape.pitch);
        shape.left + (share.clamp(0.0, 1.0) * positions).round() as i32 * shape.pitch
    };
    let mut kinds: Vec<_> = analysis.timeline.iter().map(|m| m.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let rows: Vec<_> = (0..)
        .zip(&kinds)
        .map(|(i, &kind)| {
            let mut ticks: Vec<_> = analysis.timeline.iter().filter(|m| m.kind == kind).map(|m| at(m.time)).collect();
            ticks.dedup();
            StripRow { kind, baseline: i * shape.row + shape.baseline, top: i * shape.row + shape.top, ticks }
        })
        .collect();
    let axis = kinds.len() as i32 * shape.row + 6;
    Some(Strip {
        form: shape.form,
        width: shape.width,
        height: axis + 24,
        left: shape.left,
        right: shape.left + shape.axis + 3,
        axis,
        rows,
        from: words::time(first),
        to: words::time(last),
        since: since.filter(|&t| t >= first && t <= last).map(at),
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

/// Namespaces that are named; the others are counted.
const NAMESPACES: usize = 20;

pub(super) fn facts(analysis: &Analysis) -> Vec<Fact> {
    let facts = &analysis.facts;
    let taken = analysis.taken_at.map(words::time).unwrap_or_default();
    // Of a large cluster there may be hundreds; the JSON has them all.
    let some = facts.namespaces.iter().take(NAMESPACES).map(String::as_str).collect::<Vec<_>>().join(", ");
    let namespaces = match facts.namespaces.len() {
        0 => "all".to_owned(),
        count if count > NAMESPACES => format!("{some} and {} more", count - NAMESPACES),
        _ => some,
    };
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
