//! The JSON report keeps its contract: it fits its schema, holds exact strings in harmless bytes, and never changes by itself.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use proptest::prelude::*;
use serde_json::Value;
use tarbox_reports::{Format, json, render, sanitize};

/// Why a report breaks the published schema, if it does.
fn violation(report: &Value) -> Option<String> {
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("report.json", serde_json::from_str(json::JSON_SCHEMA).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("report.json", &mut schemas).unwrap();
    schemas.validate(report, index).err().map(|error| format!("{error:#}"))
}

fn report(analysis: &tarbox_model::Analysis) -> Value {
    serde_json::from_str(&render(Format::Json, analysis).unwrap()).unwrap()
}

#[test]
fn looks_as_published() {
    insta::assert_snapshot!(render(Format::Json, &sample::incident()).unwrap());
}

#[test]
fn fits_its_schema() {
    for analysis in [sample::incident(), sample::healthy(), sample::blind(), sample::hostile("x\u{1b}\u{202e}"), Default::default()] {
        assert_eq!(violation(&report(&analysis)), None);
    }
}

#[test]
fn the_schema_would_notice() {
    let mut broken = report(&sample::incident());
    broken["root_causes"][0]["severity"] = "grave".into();
    assert!(violation(&broken).is_some());
}

#[test]
fn a_confidence_that_is_no_number_is_none() {
    let mut analysis = sample::incident();
    analysis.findings[0].finding.confidence = f64::NAN;
    assert_eq!(report(&analysis)["root_causes"][0]["confidence"], 0.0);
}

#[test]
fn indices_that_lead_nowhere_are_left_out() {
    let mut analysis = sample::incident();
    analysis.roots.push(999);
    analysis.prevention.push(999);
    analysis.findings[0].explains.push(999);
    for &format in Format::ALL {
        render(format, &analysis).unwrap();
    }
    assert_eq!(report(&analysis), report(&sample::incident()));
}

proptest! {
    #[test]
    fn strings_are_exact_in_harmless_bytes(text in any::<String>()) {
        let bytes = render(Format::Json, &sample::hostile(&text)).unwrap();
        prop_assert!(!bytes.chars().any(sanitize::is_unsafe));
        let report: Value = serde_json::from_str(&bytes).unwrap();
        prop_assert_eq!(report["root_causes"][0]["evidence"][0]["quote"].as_str(), Some(text.as_str()));
        prop_assert_eq!(report["bundle"]["cluster"].as_str(), Some(text.as_str()));
    }
}
