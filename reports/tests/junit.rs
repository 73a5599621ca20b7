//! JUnit XML, read back by an XML parser: the structure that build servers agree on, and nothing of the bundle but text.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use proptest::prelude::*;
use roxmltree::{Document, Node};
use tarbox_model::Analysis;
use tarbox_reports::{Format, render, sanitize};

fn xml(analysis: &Analysis) -> String {
    render(Format::Junit, analysis).unwrap()
}

/// Attributes that an element must and may have, and its children in order, as the XSD of the Jenkins xUnit plugin
/// (`junit-10.xsd`) has them, reduced to what every reader of the format knows.
fn shape(element: &str) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    match element {
        "testsuites" => (&["name", "tests", "failures", "errors", "time"], &[], &["testsuite"]),
        "testsuite" => (&["name", "tests", "failures", "errors", "skipped", "time"], &["timestamp"], &["testcase"]),
        "testcase" => (&["name", "classname", "time"], &[], &["skipped", "failure", "system-out"]),
        "failure" => (&["type", "message"], &[], &[]),
        "skipped" => (&["message"], &[], &[]),
        "system-out" => (&[], &[], &[]),
        other => panic!("no such element: {other}"),
    }
}

fn check(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let (must, may, children) = shape(name);
    for attribute in must {
        assert!(node.has_attribute(*attribute), "{name} lacks {attribute}");
    }
    assert!(node.attributes().all(|a| must.contains(&a.name()) || may.contains(&a.name())), "{name} has an attribute too many");
    let places: Vec<_> =
        node.children().filter(Node::is_element).map(|c| children.iter().position(|k| *k == c.tag_name().name()).unwrap()).collect();
    assert!(places.is_sorted(), "children of {name} are out of order");
    let kinds: std::collections::BTreeSet<_> = places.iter().collect();
    assert!(name != "testcase" || kinds.len() <= 1, "a case ends in one way");
    for count in ["tests", "failures", "errors", "skipped"] {
        if let Some(told) = node.attribute(count) {
            let element = match count {
                "tests" => "testcase",
                "failures" => "failure",
                "errors" => "error",
                _ => "skipped",
            };
            let cases = node.descendants().filter(|n| n.has_tag_name("testcase"));
            let found = cases.filter(|c| element == "testcase" || c.children().any(|n| n.has_tag_name(element))).count();
            assert_eq!(told, found.to_string(), "{count} of {name}");
        }
    }
    if children.is_empty() {
        assert!(node.children().all(|c| c.is_text()), "{name} holds text only");
    } else {
        node.children().filter(Node::is_element).for_each(check);
    }
}

/// Names of cases that ended so.
fn cases<'a>(document: &'a Document<'_>, ending: &str) -> Vec<&'a str> {
    let cases = document.descendants().filter(|n| n.has_tag_name("testcase"));
    cases.filter(|c| c.children().any(|n| n.has_tag_name(ending))).map(|c| c.attribute("name").unwrap()).collect()
}

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!(xml(&sample::incident()));
}

#[test]
fn has_the_structure_that_build_servers_read() {
    for analysis in
        [sample::incident(), sample::healthy(), sample::blind(), sample::hostile("<x>&\u{0}\u{1b}\u{fffe}]]>"), Default::default()]
    {
        let text = xml(&analysis);
        let document = Document::parse(&text).unwrap();
        check(document.root_element());
    }
}

#[test]
fn rules_end_as_tests() {
    let incident = sample::incident();
    let text = xml(&incident);
    let document = Document::parse(&text).unwrap();
    let grave: std::collections::BTreeSet<_> =
        incident.root_causes().filter(|r| r.severity >= tarbox_model::finding::Severity::High).map(|r| r.finding.rule).collect();
    assert_eq!(cases(&document, "failure"), grave.into_iter().collect::<Vec<_>>());
    assert_eq!(cases(&document, "skipped"), ["mongodb-down", "policy-blocks-dns", "policy-blocks-traffic"]);
    assert!(cases(&document, "system-out").contains(&"rollout-stuck"), "a consequence is told, and fails nothing");
    let failure = document.descendants().find(|n| n.has_tag_name("failure") && n.text().unwrap().contains("MONGODB_URI")).unwrap();
    assert!(failure.text().unwrap().contains("Consequence: ") && failure.text().unwrap().contains("kubectl edit deployment/shepherd"));
    let names: Vec<_> = document.descendants().filter(|n| n.has_tag_name("testcase")).map(|n| n.attribute("name").unwrap()).collect();
    assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "one case a rule");
}

proptest! {
    #[test]
    fn whatever_a_bundle_holds_stays_text(text in any::<String>()) {
        let text = xml(&sample::hostile(&text));
        prop_assert!(!text.chars().any(sanitize::is_unsafe));
        let document = Document::parse(&text).unwrap();
        check(document.root_element());
        prop_assert!(!document.descendants().any(|n| n.is_comment() || n.is_pi()));
    }
}
