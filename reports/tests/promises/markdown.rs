//! What Markdown promises, read back by a CommonMark+GFM parser: nothing of the bundle becomes anything but text or code.

use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use tarbox_reports::{Format, render, sanitize};

use crate::sample;

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
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(text) if !code => all.last_mut().unwrap().push_str(&text),
            _ => all.push(String::new()),
        }
    }
    all
}

/// Fails when the vector, in every place that a bundle fills, becomes more than text.
pub(crate) fn check(vector: &str) {
    let page = markdown(vector);
    // A summary or detail that is there or not changes the page; so does a vector that is only blanks.
    if !vector.trim().is_empty() {
        static WANTED: LazyLock<Vec<String>> = LazyLock::new(|| skeleton(&markdown("x")));
        let (found, wanted) = (skeleton(&page), &*WANTED);
        let difference = found.iter().zip(wanted).position(|(a, b)| a != b);
        assert!(found.len() == wanted.len() && difference.is_none(), "{vector:?} adds {:?}", difference.map(|i| &found[i]));
    }
    for event in Parser::new_ext(&page, Options::all()) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Table(_) | Tag::FootnoteDefinition(_))
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => panic!("{event:?} of {vector:?}"),
            Event::Html(html) => assert!(
                html.starts_with("<details>") || html.starts_with("</details>") || html.starts_with("<summary>"),
                "{html} of {vector:?}"
            ),
            _ => {}
        }
    }
    for text in texts(&page) {
        let lower = text.to_lowercase();
        for active in ["@", "#", "$", "://", "www.", "mailto:", "gh-"] {
            assert!(!lower.contains(active), "{active} in {text:?} of {vector:?}");
        }
    }
    assert!(!page.chars().any(sanitize::is_unsafe), "{vector:?}");
}
