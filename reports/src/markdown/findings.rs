//! Findings in Markdown: root causes with proof, the rest as lists.

use std::collections::BTreeSet;

use tarbox_model::analysis::{Analysis, Ranked};
use tarbox_model::evidence::Evidence;

use super::escape::{block, code, prose};
use super::{LINES, Page, object};
use crate::chain::{self, Link};
use crate::words;

/// Pieces of evidence quoted below one finding.
const QUOTES: usize = 4;

/// One root cause. The first one's summary and first step stand in the head of the page already.
pub(super) fn cause(out: &mut Page, analysis: &Analysis, rank: usize, index: usize) {
    let Some(cause) = analysis.findings.get(index) else { return };
    let finding = &cause.finding;
    if rank > 0 {
        out.paragraph(format_args!("## {}. {}", rank + 1, prose(&finding.title)));
        if !finding.summary.is_empty() {
            out.paragraph(prose(&finding.summary));
        }
        out.line(format_args!("- {}", figures(cause)));
        out.line(format_args!("- At {}", at(cause)));
        out.end_list();
    } else {
        out.paragraph(format_args!("**At** {}", at(cause)));
    }
    steps(out, cause, usize::from(rank == 0));
    let graph = chain::graph(analysis, index);
    let links = chain::tree(&graph, index);
    if !links.is_empty() {
        out.paragraph("**What follows from it**");
        consequences(out, analysis, &links, 0);
        out.end_list();
        out.left_out(graph.nodes.len() + graph.left_out, graph.nodes.len(), "consequence");
    }
    evidence(out, &finding.evidence);
}

fn figures(it: &Ranked) -> String {
    let mut text = format!(
        "Severity {}, confidence {} % ({}), rule {}",
        it.severity.as_str(),
        words::percent(it.finding.confidence),
        words::sureness(it.finding.confidence),
        code(it.finding.rule)
    );
    if let Some(since) = it.finding.first_seen {
        text.push_str(&format!(", since {}", words::time(since)));
    }
    if it.finding.instances > 1 {
        text.push_str(&format!(", {} times", words::number(it.finding.instances.into())));
    }
    text
}

/// The objects of a finding, each once, the one at fault first.
fn at(it: &Ranked) -> String {
    let finding = &it.finding;
    let mut seen = BTreeSet::new();
    let all = finding.cause.iter().chain(&finding.workload).chain([&finding.subject]);
    all.filter(|o| seen.insert(*o)).map(object).collect::<Vec<_>>().join(" · ")
}

fn steps(out: &mut Page, it: &Ranked, skip: usize) {
    let steps = it.finding.remedies.get(skip..).unwrap_or_default();
    if steps.is_empty() {
        return;
    }
    out.paragraph(if skip == 0 { "**What to do**" } else { "**Other ways**" });
    for step in steps {
        out.line(format_args!("- {}", prose(&step.text)));
        if !step.command.is_empty() {
            out.line("");
            out.paragraph(block(&step.command, "sh", "  ").trim_end());
        }
    }
    out.end_list();
}

fn consequences(out: &mut Page, analysis: &Analysis, links: &[Link], depth: usize) {
    for link in links {
        if let Some(it) = analysis.findings.get(link.index) {
            out.line(format_args!("{}- {} {}", "  ".repeat(depth), prose(&it.finding.title), code(it.finding.rule)));
            consequences(out, analysis, &link.below, depth + 1);
        }
    }
}

fn evidence(out: &mut Page, evidence: &[Evidence]) {
    out.folded(format_args!("Evidence: {}", words::counted(evidence.len() as u64, "place")), |out| {
        for item in evidence.iter().take(QUOTES) {
            let pointer = item.pointer.as_deref().filter(|p| !p.is_empty()).map(|p| format!(" at {}", code(p))).unwrap_or_default();
            out.paragraph(format_args!("{}{pointer}", code(&words::place(&item.path, item.line))));
            out.paragraph(block(&item.quote, "text", "").trim_end());
        }
        out.left_out(evidence.len(), QUOTES, "place");
    });
}

/// Findings that are neither an answer nor advice: consequences and lesser observations.
pub(super) fn others(out: &mut Page, analysis: &Analysis) {
    let told: BTreeSet<usize> = analysis.roots.iter().chain(&analysis.prevention).copied().collect();
    let rest: Vec<_> = analysis.findings.iter().enumerate().filter(|(i, _)| !told.contains(i)).map(|(_, f)| f).collect();
    if rest.is_empty() {
        return;
    }
    out.paragraph("## Other findings");
    out.folded(words::counted(rest.len() as u64, "finding"), |out| list(out, &rest));
}

/// Advice: nothing here is broken yet.
pub(super) fn prevention(out: &mut Page, analysis: &Analysis) {
    let advice: Vec<_> = analysis.prevention.iter().filter_map(|&i| analysis.findings.get(i)).collect();
    if advice.is_empty() {
        return;
    }
    out.paragraph("## Prevention");
    out.folded(format_args!("{} that would make a failure less likely", words::counted(advice.len() as u64, "change")), |out| {
        list(out, &advice);
    });
}

fn list(out: &mut Page, findings: &[&Ranked]) {
    for it in findings.iter().take(LINES) {
        let first = it.finding.evidence.first();
        let place = first.map(|e| format!(", see {}", code(&words::place(&e.path, e.line)))).unwrap_or_default();
        out.line(format_args!("- **{}** · {} · {}{place}", it.severity.as_str(), prose(&it.finding.title), code(it.finding.rule)));
    }
    out.end_list();
    out.left_out(findings.len(), LINES, "finding");
}
