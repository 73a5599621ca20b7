//! Log patterns as machines read them.

use serde::Serialize;
use tarbox_model::Timestamp;
use tarbox_model::patterns::{LogPatterns, WorkloadPattern, WorkloadPatterns};

use super::{Object, Quote, object, quote};

/// The patterns of all workloads.
#[derive(Debug, Serialize)]
pub(crate) struct Patterns<'a> {
    workloads: Vec<Workload<'a>>,
    left_out: u64,
}

#[derive(Debug, Serialize)]
struct Workload<'a> {
    workload: Object<'a>,
    concerned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    logs: u64,
    lines: u64,
    patterns: Vec<Pattern<'a>>,
    left_out: u64,
    unlisted_lines: u64,
}

#[derive(Debug, Serialize)]
struct Pattern<'a> {
    pattern: &'a str,
    level: &'static str,
    change: &'static str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Timestamp>,
    containers: &'a [String],
    pods: u64,
    evidence: Quote<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<Line<'a>>,
}

/// A line of a stack trace.
#[derive(Debug, Serialize)]
struct Line<'a> {
    line: u32,
    text: &'a str,
}

/// The patterns, in the analysis' order.
pub(crate) fn patterns(all: &LogPatterns) -> Patterns<'_> {
    Patterns { workloads: all.workloads.iter().map(workload).collect(), left_out: all.left_out }
}

fn workload(it: &WorkloadPatterns) -> Workload<'_> {
    Workload {
        workload: object(&it.workload),
        concerned: it.concerned,
        since: it.since,
        logs: it.logs,
        lines: it.lines,
        patterns: it.patterns.iter().map(pattern).collect(),
        left_out: it.left_out,
        unlisted_lines: it.unlisted,
    }
}

fn pattern(it: &WorkloadPattern) -> Pattern<'_> {
    Pattern {
        pattern: &it.text,
        level: it.loudness.as_str(),
        change: it.change.as_str(),
        count: it.count,
        first_seen: it.first_time,
        last_seen: it.last_time,
        containers: &it.containers,
        pods: it.pods,
        evidence: quote(&it.evidence),
        trace: it.evidence.context.iter().map(|(line, text)| Line { line: *line, text }).collect(),
    }
}
