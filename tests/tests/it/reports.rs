//! Reports of every recorded incident keep to the schemas that their readers go by.

use rayon::prelude::*;
use serde_json::Value;
use tarbox_analyzer::conclude;
use tarbox_load::load;
use tarbox_reports::{Format, json, render};

use crate::judged::{fixtures, scanner};

/// A schema, compiled for one thread.
struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn new(text: &str) -> Self {
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("schema.json", serde_json::from_str(text).unwrap()).unwrap();
        let mut schemas = boon::Schemas::new();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    fn violation(&self, text: &str) -> Option<String> {
        let value: Value = serde_json::from_str(text).unwrap();
        self.schemas.validate(&value, self.index).err().map(|error| format!("{error:#}"))
    }
}

#[test]
fn every_recorded_incident_fits_the_schemas() {
    let folder = fixtures().join("scenarios");
    let mut bundles: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    bundles.retain(|path| path.extension().is_some_and(|e| e == "zst"));
    bundles.sort();
    assert!(!bundles.is_empty());
    let sarif = std::fs::read_to_string(fixtures().join("../reports/tests/schemas/sarif-2.1.0.json")).unwrap();
    let complaints: Vec<String> = bundles
        .par_chunks(bundles.len().div_ceil(4))
        .flat_map_iter(|some| {
            let schemas = [(Format::Json, Schema::new(json::JSON_SCHEMA)), (Format::Sarif, Schema::new(&sarif))];
            some.iter().flat_map(move |bundle| {
                let analysis = conclude(&load(bundle, scanner()).unwrap(), "bundle");
                let broken = |(format, schema): &(Format, Schema)| {
                    let violation = schema.violation(&render(*format, &analysis).unwrap())?;
                    Some(format!("{}: {format}: {violation}", bundle.display()))
                };
                let mut complaints: Vec<String> = schemas.iter().filter_map(broken).collect();
                let junit = render(Format::Junit, &analysis).unwrap();
                match roxmltree::Document::parse(&junit) {
                    Err(error) => complaints.push(format!("{}: junit: {error}", bundle.display())),
                    Ok(document) => {
                        let cases = document.descendants().filter(|n| n.has_tag_name("testcase")).count();
                        if cases != tarbox_rules::all().count() {
                            complaints.push(format!("{}: junit has {cases} cases", bundle.display()));
                        }
                    }
                }
                complaints
            })
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
