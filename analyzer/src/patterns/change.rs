//! What the beginning of a failure changed about a pattern. What cannot be known is not claimed.
//!
//! *New* needs a witness: a log that was written for a minute and a half before the failure was first seen, and does not
//! have the line. Nothing is claimed of processes that were younger than that when they failed, as after a fresh rollout or
//! in a cluster that was made for a test: the logs of most recorded incidents begin less than 40 seconds before the failure.

use tarbox_model::Timestamp;
use tarbox_model::log::ContainerLog;
use tarbox_model::patterns::{Change, Loudness};

use super::Merged;

/// Seconds before the failure was first seen that count as its beginning: what announces it comes before what shows it.
const SLACK: i64 = 30;
/// Seconds that a log must reach back before that to be a witness.
const REACH: i64 = 60;
/// Copies from which on a pattern counts as steady, and seconds over which they must be spread.
const STEADY: u64 = 20;
const SPREAD: i64 = 120;
/// How many of its intervals a steady pattern must be missing, and how many seconds.
const MISSED: i64 = 30;
const SILENCE: i64 = 300;

/// What changed. `logs` are all of the workload.
pub(super) fn change(since: Option<Timestamp>, logs: &[&ContainerLog], merged: &Merged<'_>) -> Change {
    let (Some(since), Some(first), Some(last)) = (since, merged.first.1.first.time, merged.last_time) else { return Change::Unknown };
    let (since, first, last) = (since.as_second(), first.as_second(), last.as_second());
    if first < since - SLACK {
        return if has_stopped(since, first, last, merged) { Change::Stopped } else { Change::Same };
    }
    let reaches = |log: &ContainerLog| log.first_time.is_some_and(|time| time.as_second() <= since - SLACK - REACH);
    // What a process says when it starts is new in every log that begins with it: only logs that go on speak of that.
    let witness = |log: &ContainerLog| match merged.first.1.loudness {
        Loudness::Other => merged.logs.iter().any(|(wrote, _)| wrote.path == log.path),
        Loudness::Error | Loudness::Warning => merged.logs.iter().any(|(wrote, _)| wrote.container == log.container),
    };
    let mut witnesses = logs.iter().filter(|log| reaches(log) && witness(log)).peekable();
    let is_known = witnesses.peek().is_some() && witnesses.all(|log| log.patterns.unlisted == 0);
    if is_known { Change::New } else { Change::Unknown }
}

/// Whether it was written steadily until the failure began, and no more since by processes that go on writing.
fn has_stopped(since: i64, first: i64, last: i64, merged: &Merged<'_>) -> bool {
    let spread = last - first;
    if merged.count < STEADY || spread < SPREAD {
        return false;
    }
    let interval = spread / i64::try_from(merged.count - 1).unwrap_or(i64::MAX);
    let silence = SILENCE.max(MISSED * (interval + 1));
    let until_then = last >= since - silence && last <= since + SLACK;
    let end = merged.logs.iter().filter_map(|(log, _)| log.last_time).max();
    until_then && end.is_some_and(|end| end.as_second() - last >= silence)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use tarbox_model::log::{LogLine, Run};
    use tarbox_model::patterns::{Pattern, Patterns};

    use super::super::{merged, told};
    use super::*;

    /// Second of the day as a time.
    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + second).unwrap()
    }

    fn pattern(text: &str, loudness: Loudness, count: u64, first: i64, last: i64) -> Pattern {
        let line = LogLine { number: 1, time: Some(at(first)), text: text.to_owned() };
        Pattern {
            text: text.to_owned(),
            loudness,
            count,
            lines: count,
            first: line,
            trace: Vec::new(),
            last_time: Some(at(last)),
            last_number: 9,
        }
    }

    fn log(pod: &str, from: i64, to: i64, list: Vec<Pattern>) -> ContainerLog {
        ContainerLog {
            path: Arc::from(format!("logs/n/{pod}/app/current.log")),
            namespace: "n".into(),
            pod: pod.into(),
            container: "app".into(),
            run: Run::Current,
            lines: 100,
            bytes: 1000,
            first_time: Some(at(from)),
            last_time: Some(at(to)),
            hits: Vec::new(),
            further: BTreeMap::new(),
            templates: Vec::new(),
            patterns: Patterns { list, unlisted: 0, blank: 0 },
            tail: Vec::new(),
        }
    }

    /// Change and text of each pattern, as told; the failure began at second 10,000.
    fn changes(logs: &[ContainerLog], since: Option<i64>) -> Vec<(Change, String, u64)> {
        let logs: Vec<&ContainerLog> = logs.iter().collect();
        let all = told(tarbox_model::ObjectRef::new("Deployment", "n", "d"), true, since.map(at), &logs, merged(&logs), 9);
        all.patterns.into_iter().map(|p| (p.change, p.text, p.count)).collect()
    }

    #[test]
    fn new_is_only_what_a_log_would_have_shown_before() {
        let lost = || pattern("lost", Loudness::Error, 3, 10_005, 10_900);
        let starts = || pattern("started", Loudness::Other, 1, 10_010, 10_010);
        let old = || log("a", 0, 11_000, vec![lost(), pattern("tick", Loudness::Other, 50, 0, 11_000)]);
        let fresh = || log("b", 10_010, 11_000, vec![lost(), starts()]);
        let told = |list: &[(Change, &str, u64)]| list.iter().map(|(c, t, n)| (*c, (*t).to_owned(), *n)).collect::<Vec<_>>();
        assert_eq!(
            changes(&[old(), fresh()], Some(10_000)),
            told(&[(Change::New, "lost", 6), (Change::Same, "tick", 50), (Change::Unknown, "started", 1)])
        );
        // Logs that begin with the failure are no witnesses; nor is a log that could not list everything.
        assert!(changes(&[fresh()], Some(10_000)).iter().all(|c| c.0 == Change::Unknown));
        let mut full = old();
        full.patterns.unlisted = 7;
        assert_eq!(changes(&[full], Some(10_000))[0].0, Change::Unknown);
        assert!(changes(&[old()], None).iter().all(|c| c.0 == Change::Unknown));
        // What began well before is not new.
        let early = log("a", 0, 11_000, vec![pattern("lost", Loudness::Error, 9, 9_000, 10_900)]);
        assert_eq!(changes(&[early], Some(10_000))[0].0, Change::Same);
    }

    #[test]
    fn what_stopped_was_steady_until_then_and_its_process_goes_on() {
        let beat = |count, first, last| pattern("saved", Loudness::Other, count, first, last);
        let one = |pattern: Pattern, to| changes(&[log("a", 0, to, vec![pattern])], Some(10_000))[0].0;
        assert_eq!(one(beat(1000, 0, 9_990), 11_000), Change::Stopped);
        // Still written; rare; over long before; the process ended too.
        assert_eq!(one(beat(1000, 0, 10_900), 11_000), Change::Same);
        assert_eq!(one(beat(5, 0, 9_990), 11_000), Change::Same);
        assert_eq!(one(beat(1000, 0, 900), 11_000), Change::Same);
        assert_eq!(one(beat(1000, 0, 9_990), 10_050), Change::Same);
    }
}
