//! Markdown: bundle data stays text, and the page looks as it should.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "promises/markdown.rs"]
mod promise;
mod sample;

use promise::check;
use proptest::prelude::*;
use tarbox_reports::{Format, render};

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!("incident", render(Format::Markdown, &sample::incident()).unwrap());
    insta::assert_snapshot!("healthy", render(Format::Markdown, &sample::healthy()).unwrap());
    insta::assert_snapshot!("blind", render(Format::Markdown, &sample::blind()).unwrap());
}

#[test]
fn vectors_stay_text() {
    for vector in sample::VECTORS {
        check(vector);
        check(&format!("see {vector} there"));
        check(&format!("`{vector}`{vector}"));
    }
}

#[test]
fn fits_a_ticket() {
    assert!(render(Format::Markdown, &sample::crowd(10_000)).unwrap().len() < 65_536);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn anything_stays_text(vector in any::<String>()) {
        check(&vector);
    }

    #[test]
    fn syntax_stays_text(vector in "[-+*_`~<>!#@$&|=:/\\\\\\[\\](){}.^0-9a-f \n\t]{0,40}") {
        check(&vector);
    }

    #[test]
    fn vectors_together_stay_text(parts in proptest::collection::vec(proptest::sample::select(sample::VECTORS), 1..4), between in "[ `\n*]{0,2}") {
        check(&parts.join(&between));
    }
}
