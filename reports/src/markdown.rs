//! Text for GitHub and Jira (first draft).

use tarbox_model::Analysis;

use crate::{RenderError, Spec, sanitize};

pub(crate) static SPEC: Spec = Spec { name: "md", file_name: "report.md", media_type: "text/markdown; charset=utf-8", render };

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    let mut out = String::from("# Root-cause report\n\n");
    for cause in analysis.root_causes() {
        out.push_str(&format!("1. {}\n", sanitize::line(&cause.finding.title).replace(['`', '<', '[', '@', '#'], " ")));
    }
    Ok(out)
}
