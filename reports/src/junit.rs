//! JUnit XML, for build servers: one test case for each rule. A rule that names a root cause of severity high or critical
//! fails, one that could not look is skipped, every other one passes, saying what it found.
//!
//! XML 1.0 has no way to write control characters: they are shown as every other format shows them ([`crate::sanitize`]).

use std::collections::BTreeMap;
use std::fmt::Write;

use tarbox_model::analysis::{Analysis, Ranked};
use tarbox_model::finding::Severity;

use crate::{RenderError, Spec, sanitize, words};

pub(crate) static SPEC: Spec = Spec { name: "junit", file_name: "report.junit.xml", media_type: "application/xml", render };

/// Consequences named in one failure.
const CONSEQUENCES: usize = 20;
/// Evidence quoted in one failure.
const QUOTES: usize = 4;

/// How a rule ended, as a test.
enum Case<'a> {
    Failed(Vec<&'a Ranked>),
    /// Found something that fails no build.
    Told(Vec<&'a Ranked>),
    Skipped(&'a str),
    Passed,
}

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    let cases = cases(analysis);
    let count = |wanted: fn(&Case<'_>) -> bool| cases.values().filter(|case| wanted(case)).count();
    let (failures, skipped) = (count(|c| matches!(c, Case::Failed(_))), count(|c| matches!(c, Case::Skipped(_))));
    let name = if analysis.facts.cluster.is_empty() { &analysis.bundle } else { &analysis.facts.cluster };
    let time = analysis.taken_at.map(|t| format!(" timestamp=\"{}\"", t.strftime("%Y-%m-%dT%H:%M:%S"))).unwrap_or_default();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{text}");
    };
    // The file is the same from run to run: no rule's time is told.
    line(format_args!("<testsuites name=\"tarbox\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"0\">", cases.len()));
    line(format_args!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"{time}>",
        attribute(name),
        cases.len()
    ));
    for (rule, case) in &cases {
        let head = format!("    <testcase name=\"{}\" classname=\"tarbox.rules\" time=\"0\"", attribute(rule));
        match case {
            Case::Passed => line(format_args!("{head}/>")),
            Case::Skipped(why) => line(format_args!("{head}>\n      <skipped message=\"{}\"/>\n    </testcase>", attribute(why))),
            Case::Told(findings) => {
                let told: Vec<_> = findings.iter().map(|f| told(analysis, f)).collect();
                line(format_args!("{head}>\n      <system-out>{}</system-out>\n    </testcase>", text(&told.join("\n"))));
            }
            Case::Failed(roots) => {
                line(format_args!("{head}>"));
                for root in roots {
                    line(format_args!(
                        "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                        root.severity.as_str(),
                        attribute(&root.finding.title),
                        text(&failure(analysis, root))
                    ));
                }
                line(format_args!("    </testcase>"));
            }
        }
    }
    line(format_args!("  </testsuite>\n</testsuites>"));
    Ok(out)
}

/// Every rule of the analysis with its outcome, by name.
fn cases(analysis: &Analysis) -> BTreeMap<&str, Case<'_>> {
    let mut cases = BTreeMap::new();
    for ranked in &analysis.findings {
        let case = cases.entry(ranked.finding.rule).or_insert_with(|| Case::Told(Vec::new()));
        if let Case::Told(findings) = case {
            findings.push(ranked);
        }
    }
    let mut failed: BTreeMap<&str, Vec<&Ranked>> = BTreeMap::new();
    for root in analysis.root_causes().filter(|root| root.severity >= Severity::High) {
        failed.entry(root.finding.rule).or_default().push(root);
    }
    cases.extend(failed.into_iter().map(|(rule, roots)| (rule, Case::Failed(roots))));
    for rule in &analysis.ruled_out {
        cases.entry(rule.rule).or_insert(Case::Passed);
    }
    for rule in &analysis.not_evaluated {
        cases.entry(rule.rule).or_insert(Case::Skipped(&rule.reason));
    }
    cases
}

/// A finding that fails no build, in one line.
fn told(analysis: &Analysis, it: &Ranked) -> String {
    let why = it.explained_by.first().and_then(|&i| analysis.findings.get(i)).map(|by| format!(", because of {}", by.finding.key()));
    format!("{}: {}{}", it.severity.as_str(), it.finding.title, why.unwrap_or_default())
}

/// All that a build's log needs of a root cause.
fn failure(analysis: &Analysis, root: &Ranked) -> String {
    let finding = &root.finding;
    let mut lines = vec![finding.summary.clone(), format!("At {}", finding.key())];
    lines.extend(finding.cause.iter().map(|cause| format!("Cause: {cause}")));
    let consequences: Vec<_> = root.explains.iter().filter_map(|&i| analysis.findings.get(i)).collect();
    let named = consequences.iter().take(CONSEQUENCES);
    lines.extend(named.map(|it| format!("Consequence: {} ({})", it.finding.title, it.finding.key())));
    if consequences.len() > CONSEQUENCES {
        lines.push(format!("and {}", words::counted((consequences.len() - CONSEQUENCES) as u64, "further consequence")));
    }
    for evidence in finding.evidence.iter().take(QUOTES) {
        lines.push(format!("Evidence: {}: {}", words::place(&evidence.path, evidence.line), evidence.quote));
    }
    for step in &finding.remedies {
        lines.push(format!("To do: {}", step.text));
        if !step.command.is_empty() {
            lines.push(format!("  $ {}", step.command));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Text between tags.
fn text(raw: &str) -> String {
    escape(&sanitize::block(raw))
}

/// A value between double quotes: always one line.
fn attribute(raw: &str) -> String {
    escape(&sanitize::line(raw))
}

fn escape(safe: &str) -> String {
    let mut out = String::with_capacity(safe.len());
    for c in safe.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
