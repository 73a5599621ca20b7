//! One self-contained page: nothing is loaded, nothing is sent, and it works with JavaScript off.
//!
//! Three fences keep bundle data text. Every `{{value}}` goes through one escape function, which calls
//! [`sanitize::block`] first. The only triple-stashes are our own style and script. And the page's policy
//! (`default-src 'none'`, style and script by hash) lets nothing else run, should the first two ever fail.

mod digest;
mod drawing;
mod layout;
mod overview;
mod patterns;
mod sections;
mod view;

use std::sync::OnceLock;

use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};
use serde::Serialize;
use tarbox_model::Analysis;

use crate::words::{Piece, pieces};
use crate::{RenderError, Spec, sanitize};
use view::View;

pub(crate) static SPEC: Spec = Spec { name: "html", file_name: "report.html", media_type: "text/html; charset=utf-8", render };

static STYLE: &str = include_str!("../templates/style.css");
static SCRIPT: &str = include_str!("../templates/script.js");

/// Name and text of every template; `page` includes the others.
static TEMPLATES: &[(&str, &str)] = &[
    ("page", include_str!("../templates/page.hbs")),
    ("answer", include_str!("../templates/answer.hbs")),
    ("object", include_str!("../templates/object.hbs")),
    ("chain", include_str!("../templates/chain.hbs")),
    ("drawing", include_str!("../templates/drawing.hbs")),
    ("evidence", include_str!("../templates/evidence.hbs")),
    ("steps", include_str!("../templates/steps.hbs")),
    ("cause", include_str!("../templates/cause.hbs")),
    ("finding", include_str!("../templates/finding.hbs")),
    ("timeline", include_str!("../templates/timeline.hbs")),
    ("patterns", include_str!("../templates/patterns.hbs")),
    ("workload", include_str!("../templates/workload.hbs")),
    ("overview", include_str!("../templates/overview.hbs")),
    ("routes", include_str!("../templates/routes.hbs")),
    ("site", include_str!("../templates/site.hbs")),
    ("loads", include_str!("../templates/loads.hbs")),
    ("checks", include_str!("../templates/checks.hbs")),
];

/// What the page template gets: the view, and the assets with their hashes.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    policy: String,
    #[serde(flatten)]
    view: View<'a>,
}

fn render(analysis: &Analysis) -> Result<String, RenderError> {
    let page = Page { style: STYLE, script: SCRIPT, policy: policy(), view: View::new(analysis) };
    // Parsing the templates takes longer than filling them in.
    static REGISTRY: OnceLock<Handlebars<'static>> = OnceLock::new();
    let registry = match REGISTRY.get() {
        Some(registry) => registry,
        None => {
            let parsed = registry()?;
            REGISTRY.get_or_init(|| parsed)
        }
    };
    registry.render("page", &page).map_err(|error| RenderError::new(SPEC.name, error))
}

/// The page's content security policy. The icon is a `data:` image, so that a browser does not ask a server for one.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest::sha256(STYLE),
        digest::sha256(SCRIPT)
    )
}

fn registry() -> Result<Handlebars<'static>, RenderError> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape);
    registry.register_helper("prose", Box::new(prose));
    for (name, text) in TEMPLATES {
        registry.register_template_string(name, text).map_err(|error| RenderError::new(SPEC.name, error))?;
    }
    Ok(registry)
}

/// The one way of a value into the page.
fn escape(text: &str) -> String {
    handlebars::html_escape(&sanitize::block(text))
}

/// `{{prose text}}`: words of a rule, with what stands between backticks as `<code>`.
fn prose(helper: &Helper<'_>, _: &Handlebars<'_>, _: &Context, _: &mut RenderContext<'_, '_>, out: &mut dyn Output) -> HelperResult {
    let text = helper.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
    for piece in pieces(&sanitize::line(text)) {
        match piece {
            Piece::Text(text) => out.write(&escape(text))?,
            Piece::Code(code) => {
                out.write("<code>")?;
                out.write(&escape(code))?;
                out.write("</code>")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_assets_go_in_as_they_are() {
        let raw: Vec<_> =
            TEMPLATES.iter().flat_map(|(_, text)| text.split("{{{").skip(1)).map(|t| t.split("}}}").next().unwrap()).collect();
        assert_eq!(raw, ["style", "script"]);
        assert!(TEMPLATES.iter().all(|(_, text)| !text.contains("{{&")));
    }

    #[test]
    fn assets_cannot_end_their_element() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }
}
