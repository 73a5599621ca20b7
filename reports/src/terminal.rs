//! The answer on one screen: what `tarbox analyze` prints when it is done.
//!
//! Bundle data reaches the terminal through [`sanitize::line`] only: no escape sequence, no control, no hidden character.
//! Lines fit the width, but for commands: those stay whole, so that they can be copied.

mod wrap;

use tarbox_model::Analysis;
use tarbox_model::analysis::Ranked;
use tarbox_model::finding::Severity;

use crate::answer::{Answer, State, answer};
use crate::{sanitize, words};
use wrap::{clipped, wrapped};

/// Columns of the names on the left.
const LABEL: usize = 12;
/// Narrowest width that is honoured; below it words would break more than wrap.
const NARROWEST: usize = 40;
/// Root causes named besides the first.
const ALSO: usize = 4;
/// Lines of what needs words: why, what to do, the figures.
const LINES: usize = 4;
/// Lines of what is short where nobody is hostile: names, a place.
const FEW: usize = 3;
/// Lines of all of it.
const SCREEN: usize = 30;

/// A summary of at most one screen, `width` columns wide, with ANSI colours when asked.
pub fn summary(analysis: &Analysis, width: usize, colour: bool) -> String {
    let mut screen = Screen { text: String::new(), width: width.max(NARROWEST), colour };
    let answer = answer(analysis);
    screen.verdict(&answer);
    match answer.cause {
        Some(cause) => screen.told(analysis, &answer, cause),
        None => screen.paragraph("", &answer.why, LINES),
    }
    screen.also(analysis);
    screen.figures(analysis);
    screen.text
}

struct Screen {
    text: String,
    width: usize,
    colour: bool,
}

impl Screen {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// Our own words in a colour, by its SGR parameters.
    fn paint(&self, parameters: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{parameters}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn verdict(&mut self, answer: &Answer<'_>) {
        let tone = match answer.state {
            State::Broken => "1;31",
            State::Degraded | State::Unexplained => "1;33",
            State::Healthy => "1;32",
            State::Unknown => "1",
        };
        let label = answer.state.label().to_uppercase();
        let indent = label.chars().count() + 2;
        for (i, line) in wrapped(answer.headline, self.width - indent, 2, self.colour).iter().enumerate() {
            let left = if i == 0 { format!("{}  ", self.paint(tone, &label)) } else { " ".repeat(indent) };
            self.line(&format!("{left}{line}"));
        }
        self.line("");
    }

    fn told(&mut self, analysis: &Analysis, answer: &Answer<'_>, cause: &Ranked) {
        let mut broke: Vec<_> = answer.broke.iter().take(3).map(ToString::to_string).collect();
        if answer.broke.len() > broke.len() {
            broke.push(format!("{} more", answer.broke.len() - broke.len()));
        }
        self.paragraph("What broke", &broke.join(", "), FEW);
        if let Some(since) = answer.since {
            let ago = words::ago(since, analysis.taken_at).map(|a| format!(" ({a})")).unwrap_or_default();
            self.paragraph("Since", &format!("{}{ago}", words::time(since)), FEW);
        }
        self.paragraph("Why", &answer.why, LINES);
        if let Some(first) = answer.first {
            self.paragraph("Do first", &first.text, LINES);
            if !first.command.is_empty() {
                let command = self.paint("36", &clipped(&sanitize::line(&first.command), 400));
                self.line(&format!("{:LABEL$}$ {command}", ""));
            }
        }
        let it = &cause.finding;
        let sure =
            format!("{} % ({}); {}, {}", words::percent(it.confidence), words::sureness(it.confidence), cause.severity.as_str(), it.rule);
        self.paragraph("How sure", &sure, FEW);
        if let Some(evidence) = it.evidence.first() {
            self.paragraph("Evidence", &words::place(&evidence.path, evidence.line), FEW);
        }
    }

    /// A paragraph behind its name, of at most so many lines; nothing for an empty one.
    fn paragraph(&mut self, label: &str, text: &str, lines: usize) {
        let indent = if label.is_empty() { 0 } else { LABEL };
        for (i, line) in wrapped(text, self.width - indent, lines, self.colour).iter().enumerate() {
            let left = if i == 0 && indent > 0 { self.paint("2", &format!("{label:indent$}")) } else { " ".repeat(indent) };
            self.line(&format!("{left}{line}"));
        }
    }

    fn also(&mut self, analysis: &Analysis) {
        let others: Vec<_> = analysis.root_causes().enumerate().skip(1).collect();
        if others.is_empty() {
            return;
        }
        // Below stand a blank, how many more there are, and the figures.
        let room = SCREEN.saturating_sub(self.text.lines().count() + 2 + 1 + LINES).min(ALSO);
        self.line("");
        for (rank, cause) in others.iter().take(room) {
            let tone = if cause.severity >= Severity::High { "31" } else { "33" };
            let left = format!("{:>2}  {}", rank + 1, self.paint(tone, &format!("{:8}", cause.severity.as_str())));
            let title = wrapped(&cause.finding.title, self.width - LABEL, 1, self.colour);
            self.line(&format!("{left}{}", title.first().map_or("", String::as_str)));
        }
        if others.len() > room {
            self.line(&format!("{:>2}  {}", "", words::counted((others.len() - room) as u64, "more root cause")));
        }
    }

    fn figures(&mut self, analysis: &Analysis) {
        let consequences = analysis.findings.iter().filter(|f| !f.explained_by.is_empty()).count();
        let gaps = analysis.coverage.iter().filter(|c| words::is_gap(c.outcome)).count();
        // Without a cause the sentence above names the rules that could not look.
        let unchecked = if analysis.roots.is_empty() { 0 } else { analysis.not_evaluated.len() };
        let figures = [
            (consequences, "consequence", "consequences"),
            (analysis.prevention.len(), "prevention", "preventions"),
            (unchecked, "rule not evaluated", "rules not evaluated"),
            (gaps, "gap in coverage", "gaps in coverage"),
            (analysis.problems.len(), "input problem", "input problems"),
        ];
        let some = figures.into_iter().filter(|(n, ..)| *n > 0);
        let said: Vec<_> = some.map(|(n, one, more)| format!("{} {}", words::number(n as u64), if n == 1 { one } else { more })).collect();
        let mut text = said.join(" · ");
        if analysis.roots.is_empty() && text.is_empty() {
            return;
        }
        if !analysis.roots.is_empty() {
            text = format!("{} {text}", words::checked(analysis));
        }
        self.line("");
        for line in wrapped(&text, self.width, LINES, false) {
            let line = self.paint("2", &line);
            self.line(&line);
        }
    }
}
