//! `tarbox.report/v1`: the contract with machines.
//!
//! These types are the schema (`schema/report-v1.schema.json`), apart from the model's on purpose: the model may change,
//! this may only grow. A field that is not known is left out, never `null`. Strings are exact, because evidence must be
//! found again at its place; characters that a screen should not get are written as `\u` escapes instead.

mod overview;
mod patterns;
mod writer;

pub(crate) use writer::to_string;

use serde::Serialize;
use tarbox_model::analysis::{Analysis, Relation};
use tarbox_model::finding::Remedy;
use tarbox_model::patterns::LogPatterns;
use tarbox_model::{Evidence, ObjectRef, Timestamp};

use crate::{RenderError, Spec};

pub(crate) static SPEC: Spec = Spec { name: "json", file_name: "report.json", media_type: "application/json", render };

/// Name and version of the schema.
pub const SCHEMA: &str = "tarbox.report/v1";

/// The JSON Schema (draft 2020-12) of the report, as published.
pub const JSON_SCHEMA: &str = include_str!("../schema/report-v1.schema.json");

/// The whole report.
#[derive(Debug, Serialize)]
struct Report<'a> {
    schema: &'static str,
    bundle: Bundle<'a>,
    totals: Totals,
    root_causes: Vec<Finding<'a>>,
    findings: Vec<Finding<'a>>,
    prevention: Vec<Finding<'a>>,
    ruled_out: Vec<RuledOut>,
    not_evaluated: Vec<NotEvaluated<'a>>,
    coverage: Vec<Coverage<'a>>,
    input_problems: Vec<InputProblem<'a>>,
    timeline: Vec<Moment<'a>>,
    log_patterns: patterns::Patterns<'a>,
    topology: overview::Topology<'a>,
    resources: overview::Resources<'a>,
    mongodb: Vec<overview::Server<'a>>,
    /// Always empty in the file, which is the same from run to run; the program's log has the times.
    timings: Timings,
}

#[derive(Debug, Serialize)]
struct Timings {}

#[derive(Debug, Serialize)]
struct Bundle<'a> {
    path: &'a str,
    format: &'a str,
    cluster: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "str::is_empty")]
    server_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    redaction: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    namespaces: &'a [String],
}

#[derive(Debug, Serialize)]
struct Totals {
    nodes: u64,
    pods: u64,
    pods_not_ready: u64,
    objects: u64,
    events: u64,
    log_lines: u64,
    rules: u64,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<usize>,
    rule: &'a str,
    title: &'a str,
    summary: &'a str,
    level: &'static str,
    severity: &'static str,
    confidence: f64,
    subject: Object<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Object<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload: Option<Object<'a>>,
    instances: u32,
    evidence: Vec<Quote<'a>>,
    explains: Vec<String>,
    explained_by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ways: Vec<Hold<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Timestamp>,
    remediation: Vec<Step<'a>>,
}

/// How a consequence hangs on a finding that explains it.
#[derive(Debug, Serialize)]
struct Hold<'a> {
    to: String,
    relations: Vec<Related<'a>>,
}

#[derive(Debug, Serialize)]
struct Related<'a> {
    relation: &'static str,
    object: Object<'a>,
}

#[derive(Debug, Serialize)]
struct Object<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Quote<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    quote: &'a str,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    command: &'a str,
}

#[derive(Debug, Serialize)]
struct RuledOut {
    rule: &'static str,
    title: &'static str,
}

#[derive(Debug, Serialize)]
struct NotEvaluated<'a> {
    rule: &'static str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct Coverage<'a> {
    source: &'a str,
    outcome: &'static str,
    items: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

#[derive(Debug, Serialize)]
struct InputProblem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Moment<'a> {
    time: Timestamp,
    kind: &'static str,
    object: Object<'a>,
    text: &'a str,
    count: i64,
}

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    to_string(&report(analysis)).map_err(|error| RenderError::new(SPEC.name, error))
}

/// The log patterns alone, as they stand in the report.
///
/// # Errors
/// When they cannot be written, which is a fault of ours.
pub fn log_patterns(all: &LogPatterns) -> Result<String, RenderError> {
    to_string(&patterns::patterns(all)).map_err(|error| RenderError::new(SPEC.name, error))
}

fn report(analysis: &Analysis) -> Report<'_> {
    let mut ranks = vec![None; analysis.findings.len()];
    for (rank, &index) in analysis.roots.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(index) {
            *slot = Some(rank + 1);
        }
    }
    let keys: Vec<String> = analysis.findings.iter().map(|f| f.finding.key()).collect();
    let one = |index: usize| finding(analysis, index, *ranks.get(index)?, &keys);
    let some = |indices: &[usize]| indices.iter().filter_map(|&i| one(i)).collect();
    let totals = analysis.totals;
    Report {
        schema: SCHEMA,
        bundle: Bundle {
            path: &analysis.bundle,
            format: &analysis.facts.format,
            cluster: &analysis.facts.cluster,
            collected_at: analysis.taken_at,
            server_version: &analysis.facts.server_version,
            redaction: &analysis.facts.redaction,
            namespaces: &analysis.facts.namespaces,
        },
        totals: Totals {
            nodes: totals.nodes,
            pods: totals.pods,
            pods_not_ready: totals.pods_not_ready,
            objects: totals.objects,
            events: totals.events,
            log_lines: totals.log_lines,
            rules: totals.rules,
        },
        root_causes: some(&analysis.roots),
        findings: (0..analysis.findings.len()).filter_map(one).collect(),
        prevention: some(&analysis.prevention),
        ruled_out: analysis.ruled_out.iter().map(|r| RuledOut { rule: r.rule, title: r.title }).collect(),
        not_evaluated: analysis.not_evaluated.iter().map(|n| NotEvaluated { rule: n.rule, reason: &n.reason }).collect(),
        coverage: analysis
            .coverage
            .iter()
            .map(|c| Coverage { source: &c.source, outcome: crate::words::outcome(c.outcome), items: c.items, detail: &c.detail })
            .collect(),
        input_problems: analysis
            .problems
            .iter()
            .map(|p| InputProblem { path: p.path.as_deref(), line: p.line, message: &p.message })
            .collect(),
        timeline: analysis
            .timeline
            .iter()
            .map(|m| Moment { time: m.time, kind: m.kind, object: object(&m.object), text: &m.text, count: m.count })
            .collect(),
        log_patterns: patterns::patterns(&analysis.log_patterns),
        topology: overview::topology(&analysis.overview),
        resources: overview::resources(&analysis.overview),
        mongodb: overview::servers(&analysis.overview),
        timings: Timings {},
    }
}

fn finding<'a>(analysis: &'a Analysis, index: usize, rank: Option<usize>, keys: &[String]) -> Option<Finding<'a>> {
    let ranked = analysis.findings.get(index)?;
    let it = &ranked.finding;
    Some(Finding {
        rank,
        rule: it.rule,
        title: &it.title,
        summary: &it.summary,
        level: ranked.level.as_str(),
        severity: ranked.severity.as_str(),
        // JSON has no NaN, and a tenth of a percent is finer than any rule's judgement.
        confidence: if it.confidence.is_finite() { (it.confidence * 1000.0).round() / 1000.0 } else { 0.0 },
        subject: object(&it.subject),
        cause: it.cause.as_ref().map(object),
        workload: it.workload.as_ref().map(object),
        instances: it.instances,
        evidence: it.evidence.iter().map(quote).collect(),
        explains: named(&ranked.explains, keys),
        explained_by: named(&ranked.explained_by, keys),
        ways: ways(analysis, index, keys),
        first_seen: it.first_seen,
        last_seen: it.last_seen,
        remediation: it.remedies.iter().map(step).collect(),
    })
}

/// The ways from a consequence to what explains it, each key once.
fn ways<'a>(analysis: &'a Analysis, index: usize, keys: &[String]) -> Vec<Hold<'a>> {
    let causes = analysis.findings.get(index).into_iter().flat_map(|it| &it.explained_by);
    let mut seen = std::collections::BTreeSet::new();
    let told = causes.filter_map(|&from| Some((keys.get(from)?, analysis.ways.get(&(from, index))?)));
    told.filter(|(key, _)| seen.insert(key.as_str()))
        .map(|(key, way)| Hold { to: key.clone(), relations: way.iter().map(related).collect() })
        .collect()
}

fn related((relation, of): &(Relation, ObjectRef)) -> Related<'_> {
    Related { relation: relation.as_str(), object: object(of) }
}

/// Keys of findings, each once: two findings of one rule at one workload may differ only in their cause.
fn named(indices: &[usize], keys: &[String]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    indices.iter().filter_map(|&i| keys.get(i)).filter(|key| seen.insert(key.as_str())).cloned().collect()
}

fn object(it: &ObjectRef) -> Object<'_> {
    Object { kind: &it.kind, namespace: &it.namespace, name: &it.name }
}

fn quote(it: &Evidence) -> Quote<'_> {
    Quote { path: &it.path, line: it.line, pointer: it.pointer.as_deref(), quote: &it.quote }
}

fn step(it: &Remedy) -> Step<'_> {
    Step { text: &it.text, command: &it.command }
}
