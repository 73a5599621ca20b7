//! Runs every mutant of the rules on every fixture that comes by it: `judge MUTANTS.tsv FIXTURES`.
//!
//! A mutant is killed when a fixture of some rule fails with it as `tests/tests/it/rules.rs` would have it. For each rule two
//! things must be shown, or the run fails: a mutant makes it silent where it must fire, and a mutant makes it fire where it must
//! be quiet. Without the second, the rule's quiet fixtures are no near misses: they would pass if the condition were not there.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a check that cannot set itself up has failed; the table is its output")]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rayon::prelude::*;
use tarbox_load::{LogScanner, load};
use tarbox_model::{Context, Finding, Relations, Rule, Snapshot};
use tarbox_mutation::{force, reached};
use tarbox_tests::{case::Case, judgement::judgements, stage};

/// A fixture of a rule, loaded, with what it shows without any mutant.
struct Fixture {
    rule: &'static Rule,
    case: Case,
    fires: bool,
    snapshot: Snapshot,
    relations: Relations,
    reached: Vec<bool>,
    usual: Shown,
}

/// How a rule did on a fixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// As the fixture wants it.
    Right,
    /// Nothing, where something was wanted.
    Silent,
    /// Something, where nothing was wanted.
    Loud,
    /// Something else than was wanted, or a panic.
    Wrong,
}

impl Fixture {
    fn judge(&self, snapshot: &Snapshot, relations: &Relations) -> Shown {
        let check =
            || if self.rule.missing_need(snapshot).is_some() { Vec::new() } else { (self.rule.check)(&Context { snapshot, relations }) };
        let Ok(findings) = catch_unwind(AssertUnwindSafe(check)) else { return Shown::Wrong };
        match (self.fires, findings.is_empty()) {
            (true, true) => Shown::Silent,
            (false, false) => Shown::Loud,
            (false, true) => Shown::Right,
            (true, false) => {
                let named = self.case.expect.iter().all(|o| findings.iter().any(|f| names(f, o)));
                let told = self.case.says.iter().all(|words| findings.iter().any(|f| tells(f, words)));
                // Findings that the engine folds into one are still apart here.
                let judged = judgements(self.rule, &findings);
                let stated = self.case.judged.iter().all(|j| judged.contains(j));
                if named && told && stated { Shown::Right } else { Shown::Wrong }
            }
        }
    }

    fn with(&self, mutant: (u32, bool)) -> Shown {
        force(Some(mutant));
        let shown = self.judge(&self.snapshot, &self.relations);
        force(None);
        shown
    }

    /// Without what a signature found in the logs.
    fn without(&self, signature: &str) -> Shown {
        let mut snapshot = self.snapshot.clone();
        for log in &mut snapshot.logs {
            log.hits.retain(|hit| hit.signature != signature);
        }
        self.judge(&snapshot, &Relations::new(&snapshot))
    }
}

fn names(finding: &Finding, object: &str) -> bool {
    [Some(&finding.subject), finding.cause.as_ref(), finding.workload.as_ref()].into_iter().flatten().any(|o| o.to_string() == object)
}

fn tells(finding: &Finding, words: &str) -> bool {
    let remedies: String = finding.remedies.iter().map(|r| format!("{} {}\n", r.text, r.command)).collect();
    format!("{}\n{}\n{remedies}", finding.title, finding.summary).contains(words)
}

/// One line of the rewriter's list and one way to force it.
struct Mutant {
    point: u32,
    value: bool,
    file: String,
    line: String,
    text: String,
}

fn mutants(list: &Path) -> Vec<Mutant> {
    let mut all = Vec::new();
    for line in std::fs::read_to_string(list).unwrap().lines() {
        let [point, file, line, ways, text] = line.splitn(5, '\t').collect::<Vec<_>>().try_into().unwrap();
        all.extend(ways.split(' ').map(|way| Mutant {
            point: point.parse().unwrap(),
            value: way == "true",
            file: file.to_owned(),
            line: line.to_owned(),
            text: text.to_owned(),
        }));
    }
    all
}

fn fixtures(folder: &Path, points: usize) -> Vec<Fixture> {
    let scanner = LogScanner::new(tarbox_rules::signatures::all().copied()).unwrap();
    let cases: Vec<(&'static Rule, Case)> =
        tarbox_rules::all().flat_map(|r| Case::all_in(&folder.join("rules").join(r.rule.id)).into_iter().map(|c| (r.rule, c))).collect();
    let one = |(rule, case): (&'static Rule, Case)| {
        let place = tempfile::tempdir().unwrap();
        let snapshot = load(&stage::write(&case, place.path()), &scanner).unwrap();
        let relations = Relations::new(&snapshot);
        let fires = case.file.file_name().is_some_and(|n| n.to_string_lossy().starts_with("fires"));
        let mut fixture = Fixture { rule, case, fires, snapshot, relations, reached: Vec::new(), usual: Shown::Right };
        let (usual, reached) = reached(points, || fixture.judge(&fixture.snapshot, &fixture.relations));
        (fixture.usual, fixture.reached) = (usual, reached);
        fixture
    };
    cases.into_par_iter().map(one).collect()
}

/// Figures of one file.
#[derive(Default)]
struct Tally {
    mutants: usize,
    killed: usize,
    unreached: usize,
    survivors: Vec<String>,
}

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(list), Some(folder)) = (arguments.next(), arguments.next()) else {
        println!("usage: judge MUTANTS.tsv FIXTURES");
        return;
    };
    std::panic::set_hook(Box::new(|_| {}));
    let mutants = mutants(Path::new(&list));
    let points = mutants.iter().map(|m| m.point as usize + 1).max().unwrap_or_default();
    let fixtures = fixtures(Path::new(&folder), points);

    let judged: Vec<Vec<(&'static str, Shown)>> = mutants
        .par_iter()
        .map(|mutant| {
            let by_it = fixtures.iter().filter(|f| f.reached.get(mutant.point as usize) == Some(&true));
            by_it
                .map(|f| (f.rule.id, f, f.with((mutant.point, mutant.value))))
                .filter(|(_, f, s)| *s != f.usual)
                .map(|(id, _, s)| (id, s))
                .collect()
        })
        .collect();

    let mut files: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut silenced, mut let_loose): (BTreeSet<&str>, BTreeMap<&str, usize>) = (BTreeSet::new(), BTreeMap::new());
    for (mutant, changes) in mutants.iter().zip(&judged) {
        let tally = files.entry(&mutant.file).or_default();
        tally.mutants += 1;
        if changes.is_empty() {
            let come_by = fixtures.iter().any(|f| f.reached.get(mutant.point as usize) == Some(&true));
            tally.unreached += usize::from(!come_by);
            let why = if come_by { "" } else { ", where no fixture comes by" };
            tally.survivors.push(format!("rules/src/{}:{} {} `{}`{why}", mutant.file, mutant.line, mutant.value, mutant.text));
        } else {
            tally.killed += 1;
        }
        let loud: BTreeSet<&str> = changes.iter().filter(|(_, s)| *s == Shown::Loud).map(|(rule, _)| *rule).collect();
        loud.into_iter().for_each(|rule| *let_loose.entry(rule).or_default() += 1);
        silenced.extend(changes.iter().filter(|(_, s)| *s == Shown::Silent).map(|(rule, _)| *rule));
    }

    println!("| file | mutants | killed | survived | of them never reached |\n|---|---|---|---|---|");
    for (file, tally) in &files {
        println!("| {file} | {} | {} | {} | {} |", tally.mutants, tally.killed, tally.mutants - tally.killed, tally.unreached);
    }
    println!("\n## Survivors\n");
    files.values().flat_map(|t| &t.survivors).for_each(|survivor| println!("- {survivor}"));

    println!("\n## Signatures that no fixture misses\n");
    let seen = |f: &Fixture| f.snapshot.logs.iter().flat_map(|l| &l.hits).map(|h| h.signature).collect::<BTreeSet<_>>();
    let missed: BTreeSet<&str> =
        fixtures.par_iter().flat_map_iter(|f| seen(f).into_iter().filter(|s| f.without(s) != f.usual).collect::<Vec<_>>()).collect();
    let signatures: Vec<&str> = tarbox_rules::signatures::all().map(|s| s.id).collect();
    signatures.iter().filter(|s| !missed.contains(*s)).for_each(|s| println!("- {s}"));

    println!("\n## Main conditions\n");
    let mut weak = 0;
    for registered in tarbox_rules::all() {
        let rule = registered.rule.id;
        if !silenced.contains(rule) {
            println!("- {rule}: no mutant makes it silent on a fixture that wants it to fire");
            weak += 1;
        }
        if !let_loose.contains_key(rule) {
            println!("- {rule}: no mutant makes it fire on a quiet fixture: none is a near miss");
            weak += 1;
        }
    }
    let unusual: Vec<_> = fixtures.iter().filter(|f| f.usual != Shown::Right).map(|f| f.case.file.display().to_string()).collect();
    println!("\nfixtures that fail without any mutant: {}", if unusual.is_empty() { "none".to_owned() } else { unusual.join(", ") });
    let killed: usize = files.values().map(|t| t.killed).sum();
    let rules = tarbox_rules::all().count();
    let near = let_loose.len();
    println!(
        "{killed} of {} mutants killed; {} of {} signatures missed when away; {near} of {rules} rules with a near miss",
        mutants.len(),
        missed.len(),
        signatures.len()
    );
    if weak > 0 {
        println!("{weak} main conditions survive");
        std::process::exit(1);
    }
}
