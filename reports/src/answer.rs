//! The answer that opens every report: what broke, since when, why, and what to do first.

use std::collections::BTreeSet;

use tarbox_model::analysis::{Analysis, Ranked, began};
use tarbox_model::finding::{Remedy, Severity};
use tarbox_model::{ObjectRef, Timestamp};

use crate::words;

/// What can be said in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// A part or the whole does not work.
    Broken,
    /// Something is worse than it should be.
    Degraded,
    /// Pods are not ready, and no rule says why.
    Unexplained,
    /// Rules looked and found nothing.
    Healthy,
    /// No rule could look.
    Unknown,
}

impl State {
    /// As the report's label spells it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Broken => "Broken",
            Self::Degraded => "Degraded",
            Self::Unexplained => "Unexplained",
            Self::Healthy => "Nothing found",
            Self::Unknown => "Not checked",
        }
    }

    /// Name for a style.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Degraded => "degraded",
            Self::Unexplained => "unexplained",
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// In one word.
    pub(crate) state: State,
    /// In one line.
    pub(crate) headline: &'a str,
    /// The first root cause.
    pub(crate) cause: Option<&'a Ranked>,
    /// Objects that the first cause harms, the outermost first.
    pub(crate) broke: Vec<&'a ObjectRef>,
    /// When it began.
    pub(crate) since: Option<Timestamp>,
    /// Why, or what stands in place of a why.
    pub(crate) why: String,
    /// What to do first.
    pub(crate) first: Option<&'a Remedy>,
}

/// The answer of an analysis.
pub(crate) fn answer(analysis: &Analysis) -> Answer<'_> {
    match analysis.root_causes().next() {
        Some(cause) => broken(analysis, cause),
        None => calm(analysis),
    }
}

fn broken<'a>(analysis: &'a Analysis, cause: &'a Ranked) -> Answer<'a> {
    let worst = analysis.root_causes().map(|c| c.severity).max().unwrap_or(Severity::Low);
    // Beside what is broken, who only complains in a log is not.
    let grave = cause.severity.min(Severity::High);
    let consequences = || cause.explains.iter().filter_map(|&i| analysis.findings.get(i)).filter(|it| it.severity >= grave);
    let own = std::iter::once(cause);
    let at_fault = cause.finding.cause.as_ref();
    let mut seen = BTreeSet::new();
    let mut broke: Vec<_> = own
        .chain(consequences())
        .map(|r| r.finding.workload.as_ref().unwrap_or(&r.finding.subject))
        .filter(|&object| Some(object) != at_fault && seen.insert(object))
        .collect();
    // A stable sort: within a kind the analysis' own order stays.
    broke.sort_by_key(|object| outwardness(&object.kind));
    if broke.is_empty() {
        broke.push(&cause.finding.subject);
    }
    Answer {
        state: if worst >= Severity::High { State::Broken } else { State::Degraded },
        headline: &cause.finding.title,
        cause: Some(cause),
        broke,
        since: began(&analysis.findings, cause),
        why: cause.finding.summary.clone(),
        first: cause.finding.remedies.first(),
    }
}

/// What people outside meet first comes first.
fn outwardness(kind: &str) -> u8 {
    match kind {
        "Cluster" => 0,
        "Ingress" | "Gateway" | "HTTPRoute" => 1,
        "Service" => 2,
        "Deployment" | "StatefulSet" | "DaemonSet" | "CronJob" => 3,
        "Job" | "ReplicaSet" | "Pod" => 4,
        _ => 5,
    }
}

fn calm(analysis: &Analysis) -> Answer<'_> {
    let totals = analysis.totals;
    let (state, headline) = match (totals.rules, totals.pods_not_ready) {
        (0, _) => (State::Unknown, "Nothing could be checked"),
        (_, 0) => (State::Healthy, "Nothing found that explains a failure"),
        _ => (State::Unexplained, "Nothing found that explains the failure"),
    };
    let mut why = if state == State::Unknown { String::new() } else { words::checked(analysis) };
    if state == State::Unexplained {
        let are = if totals.pods_not_ready == 1 { "is" } else { "are" };
        why = format!("{} {are} not ready, and no rule says why. {why}", words::counted(totals.pods_not_ready, "pod"));
    }
    if !analysis.not_evaluated.is_empty() {
        let more = format!("{} could not look.", words::counted(analysis.not_evaluated.len() as u64, "rule"));
        why = if why.is_empty() { more } else { format!("{why} {more}") };
    }
    Answer { state, headline, cause: None, broke: Vec::new(), since: None, why, first: None }
}
