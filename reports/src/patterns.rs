//! Words about log patterns that the formats and the command line share.

use tarbox_model::patterns::{Change, Loudness, WorkloadPattern, WorkloadPatterns};

use crate::words::{counted, number, time};

/// What a section of patterns is.
pub(crate) const ABOUT: &str = "Lines that differ only in numbers, ids, addresses and names are one pattern, and so is a stack trace. What is new since the failure began comes first, then what stopped, then errors.";

/// How much a workload's logs hold: `1,203 lines of 3 logs; 2 patterns are new since 2026-11-24 03:00:00 UTC, 1 stopped`.
pub fn said(it: &WorkloadPatterns) -> String {
    let mut text = format!("{} of {}", counted(it.lines, "line"), counted(it.logs, "log"));
    let (new, stopped) = (it.changed(Change::New) as u64, it.changed(Change::Stopped) as u64);
    if let Some(since) = it.since.filter(|_| new + stopped > 0) {
        let are = |n: u64| if n == 1 { "is" } else { "are" };
        text.push_str(&match (new, stopped) {
            (new, 0) => format!("; {} {} new since {}", counted(new, "pattern"), are(new), time(since)),
            (0, stopped) => format!("; {} stopped at {}", counted(stopped, "pattern"), time(since)),
            (new, stopped) => {
                format!("; {} {} new since {}, {} stopped then", counted(new, "pattern"), are(new), time(since), number(stopped))
            }
        });
    }
    text
}

/// The word for a change that is worth one.
pub fn change(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Stopped => "stopped",
        Change::Same | Change::Unknown => "",
    }
}

/// The word for a loudness that is worth one.
pub fn loudness(loudness: Loudness) -> &'static str {
    match loudness {
        Loudness::Error | Loudness::Warning => loudness.as_str(),
        Loudness::Other => "",
    }
}

/// From when to when: `2026-11-24 03:00:00 UTC to 03:10:00`, with the second day where it is another.
pub fn span(it: &WorkloadPattern) -> String {
    match (it.first_time, it.last_time) {
        (Some(first), Some(last)) if last.as_second() > first.as_second() => {
            let same_day = first.as_second().div_euclid(86_400) == last.as_second().div_euclid(86_400);
            let last = if same_day { last.strftime("%H:%M:%S").to_string() } else { time(last) };
            format!("{} to {last}", time(first))
        }
        (Some(at), _) | (None, Some(at)) => time(at),
        (None, None) => String::new(),
    }
}

/// Who wrote it: `app, proxy in 3 pods`.
pub fn by(it: &WorkloadPattern) -> String {
    let pods = counted(it.pods, "pod");
    if it.containers.is_empty() { pods } else { format!("{} in {pods}", it.containers.join(", ")) }
}

/// What a workload's list lacks, if anything.
pub fn lacks(left_out: u64, unlisted: u64) -> Option<String> {
    let mut parts = Vec::new();
    if left_out > 0 {
        parts.push(counted(left_out, "further pattern"));
    }
    if unlisted > 0 {
        parts.push(format!("{} of rare patterns", counted(unlisted, "line")));
    }
    (!parts.is_empty()).then(|| format!("Not shown: {}.", parts.join(", ")))
}
