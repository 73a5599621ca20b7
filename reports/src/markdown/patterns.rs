//! Log patterns in Markdown: those of the workloads that root causes are about.

use tarbox_model::Analysis;
use tarbox_model::patterns::{WorkloadPattern, WorkloadPatterns};

use super::escape::{block, code};
use super::{Page, object};
use crate::{patterns, words};

/// Workloads told.
const WORKLOADS: usize = 4;
/// Patterns told of each.
const PATTERNS: usize = 8;
/// Longest pattern told, in characters.
const TEXT: usize = 160;
/// Stack traces told of each workload, and lines of one.
const TRACES: usize = 1;
const TRACE_LINES: usize = 40;

/// The section; nothing where no workload at hand wrote a log.
pub(super) fn section(out: &mut Page, analysis: &Analysis) {
    let concerned: Vec<_> = analysis.log_patterns.concerned().collect();
    if concerned.is_empty() {
        return;
    }
    out.paragraph("## Log patterns");
    for it in concerned.iter().take(WORKLOADS) {
        workload(out, it);
    }
    out.left_out(concerned.len(), WORKLOADS, "workload");
    let others = analysis.log_patterns.others().count() as u64 + analysis.log_patterns.left_out;
    if others > 0 {
        let others = words::counted(others, "other workload");
        out.paragraph(format_args!("{others} wrote logs, which no root cause is about; `report.html` has their patterns."));
    }
}

fn workload(out: &mut Page, it: &WorkloadPatterns) {
    out.paragraph(format_args!("{}: {}", object(&it.workload), patterns::said(it)));
    for pattern in it.patterns.iter().take(PATTERNS) {
        out.line(line(pattern));
    }
    out.end_list();
    for pattern in it.patterns.iter().take(PATTERNS).filter(|p| !p.evidence.context.is_empty()).take(TRACES) {
        let trace = &pattern.evidence.context;
        out.folded(format_args!("Stack trace, {}", words::counted(trace.len() as u64, "line")), |out| {
            let cut = trace.len().saturating_sub(TRACE_LINES);
            let (head, tail) = if cut > 0 { (TRACE_LINES / 2, TRACE_LINES / 2) } else { (trace.len(), 0) };
            let shown = trace.iter().take(head).chain(trace.iter().skip(trace.len() - tail));
            let text: Vec<&str> = shown.map(|(_, text)| text.as_str()).collect();
            out.paragraph(block(&text.join("\n"), "text", "").trim_end());
            out.left_out(trace.len(), head + tail, "line");
        });
    }
    let left_out = it.left_out + it.patterns.len().saturating_sub(PATTERNS) as u64;
    if let Some(lacks) = patterns::lacks(left_out, it.unlisted) {
        out.paragraph(lacks);
    }
}

/// `- **new** · error × 12 · …`
fn line(it: &WorkloadPattern) -> String {
    let change = patterns::change(it.change);
    let change = if change.is_empty() { String::new() } else { format!("**{change}** · ") };
    let loudness = patterns::loudness(it.loudness);
    let loudness = if loudness.is_empty() { String::new() } else { format!("{loudness} ") };
    let mut text: String = it.text.chars().take(TEXT).collect();
    if text.len() < it.text.len() {
        text.push('…');
    }
    let span = Some(patterns::span(it)).filter(|span| !span.is_empty()).map(|span| format!(" · {span}")).unwrap_or_default();
    let place = words::place(&it.evidence.path, it.evidence.line);
    format!("- {change}{loudness}× {} · {}{span}, see {}", words::number(it.count), code(&text), code(&place))
}
