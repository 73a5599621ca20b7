//! One self-contained page (first draft).

use tarbox_model::Analysis;

use crate::{RenderError, Spec, sanitize};

pub(crate) static SPEC: Spec = Spec { name: "html", file_name: "report.html", media_type: "text/html; charset=utf-8", render };

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    let mut out = String::from("<!doctype html><meta charset=utf-8><title>Root-cause report</title><ol>\n");
    for cause in analysis.root_causes() {
        out.push_str(&format!("<li>{}\n", handlebars::html_escape(&sanitize::line(&cause.finding.title))));
    }
    Ok(out)
}
