//! What the page promises, read back by an HTML parser: bundle data is text, whatever it says.

use std::sync::LazyLock;

use scraper::{Html, Node};
use tarbox_model::Analysis;
use tarbox_reports::{Format, render, sanitize};

use crate::sample;

/// The page, parsed.
pub(crate) fn page(analysis: &Analysis) -> Html {
    Html::parse_document(&render(Format::Html, analysis).unwrap())
}

/// Elements and their attribute names, in order; `code` apart, because names between backticks become that.
fn skeleton(html: &Html) -> Vec<String> {
    let shape = |node: &Node| {
        let element = node.as_element()?;
        let names: Vec<_> = element.attrs().map(|(name, _)| name).collect();
        (element.name() != "code").then(|| format!("{} {names:?}", element.name()))
    };
    html.tree.nodes().filter_map(|n| shape(n.value())).collect()
}

/// Fails when the vector, in every place that a bundle fills, becomes more than text.
pub(crate) fn check(vector: &str) {
    let html = page(&sample::hostile(vector));
    static WANTED: LazyLock<Vec<String>> = LazyLock::new(|| skeleton(&page(&sample::hostile("x"))));
    let (found, wanted) = (skeleton(&html), &*WANTED);
    let difference = found.iter().zip(wanted).position(|(a, b)| a != b);
    assert!(found.len() == wanted.len() && difference.is_none(), "{vector:?} adds {:?}", difference.map(|i| &found[i]));
    let text: String = html.tree.nodes().filter_map(|n| n.value().as_text().map(|t| t.to_string())).collect();
    assert!(!text.chars().any(sanitize::is_unsafe), "{vector:?}");
}
