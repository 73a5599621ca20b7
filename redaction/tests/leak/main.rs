//! The leak bench: secrets of many kinds, planted at every place in every encoding, must not be found in what redaction lets through.

#![allow(clippy::unwrap_used, reason = "a test that cannot pack its own canaries has failed")]

mod encoding;
mod form;
mod kind;
mod place;
mod random;

use std::collections::BTreeMap;

use encoding::{ENCODINGS, readings};
use form::leaks;
use kind::{KINDS, KNOWN, Kind};
use place::PLACES;
use random::Random;
use serde_json::json;
use tarbox_redaction::{Level, Redactor};

/// Another seed plants other canaries: `TARBOX_LEAK_SEED=7 cargo test -p tarbox-redaction --test leak`.
fn seed(default: u64) -> u64 {
    std::env::var("TARBOX_LEAK_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .map_or(default, |seed: u64| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ default)
}

struct Tally {
    planted: usize,
    found: BTreeMap<String, usize>,
    examples: Vec<String>,
}

impl Tally {
    fn new() -> Self {
        Self { planted: 0, found: BTreeMap::new(), examples: Vec::new() }
    }
}

/// Plants all kinds, a share of them on each of two threads.
fn plant(kinds: &[Kind], level: Level, seed: u64, known: bool) -> Tally {
    let share = |of: usize| {
        let mut tally = Tally::new();
        for (number, kind) in kinds.iter().enumerate().filter(|(number, _)| number % 2 == of) {
            plant_kind(kind, level, seed ^ (number as u64) << 40, known, &mut tally);
        }
        tally
    };
    let (mut one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| share(1));
        (share(0), other.join().unwrap())
    });
    one.planted += other.planted;
    for (by, count) in other.found {
        *one.found.entry(by).or_default() += count;
    }
    one.examples.extend(other.examples);
    one
}

fn plant_kind(kind: &Kind, level: Level, seed: u64, known: bool, tally: &mut Tally) {
    for place in PLACES {
        for encoding in ENCODINGS {
            let mut random = Random::new(seed ^ (place as u64) << 24 ^ (encoding as u64) << 8);
            let canary = (kind.make)(&mut random);
            let redactor = Redactor::new([9; 32], level);
            if known {
                redactor.learn_secret(&json!({"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": canary.secrets[0]}}));
            }
            let written = encoding.write(&canary.text, &mut random);
            let output = place.output(&written, &redactor, &mut random);
            let readings: Vec<Vec<u8>> = readings(&output).into_iter().collect();
            tally.planted += 1;
            if canary.secrets.iter().any(|secret| readings.iter().any(|reading| leaks(secret, reading))) {
                for by in [format!("kind {}", kind.id), format!("place {place:?}"), format!("encoding {encoding:?}")] {
                    *tally.found.entry(by).or_default() += 1;
                }
                let output = String::from_utf8_lossy(&output).into_owned();
                tally.examples.push(format!("{} at {place:?} in {encoding:?}: {written:?}\n    became {output}", kind.id));
            }
        }
    }
}

fn assert_clean(tally: &Tally) {
    let mut report = String::new();
    for (by, count) in &tally.found {
        report.push_str(&format!("{count:6} {by}\n"));
    }
    if let Ok(file) = std::env::var("TARBOX_LEAKS") {
        std::fs::write(file, format!("{report}{}", tally.examples.join("\n"))).unwrap();
    }
    assert!(
        tally.found.is_empty(),
        "of {} planted:\n{report}{}",
        tally.planted,
        tally.examples.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn nothing_is_found() {
    let tally = plant(KINDS, Level::Strict, seed(0x7a5b), false);
    assert!(tally.planted >= 10_000, "{}", tally.planted);
    assert_clean(&tally);
}

#[test]
fn secrets_are_not_found_at_the_default_level() {
    let kinds: Vec<Kind> = KINDS.iter().filter(|kind| !kind.personal).map(|kind| Kind { ..*kind }).collect();
    assert!(kinds.len() >= 60);
    assert_clean(&plant(&kinds, Level::Default, seed(0x11c3), false));
}

#[test]
fn values_of_secrets_are_not_found() {
    assert_clean(&plant(KNOWN, Level::Default, seed(0x5eed), true));
}
