//! Broken and hostile bundles, made by code: whatever comes, the program ends with a documented exit code, within its memory and its time,
//! keeps what was good, and says what was not.
//!
//! `TARBOX_HOSTILE=all` runs every case in every packing, and the largest ones too (wants `--release`); otherwise each case is packed in one
//! way, by turns. The table of outcomes is printed with `--nocapture`.
#![allow(clippy::unwrap_used, reason = "a case that cannot be written is a failed test; clippy only knows functions marked #[test]")]

mod archive;
mod case;
mod compression;
mod content;
mod paths;
mod scale;
mod structure;

use case::{Case, Outcome, PACKINGS};
use rayon::prelude::*;
use tarbox_tests::program::program;

#[test]
fn whatever_comes_it_ends_well() {
    let all = std::env::var("TARBOX_HOSTILE").is_ok_and(|value| value == "all");
    let program = program();
    let cases: Vec<Case> =
        [paths::cases(), structure::cases(), compression::cases(), content::cases(), scale::cases()].into_iter().flatten().collect();
    let chosen = cases.iter().enumerate().filter(|(_, case)| all || !case.heavy);
    let runs: Vec<_> = chosen
        .flat_map(|(number, case)| {
            let ways = if !all || case.is_raw() { vec![PACKINGS[number % PACKINGS.len()]] } else { PACKINGS.to_vec() };
            ways.into_iter().map(move |packing| (case, packing))
        })
        .collect();
    let outcomes: Vec<Outcome> = runs.par_iter().map(|(case, packing)| case.run(program, *packing)).collect();
    for area in ["paths", "tar structure", "compression", "content", "rules"] {
        let of = || outcomes.iter().filter(|outcome| outcome.area == area);
        let ended = |what| of().filter(|outcome| outcome.what == what).count();
        println!(
            "{area}: {} cases; read {}, read and told {}, refused {}; most memory {} MiB, longest {:.1} s",
            of().count(),
            ended("read"),
            ended("read, problem told"),
            ended("refused"),
            of().map(|outcome| outcome.peak).max().unwrap_or_default() / 1024,
            of().map(|outcome| outcome.time.as_secs_f64()).fold(0.0, f64::max)
        );
    }
    let mut slowest: Vec<&Outcome> = outcomes.iter().collect();
    slowest.sort_by_key(|outcome| std::cmp::Reverse(outcome.time));
    for outcome in slowest.iter().take(8) {
        println!("{:.1} s, {} MiB: {}", outcome.time.as_secs_f64(), outcome.peak / 1024, outcome.title);
    }
    let wrong: Vec<String> =
        outcomes.iter().filter(|o| !o.wrong.is_empty()).map(|o| format!("{}\n    {}", o.title, o.wrong.join("\n    "))).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), outcomes.len(), wrong.join("\n"));
}
