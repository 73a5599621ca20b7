//! SARIF keeps to the published schema, whatever a bundle holds, and nothing of the bundle becomes a link.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use tarbox_model::Analysis;
use tarbox_reports::{Format, render, sanitize};

/// The schema, compiled once.
struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn read() -> Self {
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("sarif.json", serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap()).unwrap();
        let mut schemas = boon::Schemas::new();
        let index = compiler.compile("sarif.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// Why a log breaks the schema, if it does.
    fn violation(&self, log: &Value) -> Option<String> {
        self.schemas.validate(log, self.index).err().map(|error| format!("{error:#}"))
    }
}

fn log(analysis: &Analysis) -> Value {
    serde_json::from_str(&render(Format::Sarif, analysis).unwrap()).unwrap()
}

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!(render(Format::Sarif, &sample::incident()).unwrap());
}

#[test]
fn fits_the_schema_of_oasis() {
    let schema = Schema::read();
    for analysis in [sample::incident(), sample::healthy(), sample::blind(), sample::hostile("x\u{1b}\u{202e}"), Default::default()] {
        assert_eq!(schema.violation(&log(&analysis)), None);
    }
    let mut itself = sample::incident();
    itself.findings[0].finding.cause = Some(itself.findings[0].finding.subject.clone());
    assert_eq!(schema.violation(&log(&itself)), None, "an object that shows its own fault is named once");
    let mut broken = log(&sample::incident());
    broken["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(schema.violation(&broken).is_some(), "the schema would notice");
}

#[test]
fn results_point_to_their_rules_and_are_known_again() {
    let log = log(&sample::incident());
    let run = &log["runs"][0];
    let (rules, results) = (run["tool"]["driver"]["rules"].as_array().unwrap(), run["results"].as_array().unwrap());
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## What it detects"));
        assert!(!result["locations"].as_array().unwrap().is_empty());
        assert!(fingerprints.insert(result["partialFingerprints"]["tarbox/v1"].as_str().unwrap()), "{result}");
    }
    // Another bundle of the same trouble: other times, other lines, other pods of the same workload.
    let mut later = sample::incident();
    for ranked in &mut later.findings {
        ranked.finding.first_seen = None;
        ranked.finding.evidence.truncate(1);
        if ranked.finding.workload.is_some() {
            ranked.finding.subject.name.push_str("-other");
        }
    }
    let again: BTreeSet<_> = fingerprints.iter().map(|f| (*f).to_owned()).collect();
    let log = self::log(&later);
    let found = log["runs"][0]["results"].as_array().unwrap().iter();
    assert_eq!(found.map(|r| r["partialFingerprints"]["tarbox/v1"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), again);
}

/// Every message of a log: what viewers render.
fn messages<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match (key.as_str(), field["text"].as_str()) {
                    ("message", Some(text)) => all.push(text),
                    _ => messages(field, all),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| messages(item, all)),
        _ => {}
    }
}

/// No link, no placeholder, nothing that drives a screen; paths lead nowhere but into the bundle.
fn check(schema: &Schema, vector: &str) -> Result<(), TestCaseError> {
    let bytes = render(Format::Sarif, &sample::hostile(vector)).unwrap();
    prop_assert!(!bytes.chars().any(sanitize::is_unsafe));
    let log: Value = serde_json::from_str(&bytes).unwrap();
    prop_assert_eq!(schema.violation(&log), None);
    let mut all = Vec::new();
    messages(&log, &mut all);
    for text in all {
        prop_assert!(!text.contains("]("), "a link in {text:?}");
        let rest = text.replace("{{", "").replace("}}", "");
        prop_assert!(!rest.contains(['{', '}']), "a placeholder in {text:?}");
    }
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        prop_assert!(!uri.contains(':') && !uri.starts_with('/'), "{uri:?} leads out of the bundle");
        let snippet = &result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"];
        prop_assert!(snippet.is_null() || snippet == vector, "snippets are exact");
    }
    Ok(())
}

#[test]
fn known_tricks_stay_text() {
    let schema = Schema::read();
    for vector in
        ["[a](javascript:alert(1))", "[a](1)", "{0}", "}{", "<img src=x>", "//evil.example/x", "https://evil.example", "\u{1b}[2J"]
    {
        check(&schema, vector).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_bundle_holds_stays_text(text in any::<String>()) {
        thread_local!(static SCHEMA: Schema = Schema::read());
        SCHEMA.with(|schema| check(schema, &text))?;
    }
}
