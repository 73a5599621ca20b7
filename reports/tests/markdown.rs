//! Markdown, read back by a CommonMark+GFM parser: nothing of the bundle becomes anything but text or code.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use tarbox_reports::{Format, render, sanitize};

fn markdown(vector: &str) -> String {
    render(Format::Markdown, &sample::hostile(vector)).unwrap()
}

/// Everything but text and inline code, in order.
fn skeleton(markdown: &str) -> Vec<String> {
    Parser::new_ext(markdown, Options::all())
        .filter_map(|event| match event {
            Event::Text(_) | Event::Code(_) => None,
            other => Some(format!("{other:?}")),
        })
        .collect()
}

/// Text as a tool that looks for mentions and links would see it: without code, neighbours joined.
fn texts(markdown: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => code = false,
            Event::Text(text) if !code => all.last_mut().unwrap().push_str(&text),
            _ => all.push(String::new()),
        }
    }
    all
}

fn check(vector: &str) -> Result<(), TestCaseError> {
    let page = markdown(vector);
    // A summary or detail that is there or not changes the page; so does a vector that is only blanks.
    let plain = markdown(if vector.is_empty() { "" } else { "x" });
    let multiline = vector.trim().is_empty();
    if !multiline {
        let (found, wanted) = (skeleton(&page), skeleton(&plain));
        let difference = found.iter().zip(&wanted).position(|(a, b)| a != b);
        prop_assert!(found.len() == wanted.len() && difference.is_none(), "{:?} adds {:?}", vector, difference.map(|i| &found[i]));
    }
    for event in Parser::new_ext(&page, Options::all()) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Table(_) | Tag::FootnoteDefinition(_))
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {
                return Err(TestCaseError::fail(format!("{event:?} of {vector:?}")));
            }
            Event::Html(html) => prop_assert!(
                html.starts_with("<details>") || html.starts_with("</details>") || html.starts_with("<summary>"),
                "{html} of {vector:?}"
            ),
            _ => {}
        }
    }
    for text in texts(&page) {
        let lower = text.to_lowercase();
        for active in ["@", "#", "$", "://", "www.", "mailto:", "gh-"] {
            prop_assert!(!lower.contains(active), "{active} in {text:?} of {vector:?}");
        }
    }
    prop_assert!(!page.chars().any(sanitize::is_unsafe));
    Ok(())
}

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!("incident", render(Format::Markdown, &sample::incident()).unwrap());
    insta::assert_snapshot!("healthy", render(Format::Markdown, &sample::healthy()).unwrap());
    insta::assert_snapshot!("blind", render(Format::Markdown, &sample::blind()).unwrap());
}

#[test]
fn vectors_stay_text() {
    for vector in sample::VECTORS {
        check(vector).unwrap();
        check(&format!("see {vector} there")).unwrap();
        check(&format!("`{vector}`{vector}")).unwrap();
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
        check(&vector)?;
    }

    #[test]
    fn syntax_stays_text(vector in "[-+*_`~<>!#@$&|=:/\\\\\\[\\](){}.^0-9a-f \n\t]{0,40}") {
        check(&vector)?;
    }

    #[test]
    fn vectors_together_stay_text(parts in proptest::collection::vec(proptest::sample::select(sample::VECTORS), 1..4), between in "[ `\n*]{0,2}") {
        check(&parts.join(&between))?;
    }
}
