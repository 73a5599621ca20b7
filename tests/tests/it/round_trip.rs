//! What other tools would have written of the recorded incidents, read by us: the same cause is named first as from our own bundle of which
//! everything was taken away that the layout has no place for. What that costs is `docs/other-bundles.md`.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use tarbox_analyzer::conclude;
use tarbox_bundle::{Limits, read_all};
use tarbox_load::{load, split_time};
use tarbox_model::coverage::Coverage;
use tarbox_model::log::{LogLine, Run};
use tarbox_model::snapshot::Snapshot;
use tarbox_tests::docs;
use tarbox_tests::layouts::{LAYOUTS, Layout};

use crate::judged::scanner;
use crate::scenarios::scenarios;

/// Everything that a layout may lack.
const PARTS: &[&str] = &[
    "secrets",
    "configmaps",
    "persistentvolumes",
    "persistentvolumeclaims",
    "storageclasses",
    "ingresses",
    "ingressclasses",
    "endpoints",
    "endpointslices",
    "networkpolicies",
    "resourcequotas",
    "limitranges",
    "poddisruptionbudgets",
    "statefulsets",
    "jobs",
    "cronjobs",
    "serviceaccounts",
    "roles",
    "rolebindings",
    "leases",
    "namespaces",
    "horizontalpodautoscalers",
    "apiservices",
    "controllerrevisions",
    "custom objects",
    "certificates",
    "helm",
    "http",
    "mongodb",
    "kubelet",
    "cadvisor",
    "metrics",
    "previous logs",
    "times of log lines",
    "samples over the run",
    "what Helm says of a release",
    "keys of certificates",
];

/// Takes a part away.
fn take(part: &str, from: &mut Snapshot) {
    let mut coverage = Coverage::default();
    let kinds: BTreeSet<&str> = from.counts().map(|(resource, _)| resource).collect();
    let custom = |source: &str| part == "custom objects" && !kinds.contains(source) && !PARTS.contains(&source) && source != "logs";
    for source in from.coverage.sources().filter(|s| s.source != part && !custom(&s.source)) {
        coverage.record(source.clone());
    }
    from.coverage = coverage;
    match part {
        "secrets" => from.secrets.clear(),
        "configmaps" => from.config_maps.clear(),
        "persistentvolumes" => from.persistent_volumes.clear(),
        "persistentvolumeclaims" => from.persistent_volume_claims.clear(),
        "storageclasses" => from.storage_classes.clear(),
        "ingresses" => from.ingresses.clear(),
        "ingressclasses" => from.ingress_classes.clear(),
        "endpoints" => from.endpoints.clear(),
        "endpointslices" => from.endpoint_slices.clear(),
        "networkpolicies" => from.network_policies.clear(),
        "resourcequotas" => from.resource_quotas.clear(),
        "limitranges" => from.limit_ranges.clear(),
        "poddisruptionbudgets" => from.disruption_budgets.clear(),
        "statefulsets" => from.stateful_sets.clear(),
        "jobs" => from.jobs.clear(),
        "cronjobs" => from.cron_jobs.clear(),
        "serviceaccounts" => from.service_accounts.clear(),
        "roles" => from.roles.clear(),
        "rolebindings" => from.role_bindings.clear(),
        "leases" => from.leases.clear(),
        "namespaces" => from.namespaces.clear(),
        "horizontalpodautoscalers" => from.autoscalers.clear(),
        "apiservices" => from.api_services.clear(),
        "controllerrevisions" => from.controller_revisions.clear(),
        "custom objects" => from.custom.clear(),
        "certificates" => from.certificates.clear(),
        "helm" => from.helm_releases.clear(),
        "http" => from.http.clear(),
        "mongodb" => from.mongo_answers.clear(),
        "cadvisor" => from.throttling.clear(),
        "metrics" => {
            from.container_usage.retain(|u| u.origin.path.starts_with("kubelet/"));
            from.node_usage.retain(|u| u.origin.path.starts_with("kubelet/"));
        }
        "kubelet" => {
            from.container_usage.retain(|u| !u.origin.path.starts_with("kubelet/"));
            from.node_usage.retain(|u| !u.origin.path.starts_with("kubelet/"));
            from.volume_usage.clear();
        }
        "times of log lines" => take_times(from),
        "samples over the run" => take_samples(from),
        "what Helm says of a release" => {
            for release in &mut from.helm_releases {
                release.notes.clear();
                release.history.iter_mut().for_each(|revision| revision.description.clear());
            }
        }
        "keys of certificates" => {
            from.certificates.retain(|c| matches!(c.kind.as_str(), "Secret" | "ConfigMap") && c.error.is_empty());
            from.certificates.iter_mut().for_each(|c| c.key_matches = None);
        }
        "previous logs" => from.logs.retain(|log| log.run == Run::Current),
        _ => panic!("no part: {part}"),
    }
}

/// Takes the times before log lines away; one that the program wrote into the line stays.
fn take_times(from: &mut Snapshot) {
    let take = |line: &mut LogLine| line.time = split_time(&line.text).0;
    for log in &mut from.logs {
        log.hits.iter_mut().flat_map(|hit| [&mut hit.first, &mut hit.last]).for_each(take);
        log.templates.iter_mut().for_each(|template| {
            take(&mut template.first);
            template.last_time = template.last_time.and(template.first.time);
        });
        log.tail.iter_mut().for_each(take);
        log.last_time = log.tail.iter().rev().find_map(|line| line.time);
        log.first_time = log.first_time.and(log.last_time);
    }
}

/// Takes all but each node's last sample away: the file with the highest number, `summary.json` being the first.
fn take_samples(from: &mut Snapshot) {
    let number = |path: &str| path.rsplit('.').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0_u32);
    let node = |path: &str| path.rsplit_once('/').map_or("", |(node, _)| node).to_owned();
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    let paths = from.container_usage.iter().map(|u| &u.origin).chain(from.node_usage.iter().map(|u| &u.origin));
    for path in paths.map(|origin| &origin.path) {
        let known = last.entry(node(path)).or_default();
        *known = number(path).max(*known);
    }
    let stays = |path: &str| last.get(&node(path)).is_none_or(|n| *n == number(path));
    from.container_usage.retain(|u| stays(&u.origin.path));
    from.node_usage.retain(|u| stays(&u.origin.path));
    from.volume_usage.retain(|u| stays(&u.origin.path));
}

/// The first cause: rule and object.
fn first_cause(snapshot: &Snapshot) -> String {
    let analysis = conclude(snapshot, "bundle");
    analysis.root_causes().next().map_or_else(|| "nothing".to_owned(), |root| root.finding.key())
}

/// What became of one scenario in a layout.
struct Outcome {
    name: String,
    ours: String,
    theirs: String,
    /// Parts any one of which, taken from our bundle, already changes its answer.
    parts: Vec<&'static str>,
    complaints: Vec<String>,
}

/// A scenario: its entries, what we read of them, and the cause that is named first.
struct Scenario {
    name: String,
    entries: Vec<(String, Vec<u8>)>,
    ours: Snapshot,
    cause: String,
}

fn judge(layout: &Layout, scenario: &Scenario) -> Outcome {
    let (ours, full) = (&scenario.ours, scenario.cause.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs");
    (layout.write)(&scenario.entries, &path);
    let theirs = load(&path, scanner()).unwrap();
    let mut complaints: Vec<String> = theirs.problems.iter().map(|p| format!("input problem: {p:?}")).collect();
    let counts: BTreeMap<&str, u64> = theirs.counts().collect();
    for (resource, count) in ours.counts().filter(|(resource, _)| layout.carries.contains(resource)) {
        if counts.get(resource) != Some(&count) || !theirs.coverage.is_complete(resource) {
            complaints.push(format!("{resource}: {count} there, {:?} read, {:?}", counts.get(resource), theirs.coverage.outcome(resource)));
        }
    }
    let lacks = || PARTS.iter().filter(|part| !layout.carries.contains(part));
    let mut left = ours.clone();
    lacks().for_each(|part| take(part, &mut left));
    if left.logs.len() != theirs.logs.len() {
        complaints.push(format!("{} logs there, {} read", left.logs.len(), theirs.logs.len()));
    }
    // What follows from being another kind of bundle is the reader's to say.
    (left.taken_at, left.coverage, left.facts) = (theirs.taken_at, theirs.coverage.clone(), theirs.facts.clone());
    let (less, read) = (first_cause(&left), first_cause(&theirs));
    if less != read {
        complaints.push(format!("read {read}, but {less} of ours with what the layout has no place for taken away"));
    }
    let mut parts: Vec<&str> = Vec::new();
    if full != read {
        let alone = |part: &&&'static str| {
            let mut less = ours.clone();
            take(part, &mut less);
            first_cause(&less) != full
        };
        parts.extend(lacks().filter(alone));
        let late = Snapshot { taken_at: theirs.taken_at, ..ours.clone() };
        if first_cause(&late) != full {
            parts.push("the bundle's time");
        }
    }
    Outcome { name: scenario.name.clone(), ours: full, theirs: read, parts, complaints }
}

fn page(layout: &Layout, outcomes: &[Outcome]) -> String {
    let same = outcomes.iter().filter(|o| o.ours == o.theirs).count();
    let mut text = format!("\n## {}\n\nThe same first cause in {same} of {}.\n", layout.name, outcomes.len());
    let mut lacking: BTreeMap<String, u32> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|o| o.ours != o.theirs) {
        *lacking.entry(outcome.missing()).or_default() += 1;
    }
    if lacking.is_empty() {
        return text;
    }
    text.push_str("\n| it lacks | scenarios that this changes |\n|---|---|\n");
    lacking.iter().for_each(|(part, count)| text.push_str(&format!("| {part} | {count} |\n")));
    text.push_str("\n| scenario | named first from our bundle | named first from theirs | it lacks |\n|---|---|---|---|\n");
    for outcome in outcomes.iter().filter(|o| o.ours != o.theirs) {
        text.push_str(&format!("| {} | {} | {} | {} |\n", outcome.name, outcome.ours, outcome.theirs, outcome.missing()));
    }
    text
}

impl Outcome {
    fn missing(&self) -> String {
        if self.parts.is_empty() { "several parts together".to_owned() } else { self.parts.join(", ") }
    }
}

#[test]
fn scenarios_in_other_layouts_lead_to_the_same_cause() {
    let scenarios: Vec<Scenario> = scenarios()
        .into_par_iter()
        .map(|(name, bundle, _)| {
            let (entries, _) = read_all(&bundle, Limits::default()).unwrap();
            let ours = load(&bundle, scanner()).unwrap();
            let cause = first_cause(&ours);
            Scenario { name, entries, ours, cause }
        })
        .collect();
    let mut text = String::from(
        "# What other tools' bundles can tell\n\nGenerated by `UPDATE=1 cargo test -p tarbox-tests scenarios`: every scenario of `fixtures/scenarios`, written again as \
         another tool\nwould have written it, and read by us. Where another cause is named first than from our own bundle, the layout has no place for what the\n\
         cause is seen by. The test holds that our bundle, without the same things, leads to the same answer.\n",
    );
    let mut complaints = BTreeMap::new();
    for layout in LAYOUTS {
        let outcomes: Vec<Outcome> = scenarios.par_iter().map(|scenario| judge(layout, scenario)).collect();
        text.push_str(&page(layout, &outcomes));
        let wrong = outcomes.into_iter().filter(|o| !o.complaints.is_empty());
        complaints.extend(wrong.map(|o| (format!("{}: {}", layout.name, o.name), o.complaints)));
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    docs::check("docs/other-bundles.md", &text);
}
