//! The section of log patterns.

use serde::Serialize;
use tarbox_model::Analysis;
use tarbox_model::patterns::{Loudness, WorkloadPattern, WorkloadPatterns};

use super::view::{Object, Quote, quote};
use crate::{patterns, words};

#[derive(Serialize)]
pub(super) struct Patterns<'a> {
    about: &'static str,
    concerned: Vec<Workload<'a>>,
    others: Vec<Workload<'a>>,
    title: String,
    more: Option<String>,
    /// All that are listed for the workloads at hand.
    count: usize,
}

#[derive(Serialize)]
struct Workload<'a> {
    object: Object<'a>,
    said: String,
    rows: Vec<Row<'a>>,
    lacks: Option<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    tone: &'static str,
    loudness: &'static str,
    change: &'static str,
    text: &'a str,
    times: String,
    span: String,
    by: String,
    evidence: Vec<Quote<'a>>,
}

/// `None` when there are no logs.
pub(super) fn patterns(analysis: &Analysis) -> Option<Patterns<'_>> {
    let all = &analysis.log_patterns;
    let concerned: Vec<_> = all.concerned().map(workload).collect();
    let others: Vec<_> = all.others().map(workload).collect();
    let noun = if concerned.is_empty() { "workload" } else { "other workload" };
    (!all.workloads.is_empty()).then(|| Patterns {
        about: patterns::ABOUT,
        title: words::counted(others.len() as u64, noun),
        more: (all.left_out > 0).then(|| words::counted(all.left_out, "further workload")),
        count: all.concerned().map(|w| w.patterns.len()).sum(),
        concerned,
        others,
    })
}

fn workload(it: &WorkloadPatterns) -> Workload<'_> {
    Workload {
        object: Object::new(&it.workload),
        said: patterns::said(it),
        rows: it.patterns.iter().map(row).collect(),
        lacks: patterns::lacks(it.left_out, it.unlisted),
    }
}

fn row(it: &WorkloadPattern) -> Row<'_> {
    Row {
        tone: match it.loudness {
            Loudness::Error => "high",
            Loudness::Warning => "medium",
            Loudness::Other => "low",
        },
        loudness: patterns::loudness(it.loudness),
        change: patterns::change(it.change),
        text: &it.text,
        times: words::number(it.count),
        span: patterns::span(it),
        by: patterns::by(it),
        evidence: vec![quote(&it.evidence)],
    }
}
