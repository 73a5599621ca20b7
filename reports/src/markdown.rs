//! Text that pastes into GitHub and Jira: the answer first, the proof folded away.
//!
//! A ticket has limits (GitHub: 65,536 characters), so lists are cut at figures that fit one, and say what was left out;
//! the JSON report has everything. What comes from the bundle goes through `escape` and nowhere else.

mod escape;
mod findings;
mod overview;
mod patterns;

use std::fmt::{Display, Write};

use tarbox_model::{Analysis, ObjectRef};

use crate::answer::{Answer, answer};
use crate::{RenderError, Spec, words};
use escape::{block, code, prose};

pub(crate) static SPEC: Spec = Spec { name: "md", file_name: "report.md", media_type: "text/markdown; charset=utf-8", render };

/// Root causes told in full.
const CAUSES: usize = 8;
/// Lines of any other list.
const LINES: usize = 40;

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    let mut out = Page::default();
    let answer = answer(analysis);
    head(&mut out, analysis, &answer);
    for (rank, &index) in analysis.roots.iter().enumerate().take(CAUSES) {
        findings::cause(&mut out, analysis, rank, index);
    }
    out.left_out(analysis.roots.len(), CAUSES, "root cause");
    findings::others(&mut out, analysis);
    patterns::section(&mut out, analysis);
    timeline(&mut out, analysis);
    overview::section(&mut out, analysis);
    checks(&mut out, analysis);
    coverage(&mut out, analysis);
    findings::prevention(&mut out, analysis);
    facts(&mut out, analysis);
    Ok(out.text)
}

/// The text so far. Its methods take Markdown that is already safe.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: impl Display) {
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "{text}");
    }

    fn paragraph(&mut self, text: impl Display) {
        self.line(text);
        self.line("");
    }

    /// A block that is folded where the reader's tool can fold. `summary` is ours: inside the tag nothing is escaped.
    fn folded(&mut self, summary: impl Display, inside: impl FnOnce(&mut Self)) {
        let _ = write!(self.text, "<details>\n<summary>{summary}</summary>\n\n");
        inside(self);
        self.end_list();
        self.paragraph("</details>");
    }

    /// An empty line, unless there is one.
    fn end_list(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.line("");
        }
    }

    fn left_out(&mut self, all: usize, shown: usize, noun: &str) {
        if all > shown {
            self.end_list();
            self.paragraph(format_args!("… and {} more; `report.json` has them all.", words::counted((all - shown) as u64, noun)));
        }
    }
}

fn head(out: &mut Page, analysis: &Analysis, answer: &Answer<'_>) {
    out.paragraph(format_args!("# {}: {}", answer.state.label(), prose(answer.headline)));
    let Some(cause) = answer.cause else {
        out.paragraph(prose(&answer.why));
        return;
    };
    let mut broke: Vec<_> = answer.broke.iter().take(5).map(|o| object(o)).collect();
    if answer.broke.len() > broke.len() {
        broke.push(format!("{} more", answer.broke.len() - broke.len()));
    }
    out.line(format_args!("- **What broke:** {}", broke.join(", ")));
    if let Some(since) = answer.since {
        let ago = words::ago(since, analysis.taken_at).map(|a| format!(" ({a})")).unwrap_or_default();
        out.line(format_args!("- **Since:** {}{ago}", words::time(since)));
    }
    let why = if answer.why.is_empty() { answer.headline } else { &answer.why };
    out.line(format_args!("- **Why:** {}", prose(why)));
    if let Some(first) = answer.first {
        out.line(format_args!("- **Do first:** {}", prose(&first.text)));
    }
    out.line(format_args!(
        "- **How sure:** {} % ({}); severity {}; rule {}",
        words::percent(cause.finding.confidence),
        words::sureness(cause.finding.confidence),
        cause.severity.as_str(),
        code(cause.finding.rule),
    ));
    out.end_list();
    if let Some(first) = answer.first.filter(|f| !f.command.is_empty()) {
        out.paragraph(block(&first.command, "sh", "").trim_end());
    }
}

fn object(object: &ObjectRef) -> String {
    code(&object.to_string())
}

fn timeline(out: &mut Page, analysis: &Analysis) {
    if analysis.timeline.is_empty() {
        return;
    }
    out.paragraph("## Timeline");
    out.folded(words::counted(analysis.timeline.len() as u64, "moment"), |out| {
        // The newest are nearest to the failure.
        let skipped = analysis.timeline.len().saturating_sub(LINES);
        if skipped > 0 {
            out.paragraph(format_args!("… {} before these; `report.json` has them all.", words::counted(skipped as u64, "moment")));
        }
        for moment in analysis.timeline.iter().skip(skipped) {
            let times = if moment.count > 1 { format!(" (× {})", words::number(moment.count.unsigned_abs())) } else { String::new() };
            out.line(format_args!(
                "- {} · {} · {}: {}{times}",
                words::time(moment.time),
                moment.kind,
                object(&moment.object),
                prose(&moment.text)
            ));
        }
    });
}

fn checks(out: &mut Page, analysis: &Analysis) {
    if !analysis.ruled_out.is_empty() {
        out.paragraph("## Ruled out");
        out.folded(format_args!("{} looked and found nothing", words::counted(analysis.ruled_out.len() as u64, "rule")), |out| {
            for rule in &analysis.ruled_out {
                out.line(format_args!("- {}: {}", code(rule.rule), prose(rule.title)));
            }
        });
    }
    if !analysis.not_evaluated.is_empty() {
        out.paragraph("## Could not be checked");
        for rule in analysis.not_evaluated.iter().take(LINES) {
            out.line(format_args!("- {}: {}", code(rule.rule), prose(&rule.reason)));
        }
        out.end_list();
        out.left_out(analysis.not_evaluated.len(), LINES, "rule");
    }
}

fn coverage(out: &mut Page, analysis: &Analysis) {
    let gaps: Vec<_> = analysis.coverage.iter().filter(|c| words::is_gap(c.outcome)).collect();
    if !gaps.is_empty() {
        out.paragraph("## Not in the bundle");
        for gap in gaps.iter().take(LINES) {
            let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", prose(&gap.detail)) };
            out.line(format_args!("- {} · {}{detail}", code(&gap.source), gap.outcome.words()));
        }
        out.end_list();
        out.left_out(gaps.len(), LINES, "source");
    }
    if !analysis.problems.is_empty() {
        out.paragraph("## Input problems");
        for problem in analysis.problems.iter().take(LINES) {
            let place = problem.path.as_deref().map(|path| format!("{}: ", code(&words::place(path, problem.line)))).unwrap_or_default();
            out.line(format_args!("- {place}{}", prose(&problem.message)));
        }
        out.end_list();
        out.left_out(analysis.problems.len(), LINES, "problem");
    }
}

fn facts(out: &mut Page, analysis: &Analysis) {
    out.paragraph("---");
    let mut facts = vec![format!("Bundle {}", code(&analysis.bundle))];
    if !analysis.facts.cluster.is_empty() {
        facts.push(format!("cluster {}", code(&analysis.facts.cluster)));
    }
    if !analysis.facts.server_version.is_empty() {
        facts.push(format!("Kubernetes {}", code(&analysis.facts.server_version)));
    }
    if let Some(at) = analysis.taken_at {
        facts.push(format!("collected {}", words::time(at)));
    }
    out.line(format_args!("{}. {}", facts.join(", "), words::checked(analysis)));
}
