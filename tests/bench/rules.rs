//! How long rules take, and which take more than their share when a cluster grows: `rules SCENARIO.tar.zst FIXTURES`.
//!
//! Twenty copies share a namespace, as in a cluster of many teams. First the scenario at 1, 10 and 100 times its size: each
//! rule's time, that of all, and the whole engine at one and two threads in the same run. Then each rule on what makes it
//! speak, at 40 and at 400 times: what takes more than 15 times as long for 10 times as much grows faster than it should, is
//! marked.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot set itself up has failed; the table is its output")]

use std::path::Path;
use std::time::{Duration, Instant};

use tarbox_analyzer::conclude;
use tarbox_load::{LogScanner, load};
use tarbox_model::{Context, Relations, Rule, Snapshot};
use tarbox_tests::case::Case;
use tarbox_tests::{growth, stage};

/// Copies that share a namespace.
const TOGETHER: usize = 20;
/// Growth of time for ten times as much that is too much.
const TOO_MUCH: f64 = 15.0;
/// Shorter times say nothing about growth.
const MEASURABLE: Duration = Duration::from_millis(2);

fn snapshot(case: &Case, times: usize, scanner: &LogScanner) -> Snapshot {
    let place = tempfile::tempdir().unwrap();
    load(&stage::write(&growth::grown(case, times, TOGETHER), place.path()), scanner).unwrap()
}

/// Time that this thread had a processor: on a machine with other work it is what a wall clock cannot tell. Yielding makes the
/// kernel bring its figure up to date.
fn busy() -> Duration {
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default())
}

/// The shortest of three runs, and the number of findings.
fn time(rule: &Rule, snapshot: &Snapshot, relations: &Relations) -> (Duration, usize) {
    let once = || {
        let begun = busy();
        let found = (rule.check)(&Context { snapshot, relations }).len();
        (busy().saturating_sub(begun), found)
    };
    let first = once();
    if first.0 > Duration::from_secs(2) { first } else { first.min(once()).min(once()) }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn of_scenario(scenario: &Path, scanner: &LogScanner) {
    let case = growth::of_bundle(scenario);
    let snapshots: Vec<Snapshot> = [1, 10, 100].iter().map(|n| snapshot(&case, *n, scanner)).collect();
    println!("## {} at 1, 10 and 100 times its size\n", scenario.file_stem().unwrap_or_default().to_string_lossy());
    println!("| rule | x1 µs | x10 µs | x100 µs | findings x100 |\n|---|---|---|---|---|");
    let relations: Vec<Relations> = snapshots.iter().map(Relations::new).collect();
    let mut sums = [Duration::ZERO; 3];
    let mut rows = Vec::new();
    for registered in tarbox_rules::all() {
        let times: Vec<(Duration, usize)> = snapshots.iter().zip(&relations).map(|(s, r)| time(registered.rule, s, r)).collect();
        sums.iter_mut().zip(&times).for_each(|(sum, (time, _))| *sum += *time);
        rows.push((times, registered.rule.id));
    }
    rows.sort_by_key(|(times, id)| (std::cmp::Reverse(times.last().map(|t| t.0)), *id));
    for (times, id) in &rows {
        let cells: Vec<String> = times.iter().map(|(t, _)| format!("{:.0}", micros(*t))).collect();
        println!("| {id} | {} | {} |", cells.join(" | "), times.last().map_or(0, |t| t.1));
    }
    let cells: Vec<String> = sums.iter().map(|s| format!("{:.0}", micros(*s))).collect();
    println!("| all rules, one after the other | {} | |\n", cells.join(" | "));
    for (n, snapshot) in [1, 10, 100].iter().zip(&snapshots) {
        let whole = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let run = || {
                let begun = Instant::now();
                pool.install(|| conclude(snapshot, "bench.tar.zst"));
                begun.elapsed()
            };
            run().min(run()).min(run())
        };
        let (one, two) = (whole(1), whole(2));
        println!(
            "x{n}: {} pods, {} events, {} logs; engine {:.1} ms at 1 thread, {:.1} ms at 2 (ratio {:.2})",
            snapshot.pods.len(),
            snapshot.events.len(),
            snapshot.logs.len(),
            micros(one) / 1e3,
            micros(two) / 1e3,
            one.as_secs_f64() / two.as_secs_f64()
        );
    }
}

/// Rules that grow too fast on one of their own fixtures.
fn of_fixtures(fixtures: &Path, scanner: &LogScanner) {
    println!("\n## Each rule on what makes it speak, at 40 and 400 times\n");
    println!("| rule | fixture | x40 µs | x400 µs | growth | findings x400 |\n|---|---|---|---|---|---|");
    let only = std::env::var("RULE").ok();
    let mut too_fast = 0;
    for registered in tarbox_rules::all().filter(|r| only.as_deref().is_none_or(|o| r.rule.id.contains(o))) {
        for case in Case::all_in(&fixtures.join("rules").join(registered.rule.id)) {
            let name = case.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with("fires") {
                continue;
            }
            let [(small, _), (large, found)] = [40, 400].map(|n| {
                let snapshot = snapshot(&case, n, scanner);
                time(registered.rule, &snapshot, &Relations::new(&snapshot))
            });
            let growth = large.as_secs_f64() / small.as_secs_f64().max(1e-9);
            let fast = growth > TOO_MUCH && large > MEASURABLE;
            too_fast += usize::from(fast);
            let mark = if fast { " **too fast**" } else { "" };
            println!("| {} | {name} | {:.0} | {:.0} | {growth:.1}{mark} | {found} |", registered.rule.id, micros(small), micros(large));
        }
    }
    println!("\n{too_fast} grow more than {TOO_MUCH} times for ten times as much");
}

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(scenario), Some(fixtures)) = (arguments.next(), arguments.next()) else {
        println!("usage: rules SCENARIO.tar.zst FIXTURES");
        return;
    };
    let scanner = LogScanner::new(tarbox_rules::signatures::all().copied()).unwrap();
    if std::env::var_os("RULE").is_none() {
        of_scenario(Path::new(&scenario), &scanner);
    }
    of_fixtures(Path::new(&fixtures), &scanner);
}
