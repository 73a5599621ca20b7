//! What a bundle does not hold is left out of its reports; no report fails for it, in no format.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod sample;

use proptest::prelude::*;
use tarbox_model::Analysis;
use tarbox_reports::{Format, render};

/// Ways to take something away.
const TAKEN: &[fn(&mut Analysis)] = &[
    |it| it.taken_at = None,
    |it| it.timeline.clear(),
    |it| it.timeline.truncate(1),
    |it| {
        let first = it.timeline.first().map(|moment| moment.time);
        it.timeline.iter_mut().for_each(|moment| moment.time = first.unwrap());
    },
    |it| it.facts = Default::default(),
    |it| it.totals = Default::default(),
    |it| it.ways.clear(),
    |it| it.prevention.clear(),
    |it| it.fired.clear(),
    |it| it.ruled_out.clear(),
    |it| it.not_evaluated.clear(),
    |it| it.coverage.clear(),
    |it| it.problems.clear(),
    |it| it.log_patterns = Default::default(),
    |it| it.log_patterns.workloads.iter_mut().for_each(|workload| workload.patterns.clear()),
    |it| it.overview.routes = Default::default(),
    |it| it.overview.containers = Default::default(),
    |it| it.overview.nodes = Default::default(),
    |it| it.overview.volumes = Default::default(),
    |it| it.overview.databases.clear(),
    |it| it.overview.nodes.items.iter_mut().for_each(|node| node.places.clear()),
    |it| {
        for route in &mut it.overview.routes.items {
            route.workload = None;
            route.pods = Default::default();
        }
    },
    |it| {
        for route in &mut it.overview.routes.items {
            route.ingresses.clear();
            route.services.clear();
            route.nodes.clear();
        }
    },
    |it| it.findings.iter_mut().for_each(|found| found.finding.evidence.clear()),
    |it| it.findings.iter_mut().for_each(|found| found.finding.remedies.clear()),
    |it| it.findings.iter_mut().for_each(|found| found.finding.summary.clear()),
    |it| it.findings.iter_mut().for_each(|found| (found.finding.first_seen, found.finding.last_seen) = (None, None)),
    |it| it.findings.iter_mut().for_each(|found| (found.finding.cause, found.finding.workload) = (None, None)),
    |it| it.findings.iter_mut().for_each(|found| (found.explains, found.explained_by) = (Vec::new(), Vec::new())),
    |it| it.roots.clear(),
    |it| {
        it.findings.clear();
        it.roots.clear();
        it.prevention.clear();
        it.ways.clear();
    },
];

fn render_all(analysis: &Analysis) {
    for format in [Format::Html, Format::Markdown, Format::Json, Format::Sarif, Format::Junit] {
        let made = render(format, analysis);
        assert!(made.is_ok_and(|text| !text.is_empty()), "{format:?}");
    }
}

#[test]
fn each_thing_may_be_missing() {
    for take in TAKEN {
        for mut analysis in [sample::incident(), sample::healthy()] {
            take(&mut analysis);
            render_all(&analysis);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_things_may_be_missing(which in proptest::collection::vec(0..TAKEN.len(), 0..12)) {
        let mut analysis = sample::incident();
        which.iter().for_each(|at| TAKEN[*at](&mut analysis));
        render_all(&analysis);
    }
}
