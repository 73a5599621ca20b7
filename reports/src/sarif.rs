//! SARIF 2.1.0, for dashboards of code scanning: one rule for each rule of ours that found something, one result for each
//! finding, at lines of the bundle's files.
//!
//! Messages are plain text. SARIF lets plain text hold links (`[text](target)`) and placeholders (`{0}`); what comes from
//! a bundle can be neither. Snippets are exact, as in the JSON report, and written in the same harmless bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tarbox_model::analysis::{Analysis, FiredRule, Ranked};
use tarbox_model::finding::Severity;
use tarbox_model::{Evidence, Finding, ObjectRef, Timestamp};

use crate::{RenderError, Spec, json, sanitize, words};

pub(crate) static SPEC: Spec = Spec { name: "sarif", file_name: "report.sarif", media_type: "application/sarif+json", render };

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The base of all paths: the bundle's top folder.
const BASE: &str = "BUNDLE";

#[derive(Debug, Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Described>,
    column_kind: &'static str,
    results: Vec<Sarif>,
    properties: Facts,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    properties: Tags,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Tags {
    tags: [&'static str; 2],
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
struct Described {
    description: Text,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// A rule that could not look, or a file that could not be read.
#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Debug, Serialize)]
struct Facts {
    bundle: String,
    cluster: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sarif {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    rank: f64,
    occurrence_count: u32,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Properties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    snippet: Text,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    /// Rank among the root causes, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    root_cause: Option<usize>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explains: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explained_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remediation: Vec<String>,
}

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    json::to_string(&log(analysis)).map_err(|error| RenderError::new(SPEC.name, error))
}

fn log(analysis: &Analysis) -> Log {
    let rules: Vec<Descriptor> = analysis.fired.iter().map(descriptor).collect();
    let ranks: BTreeMap<usize, usize> = analysis.roots.iter().enumerate().map(|(rank, &index)| (index, rank + 1)).collect();
    let results = analysis.findings.iter().enumerate();
    let results = results.map(|(index, it)| result(analysis, it, ranks.get(&index).copied())).collect();
    let blind = analysis.not_evaluated.iter().map(|rule| ("note", format!("{} was not evaluated: {}", rule.rule, rule.reason)));
    let unread = analysis.problems.iter().map(|problem| {
        let place = problem.path.as_deref().map(|path| format!("{}: ", words::place(path, problem.line)));
        ("warning", format!("{}{}", place.unwrap_or_default(), problem.message))
    });
    let notes = blind.chain(unread).map(|(level, text)| Notification { level, message: message(&text) }).collect();
    let base = Described { description: Text { text: "The top folder of the bundle.".to_owned() } };
    let run = Run {
        tool: Tool { driver: Driver { name: "tarbox", semantic_version: env!("CARGO_PKG_VERSION"), rules } },
        invocations: [Invocation { execution_successful: true, tool_execution_notifications: notes }],
        original_uri_base_ids: BTreeMap::from([(BASE, base)]),
        column_kind: "unicodeCodePoints",
        results,
        properties: Facts { bundle: analysis.bundle.clone(), cluster: analysis.facts.cluster.clone() },
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn descriptor(rule: &FiredRule) -> Descriptor {
    let help = (!rule.page.is_empty()).then(|| Help { text: rule.page.clone(), markdown: rule.page.clone() });
    Descriptor {
        id: rule.rule,
        short_description: Text { text: rule.title.to_owned() },
        default_configuration: Configuration { level: level(rule.severity) },
        help,
        properties: Tags { tags: ["kubernetes", rule.level.as_str()] },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn result(analysis: &Analysis, it: &Ranked, root_cause: Option<usize>) -> Sarif {
    let finding = &it.finding;
    let keys = |indices: &[usize]| indices.iter().filter_map(|&i| analysis.findings.get(i)).map(|f| f.finding.key()).collect();
    let text = if finding.summary.is_empty() { finding.title.clone() } else { format!("{}. {}", finding.title, finding.summary) };
    let mut places = finding.evidence.iter().enumerate();
    let objects = finding.cause.iter().chain(&finding.workload).chain([&finding.subject]);
    let first = places.next().map(|(_, evidence)| location(evidence, None, objects)).into_iter().collect();
    let step = |step: &tarbox_model::finding::Remedy| match step.command.as_str() {
        "" => step.text.clone(),
        command => format!("{} $ {command}", step.text),
    };
    Sarif {
        rule_id: finding.rule,
        // The rules that fired stand by name.
        rule_index: analysis.fired.binary_search_by_key(&finding.rule, |rule| rule.rule).ok(),
        level: level(it.severity),
        rank: words::percent(finding.confidence).into(),
        occurrence_count: finding.instances.max(1),
        message: message(&text),
        locations: first,
        related_locations: places.map(|(id, evidence)| location(evidence, Some(id), [])).collect(),
        partial_fingerprints: BTreeMap::from([("tarbox/v1", fingerprint(finding))]),
        properties: Properties {
            root_cause,
            severity: it.severity.as_str(),
            explains: keys(&it.explains),
            explained_by: keys(&it.explained_by),
            first_seen: finding.first_seen,
            last_seen: finding.last_seen,
            remediation: finding.remedies.iter().map(step).collect(),
        },
    }
}

fn location<'a>(evidence: &Evidence, id: Option<usize>, objects: impl IntoIterator<Item = &'a ObjectRef>) -> Location {
    let line = evidence.line.filter(|&line| line > 0);
    let region = line.map(|start_line| Region { start_line, snippet: Text { text: evidence.quote.clone() } });
    let pointer = evidence.pointer.as_deref().filter(|pointer| !pointer.is_empty()).map(|pointer| format!("at {pointer}"));
    let mut seen = BTreeSet::new();
    let objects = objects.into_iter().filter(|object| seen.insert(*object)).map(ToString::to_string);
    Location {
        id,
        physical_location: Physical { artifact_location: Artifact { uri: uri(&evidence.path), uri_base_id: BASE }, region },
        logical_locations: objects.map(|name| Logical { fully_qualified_name: name, kind: "resource" }).collect(),
        message: pointer.map(|text| message(&text)),
    }
}

/// What stays the same when a finding is found again in another bundle.
fn fingerprint(finding: &Finding) -> String {
    let (key, cause) = finding.identity();
    let digest = Sha256::digest(format!("{key}\n{cause}"));
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A plain text message in which nothing is a link or a placeholder.
fn message(raw: &str) -> Text {
    let text = sanitize::block(raw).replace("](", "] (").replace('{', "{{").replace('}', "}}");
    // A message may not be empty.
    Text { text: if text.is_empty() { "(no text)".to_owned() } else { text } }
}

/// A bundle path as a relative reference: whatever could mean something else in a URI is escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                // Writing to a String does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
