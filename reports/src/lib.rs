//! Presentation of an analysis: what a person, a ticket or a machine reads.
//!
//! A renderer is a pure function of [`Analysis`]: no clock, no file, no network, and the same analysis gives the same
//! bytes. Everything in an analysis may come from a hostile bundle, so each format neutralises what it prints
//! ([`sanitize`]) and escapes it in its own way; a proof by parsing back stands beside each.
//!
//! | module | what it makes |
//! |---|---|
//! | [`json`] | `tarbox.report/v1`, the contract with machines; schema in `schema/report-v1.schema.json` |
//! | `html` | one self-contained page |
//! | [`markdown`] | text for GitHub and Jira |
//! | `sarif` | SARIF 2.1.0, for code scanning dashboards |
//! | `junit` | JUnit XML, for build servers: one test case a rule |
//! | [`patterns`] | words about log patterns |
//! | [`terminal`] | the answer on one screen |
//! | [`sanitize`] | the one place that decides which characters are shown as themselves |
//!
//! A format is one file and one line in [`Format`].

mod answer;
mod chain;
mod html;
pub mod json;
mod junit;
pub mod markdown;
pub mod patterns;
pub mod sanitize;
mod sarif;
pub mod terminal;
mod words;

use std::fmt;
use std::str::FromStr;

use tarbox_model::Analysis;

/// A file that an analysis can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people: one self-contained page.
    Html,
    /// For a ticket.
    Markdown,
    /// For machines: `tarbox.report/v1`.
    Json,
    /// For code scanning dashboards: SARIF 2.1.0.
    Sarif,
    /// For build servers: JUnit XML.
    Junit,
}

/// What a format's file says of itself.
struct Spec {
    name: &'static str,
    file_name: &'static str,
    media_type: &'static str,
    render: fn(&Analysis) -> Result<String, RenderError>,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: &'static [Self] = &[Self::Html, Self::Markdown, Self::Json, Self::Sarif, Self::Junit];

    fn spec(self) -> &'static Spec {
        match self {
            Self::Html => &html::SPEC,
            Self::Markdown => &markdown::SPEC,
            Self::Json => &json::SPEC,
            Self::Sarif => &sarif::SPEC,
            Self::Junit => &junit::SPEC,
        }
    }

    /// As `--format` spells it.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Name of the file that `tarbox analyze -o DIR` writes.
    pub fn file_name(self) -> &'static str {
        self.spec().file_name
    }

    /// Media type, with the character set where one is to be told.
    pub fn media_type(self) -> &'static str {
        self.spec().media_type
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.iter().copied().find(|f| f.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// A name that is no format's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Format::ALL.iter().map(|f| f.name()).collect();
        write!(f, "no report format \"{}\"; there are {}", sanitize::line(&self.0), names.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

/// A report that could not be made: a fault of ours (a broken template), never of the bundle.
#[derive(Debug)]
pub struct RenderError {
    format: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl RenderError {
    fn new(format: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { format, source: Box::new(source) }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} report could not be made", self.format)
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// Makes the report in one format.
pub fn render(format: Format, analysis: &Analysis) -> Result<String, RenderError> {
    (format.spec().render)(analysis)
}
